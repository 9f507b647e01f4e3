//! The recipes in `examples/`, carried along in the binary: whole scripts, one for each section of python-gitlab's
//! page about pipelines and jobs, and more that needs a few of them together.

/// A script to read, to run and to change.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The file's name, without its extension.
    pub name: &'static str,
    /// The whole script.
    pub text: &'static str,
}

/// Names the files once; `repl/examples` is a link to `examples/`, so that the packaged crate has them too.
macro_rules! examples {
    ($($name:literal,)*) => {
        /// The recipes, in the order in which they are read best.
        pub const EXAMPLES: &[Example] = &[
            $(Example { name: $name, text: include_str!(concat!("../../examples/", $name, ".rhai")) },)*
        ];
    };
}

examples! {
    "trigger_and_wait",
    "trigger_and_wait_short",
    "anonymous_trigger",
    "pipelines",
    "jobs",
    "artifacts",
    "triggers",
    "schedules",
    "variables",
    "slowest_jobs",
}

impl Example {
    /// What it is about: the first sentence of its first comment, or what stands before its colon.
    #[must_use]
    pub fn title(&self) -> String {
        let comment = self.text.lines().skip_while(|line| !line.starts_with("// "));
        let words: Vec<&str> =
            comment.map_while(|line| line.strip_prefix("// ")).flat_map(str::split_whitespace).collect();
        let text = words.join(" ");
        let end = [". ", ": "].iter().filter_map(|end| text.find(end)).min();
        let sentence = end.map_or(text.as_str(), |end| &text[..end]);
        sentence.trim_end_matches('.').to_owned()
    }
}

/// The recipe of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name.strip_suffix(".rhai").unwrap_or(name))
}
