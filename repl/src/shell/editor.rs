//! The line editor: reads one input, of as many lines as it takes, with colours, hints, completion and a history.
//! Knows Rhai as far as it tells whether an input is finished; what becomes of an input is not its business.

use std::borrow::Cow;
use std::path::PathBuf;

use rustyline::completion::{Candidate, Completer};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, EditMode, Editor, ExternalPrinter, Helper};

use super::complete::complete;
use super::highlight::highlight;
use super::known::Known;
use super::lexer::{self, Ending};
use super::{history, last_value, secrets};
use crate::engine::syntax::Syntax;

/// The editor with its history.
pub(super) struct LineEditor {
    editor: Editor<Assistant, FileHistory>,
    history: Option<PathBuf>,
}

/// What came of reading.
#[derive(Debug)]
pub(super) enum Read {
    Input(String),
    /// Ctrl-C: what was typed is dropped.
    Dropped,
    /// Ctrl-D, or the terminal is gone.
    End,
}

impl LineEditor {
    /// An editor; what is wrong with the history does not keep anybody from typing, and is told.
    pub(super) fn new(mode: EditMode, color: bool, width: usize) -> Result<(Self, Option<String>), String> {
        let config = Config::builder()
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .edit_mode(mode)
            .build();
        let mut editor =
            Editor::with_config(config).map_err(|error| format!("the terminal cannot be used: {error}"))?;
        editor.set_helper(Some(Assistant::new(color, width)));
        let mut trouble = None;
        let mut kept = None;
        if let Some(path) = history::path() {
            let loaded = history::prepare(&path).map_err(|error| error.to_string());
            let loaded = loaded.and_then(|()| editor.load_history(&path).map_err(|error| error.to_string()));
            match loaded {
                Ok(()) => kept = Some(path),
                Err(error) => {
                    trouble = Some(format!("the history {} cannot be kept: {error}", path.display()));
                }
            }
        }
        Ok((Self { editor, history: kept }, trouble))
    }

    /// Reads an input that begins with this text.
    pub(super) fn read(&mut self, prompt: &(String, String), begun: &str) -> Read {
        match self.editor.readline_with_initial(prompt, (begun, "")) {
            Ok(input) => Read::Input(input),
            Err(ReadlineError::Interrupted) => Read::Dropped,
            Err(_) => Read::End,
        }
    }

    /// Keeps an input for later, unless it may hold a secret: then this answers false.
    pub(super) fn remember(&mut self, input: &str) -> bool {
        if secrets::has_some(input) {
            return false;
        }
        let added = self.editor.add_history_entry(input).unwrap_or(false);
        if let (true, Some(path)) = (added, &self.history) {
            // A full disk must not end the session; the input is still there until it ends.
            let _ = self.editor.append_history(path);
        }
        true
    }

    /// What completion knows from now on.
    pub(super) fn know(&mut self, known: Known) {
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.known = known;
        }
    }

    /// A way to write above the prompt while somebody types.
    pub(super) fn printer(&mut self) -> Option<Box<dyn ExternalPrinter + Send>> {
        self.editor.create_external_printer().ok().map(|printer| Box::new(printer) as _)
    }
}

/// What helps while typing.
struct Assistant {
    syntax: Syntax,
    known: Known,
    hints: HistoryHinter,
    color: bool,
    width: usize,
}

impl Assistant {
    fn new(color: bool, width: usize) -> Self {
        Self { syntax: Syntax::default(), known: Known::default(), hints: HistoryHinter::new(), color, width }
    }
}

/// Whether a line is a command or a question, which end with their line.
pub(super) fn is_command(input: &str) -> bool {
    let input = input.trim();
    input.starts_with([':', '?']) || input.ends_with('?')
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        if is_command(input) || input.trim().is_empty() {
            return Ok(ValidationResult::Valid(None));
        }
        // Rhai takes an open comment for a finished one.
        let in_comment = lexer::read(input).ending == Ending::Elsewhere && input.contains("/*");
        let is_open = in_comment || self.syntax.lacks_end(input, last_value::places(input, 0));
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// A candidate as it is listed.
struct Proposal {
    shown: String,
    text: String,
}

impl Candidate for Proposal {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

impl Completer for Assistant {
    type Candidate = Proposal;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Proposal>)> {
        let completion = complete(line, pos, &self.known);
        let label = completion.candidates.iter().map(|known| known.label.chars().count()).max().unwrap_or(0);
        let label = label.min(self.width / 2);
        let proposals = completion.candidates.into_iter().map(|candidate| {
            let shown = format!("{:<label$}  {}", cut(&candidate.label, label), candidate.doc);
            Proposal { shown: cut(shown.trim_end(), self.width.saturating_sub(2)), text: candidate.text }
        });
        Ok((completion.start, proposals.collect()))
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        self.hints.hint(line, pos, context)
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.color { Cow::Owned(highlight(line, pos)) } else { Cow::Borrowed(line) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.color
    }
}

impl Helper for Assistant {}
