//! The functions that every script has.

use super::options::GITLAB_OPTIONS;
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
