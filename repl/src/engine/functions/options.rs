//! The keys of the options maps that are not parameters of GitLab's.

use super::{Choice, Gives, OptionRow, Takes};

const fn row(name: &'static str, takes: Takes, doc: &'static str) -> OptionRow {
    OptionRow { name, takes, doc }
}

const UNTIL: &[Choice] = &[
    Choice { name: "settled", doc: "It has ended, or is blocked: nothing moves until someone acts." },
    Choice { name: "final", doc: "It has ended; one that is blocked is waited for, too." },
];

const LOGS: &[Choice] = &[Choice {
    name: "failed",
    doc: "Shows the last lines of each job that failed, when it did not succeed.",
}];

const ON_ERROR: &[Choice] = &[
    Choice { name: "stop", doc: "Begins no more calls, and raises the error, which names the item." },
    Choice {
        name: "collect",
        doc: "Goes on, and answers a map of `item`, `value` and `error` for each item.",
    },
];

const TIMEOUT: OptionRow = row("timeout", Takes::Anything, "How long to wait at most, such as `\"30m\"`.");
const POLLED: OptionRow =
    row("poll", Takes::Options(POLL), "The first pause between two looks, which then grows.");
const UNTIL_WHEN: OptionRow = row("until", Takes::OneOf(UNTIL), "What to wait for.");
const CHECK: OptionRow = row("check", Takes::Truth, "Whether anything but success is an error.");
const CLIENT: OptionRow = row(
    "client",
    Takes::Anything,
    "Asks through this client, such as `gl`, when the object's own may start pipelines and not read them.",
);
const ON_CHANGE: OptionRow = row(
    "on_change",
    Takes::Closure(&[("object", Gives::Receiver)]),
    "Is called with the first look, and whenever the status has changed.",
);

/// The options of `wait()`.
pub static WAIT_OPTIONS: &[OptionRow] = &[
    TIMEOUT,
    POLLED,
    UNTIL_WHEN,
    CHECK,
    row(
        "children",
        Takes::Truth,
        "Whether to wait for the pipelines, too, that its bridges start, here and in other projects.",
    ),
    OptionRow {
        doc: "Is called with the first look, and whenever the status has changed; with `children`, also with each downstream \
              pipeline of which that is true.",
        ..ON_CHANGE
    },
    row("logs", Takes::OneOf(LOGS), "Which logs to show at the end."),
    CLIENT,
];

/// The options of `wait_all()`.
pub static WAIT_ALL_OPTIONS: &[OptionRow] = &[
    TIMEOUT,
    POLLED,
    UNTIL_WHEN,
    CHECK,
    row(
        "refresh",
        Takes::Truth,
        "Whether to read each pipeline once more at its end: rows of lists lack `finished_at`, `duration` and a few more.",
    ),
    ON_CHANGE,
    CLIENT,
];

/// The options of `par_map()`.
pub static PAR_MAP_OPTIONS: &[OptionRow] = &[
    row(
        "jobs",
        Takes::Anything,
        "How many calls run at once, from 1 to 256; as many as requests may without it.",
    ),
    row("on_error", Takes::OneOf(ON_ERROR), "What becomes of the rest when a call fails: it stops."),
];

/// The keys of `wait()`'s `poll`.
pub static POLL: &[OptionRow] = &[
    row("first", Takes::Anything, "The first pause, such as `\"1s\"`."),
    row("max", Takes::Anything, "The longest pause, such as `\"15s\"`."),
];

/// The options of `follow()`.
pub static FOLLOW_OPTIONS: &[OptionRow] =
    &[TIMEOUT, row("poll", Takes::Anything, "The pause between two looks, such as `\"5s\"`.")];

/// The options of `timeline()`.
pub static TIMELINE_OPTIONS: &[OptionRow] = &[row(
    "to",
    Takes::File,
    "Writes a picture to this file, whose name ends in `.svg` or `.html`, and answers its `path`, `size` and `sha256`.",
)];

/// The options of `gitlab()`.
pub static GITLAB_OPTIONS: &[OptionRow] = &[
    row("private_token", Takes::Anything, "A personal, project or group access token."),
    row("oauth_token", Takes::Anything, "An OAuth token."),
    row("job_token", Takes::Anything, "The token of a CI/CD job."),
    row(
        "timeout",
        Takes::Anything,
        "How long a call may take in all, a download until it begins, such as `\"30s\"`.",
    ),
    row("jobs", Takes::Anything, "How many requests may be under way at once."),
    row("ca_file", Takes::File, "A PEM file of authorities to trust beside the system's."),
    row("client_cert", Takes::File, "The PEM file of the certificate to show to the server."),
    row("client_key", Takes::File, "The PEM file of that certificate's key, if it is another one."),
    row("insecure", Takes::Truth, "Takes any certificate for the server's, with a warning."),
];

/// The options of `gl.http()`.
pub static HTTP_OPTIONS: &[OptionRow] = &[
    row("query", Takes::Anything, "A map of what stands behind the question mark."),
    row("body", Takes::Anything, "What is sent as JSON."),
];

/// What every verb takes beside its parameters.
pub static ANY_VERB: &[OptionRow] =
    &[row("extra", Takes::Anything, "A map of parameters that Rhailab does not know, sent as they are.")];

/// What verbs take that are done when the call is.
pub static CALL: &[OptionRow] = &[row(
    "timeout",
    Takes::Anything,
    "How long the call may take, such as `\"30s\"`; then it ends with an error of kind `deadline`.",
)];

/// What a manager's `get` takes beside its parameters.
pub static GET: &[OptionRow] = &[row("lazy", Takes::Truth, "Names the object without asking GitLab for it.")];

/// What verbs that answer text or bytes take beside their parameters.
pub static DOWNLOAD: &[OptionRow] = &[
    row("to", Takes::File, "Writes the answer to this file, and answers its `path`, `size` and `sha256`."),
    row("action", Takes::Closure(&[("chunk", Gives::Chunk)]), "Is called with the answer, piece by piece."),
];

const PAGES: &[Choice] = &[
    Choice { name: "offset", doc: "By number, several ahead; the usual way." },
    Choice {
        name: "keyset",
        doc: "Each behind the last row of the one before, so that nothing is missed in a list that changes.",
    },
];

/// What lists that come in pages take beside their parameters.
pub static LIST: &[OptionRow] = &[row(
    "pagination",
    Takes::OneOf(PAGES),
    "How pages follow one another. GitLab has keysets for few lists.",
)];
