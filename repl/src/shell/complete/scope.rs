//! What the typed text itself declares: variables and where they can be seen, and functions. What a variable
//! stands for is only noted as a place in the text; `infer.rs` looks there when it is asked.

use crate::shell::lexer::{Kind, Source};

/// What a text declares.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    pub(super) functions: Vec<OwnFunction>,
    /// Whether the text ends in a closure's parameters.
    pub(super) in_parameters: bool,
}

/// A variable that the text declares.
#[derive(Debug)]
pub(super) struct Variable {
    /// The token that is its name.
    pub(super) name: usize,
    /// The first token that sees it.
    from: usize,
    /// The bracket whose inside sees it; everything, without one.
    within: Option<usize>,
    pub(super) origin: Origin,
}

/// Where a variable's value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// The tokens of an expression.
    Initial { from: usize, to: usize },
    /// A row of what these tokens give; the second variable of a loop counts.
    Row { from: usize, to: usize, place: usize },
    /// The parameters of a closure that begins here.
    Closure { begin: usize, place: usize },
    /// What `catch` got.
    Caught,
    /// A parameter of a function: anything.
    Parameter,
}

/// A function that the text declares.
#[derive(Debug)]
pub(super) struct OwnFunction {
    pub(super) name: usize,
    pub(super) parameters: Vec<usize>,
    body: Option<usize>,
}

impl Scope {
    /// The variables that a token sees, the nearest first.
    pub(super) fn visible<'a>(
        &'a self,
        source: &'a Source<'_>,
        at: usize,
    ) -> impl Iterator<Item = &'a Variable> + use<'a> {
        let around = brackets_around(source, at);
        let function = self.function_around(&around);
        self.variables.iter().rev().filter(move |variable| {
            let place = variable.within.map(|within| around.iter().position(|open| *open == within));
            let seen = match place {
                None => function.is_none(),
                // A function sees nothing of what is around it.
                Some(Some(place)) => function.is_none_or(|function| place <= function),
                Some(None) => false,
            };
            seen && variable.from <= at
        })
    }

    /// Whether a token stands in a function, which does not see the session's variables.
    pub(super) fn is_in_function(&self, source: &Source<'_>, at: usize) -> bool {
        self.function_around(&brackets_around(source, at)).is_some()
    }

    fn function_around(&self, around: &[usize]) -> Option<usize> {
        around.iter().position(|open| self.functions.iter().any(|function| function.body == Some(*open)))
    }
}

/// The brackets around a token, the innermost first.
fn brackets_around(source: &Source<'_>, at: usize) -> Vec<usize> {
    std::iter::successors(source.parent(at), |open| source.parent(*open)).collect()
}

/// Words behind which a value begins, so that they end none.
const NO_VALUES: [&str; 14] = [
    "return", "in", "throw", "if", "else", "while", "switch", "until", "do", "let", "const", "loop", "break",
    "import",
];

/// Whether a value can end with this token: what follows is an operator, a call or an index.
pub(super) fn ends_value(source: &Source<'_>, index: usize) -> bool {
    match source.kind(index) {
        Some(Kind::Word) => {
            !NO_VALUES.contains(&source.word(index))
                || index.checked_sub(1).is_some_and(|dot| is_dot(source, dot))
        }
        Some(Kind::Number | Kind::Text) => true,
        Some(Kind::Close) => {
            let partner = source.tokens.get(index).and_then(|token| token.partner);
            partner.is_none_or(|open| source.word(open) != "{")
        }
        _ => false,
    }
}

pub(super) fn is_dot(source: &Source<'_>, index: usize) -> bool {
    matches!(source.word(index), "." | "?.")
}

