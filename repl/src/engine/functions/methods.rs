//! What values have after a dot, beside what the endpoint table says of objects and managers.

use rhailab_client::ErrorKind;

use super::options::{FOLLOW_OPTIONS, HTTP_OPTIONS, TIMELINE_OPTIONS, WAIT_OPTIONS};
use super::{
    Choice, Function, Gives, Members, Parameter, Takes, any, function, optional, property, required,
};

const fn closure(passed: &'static [(&'static str, Gives)]) -> Parameter {
    required("closure", Takes::Closure(passed))
}

const ROW: &[Parameter] = &[closure(&[("row", Gives::Row)])];
const ITEM: &[Parameter] = &[closure(&[("item", Gives::Row)])];
const ENTRY: &[Parameter] = &[closure(&[("key", Gives::Text), ("value", Gives::Row)])];

/// What objects have where their resource has a status, a log, or jobs: see [`super::object_methods`].
pub static OBJECT_METHODS: &[Function] = &[
    function(
        "wait",
        &[optional("options", Takes::Options(WAIT_OPTIONS))],
        Gives::Receiver,
        "Waits until the status says that it is over, and answers the object in that state.",
    ),
    function(
        "follow",
        &[optional("options", Takes::Options(FOLLOW_OPTIONS))],
        Gives::Receiver,
        "Prints the log as it grows, until whatever writes it has ended, and answers the object.",
    ),
    function(
        "timeline",
        &[optional("options", Takes::Options(TIMELINE_OPTIONS))],
        Gives::Anything,
        "Draws the jobs as a Gantt chart, for the terminal or into a file, with the critical path marked.",
    ),
];

/// What every object has.
pub static OBJECT: Members = Members {
    properties: &[
        property("kind", Gives::Text, "The kind of the object."),
        property("attributes", Gives::Attributes, "A map of everything that GitLab sent."),
    ],
    methods: &[
        function("to_json", &[], Gives::Text, "What GitLab sent, as it came."),
        function("to_string", &[], Gives::Text, "The kind and the identity."),
    ],
};

/// What the rows of a list have.
pub static SEQUENCE: Members = Members {
    properties: &[property(
        "total",
        Gives::Number,
        "How many rows there are, where GitLab says it without sending them.",
    )],
    methods: &[
        function("len", &[], Gives::Number, "How many rows there are; fetches all pages."),
        function("is_empty", &[], Gives::Truth, "Whether there is no row."),
        function("first", &[], Gives::Row, "The first row; `()` when there is none."),
        function("take", &[any("count")], Gives::Rows, "The first rows, as an array."),
        function("map", ROW, Gives::Mapped, "What a closure answers for each row, as an array."),
        function("filter", ROW, Gives::Rows, "The rows for which a closure says true, as an array."),
        function("find", ROW, Gives::Row, "The first row for which a closure says true, or `()`."),
        function("any", ROW, Gives::Truth, "Whether a closure says true for some row."),
        function("all", ROW, Gives::Truth, "Whether a closure says true for every row."),
        function("to_array", &[], Gives::Rows, "All rows, as an array."),
    ],
};

