//! The shell's own commands: a line that begins with a colon.

use rhailab_client::table;

use super::matching::{Offer, choose};
use super::text::file;
use super::{Completion, Surroundings};
use crate::engine::functions::FUNCTIONS;

/// A command of the shell.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name, without the colon.
    pub name: &'static str,
    /// What follows it.
    pub takes: Argument,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Nothing, or nothing that can be completed.
    Nothing,
    /// The name of a file.
    File,
    /// A kind of object, one of its members behind a dot, or a function.
    Topic,
    /// An expression of Rhai.
    Code,
}

/// What the line is for.
pub(super) enum Line<'a> {
    /// A command, completed here.
    Command(Completion),
    /// Code that begins here.
    Code(usize, &'a str),
}

/// Completes a line that is a command.
pub(super) fn line<'a>(before: &'a str, around: &dyn Surroundings) -> Line<'a> {
    let trimmed = before.trim_start();
    let colon = before.len() - trimmed.len();
    let Some(typed) = trimmed.strip_prefix(':') else {
        return Line::Code(0, before);
    };
    let commands = around.commands();
    let Some((name, rest)) = typed.split_once(char::is_whitespace) else {
        let offers = commands.iter().map(|command| {
            let end = if command.takes == Argument::Nothing { "" } else { " " };
            let label = format!(":{}", command.name);
            Offer::new(command.name, format!("{label}{end}"), label, command.doc)
        });
        return Line::Command(Completion { start: colon, candidates: choose(typed, offers.collect()) });
    };
    let argument = rest.trim_start();
    let start = before.len() - argument.len();
    let takes = commands.iter().find(|command| command.name == name).map(|command| command.takes);
    let offers = match takes {
        Some(Argument::Code) => return Line::Code(start, argument),
        Some(Argument::File) => {
            let files = around.files(argument).into_iter();
            files.map(|name| file(&name, name.clone())).collect()
        }
        Some(Argument::Topic) => topics(argument),
        Some(Argument::Nothing) | None => Vec::new(),
    };
    Line::Command(Completion { start, candidates: choose(argument, offers) })
}

/// Kinds of objects and functions; behind a kind and a dot, the kind's fields and verbs.
fn topics(typed: &str) -> Vec<Offer> {
    let kinds = table::RESOURCES.iter();
    let Some((kind, _)) = typed.split_once('.') else {
        let kinds = kinds.map(|resource| Offer::plain(resource.kind, resource.kind, resource.doc));
        return kinds
            .chain(FUNCTIONS.iter().map(|known| Offer::plain(known.name, known.name, known.doc)))
            .collect();
    };
    let of_kind = kinds.copied().filter(|resource| resource.kind == kind);
    let members = of_kind.flat_map(|resource| {
        let fields = resource.fields.iter().map(|field| (field.name, field.doc));
        fields.chain(resource.operations.iter().map(|verb| (verb.name, verb.endpoint.doc)))
    });
    members
        .map(|(name, doc)| {
            let topic = format!("{kind}.{name}");
            Offer::plain(&topic, topic.clone(), doc)
        })
        .collect()
}
