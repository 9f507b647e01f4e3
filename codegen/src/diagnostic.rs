//! What is wrong with a spec: codes, places, advice, and how they are shown.
//!
//! Owns the list of codes and the collection of problems. Must not know the rules that find them.

use std::path::Path;
use std::{fmt, io};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};

use rhailab_yaml::Span;

/// Declares the codes once: the variant, its stable text, and the list of all.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// The stable name of a kind of problem. `spec/README.md` explains each of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it is shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// A file or the directory cannot be read.
    Unreadable = "spec::unreadable",
    /// The file is not UTF-8.
    Encoding = "spec::encoding",
    /// The file is not YAML.
    Yaml = "spec::yaml",
    /// The file is YAML that grows beyond every use.
    Limit = "spec::limit",
    /// The file, or the directory, says nothing.
    Empty = "spec::empty",
    /// A key stands twice in one map.
    DuplicateKey = "spec::duplicate_key",
    /// A key that the grammar does not know.
    UnknownKey = "spec::unknown_key",
    /// A key that is known, in a place where it means nothing.
    MisplacedKey = "spec::misplaced_key",
    /// A key that must be there is not.
    MissingKey = "spec::missing_key",
    /// A value of another shape than the key takes.
    WrongType = "spec::wrong_type",
    /// A word that is none of those that the key takes.
    UnknownWord = "spec::unknown_word",
    /// A type that cannot be read.
    BadShorthand = "spec::bad_shorthand",
    /// A type that may not stand where it stands.
    BadType = "spec::bad_type",
    /// A name that is neither a built-in type nor an enum nor a record.
    UnknownType = "spec::unknown_type",
    /// A name that is no resource.
    UnknownResource = "spec::unknown_resource",
    /// A name that is no enum.
    UnknownEnum = "spec::unknown_enum",
    /// A name that is no field.
    UnknownField = "spec::unknown_field",
    /// A name that is no verb of the other resource's objects.
    UnknownVerb = "spec::unknown_verb",
    /// A name that Rust, or the house rules, cannot take.
    BadName = "spec::bad_name",
    /// Two things of one name.
    NameCollision = "spec::name_collision",
    /// Something that would contain or follow itself without end.
    Cycle = "spec::cycle",
    /// A path that is malformed.
    BadPath = "spec::bad_path",
    /// A placeholder of a path that nothing fills.
    UnknownPlaceholder = "spec::unknown_placeholder",
    /// A parameter of the path that the path does not name, or an item path without identity.
    MissingPlaceholder = "spec::missing_placeholder",
    /// Two operations with one method and one path.
    DuplicateRoute = "spec::duplicate_route",
    /// A parameter that stands twice in one operation.
    DuplicateParam = "spec::duplicate_param",
    /// A value that stands twice in one list.
    DuplicateValue = "spec::duplicate_value",
    /// A status code that cannot mean what it stands for.
    BadStatus = "spec::bad_status",
    /// A default that does not fit the type, or that can never apply.
    BadDefault = "spec::bad_default",
    /// A fallback that does not fit the type, or that can never apply.
    BadFallback = "spec::bad_fallback",
    /// An encoding of something that cannot be written so.
    BadEncoding = "spec::bad_encoding",
    /// Something that an object cannot fill in by itself.
    BadFrom = "spec::bad_from",
    /// A condition that cannot decide whether a value is a secret.
    BadSecretWhen = "spec::bad_secret_when",
    /// Sharing with a resource that has nothing of its own to share.
    BadShare = "spec::bad_share",
    /// Objects of a resource that has none.
    NoObjects = "spec::no_objects",
    /// A result that the operation cannot have.
    BadReturns = "spec::bad_returns",
    /// A list leaves out a field that every answer is said to have.
    BadOmits = "spec::bad_omits",
    /// A text that explains nothing.
    MissingDoc = "spec::missing_doc",
    /// An address that is not https.
    BadUrl = "spec::bad_url",
    /// A release that is no release.
    BadRelease = "spec::bad_release",
    /// A sample that is no variable with its value.
    BadSample = "spec::bad_sample",
}