/// Finds what a text declares.
pub(super) fn read(source: &Source<'_>) -> Scope {
    let mut scope = Scope::default();
    let mut index = 0;
    while index < source.tokens.len() {
        let behind_dot = index.checked_sub(1).is_some_and(|dot| is_dot(source, dot));
        index = match source.word(index) {
            _ if behind_dot => index + 1,
            "let" | "const" => initial(source, index, &mut scope),
            "for" => each(source, index, &mut scope),
            "fn" => function(source, index, &mut scope),
            "catch" => caught(source, index, &mut scope),
            "|" if !index.checked_sub(1).is_some_and(|before| ends_value(source, before)) => {
                closure(source, index, &mut scope)
            }
            _ => index + 1,
        };
    }
    scope
}

fn is_word(source: &Source<'_>, index: usize) -> bool {
    source.kind(index) == Some(Kind::Word)
}

/// `let x = …;` is seen behind its semicolon.
fn initial(source: &Source<'_>, index: usize, scope: &mut Scope) -> usize {
    let (name, from) = (index + 1, index + 3);
    if is_word(source, name) && source.word(index + 2) == "=" {
        let end = source.level(from, source.tokens.len()).find(|place| source.word(*place) == ";");
        if let Some(to) = end.filter(|end| source.parent(*end) == source.parent(index)) {
            let origin = Origin::Initial { from, to };
            let within = source.parent(index);
            scope.variables.push(Variable { name, from: to + 1, within, origin });
        }
    }
    name
}

/// `for x in … {` and `for (x, count) in … {`.
fn each(source: &Source<'_>, index: usize, scope: &mut Scope) -> usize {
    let first = index + 1;
    let names = if source.word(first) == "(" { words_inside(source, first) } else { vec![first] };
    let to_the_end = || source.level(source.next(first), source.tokens.len());
    let (Some(word), Some(body)) = (
        to_the_end().next().filter(|word| source.word(*word) == "in"),
        to_the_end().find(|open| source.word(*open) == "{"),
    ) else {
        return first;
    };
    for (place, name) in names.into_iter().enumerate() {
        let origin = Origin::Row { from: word + 1, to: body, place };
        scope.variables.push(Variable { name, from: body + 1, within: Some(body), origin });
    }
    word + 1
}

/// `fn name(parameters) {`.
fn function(source: &Source<'_>, index: usize, scope: &mut Scope) -> usize {
    let (name, open) = (index + 1, index + 2);
    if !is_word(source, name) || source.word(open) != "(" {
        return name;
    }
    let parameters = words_inside(source, open);
    let body = source.next(open);
    let body = (source.word(body) == "{").then_some(body);
    if let Some(body) = body {
        for name in parameters.iter().copied() {
            let origin = Origin::Parameter;
            scope.variables.push(Variable { name, from: body + 1, within: Some(body), origin });
        }
    }
    scope.functions.push(OwnFunction { name, parameters, body });
    source.next(open)
}

/// `catch (e) {`.
fn caught(source: &Source<'_>, index: usize, scope: &mut Scope) -> usize {
    let (open, name) = (index + 1, index + 2);
    let body = source.next(open);
    if source.word(open) == "(" && is_word(source, name) && source.word(body) == "{" {
        scope.variables.push(Variable { name, from: body + 1, within: Some(body), origin: Origin::Caught });
    }
    open
}

/// `|a, b| …` sees its parameters up to the end of what is around it.
fn closure(source: &Source<'_>, begin: usize, scope: &mut Scope) -> usize {
    let within = source.parent(begin);
    let mut names = Vec::new();
    for index in begin + 1.. {
        match source.word(index) {
            "|" => {
                for (place, name) in names.into_iter().enumerate() {
                    let origin = Origin::Closure { begin, place };
                    scope.variables.push(Variable { name, from: index + 1, within, origin });
                }
                return index + 1;
            }
            "," => {}
            "" => break,
            _ if is_word(source, index) => names.push(index),
            _ => return begin + 1,
        }
    }
    scope.in_parameters = true;
    source.tokens.len()
}

fn words_inside(source: &Source<'_>, open: usize) -> Vec<usize> {
    (open + 1..source.inside_end(open)).filter(|index| is_word(source, *index)).collect()
}
