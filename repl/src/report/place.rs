//! From Rhai's line and column to the part of a script that a caret marks. The script is shown with
//! everything in it that looks like a token masked.

use std::fs;
use std::path::Path;

use miette::SourceSpan;
use rhai::Position;
use rhailab_client::mask_tokens;

use super::{Script, Source, Sources};
use crate::engine::source_text::readable;

/// A part of a script's text.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) source: Source,
    pub(super) span: SourceSpan,
}

impl Place {
    /// The place in what runs.
    pub(super) fn in_sources(sources: &Sources, position: Position) -> Option<Self> {
        let (script, position) = sources.find(position)?;
        Self::in_script(script, position)
    }

    fn in_script(script: &Script, position: Position) -> Option<Self> {
        let text = mask_tokens(&script.text);
        let span = span(&text, position)?;
        Some(Self { source: Source::new(&script.name, text), span })
    }

    /// The place in a script that it imported, if that can still be read.
    pub(super) fn in_file(path: &Path, position: Position) -> Option<Self> {
        let text = readable(fs::read_to_string(path).ok()?);
        Self::in_script(&Script { name: path.display().to_string(), text }, position)
    }
}

/// The word at a position, or the single character there. A dot stands for the name behind it, the end of
/// a line for its last character.
fn span(text: &str, position: Position) -> Option<SourceSpan> {
    let line = position.line()?;
    let start_of_line: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start_of_line..)?.split('\n').next()?;
    let column = position.position().map_or(0, |column| column.saturating_sub(1));
    let mut offset = rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset);
    if let Some(name) =
        rest.get(offset..).map(|at| at.trim_start_matches('?')).and_then(|at| at.strip_prefix('.'))
    {
        let name = name.trim_start();
        if name.starts_with(is_word) {
            offset = rest.len() - name.len();
        }
    }
    if offset == rest.len() {
        offset = rest.char_indices().last().map_or(0, |(offset, _)| offset);
    }
    let at = rest.get(offset..)?;
    let word = at.find(|letter| !is_word(letter)).unwrap_or(at.len());
    let length = word.max(at.chars().next().map_or(0, char::len_utf8));
    Some((start_of_line + offset, length).into())
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, line: u16, column: u16) -> String {
        let span = span(text, Position::new(line, column)).unwrap();
        text[span.offset()..span.offset() + span.len()].to_owned()
    }

    #[test]
    fn the_word_at_a_position_is_marked() {
        let text = "let x = 1;\nprintt(ü.näme);\n";
        assert_eq!(marked(text, 1, 5), "x");
        assert_eq!(marked(text, 2, 1), "printt");
        assert_eq!(marked(text, 2, 7), "(");
        assert_eq!(marked(text, 2, 10), "näme");
        assert_eq!(marked(text, 2, 9), "näme");
        assert_eq!(marked(text, 2, 40), ";");
        assert_eq!(marked("a?.b", 1, 2), "b");
        assert_eq!(marked("", 1, 1), "");
        assert_eq!(span(text, Position::NONE), None);
    }
}