/// What arrays have.
pub static ARRAY: Members = Members {
    properties: &[],
    methods: &[
        function("len", &[], Gives::Number, "How many values there are."),
        function("is_empty", &[], Gives::Truth, "Whether there is no value."),
        function("contains", &[any("value")], Gives::Truth, "Whether a value is among them."),
        function("index_of", &[any("value")], Gives::Number, "The place of a value, -1 when it is missing."),
        function("first", &[], Gives::Row, "The first value; `()` when there is none."),
        function("map", ITEM, Gives::Mapped, "What a closure answers for each value."),
        function("filter", ITEM, Gives::Rows, "The values for which a closure says true."),
        function("find", ITEM, Gives::Row, "The first value for which a closure says true, or `()`."),
        function("some", ITEM, Gives::Truth, "Whether a closure says true for some value."),
        function("any", ITEM, Gives::Truth, "The same as `some`, as a list has it."),
        function("all", ITEM, Gives::Truth, "Whether a closure says true for every value."),
        function("take", &[any("count")], Gives::Rows, "The first values."),
        function("to_array", &[], Gives::Rows, "The array itself, as a list has it."),
        function(
            "reduce",
            &[closure(&[("sum", Gives::Anything), ("item", Gives::Row)]), optional("start", Takes::Anything)],
            Gives::Anything,
            "Makes one value of all, step by step.",
        ),
        function(
            "for_each",
            &[any("closure")],
            Gives::Anything,
            "Calls a closure with each value as `this`.",
        ),
        function(
            "sort",
            &[optional("closure", Takes::Closure(&[("a", Gives::Row), ("b", Gives::Row)]))],
            Gives::Anything,
            "Sorts the array itself; a closure answers a number below, above or equal to 0.",
        ),
        function("reverse", &[], Gives::Anything, "Turns the array itself around."),
        function(
            "dedup",
            &[],
            Gives::Anything,
            "Drops values of the array itself that equal the one before.",
        ),
        function("push", &[any("value")], Gives::Anything, "Adds a value at the end."),
        function("append", &[any("array")], Gives::Anything, "Adds the values of another array."),
        function("insert", &[any("place"), any("value")], Gives::Anything, "Puts a value at a place."),
        function("remove", &[any("place")], Gives::Row, "Takes the value at a place out."),
        function("pop", &[], Gives::Row, "Takes the last value out."),
        function("shift", &[], Gives::Row, "Takes the first value out."),
        function("extract", &[any("place"), any("count")], Gives::Rows, "A copy of some values in a row."),
        function("truncate", &[any("count")], Gives::Anything, "Keeps only the first values."),
        function("clear", &[], Gives::Anything, "Takes everything out."),
    ],
};

/// What maps have beside their keys.
pub static MAP: Members = Members {
    properties: &[],
    methods: &[
        function("keys", &[], Gives::Texts, "The keys, as an array."),
        function("values", &[], Gives::Rows, "The values, as an array."),
        function("contains", &[any("key")], Gives::Truth, "Whether there is a key."),
        function("len", &[], Gives::Number, "How many keys there are."),
        function("is_empty", &[], Gives::Truth, "Whether there is no key."),
        function("get", &[any("key")], Gives::Row, "The value of a key, or `()`."),
        function("set", &[any("key"), any("value")], Gives::Anything, "Sets the value of a key."),
        function("remove", &[any("key")], Gives::Row, "Takes a key out, and answers its value."),
        function("mixin", &[any("map")], Gives::Anything, "Sets what another map has."),
        function("filter", ENTRY, Gives::Receiver, "The keys for which a closure says true."),
        function("to_json", &[], Gives::Text, "The map as JSON."),
        function("clear", &[], Gives::Anything, "Takes everything out."),
    ],
};

/// What text has.
pub static TEXT: Members = Members {
    properties: &[],
    methods: &[
        function("len", &[], Gives::Number, "How many letters there are."),
        function("is_empty", &[], Gives::Truth, "Whether there is no letter."),
        function("contains", &[any("text")], Gives::Truth, "Whether other text is in it."),
        function("starts_with", &[any("text")], Gives::Truth, "Whether it begins with other text."),
        function("ends_with", &[any("text")], Gives::Truth, "Whether it ends with other text."),
        function(
            "index_of",
            &[any("text")],
            Gives::Number,
            "The place of other text, -1 when it is missing.",
        ),
        function(
            "split",
            &[optional("at", Takes::Anything)],
            Gives::Texts,
            "The parts between separators, spaces without one.",
        ),
        function(
            "sub_string",
            &[any("place"), optional("count", Takes::Anything)],
            Gives::Text,
            "Part of it.",
        ),
        function("to_upper", &[], Gives::Text, "In capital letters."),
        function("to_lower", &[], Gives::Text, "In small letters."),
        function("trim", &[], Gives::Anything, "Drops space around the text itself."),
        function("replace", &[any("old"), any("new")], Gives::Anything, "Replaces parts of the text itself."),
        function("parse_int", &[], Gives::Number, "The whole number that it is."),
        function("parse_float", &[], Gives::Number, "The number that it is."),
        function("to_blob", &[], Gives::Blob, "Its bytes."),
    ],
};

/// What numbers have.
pub static NUMBER: Members = Members {
    properties: &[],
    methods: &[
        function("abs", &[], Gives::Number, "Without its sign."),
        function("to_float", &[], Gives::Number, "As a number that may have a fraction."),
        function("to_string", &[], Gives::Text, "As text."),
    ],
};

/// What ranges have.
pub static RANGE: Members = Members {
    properties: &[],
    methods: &[function("contains", &[any("number")], Gives::Truth, "Whether a number is in it.")],
};

