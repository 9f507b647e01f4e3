//! What an expression gives, as far as the tables tell: follows chains of properties, calls and indexes from
//! what stands at their beginning. Nothing is run.

use std::cell::Cell;

use super::Surroundings;
use super::callee::{self, Callee};
use super::scope::{self, Origin, Scope, Variable, ends_value, is_dot};
use super::shape::Shape;
use super::wanted::Wanted;
use crate::shell::lexer::{self, Ending, Kind, Source};

/// How many expressions are looked at for one completion: what a person types needs far fewer.
const MOST_STEPS: usize = 2_000;

/// How deep variables lead to other variables, and blocks to blocks.
const MOST_DEPTH: usize = 40;

/// The text before the cursor, and what can be known about it.
pub(super) struct Reading<'a> {
    pub(super) source: Source<'a>,
    pub(super) scope: Scope,
    pub(super) around: &'a dyn Surroundings,
    session: Vec<(String, Shape)>,
    /// The keys behind the cursor of the map that it stands in.
    later: Vec<String>,
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str, behind: &str, around: &'a dyn Surroundings) -> Self {
        let source = lexer::read(text);
        let scope = scope::read(&source);
        let session = around.variables();
        let later = keys_behind(&source, behind);
        Self { source, scope, around, session, later, steps: Cell::new(0), depth: Cell::new(0) }
    }

    /// Whether the map at the cursor has this key behind it.
    pub(super) fn is_given_later(&self, key: &str) -> bool {
        self.later.iter().any(|later| later == key)
    }

    /// The variables that a token sees, the nearest first.
    pub(super) fn variables(&self, at: usize) -> Vec<(String, Shape)> {
        let own = self.scope.visible(&self.source, at);
        let mut seen: Vec<(String, Shape)> = Vec::new();
        let mut add = |name: &str, shape: &dyn Fn() -> Shape| {
            if !seen.iter().any(|(known, _)| known == name) {
                seen.push((name.to_owned(), shape()));
            }
        };
        for variable in own {
            add(self.source.word(variable.name), &|| self.variable(variable));
        }
        if !self.scope.is_in_function(&self.source, at) {
            for (name, shape) in &self.session {
                add(name, &|| shape.clone());
            }
        }
        for (name, shape) in everywhere() {
            add(name, &|| shape.clone());
        }
        seen
    }

    /// What the expression gives that ends before this token: the receiver in front of a dot.
    pub(super) fn before(&self, end: usize) -> Shape {
        self.chain_begin(end).map(|begin| self.expression(begin, end)).unwrap_or_default()
    }

    /// Where the chain begins that ends before this token.
    pub(super) fn chain_begin(&self, end: usize) -> Option<usize> {
        let source = &self.source;
        let mut index = end.checked_sub(1)?;
        loop {
            index = match source.kind(index)? {
                Kind::Close => {
                    let open = source.tokens.get(index)?.partner?;
                    let called = open.checked_sub(1).filter(|before| ends_value(source, *before));
                    match (source.word(open), called) {
                        ("(" | "[" | "?[" | "${", Some(before)) => before,
                        ("#{" | "{" | "(" | "[", _) => return Some(open),
                        _ => return None,
                    }
                }
                Kind::Word => match index.checked_sub(1) {
                    Some(dot) if is_dot(source, dot) => dot.checked_sub(1)?,
                    Some(path) if source.word(path) == "::" => return None,
                    _ => return Some(index),
                },
                Kind::Text => match index.checked_sub(1) {
                    // A piece behind a `${…}` of the same string.
                    Some(close) if self.is_interpolation(close) => close,
                    _ => return Some(index),
                },
                Kind::Number => return Some(index),
                Kind::Open | Kind::Sign => return None,
            };
        }
    }

    fn is_interpolation(&self, close: usize) -> bool {
        let open = self.source.tokens.get(close).and_then(|token| token.partner);
        self.source.kind(close) == Some(Kind::Close)
            && open.is_some_and(|open| self.source.word(open) == "${")
    }

    /// What an expression gives.
    pub(super) fn expression(&self, from: usize, to: usize) -> Shape {
        if from < to { self.deeper(|| self.operation(from, to)) } else { Shape::Unknown }
    }

    /// Looks at something inside of what is looked at, unless that leads too far: then nothing is known.
    pub(super) fn deeper<T: Default>(&self, look: impl FnOnce() -> T) -> T {
        if self.steps.get() >= MOST_STEPS || self.depth.get() >= MOST_DEPTH {
            return T::default();
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let found = look();
        self.depth.set(self.depth.get() - 1);
        found
    }

    /// A chain, or two with an operator between them.
    fn operation(&self, from: usize, to: usize) -> Shape {
        const TESTS: [&str; 9] = ["==", "!=", "<", ">", "<=", ">=", "&&", "||", "in"];
        let source = &self.source;
        match source.word(from) {
            "|" | "||" => return Shape::Function,
            "!" => return Shape::Bool,
            "-" | "+" => return Shape::Number,
            _ => {}
        }
        let (first, behind) = self.chain(from, to);
        if behind >= to {
            return first;
        }
        if source.level(behind, to).any(|index| TESTS.contains(&source.word(index))) {
            return Shape::Bool;
        }
        match (source.word(behind), first) {
            (".." | "..=", _) => Shape::Range,
            ("??", Shape::Unknown) => self.expression(behind + 1, to),
            ("??", first) => first,
            ("+", Shape::Text | Shape::Name(_)) => Shape::Text,
            ("+", first @ Shape::Array(_)) => first,
            ("+" | "-" | "*" | "/" | "%" | "**", Shape::Number) => Shape::Number,
            _ => Shape::Unknown,
        }
    }

    /// A value and the properties, calls and indexes behind it; also says where it ends.
    fn chain(&self, from: usize, to: usize) -> (Shape, usize) {
        let source = &self.source;
        let (mut shape, mut index) = self.primary(from, to);
        while index < to {
            match source.word(index) {
                "." | "?." if source.word(index + 2) == "(" && index + 2 < to => {
                    let called = callee::method(&shape, source.word(index + 1));
                    shape = self.answer(&called, index + 2);
                    index = source.next(index + 2);
                }
                "." | "?." => {
                    shape = shape.property(source.word(index + 1));
                    index += 2;
                }
                "[" | "?[" => {
                    shape = self.at(&shape, index);
                    index = source.next(index);
                }
                _ => break,
            }
        }
        (shape, index)
    }

    fn primary(&self, from: usize, to: usize) -> (Shape, usize) {
        let source = &self.source;
        let behind = source.next(from);
        let shape = match (source.kind(from), source.word(from)) {
            (Some(Kind::Number), _) => Shape::Number,
            (Some(Kind::Text), _) => return (Shape::Text, self.behind_text(from)),
            (Some(Kind::Open), "(") => self.expression(from + 1, source.inside_end(from)),
            (Some(Kind::Open), "[") => {
                let end = source.inside_end(from);
                let first = source.level(from + 1, end).find(|index| source.word(*index) == ",");
                Shape::Array(Box::new(self.expression(from + 1, first.unwrap_or(end))))
            }
            (Some(Kind::Open), "#{") => Shape::Map(
                self.entries(from)
                    .into_iter()
                    .map(|entry| (entry.key.to_owned(), self.expression(entry.from, entry.to)))
                    .collect(),
            ),
            (Some(Kind::Open), "{") => self.block(from),
            (Some(Kind::Word), "true" | "false") => Shape::Bool,
            (Some(Kind::Word), "if") => return self.condition(from, to),
            (Some(Kind::Word), _) if source.word(behind) == "(" && behind < to => {
                return (self.answer(&self.callee(behind), behind), source.next(behind));
            }
            (Some(Kind::Word), name) => self.named(name, from),
            _ => Shape::Unknown,
        };
        (shape, behind)
    }

    fn behind_text(&self, from: usize) -> usize {
        let mut index = from + 1;
        while self.source.word(index) == "${" {
            index = self.source.next(index) + 1;
        }
        index
    }

    /// The first branch stands for all.
    fn condition(&self, from: usize, to: usize) -> (Shape, usize) {
        let source = &self.source;
        let first = source.level(from + 1, to).find(|index| source.word(*index) == "{");
        let shape = first.map(|block| self.block(block)).unwrap_or_default();
        let branches = source.level(from, to).find(|index| {
            let follows = source.word(source.next(*index));
            source.word(*index) == "{" && follows != "else"
        });
        (shape, branches.map_or(to, |last| source.next(last)))
    }

    /// The last expression of a block.
    fn block(&self, open: usize) -> Shape {
        let source = &self.source;
        let end = source.inside_end(open);
        let last = source.level(open + 1, end).filter(|index| source.word(*index) == ";").last();
        self.expression(last.map_or(open + 1, |semicolon| semicolon + 1), end)
    }

    fn named(&self, name: &str, at: usize) -> Shape {
        let own = self.scope.visible(&self.source, at).find(|own| self.source.word(own.name) == name);
        if let Some(own) = own {
            return self.variable(own);
        }
        let session = || {
            let found = self.session.iter().find(|(known, _)| known == name);
            found.filter(|_| !self.scope.is_in_function(&self.source, at)).map(|(_, shape)| shape.clone())
        };
        let ours = || everywhere().into_iter().find(|(known, _)| *known == name).map(|(_, shape)| shape);
        session().or_else(ours).unwrap_or_default()
    }

    fn variable(&self, variable: &Variable) -> Shape {
        match variable.origin {
            Origin::Initial { from, to } => self.expression(from, to),
            Origin::Row { from, to, place: 0 } => self.expression(from, to).row(),
            Origin::Row { .. } => Shape::Number,
            Origin::Closure { begin, place } => match self.wanted(begin, false) {
                Wanted::Closure(passed) => passed.get(place).map(|(_, shape)| shape.clone()),
                _ => None,
            }
            .unwrap_or_default(),
            Origin::Caught => Shape::Error,
            Origin::Parameter => Shape::Unknown,
        }
    }

    /// `rows[0]`, `map["key"]`.
    fn at(&self, shape: &Shape, open: usize) -> Shape {
        let key = self.source.word(open + 1).trim_matches(['"', '`']);
        match shape {
            Shape::Object(_) | Shape::Attributes(_) | Shape::Record(_) | Shape::Map(_) => {
                // `job["artifacts"]` is a field, too, where a manager has the name.
                shape.property(key)
            }
            _ => shape.row(),
        }
    }

    /// What a call gives whose parenthesis stands here.
    fn answer(&self, callee: &Callee, open: usize) -> Shape {
        callee.answer(&self.option_names(open), || self.closure_answer(open))
    }

    /// What the first closure among the arguments gives.
    fn closure_answer(&self, open: usize) -> Shape {
        let source = &self.source;
        let end = source.inside_end(open);
        let bars = |from: usize| source.level(from, end).find(|index| source.word(*index) == "|");
        let Some(last) = bars(open + 1).and_then(|first| bars(first + 1)) else {
            return Shape::Unknown;
        };
        let stop = source.level(last + 1, end).find(|index| source.word(*index) == ",");
        self.expression(last + 1, stop.unwrap_or(end))
    }

    /// The keys of the options map in a call.
    pub(super) fn option_names(&self, open: usize) -> Vec<&str> {
        let source = &self.source;
        let inside = source.level(open + 1, source.inside_end(open));
        let map = inside.filter(|index| source.word(*index) == "#{").last();
        map.map(|map| self.entries(map).into_iter().map(|entry| entry.key).collect()).unwrap_or_default()
    }

    /// What a map has so far.
    pub(super) fn entries(&self, open: usize) -> Vec<Entry<'_>> {
        let source = &self.source;
        let end = source.inside_end(open);
        let mut entries: Vec<Entry<'_>> = Vec::new();
        let mut at_key = true;
        for index in source.level(open + 1, end) {
            if source.word(index) == "," {
                at_key = true;
            } else if at_key && source.word(index + 1) == ":" {
                let key = source.word(index).trim_matches(['"', '`']);
                entries.push(Entry { key, from: index + 2, to: index + 2 });
                at_key = false;
            } else if let Some(entry) = entries.last_mut()
                && !at_key
            {
                entry.to = source.next(index);
            }
        }
        entries
    }
}

/// A key of a map, and the tokens of its value.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The keys up to the next bracket that closes what is open at the cursor.
fn keys_behind(source: &Source<'_>, behind: &str) -> Vec<String> {
    let rest = match source.ending {
        Ending::Text { quote, .. } => behind.split_once(quote).map_or("", |(_, rest)| rest),
        _ => behind,
    };
    let behind = lexer::read(rest);
    let inside = behind
        .level(0, behind.tokens.len())
        .take_while(|index| !matches!(behind.word(*index), ")" | "]" | "}"));
    let keys = inside.filter(|index| behind.word(index + 1) == ":");
    keys.map(|index| behind.word(index).trim_matches(['"', '`']).to_owned()).collect()
}

/// The variables that are there everywhere, in functions, too.
fn everywhere() -> [(&'static str, Shape); 2] {
    [("gl", Shape::Client), ("args", Shape::Array(Box::new(Shape::Text)))]
}
