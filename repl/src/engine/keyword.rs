//! Lets words that Rhai reserves be used after a dot: GitLab has fields and verbs named `default`,
//! `protected`, `new`, `import`. After `.` or `?.` only a name can follow, so nothing else changes.
//! This file is all that knows about Rhai's tokens.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use rhai::{Engine, Position, Token};

thread_local! {
    /// Where the token before stood, if it was a dot. Rhai reads a script's tokens in order, on one thread,
    /// and says nothing when a script ends: a place further back than the dot belongs to another script.
    static DOT: Cell<Option<Position>> = const { Cell::new(None) };

    /// Where `_` is a name. Only whoever sees what follows can tell, and Rhai shows one token at a time.
    static UNDERSCORES: RefCell<Vec<Position>> = const { RefCell::new(Vec::new()) };

    /// The brackets that are open, and whether each of them is a map's.
    static OPEN: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };

    /// Whether the token before opened a map or stands between two of its members: a key follows.
    static KEY_NEXT: Cell<bool> = const { Cell::new(false) };

    /// Whether the token before is a name only because it followed a dot.
    static WAS_RENAMED: Cell<bool> = const { Cell::new(false) };

    /// The place of the token before.
    static BEFORE: Cell<Position> = const { Cell::new(Position::NONE) };

    /// The names that followed a dot in the script that was read last.
    static NAMES: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Turns reserved words after a dot into names.
pub(crate) fn allow_after_dot(engine: &mut Engine) {
    // Rhai marks this call "deprecated" to say that it may change between releases.
    #[expect(deprecated, reason = "the only way to change how a reserved word is read")]
    engine.on_parse_token(|token, position, _| {
        if position <= BEFORE.replace(position) {
            // Another script begins; this one was left in the middle, or is at its end.
            OPEN.with_borrow_mut(Vec::clear);
            KEY_NEXT.set(false);
        }
        let is_key = follow_brackets(&token);
        let is_dot = matches!(token, Token::Period | Token::Elvis);
        let before = DOT.replace(is_dot.then_some(position));
        if matches!(token, Token::Underscore) && UNDERSCORES.with_borrow(|places| places.contains(&position))
        {
            return Token::Identifier(Box::new("_".into()));
        }
        // Behind a word that is a name here, Rhai's reader takes a sign for that of a number.
        let token = match token {
            Token::UnaryPlus if WAS_RENAMED.get() => Token::Plus,
            Token::UnaryMinus if WAS_RENAMED.get() => Token::Minus,
            token => token,
        };
        WAS_RENAMED.set(false);
        if is_key {
            return as_name(token);
        }
        if before.is_none_or(|dot| dot >= position) {
            return token;
        }
        let is_name = matches!(token, Token::Identifier(_));
        let token = as_name(token);
        WAS_RENAMED.set(!is_name && matches!(token, Token::Identifier(_)));
        if let Token::Identifier(name) = &token {
            NAMES.with_borrow_mut(|names| names.insert(name.to_string()));
        }
        token
    });
}

/// Keeps count of brackets; answers whether this token stands where a map has a key.
fn follow_brackets(token: &Token) -> bool {
    let is_key = KEY_NEXT.get();
    let next = OPEN.with_borrow_mut(|open| match token {
        Token::MapStart => {
            open.push(true);
            true
        }
        Token::LeftBrace | Token::LeftParen | Token::LeftBracket | Token::QuestionBracket | Token::Unit => {
            // `()` is one token and closes itself.
            if !matches!(token, Token::Unit) {
                open.push(false);
            }
            false
        }
        Token::RightBrace | Token::RightParen | Token::RightBracket => {
            open.pop();
            false
        }
        Token::Comma => open.last() == Some(&true),
        _ => false,
    });
    KEY_NEXT.set(next);
    is_key
}

/// Forgets what was seen of the script that was read before. In the next one `_` is a name at these places.
pub(crate) fn begin_script(underscores: Vec<Position>) {
    DOT.set(None);
    OPEN.with_borrow_mut(Vec::clear);
    KEY_NEXT.set(false);
    WAS_RENAMED.set(false);
    BEFORE.set(Position::NONE);
    UNDERSCORES.set(underscores);
    NAMES.with_borrow_mut(BTreeSet::clear);
}