/// What bytes have.
pub static BLOB: Members = Members {
    properties: &[],
    methods: &[
        function("len", &[], Gives::Number, "How many bytes there are."),
        function("is_empty", &[], Gives::Truth, "Whether there is no byte."),
        function("as_string", &[], Gives::Text, "The bytes read as UTF-8."),
        function("extract", &[any("place"), any("count")], Gives::Blob, "A copy of some bytes in a row."),
        function("to_array", &[], Gives::Rows, "The bytes as numbers."),
    ],
};

/// What a file has that is being written.
pub static FILE: Members = Members {
    properties: &[],
    methods: &[
        function("write", &[any("value")], Gives::Anything, "Writes text, bytes or a piece of a download."),
        function("close", &[], Gives::Anything, "Ends writing; what was written is on the disk then."),
    ],
};

/// What a client has beside its managers.
pub static CLIENT: Members = Members {
    properties: &[property("url", Gives::Text, "The server's address.")],
    methods: &[function(
        "http",
        &[
            required("method", Takes::OneOf(METHODS)),
            any("path"),
            optional("options", Takes::Options(HTTP_OPTIONS)),
        ],
        Gives::Anything,
        "Sends a request of any path below `/api/v4`, and answers the decoded JSON.",
    )],
};

const METHODS: &[Choice] = &[
    Choice { name: "GET", doc: "Reads." },
    Choice { name: "POST", doc: "Creates, or starts an action." },
    Choice { name: "PUT", doc: "Changes." },
    Choice { name: "PATCH", doc: "Changes parts." },
    Choice { name: "DELETE", doc: "Removes." },
];

/// What a piece of a download has.
pub static CHUNK: Members = Members {
    properties: &[],
    methods: &[
        function("len", &[], Gives::Number, "How many bytes there are."),
        function("to_blob", &[], Gives::Blob, "Its bytes."),
        function("to_string", &[], Gives::Text, "The bytes read as UTF-8."),
    ],
};

/// What a file has that was written for a script.
pub static WRITTEN: Members = Members {
    properties: &[
        property("path", Gives::Text, "Where it is."),
        property("size", Gives::Number, "How many bytes it has."),
        property("sha256", Gives::Text, "The SHA-256 of its bytes, computed when it is read."),
    ],
    methods: &[
        function("to_json", &[], Gives::Text, "All properties, as JSON."),
        function("to_string", &[], Gives::Text, "The path and the size."),
    ],
};

/// What functions have as values.
pub static FUNCTION: Members = Members {
    properties: &[property("name", Gives::Text, "The function's name.")],
    methods: &[
        function("call", &[optional("values", Takes::Anything)], Gives::Anything, "Calls the function."),
        function("curry", &[any("value")], Gives::Receiver, "The function with its first value given."),
    ],
};

/// What an error has that `catch` got.
pub static ERROR: Members = Members {
    properties: &[
        property("kind", Gives::OneOf(ERROR_KINDS), "What sort of failure it is."),
        property("message", Gives::Text, "What happened: GitLab's own words where it answered."),
        property("hint", Gives::Text, "What to do about it, if that is known."),
        property("status", Gives::Number, "The HTTP status, if GitLab answered."),
        property("operation", Gives::Text, "The operation's name, such as `ProjectPipeline.create`."),
        property("method", Gives::Text, "The HTTP method of the request."),
        property("url", Gives::Text, "The URL of the request, without secrets."),
        property(
            "request_id",
            Gives::Text,
            "GitLab's number for the request, which its administrators can look for in their logs.",
        ),
        property("fields", Gives::Anything, "GitLab's complaints by field, as a map of arrays."),
        property(
            "body",
            Gives::Text,
            "The body of GitLab's answer, as it came, but for the token that the client speaks with.",
        ),
        property("pipeline_status", Gives::Text, "The status of the pipeline that did not succeed."),
    ],
    methods: &[
        function("to_json", &[], Gives::Text, "All properties, as JSON."),
        function("to_string", &[], Gives::Text, "The error in one line."),
    ],
};

const ERROR_KINDS: &[Choice] = &{
    let mut choices = [const { Choice { name: "", doc: "" } }; ErrorKind::ALL.len()];
    let mut place = 0;
    while place < choices.len() {
        let kind = ErrorKind::ALL[place];
        choices[place] = Choice { name: kind.as_str(), doc: kind.doc() };
        place += 1;
    }
    choices
};
