//! The keys of the options maps that are not parameters of GitLab's.

use super::{Choice, Gives, OptionRow, Takes};

const fn row(name: &'static str, takes: Takes, doc: &'static str) -> OptionRow {
    OptionRow { name, takes, doc }
}

const UNTIL: &[Choice] = &[
    Choice { name: "settled", doc: "It has ended, or is blocked: nothing moves until someone acts." },
    Choice { name: "final", doc: "It has ended; one that is blocked is waited for, too." },
];

/// The options of `wait()`.
pub static WAIT_OPTIONS: &[OptionRow] = &[
    row("timeout", Takes::Anything, "How long to wait at most, such as `\"30m\"`."),
    row("poll", Takes::Options(POLL), "The first pause between two looks, which then grows."),
    row("until", Takes::OneOf(UNTIL), "What to wait for."),
    row("check", Takes::Truth, "Whether anything but success is an error."),
    row(
        "on_change",
        Takes::Closure(&[("object", Gives::Receiver)]),
        "Is called whenever the status has changed.",
    ),
];

/// The keys of `wait()`'s `poll`.
pub static POLL: &[OptionRow] = &[
    row("first", Takes::Anything, "The first pause, such as `\"1s\"`."),
    row("max", Takes::Anything, "The longest pause, such as `\"15s\"`."),
];

/// The options of `follow()`.
pub static FOLLOW_OPTIONS: &[OptionRow] =
    &[row("poll", Takes::Anything, "The pause between two looks, such as `\"5s\"`.")];

/// The options of `timeline()`.
pub static TIMELINE_OPTIONS: &[OptionRow] = &[row(
    "to",
    Takes::File,
    "Writes a picture to this file, whose name ends in `.svg` or `.html`, and answers its path and size.",
)];

/// The options of `gitlab()`.
pub static GITLAB_OPTIONS: &[OptionRow] = &[
    row("private_token", Takes::Anything, "A personal, project or group access token."),
    row("oauth_token", Takes::Anything, "An OAuth token."),
    row("job_token", Takes::Anything, "The token of a CI/CD job."),
    row("timeout", Takes::Anything, "How long to wait for an answer at most, such as `\"30s\"`."),
];

/// The options of `gl.http()`.
pub static HTTP_OPTIONS: &[OptionRow] = &[
    row("query", Takes::Anything, "A map of what stands behind the question mark."),
    row("body", Takes::Anything, "What is sent as JSON."),
];

/// What every verb takes beside its parameters.
pub static ANY_VERB: &[OptionRow] =
    &[row("extra", Takes::Anything, "A map of parameters that Rhailab does not know, sent as they are.")];

/// What a manager's `get` takes beside its parameters.
pub static GET: &[OptionRow] = &[row("lazy", Takes::Truth, "Names the object without asking GitLab for it.")];

/// What verbs that answer text or bytes take beside their parameters.
pub static DOWNLOAD: &[OptionRow] = &[
    row(
        "to",
        Takes::File,
        "Writes the answer to this file, and answers a map of its `path`, `size` and `sha256`.",
    ),
    row("action", Takes::Closure(&[("chunk", Gives::Chunk)]), "Is called with the answer, piece by piece."),
];
