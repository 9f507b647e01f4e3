//! Colours for what is being typed: Rhai's words, texts, numbers and comments, the shell's commands, and the bracket
//! that belongs to the one at the cursor. Changes no letter.

use super::lexer::{self, Kind, Source};

const KEYWORD: &str = "\u{1b}[35m";
const TEXT: &str = "\u{1b}[32m";
const NUMBER: &str = "\u{1b}[36m";
const COMMENT: &str = "\u{1b}[2m";
const COMMAND: &str = "\u{1b}[1;34m";
const BRACKET: &str = "\u{1b}[1;33m";
const PLAIN: &str = "\u{1b}[0m";

const KEYWORDS: [&str; 26] = [
    "let", "const", "fn", "if", "else", "switch", "for", "in", "while", "loop", "do", "until", "break",
    "continue", "return", "throw", "try", "catch", "import", "export", "as", "private", "true", "false",
    "this", "global",
];

/// The text with escape sequences in it.
pub(super) fn highlight(text: &str, cursor: usize) -> String {
    let command = text.trim_start().starts_with([':', '?']);
    if command {
        let start = text.len() - text.trim_start().len();
        let end = text.get(start..).and_then(|rest| rest.find(' ')).map_or(text.len(), |space| start + space);
        let (word, rest) = text.split_at(end);
        return format!("{COMMAND}{word}{PLAIN}{rest}");
    }
    let source = lexer::read(text);
    let pair = pair_at(&source, cursor);
    let mut shown = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (index, token) in source.tokens.iter().enumerate() {
        push_gap(&mut shown, text.get(at..token.start).unwrap_or(""));
        let word = source.word(index);
        let color = match token.kind {
            _ if pair.is_some_and(|(one, other)| index == one || index == other) => BRACKET,
            Kind::Word if KEYWORDS.contains(&word) && !is_behind_dot(&source, index) => KEYWORD,
            Kind::Text => TEXT,
            Kind::Number => NUMBER,
            _ => "",
        };
        push(&mut shown, color, word);
        at = token.end;
    }
    let rest = text.get(at..).unwrap_or("");
    if rest.trim_start().starts_with(['"', '`', '\'']) {
        push(&mut shown, TEXT, rest);
    } else {
        push_gap(&mut shown, rest);
    }
    shown
}

/// A bracket at or before the cursor with its partner.
fn pair_at(source: &Source<'_>, cursor: usize) -> Option<(usize, usize)> {
    let is_near = |at: usize| at == cursor || at + 1 == cursor;
    source.tokens.iter().enumerate().find_map(|(index, token)| {
        let near = matches!(token.kind, Kind::Open | Kind::Close) && is_near(token.end - 1);
        token.partner.filter(|_| near).map(|partner| (index, partner))
    })
}

fn is_behind_dot(source: &Source<'_>, index: usize) -> bool {
    index.checked_sub(1).is_some_and(|before| matches!(source.word(before), "." | "?."))
}

/// What stands between tokens: white space and comments.
fn push_gap(shown: &mut String, gap: &str) {
    push(shown, if gap.trim().is_empty() { "" } else { COMMENT }, gap);
}

fn push(shown: &mut String, color: &str, text: &str) {
    shown.push_str(color);
    shown.push_str(text);
    if !color.is_empty() {
        shown.push_str(PLAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(shown: &str) -> String {
        [KEYWORD, TEXT, NUMBER, COMMENT, COMMAND, BRACKET, PLAIN]
            .iter()
            .fold(shown.to_owned(), |text, color| text.replace(color, ""))
    }

    #[test]
    fn colours_change_no_letter() {
        let texts = [
            "let x = 1; // one",
            "f(\"ü\", `a ${x + 1} b`)",
            "\"open",
            "/* open",
            "x.for.let",
            ":run a b",
            "  ?job",
            "",
            "#{",
        ];
        for text in texts {
            for cursor in 0..=text.len() {
                assert_eq!(bare(&highlight(text, cursor)), text, "{text} at {cursor}");
            }
        }
    }

    #[test]
    fn what_is_meant_decides_the_colour() {
        assert_eq!(highlight("let x", 0), format!("{KEYWORD}let{PLAIN} x"));
        assert_eq!(highlight("x.let", 0), "x.let");
        assert_eq!(highlight(":run x", 0), format!("{COMMAND}:run{PLAIN} x"));
        let shown = highlight("f(1)", 4);
        assert_eq!(shown, format!("f{BRACKET}({PLAIN}{NUMBER}1{PLAIN}{BRACKET}){PLAIN}"));
    }
}
