//! Words for what Rhai reports: a title, a label for the place, and what to do.

use rhai::{EvalAltResult, ParseError, ParseErrorType};
use rhailab_client::{Error, nearest};

use super::Sources;
use super::closures::is_closure;
use crate::engine::error::client_error;
use crate::engine::functions::{FUNCTIONS, OBJECT_METHODS, SEQUENCE};
use crate::engine::value::words as value_words;

/// Title, label and help for an error at its innermost place.
pub(super) fn of_thrown(thrown: &EvalAltResult, sources: &Sources) -> (String, String, Option<String>) {
    match thrown {
        EvalAltResult::ErrorRuntime(value, _) => match client_error(value) {
            Some(error) => of_client_error(error.error()),
            None => (format!("the script threw: {}", value_words(value)), "thrown here".to_owned(), None),
        },
        EvalAltResult::ErrorVariableNotFound(name, _) => (
            format!("there is no variable `{name}`"),
            "not known here".to_owned(),
            Some(variable_help(name, sources)),
        ),
        EvalAltResult::ErrorFunctionNotFound(signature, _)
            if let Some((takes, given)) = sources.closures().mismatch(signature) =>
        {
            let parameters =
                if takes == 1 { "1 parameter".to_owned() } else { format!("{takes} parameters") };
            (
                format!("the closure takes {parameters}, and is called with {given}"),
                "in this call".to_owned(),
                Some(format!(
                    "Write it as `|{}| …`.",
                    ('a'..='z').take(given).map(String::from).collect::<Vec<_>>().join(", ")
                )),
            )
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) if is_closure(signature) => (
            "this closure comes from a module, and is not known here".to_owned(),
            "in this call".to_owned(),
            Some(
                "A module cannot hand out a closure: write a function in the module, and call that."
                    .to_owned(),
            ),
        ),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            let name = signature.split(" (").next().unwrap_or(signature);
            let known = declared(sources, &["fn"]).chain(functions());
            match nearest(name, known) {
                // The name is right, so it must be what was passed.
                Some(near) if near == name => (
                    format!("`{name}` does not take these arguments: `{signature}`"),
                    "in this call".to_owned(),
                    call_of(name),
                ),
                near => {
                    let help = near.map(|near| format!("Did you mean `{near}`?"));
                    (format!("there is no function `{signature}`"), "not known here".to_owned(), help)
                }
            }
        }
        EvalAltResult::ErrorParsing(kind, _) => (format!("this is no Rhai: {kind}"), "here".to_owned(), None),
        EvalAltResult::ErrorStackOverflow(_) => (
            "functions call each other too deeply".to_owned(),
            "in this call".to_owned(),
            Some("Is there a call that never ends? 128 levels are allowed.".to_owned()),
        ),
        other => {
            let mut bare = other.to_string();
            if let Some(place) = bare.rfind(" (line ") {
                bare.truncate(place);
            }
            (bare, "here".to_owned(), None)
        }
    }
}

/// Title and help for a script that cannot be read.
pub(super) fn of_parse_error(error: &ParseError) -> (String, Option<String>) {
    let help = match error.err_type() {
        ParseErrorType::Reserved(word) => Some(format!(
            "`{word}` is a word of Rhai's own; it can be used after a dot, or as a key in quotes: #{{\"{word}\": …}}."
        )),
        _ => None,
    };
    (error.err_type().to_string(), help)
}

/// "in `name`, called at FILE:LINE:COLUMN"
pub(super) fn call(name: &str, place: &str) -> String {
    let name = if name.is_empty() || is_closure(name) { "a closure".to_owned() } else { format!("`{name}`") };
    format!("in {name}, called at {place}")
}

/// "in the module `name`, imported at FILE:LINE:COLUMN"
pub(super) fn import(name: &str, place: &str) -> String {
    format!("in the module `{name}`, imported at {place}")
}

/// The request that failed, if it was one: "GET https://…".
pub(super) fn request(thrown: &EvalAltResult) -> Option<String> {
    let EvalAltResult::ErrorRuntime(value, _) = thrown else {
        return None;
    };
    let error = client_error(value)?;
    Some(format!("{} {}", error.error().method()?, error.error().url()?))
}

/// How a function of ours is called.
fn call_of(name: &str) -> Option<String> {
    let mut functions = FUNCTIONS.iter().chain(OBJECT_METHODS).chain(SEQUENCE.methods);
    let function = functions.find(|function| function.name == name)?;
    Some(format!("The call is `{}`.", function.signature()))
}

/// Names that every script has, for suggestions.
fn functions<'a>() -> impl Iterator<Item = &'a str> {
    FUNCTIONS.iter().chain(OBJECT_METHODS).chain(SEQUENCE.methods).map(|function| function.name)
}

fn of_client_error(error: &Error) -> (String, String, Option<String>) {
    let title = match error.status() {
        // GitLab's own words often begin with the status, as in "404 Project Not Found".
        Some(status) => {
            let words = error.message().strip_prefix(&format!("{status} ")).unwrap_or(error.message());
            format!("GitLab answered {status}: {words}")
        }
        None => error.message().to_owned(),
    };
    let label = match (error.method(), error.url()) {
        (Some(method), Some(url)) => format!("{method} {url}"),
        _ => "here".to_owned(),
    };
    let mut help = error.hint().map(str::to_owned);
    if let Some(id) = error.request_id().filter(|_| error.status().is_some_and(|status| status >= 500)) {
        let known = help.unwrap_or_default();
        help = Some(
            format!("{known} GitLab's administrators find it in their logs as request {id}.")
                .trim()
                .to_owned(),
        );
    }
    (title, label, help)
}

fn variable_help(name: &str, sources: &Sources) -> String {
    let known = declared(sources, &["let", "const", "for"]).chain(["gl", "args"]);
    match nearest(name, known) {
        Some(near) if near == name => {
            format!("A function does not see the variables outside: pass `{name}` as a parameter.")
        }
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Functions see their parameters, `gl` and `args`, not the variables outside.".to_owned(),
    }
}

/// The names that follow one of these words somewhere in what runs.
fn declared<'a>(sources: &'a Sources, after: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let mut names = Vec::new();
    for text in sources.texts() {
        let words: Vec<&str> = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .filter(|word| !word.is_empty())
            .collect();
        names.extend(words.windows(2).filter_map(|pair| match pair {
            [word, name] if after.contains(word) => Some(*name),
            _ => None,
        }));
    }
    names.into_iter()
}
