//! `_`, the last value: where a text means it. Rhai keeps `_` for the default case of `switch`, so somebody who sees
//! what follows has to say which ones are names.

use rhai::Position;

use super::lexer::{self, Kind};

/// The bytes where `_` stands for the last value.
pub(super) fn offsets(text: &str) -> Vec<usize> {
    let source = lexer::read(text);
    let is_case = |index: usize| matches!(source.word(index + 1), "=>" | "if");
    (0..source.tokens.len())
        .filter(|index| {
            source.kind(*index) == Some(Kind::Word) && source.word(*index) == "_" && !is_case(*index)
        })
        .filter_map(|index| source.tokens.get(index).map(|token| token.start))
        .collect()
}

/// The same places as Rhai counts them, in a text that stands behind this many lines.
pub(super) fn places(text: &str, lines_before: usize) -> Vec<Position> {
    offsets(text)
        .into_iter()
        .filter_map(|offset| {
            let before = text.get(..offset)?;
            let line = before.matches('\n').count() + 1 + lines_before;
            let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
            Some(Position::new(u16::try_from(line).ok()?, u16::try_from(column).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::offsets;

    #[test]
    fn a_default_case_is_no_value() {
        assert_eq!(offsets("_.id + _"), [0, 7]);
        assert_eq!(offsets("switch _ { 1 => _, _ => 2, _ if x => 3 }"), [7, 16]);
        assert_eq!(offsets("\"_\"; `_ ${_}`; // _\n_a"), [10]);
    }
}
