//! What scripts can call beside the verbs of the endpoint table, as data: help, suggestions and editors read it.
//! The functions themselves are registered where they are written.

use rhailab_client::can_wait;
use rhailab_client::endpoint::Resource;

use super::follow::log_of;

/// A function, or a method.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How a call is written; `?` marks what may be left out.
    pub signature: &'static str,
    /// What it does, as Markdown; the first paragraph says it in one line.
    pub doc: &'static str,
}

/// The functions that every script has.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "print",
        signature: "print(value)",
        doc: "Writes a value and a line break to standard output.",
    },
    Function {
        name: "debug",
        signature: "debug(value)",
        doc: "Writes a value to standard error, with the place in the script.",
    },
    Function {
        name: "sleep",
        signature: "sleep(duration)",
        doc: "Pauses for a number of seconds, or for a span of time such as `\"1m 30s\"`. Ctrl-C ends it.",
    },
    Function {
        name: "exit",
        signature: "exit(status?)",
        doc: "Ends the script with this exit status, 0 without one. `catch` does not see it.",
    },
    Function {
        name: "env",
        signature: "env(name)",
        doc: "Answers a variable of the environment, `()` when it is not set.",
    },
    Function {
        name: "now",
        signature: "now()",
        doc: "Answers the time in UTC, as text such as `2025-01-31T12:00:00Z`.",
    },
    Function {
        name: "parse_duration",
        signature: "parse_duration(text)",
        doc: "Answers how many seconds a span of time such as `\"1h 20m\"` has.",
    },
    Function {
        name: "to_json",
        signature: "to_json(value)",
        doc: "Answers the value as JSON text.\n\nOf an object it is what GitLab sent: `pipeline.to_json()`.",
    },
    Function {
        name: "gitlab",
        signature: "gitlab(url, #{private_token?, oauth_token?, job_token?, timeout?})",
        doc: "Makes a client of the server at this URL, without any request. It takes nothing from the configuration: \
              without a token it is anonymous.",
    },
    Function {
        name: "open_file",
        signature: "open_file(path, mode)",
        doc: "Opens a file for writing: `\"w\"` makes a new one, `\"a\"` writes behind what is there.\n\nThe file has \
              `write(data)` for text, blobs and pieces of downloads, and `close()`.",
    },
    Function {
        name: "unzip",
        signature: "unzip(archive, directory)",
        doc: "Unpacks a zip archive and answers the paths of the files. Nothing is written outside the directory.",
    },
    Function { name: "remove_file", signature: "remove_file(path)", doc: "Removes a file." },
    Function {
        name: "type_of",
        signature: "type_of(value)",
        doc: "Answers the name of the value's type, such as `\"i64\"` or `\"Object\"`. The kind of an object is `object.kind`.",
    },
];

/// The methods of objects that have a status.
pub const OBJECT_METHODS: &[Function] = &[
    Function {
        name: "wait",
        signature: "pipeline.wait(#{timeout?, poll?, until?, check?, on_change?})",
        doc: "Reads the object again and again until its status says that it is over, and answers it.\n\n\
              - `timeout`: how long to wait at most, such as `\"30m\"`; an error of kind `deadline` is raised then. Default: as long as it takes.\n\
              - `poll`: the first pause between two looks; pauses grow up to 15 seconds. `#{first: \"1s\", max: \"5s\"}` sets both ends.\n\
              - `until`: `\"settled\"`, the default, also ends where nothing moves until somebody acts, the status `manual`; `\"final\"` waits on.\n\
              - `check`: whether anything but success raises an error of kind `pipeline`, which sets the exit status too.\n\
              - `on_change`: a function that is called with the object whenever its status is a new one.",
    },
    Function {
        name: "follow",
        signature: "job.follow(#{poll?})",
        doc: "Prints the object's log as it grows, until whatever writes it has ended, and answers the object.\n\n\
              - `poll`: the pause between two looks. Default: 2 seconds.",
    },
];

/// The methods of lists, whose rows are fetched as they are needed.
pub const LIST_METHODS: &[Function] = &[
    Function {
        name: "len",
        signature: "list.len()",
        doc: "Answers how many rows there are; all of them are fetched.",
    },
    Function {
        name: "is_empty",
        signature: "list.is_empty()",
        doc: "Answers whether there is no row; the first page is fetched.",
    },
    Function {
        name: "first",
        signature: "list.first()",
        doc: "Answers the first row, `()` when there is none.",
    },
    Function { name: "take", signature: "list.take(count)", doc: "Answers an array of the first rows." },
    Function {
        name: "map",
        signature: "list.map(change)",
        doc: "Answers an array of what a function makes of each row.",
    },
    Function {
        name: "filter",
        signature: "list.filter(test)",
        doc: "Answers an array of the rows for which a function says `true`.",
    },
    Function {
        name: "find",
        signature: "list.find(test)",
        doc: "Answers the first row for which a function says `true`, `()` when there is none. Later pages are not fetched.",
    },
    Function {
        name: "any",
        signature: "list.any(test)",
        doc: "Answers whether a function says `true` for some row. Later pages are not fetched.",
    },
    Function {
        name: "all",
        signature: "list.all(test)",
        doc: "Answers whether a function says `true` for every row.",
    },
    Function { name: "to_array", signature: "list.to_array()", doc: "Answers an array of all rows." },
];

/// The methods of [`OBJECT_METHODS`] that objects of a resource have.
pub fn object_methods(resource: &'static Resource) -> impl Iterator<Item = &'static Function> {
    OBJECT_METHODS.iter().filter(move |method| match method.name {
        "follow" => log_of(resource).is_some(),
        _ => can_wait(resource),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sequence::METHODS;

    #[test]
    fn every_method_of_lists_is_described() {
        let described: Vec<&str> = LIST_METHODS.iter().map(|method| method.name).collect();
        assert_eq!(described, METHODS);
    }

    #[test]
    fn signatures_are_those_of_their_names() {
        for function in FUNCTIONS {
            assert!(function.signature.starts_with(&format!("{}(", function.name)), "{function:?}");
        }
        for method in OBJECT_METHODS.iter().chain(LIST_METHODS) {
            assert!(method.signature.contains(&format!(".{}(", method.name)), "{method:?}");
        }
    }
}
