//! Reading scripts without being able to run them: whether a text is Rhai, and whether it only lacks its end.

use rhai::{Engine, LexError, OptimizationLevel, ParseError, ParseErrorType, Position};

use super::keyword;

/// A parser for the same language that the engine runs.
#[derive(Debug)]
pub struct Syntax(Engine);

impl Default for Syntax {
    fn default() -> Self {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(OptimizationLevel::None);
        keyword::allow_after_dot(&mut engine);
        Self(engine)
    }
}

impl Syntax {
    /// Reads a text; `_` is a name at these places.
    ///
    /// # Errors
    ///
    /// The first thing that is no Rhai.
    pub fn read(&self, text: &str, underscores: Vec<Position>) -> Result<(), ParseError> {
        keyword::begin_script(underscores);
        self.0.compile(text).map(drop)
    }

    /// Whether more text could make this text Rhai: the parser stumbled over its end, and over nothing before.
    #[must_use]
    pub fn lacks_end(&self, text: &str, underscores: Vec<Position>) -> bool {
        let Err(error) = self.read(text, underscores) else {
            return false;
        };
        match error.err_type() {
            ParseErrorType::UnexpectedEOF => true,
            // A string in quotes ends with its line, one in back-ticks does not.
            ParseErrorType::BadInput(LexError::UnterminatedString) => {
                starts_with_back_tick(text, error.position())
            }
            _ => is_behind(text, error.position()),
        }
    }
}

fn starts_with_back_tick(text: &str, position: Position) -> bool {
    let line = position.line().and_then(|line| text.split('\n').nth(line - 1));
    let letter = position.position().and_then(|column| line?.chars().nth(column.saturating_sub(1)));
    letter == Some('`')
}

/// Whether a position is behind everything that the text has.
fn is_behind(text: &str, position: Position) -> bool {
    let text = text.trim_end();
    let (lines, last) = (text.split('\n').count(), text.split('\n').next_back().unwrap_or(""));
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => line > lines || line == lines && column > last.chars().count(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_is_told_from_what_is_wrong() {
        let syntax = Syntax::default();
        let unfinished = [
            "let x =",
            "fn f(a) {\n let y",
            "foo(1,",
            "`abc",
            "`abc ${x",
            "if x { } else",
            "x.",
            "#{a: 1",
            "[1,",
            "1 +",
            "switch x { _ =>",
            "try {} ",
            "for i in",
            "let x = 1;\nlet y =\n",
            "x.foo(|y| {",
            "#{",
            "let",
            "project.pipelines\n    .list(#{",
            "a(`x\ny`, ",
            "gl.new(",
        ];
        for text in unfinished {
            assert!(syntax.lacks_end(text, Vec::new()), "{text:?}");
        }
        let finished = [
            "let x = 1",
            "\"abc",
            "x)",
            "}",
            "1 + ) 2",
            "x\n.y",
            "// foo",
            "foo(1]",
            "let 1 = 2",
            "let x = \"a\nb",
        ];
        for text in finished {
            assert!(!syntax.lacks_end(text, Vec::new()), "{text:?}");
        }
    }
}