/// One problem of a spec.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

/// All problems of a spec, with the files that they are in.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    files: Vec<(String, String)>,
    problems: Vec<Diagnostic>,
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone, the same everywhere.
    Plain,
    /// Text with the colours of a terminal.
    Coloured,
}

impl Diagnostics {
    /// The problems, ordered by place.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Whether there is no problem.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems as text: each with file, line and column, the line itself, and advice.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let theme = match style {
            Style::Plain => GraphicalTheme::unicode_nocolor(),
            Style::Coloured => GraphicalTheme::unicode(),
        };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_width(120).with_context_lines(1).with_links(false);
        let mut text = String::new();
        for problem in &self.problems {
            let (name, source) = self
                .files
                .get(problem.span.file)
                .map_or(("", ""), |(name, source)| (name.as_str(), source.as_str()));
            let report = Report { problem, source: NamedSource::new(name, source.to_owned()) };
            // Writing into a String cannot fail; a span outside the source is shown without a line.
            let _ = handler.render_report(&mut text, &report);
            text.push('\n');
        }
        text.push_str(&self.summary());
        text
    }

    /// The only problem when a file or directory cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let mut diagnostics = Self::default();
        let name = path.display().to_string();
        let file = diagnostics.add_file(&name, "");
        diagnostics
            .error(
                Code::Unreadable,
                Span { file, start: 0, end: 0 },
                format!("{name} cannot be read: {error}"),
            )
            .help("check the path and its permissions");
        diagnostics
    }

    /// The same with the files named below this directory, so that editors and terminals find them.
    #[must_use]
    pub fn below(mut self, directory: &Path) -> Self {
        for (name, _) in &mut self.files {
            if !Path::new(&*name).starts_with(directory) {
                *name = directory.join(&*name).display().to_string();
            }
        }
        self
    }

    /// Makes a file known and returns its index for spans.
    pub(crate) fn add_file(&mut self, name: &str, source: &str) -> usize {
        self.files.push((name.to_owned(), source.to_owned()));
        self.files.len() - 1
    }

    /// The text of a file.
    pub(crate) fn source(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |(_, source)| source)
    }

    /// Adds a problem; the result takes a line of help.
    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> Advice<'_> {
        self.problems.push(Diagnostic { code, message: message.into(), span, help: None });
        Advice { problem: self.problems.last_mut() }
    }

    /// Orders the problems by place. Those of one place keep the order in which they were found,
    /// and what was found twice, such as a path that several operations share, is told once.
    pub(crate) fn sort(&mut self) {
        self.problems.sort_by_key(|problem| problem.span);
        self.problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    }

    fn summary(&self) -> String {
        let mut files: Vec<usize> = self.problems.iter().map(|problem| problem.span.file).collect();
        files.sort_unstable();
        files.dedup();
        let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        format!("{} in {}\n", count(self.problems.len(), "problem"), count(files.len(), "file"))
    }
}

/// Takes the line of help for the problem that was just added.
pub(crate) struct Advice<'a> {
    problem: Option<&'a mut Diagnostic>,
}

impl Advice<'_> {
    /// Says what to do about the problem.
    pub(crate) fn help(self, help: impl Into<String>) {
        if let Some(problem) = self.problem {
            problem.help = Some(help.into());
        }
    }
}

/// Finds the candidate that a misspelt name most likely means.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for Diagnostics {}

/// A problem in the shape that the renderer takes.
struct Report<'a> {
    problem: &'a Diagnostic,
    source: NamedSource<String>,
}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Span { start, end, .. } = self.problem.span;
        let span = SourceSpan::from((start, end - start));
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, span))))
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.problem, f)
    }
}

impl std::error::Error for Report<'_> {}
