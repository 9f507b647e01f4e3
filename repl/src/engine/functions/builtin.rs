//! The functions that every script has.

use super::options::{GITLAB_OPTIONS, PAR_MAP_OPTIONS, WAIT_ALL_OPTIONS};
use super::{Choice, Function, Gives, Takes, any, function, optional, required};

const MODES: &[Choice] = &[
    Choice { name: "w", doc: "Writes a new file, or over an old one." },
    Choice { name: "a", doc: "Writes behind what is there." },
];

/// The functions that every script has, ours first.
pub static FUNCTIONS: &[Function] = &[
    function("print", &[any("value")], Gives::Anything, "Writes a line to standard output."),
    function(
        "debug",
        &[any("value")],
        Gives::Anything,
        "Writes a line with its place in the script to standard error.",
    ),
    function(
        "sleep",
        &[any("duration")],
        Gives::Anything,
        "Pauses: a number of seconds, or text such as `\"5m\"`.",
    ),
    function(
        "exit",
        &[optional("status", Takes::Anything)],
        Gives::Anything,
        "Ends the script with this exit status, 0 without one.",
    ),
    function(
        "env",
        &[any("name")],
        Gives::Text,
        "Reads a variable of the environment; `()` when it is not set.",
    ),
    function("now", &[], Gives::Text, "The time now, as GitLab writes times."),
    function(
        "parse_duration",
        &[any("text")],
        Gives::Number,
        "The seconds in a span of time such as `\"1h 30m\"`.",
    ),
    function(
        "watch",
        &[any("object")],
        Gives::Anything,
        "Tells when the status of an object changes, in the background, until it has ended.",
    ),
    function(
        "wait_all",
        &[any("list"), optional("options", Takes::Options(WAIT_ALL_OPTIONS))],
        Gives::Anything,
        "Waits for many pipelines, asking for those of one project together, and answers a map of `pipelines`, `counts` by \
         status, `failed`, `unsuccessful`, which did not end in success, and `errors`, of which the deadline is one; only \
         with `check` it raises.",
    ),
    function(
        "par_map",
        &[
            any("list"),
            required("closure", Takes::Closure(&[("item", Gives::Anything)])),
            optional("options", Takes::Options(PAR_MAP_OPTIONS)),
        ],
        Gives::Mapped,
        "What a closure answers for each item, in their order, several calls at once. Each call has its own copy of what the \
         closure captured.",
    ),
    function(
        "shard",
        &[any("list")],
        Gives::Anything,
        "This node's share of a list in a job with `parallel:`, from `CI_NODE_INDEX` and `CI_NODE_TOTAL`; in any other job, \
         and elsewhere, all of it.",
    ),
    function(
        "confirm",
        &[any("question")],
        Gives::Truth,
        "Asks on the terminal whether to go on; under `--dry-run` the answer is yes.",
    ),
    function("to_json", &[any("value")], Gives::Text, "Writes a value as JSON."),
    function(
        "gitlab",
        &[any("url"), optional("options", Takes::Options(GITLAB_OPTIONS))],
        Gives::Client,
        "Makes a client of another server, anonymous unless a token is given.",
    ),
    function(
        "open_file",
        &[required("path", Takes::File), required("mode", Takes::OneOf(MODES))],
        Gives::File,
        "Opens a file for writing.",
    ),
    function(
        "unzip",
        &[required("archive", Takes::File), required("directory", Takes::File)],
        Gives::Texts,
        "Unpacks an archive and answers the paths of its files.",
    ),
    function("remove_file", &[required("path", Takes::File)], Gives::Anything, "Removes a file."),
    function("type_of", &[any("value")], Gives::Text, "The name of a value's type."),
    function("to_string", &[any("value")], Gives::Text, "Writes a value as `print` shows it."),
    function("parse_int", &[any("text")], Gives::Number, "Reads a whole number."),
    function("parse_float", &[any("text")], Gives::Number, "Reads a number that may have a fraction."),
    function("parse_json", &[any("text")], Gives::Anything, "Reads JSON."),
    function("min", &[any("a"), any("b")], Gives::Number, "The smaller of two values."),
    function("max", &[any("a"), any("b")], Gives::Number, "The larger of two values."),
    function("range", &[any("from"), any("to")], Gives::Range, "The whole numbers from one up to another."),
    function("is_def_var", &[any("name")], Gives::Truth, "Whether there is a variable of this name."),
];
