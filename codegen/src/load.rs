//! Files to trees: reads a directory of YAML files, each into a [`Node`] with places.
//!
//! Owns encodings, the limits of a file, and the words for what makes one unreadable; it must not know what any key means.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rhailab_yaml::{Fault, FaultKind, Limits, Node, Span, duplicate_keys};

use crate::diagnostic::{Code, Diagnostics};

/// How large a file may be. The grammar needs nine levels.
const LIMITS: Limits = Limits { depth: 24, nodes: 250_000 };

/// A file of the spec.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name below the directory of the spec, such as `pipelines.yaml`.
    pub name: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

/// A file or directory that cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Reads every `*.yaml` file that lies directly in the directory, ordered by name.
pub(crate) fn read_directory(directory: &Path) -> Result<Vec<Source>, Unreadable> {
    let unreadable = |path: &Path, source| Unreadable { path: path.to_owned(), source };
    let entries = fs::read_dir(directory).map_err(|source| unreadable(directory, source))?;
    let mut sources = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(directory, source))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
            sources.push(Source { name, bytes });
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

/// Makes the file known to the diagnostics; `None` when it is not UTF-8, which is then reported.
pub(crate) fn decode<'a>(source: &'a Source, diagnostics: &mut Diagnostics) -> Option<&'a str> {
    match std::str::from_utf8(&source.bytes) {
        Ok(text) => {
            diagnostics.add_file(&source.name, text);
            Some(text)
        }
        Err(error) => {
            let file = diagnostics.add_file(&source.name, &String::from_utf8_lossy(&source.bytes));
            // Everything before the first bad byte is the same in the shown text.
            let start = error.valid_up_to();
            let span = Span { file, start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
            diagnostics.error(Code::Encoding, span, "the file is not UTF-8").help("save it as UTF-8");
            None
        }
    }
}

/// Parses the text of one file; `None` when it is no YAML, which is then reported.
pub(crate) fn parse(file: usize, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    match rhailab_yaml::parse(file, text, LIMITS) {
        Ok(node) => {
            for key in duplicate_keys(&node) {
                let name = key.scalar().unwrap_or_default();
                diagnostics
                    .error(Code::DuplicateKey, key.span, format!("`{name}` stands here twice"))
                    .help("a key may stand in a map once; remove one of the two, or rename it");
            }
            Some(node)
        }
        Err(fault) => {
            report(fault, diagnostics);
            None
        }
    }
}

fn report(Fault { span, kind }: Fault, diagnostics: &mut Diagnostics) {
    let (code, message, help) = match kind {
        FaultKind::TooDeep => (
            Code::Limit,
            format!("more than {} lists and maps stand in one another", LIMITS.depth),
            "the deepest place that means something has ten",
        ),
        FaultKind::TooLarge => (
            Code::Limit,
            "the file holds more than any spec needs".to_owned(),
            "split the file, and repeat nothing through aliases",
        ),
        FaultKind::MergeKey => (
            Code::Yaml,
            "`<<` is no key of a spec".to_owned(),
            "write the entries out, or use `like` and `same_as`",
        ),
        kind => (Code::Yaml, kind.to_string(), kind.help()),
    };
    diagnostics.error(code, span, message).help(help);
}