/// The names that followed a dot since the script began: its properties and methods.
pub(crate) fn names_after_dots() -> BTreeSet<String> {
    NAMES.with_borrow(Clone::clone)
}

fn as_name(token: Token) -> Token {
    match &token {
        Token::Reserved(word) if is_name(word) => Token::Identifier(word.clone()),
        Token::Custom(word) => Token::Identifier(word.clone()),
        keyword if keyword.is_literal() && is_name(keyword.literal_syntax()) => {
            Token::Identifier(Box::new(keyword.literal_syntax().into()))
        }
        _ => token,
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVED: [&str; 58] = [
        "default",
        "private",
        "public",
        "protected",
        "shared",
        "module",
        "package",
        "new",
        "import",
        "export",
        "sync",
        "async",
        "await",
        "match",
        "use",
        "with",
        "go",
        "thread",
        "spawn",
        "yield",
        "static",
        "super",
        "case",
        "var",
        "void",
        "null",
        "nil",
        "exit",
        "is",
        "goto",
        "each",
        "then",
        "unless",
        "begin",
        "end",
        "for",
        "in",
        "if",
        "else",
        "switch",
        "while",
        "loop",
        "do",
        "until",
        "let",
        "const",
        "fn",
        "return",
        "throw",
        "try",
        "catch",
        "break",
        "continue",
        "true",
        "false",
        "as",
        "global",
        "this",
    ];

    fn engine() -> Engine {
        let mut engine = Engine::new();
        allow_after_dot(&mut engine);
        engine
    }

    #[test]
    fn every_reserved_word_can_follow_a_dot() {
        for word in RESERVED {
            let script = format!(r#"let x = #{{"{word}": 41}}; x.{word} += 1; x?.{word}"#);
            assert_eq!(
                engine().eval::<i64>(&script).unwrap_or_else(|error| panic!("{word}: {error}")),
                42,
                "{word}"
            );
        }
    }

    #[test]
    fn a_reserved_word_can_be_a_key() {
        for word in RESERVED {
            let script = format!(
                "let x = #{{{word}: 40, a: [1, if true {{ 1 }} else {{ 2 }}], {word}_: ()}}; x.{word} + x.a[1] + x.len() - 2"
            );
            assert_eq!(
                engine().eval::<i64>(&script).unwrap_or_else(|error| panic!("{word}: {error}")),
                42,
                "{word}"
            );
        }
        let nested = "let x = #{a: #{until: 1, b: if 1 > 0 { 2 } else { 3 }}, do: |y, z| if y { 1 } else { 2 }}; x.a.b";
        assert_eq!(engine().eval::<i64>(nested).unwrap(), 2);
        let blocks = "let x = false; let y = true; let m = #{a: if x {1} else {2}, b: [if y {1} else {2}], in: `${#{for: 3}.for}`}; m.a * 100 + m.b[0] * 10 + m.in.len()";
        assert_eq!(engine().eval::<i64>(blocks).unwrap(), 211);
        assert!(engine().compile("#{a: until}").is_err());
        assert!(engine().compile("f(a, until)").is_err());
    }

    #[test]
    fn reserved_words_elsewhere_stay_reserved() {
        let script = "let sum = 0; for x in [1, 2] { if x > 0 { sum += x } } sum";
        assert_eq!(engine().eval::<i64>(script).unwrap(), 3);
        assert!(engine().compile("let default = 1;").is_err());
        assert!(engine().compile("new()").is_err());
    }

    #[test]
    fn a_script_that_stops_after_a_dot_does_not_change_the_next_one() {
        let engine = engine();
        for broken in ["x.", "x.  ", "x.)", "x.\"", "x./*", "x?."] {
            assert!(engine.compile(broken).is_err(), "{broken}");
            begin_script(Vec::new());
            assert_eq!(engine.eval::<i64>("       let y = 1; y").unwrap(), 1, "after {broken}");
        }
    }

    #[test]
    fn numbers_and_ranges_keep_their_dots() {
        assert_eq!(engine().eval::<i64>("let n = 0; for i in 0..3 { n += i } n").unwrap(), 3);
        assert!((engine().eval::<f64>("1.5 + 0.5").unwrap() - 2.0).abs() < 1e-9);
    }
}
