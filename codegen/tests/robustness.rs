//! Whatever stands in the files, the generator answers: with problems, or with Rust that parses.
//!
//! `PROPTEST_CASES=20000 cargo test --release -p rhailab-codegen --test robustness` looks harder.

use std::path::Path;

use proptest::prelude::*;
use rhailab_codegen::{Source, generate, parse};

/// Words that stand badly where names, types, numbers or YAML's own signs belong.
const WORDS: &[&str] = &[
    "self",
    "Self",
    "crate",
    "type",
    "_",
    "__",
    "0",
    "-1",
    "1e999",
    ".nan",
    "ä",
    "日本",
    "a b",
    "",
    "\"\"",
    "null",
    "true",
    "~",
    "String",
    "Option",
    "unknown",
    "[",
    "]",
    "{",
    "}",
    "{}",
    "[]",
    "!",
    "?",
    "?!",
    "|",
    ">",
    "&a",
    "*a",
    "<<",
    "- x",
    "---",
    "...",
    "#",
    ": ",
    "%",
    "@",
    "`",
    "\t",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "{id}",
    "/{id}/{id}",
    "//",
    "../x",
    "https://",
    "secret",
    "json{}",
    "string[]!",
    "id",
    "list",
    "get",
    "delete",
    "save",
    "refresh",
    "lazy",
    "object",
    "like",
    "verbs",
    "fields",
    "from",
    "{path*}",
    "pairs",
    "same_as",
    "parent",
    "Project",
    "ProjectPipeline",
    "CiStatus",
    "UserBasic",
    "TriggerPipeline",
    "!!binary x",
    "!!int x",
    "\"\\u0000\"",
    "99999999999999999999",
];

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answer(&[("spec.yaml".to_owned(), text.into_bytes())]);
    }

    #[test]
    fn any_bytes_are_answered(name in "[a-zA-Z0-9_.-]{0,8}", bytes in any::<Vec<u8>>()) {
        answer(&[(format!("{name}.yaml"), bytes)]);
    }

    #[test]
    fn any_yaml_like_text_is_answered(text in "([a-z]{0,3}[:,\\-\\[\\]{}&*!|> \n\"'#?]{1,3}){0,40}") {
        answer(&[("spec.yaml".to_owned(), text.into_bytes())]);
    }

    #[test]
    fn a_damaged_spec_is_answered(edits in prop::collection::vec(edit(), 1..6)) {
        let mut files = real_spec();
        for edit in edits {
            edit.apply(&mut files);
        }
        answer(&files);
    }

    #[test]
    fn a_damaged_golden_is_answered(edits in prop::collection::vec(edit(), 1..4)) {
        let mut files = vec![
            ("types.yaml".to_owned(), include_bytes!("golden/types/spec.yaml").to_vec()),
            ("verbs.yaml".to_owned(), include_bytes!("golden/verbs/spec.yaml").to_vec()),
            ("resources.yaml".to_owned(), include_bytes!("golden/resources/spec.yaml").to_vec()),
            ("shapes.yaml".to_owned(), include_bytes!("golden/shapes/spec.yaml").to_vec()),
            ("sharing.yaml".to_owned(), include_bytes!("golden/sharing/spec.yaml").to_vec()),
        ];
        for edit in edits {
            edit.apply(&mut files);
        }
        answer(&files);
    }
}

/// A change of one file, at a place between 0 and 1.
#[derive(Clone, Debug)]
enum Edit {
    ReplaceWord(f64, f64, &'static str),
    RemoveLine(f64, f64),
    RepeatLine(f64, f64, f64),
    Indent(f64, f64, usize),
    Cut(f64, f64),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || 0.0..1.0_f64;
    let word = prop::sample::select(WORDS);
    prop_oneof![
        6 => (at(), at(), word).prop_map(|(file, place, word)| Edit::ReplaceWord(file, place, word)),
        2 => (at(), at()).prop_map(|(file, line)| Edit::RemoveLine(file, line)),
        2 => (at(), at(), at()).prop_map(|(file, from, to)| Edit::RepeatLine(file, from, to)),
        1 => (at(), at(), 0..9_usize).prop_map(|(file, line, by)| Edit::Indent(file, line, by)),
        1 => (at(), at()).prop_map(|(file, place)| Edit::Cut(file, place)),
    ]
}

impl Edit {
    fn apply(&self, files: &mut [(String, Vec<u8>)]) {
        let (Self::ReplaceWord(file, ..)
        | Self::RemoveLine(file, ..)
        | Self::RepeatLine(file, ..)
        | Self::Indent(file, ..)
        | Self::Cut(file, ..)) = self;
        let index = at(*file, files.len());
        let text = String::from_utf8_lossy(&files[index].1).into_owned();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.is_empty() {
            return;
        }
        match self {
            Self::ReplaceWord(_, place, word) => {
                let separators = |c: char| c.is_whitespace() || "{}[],:\"".contains(c);
                let words: Vec<(usize, &str)> = text
                    .split(separators)
                    .filter(|word| !word.is_empty())
                    .map(|word| (offset(&text, word), word))
                    .collect();
                if words.is_empty() {
                    return;
                }
                let (start, old) = words[at(*place, words.len())];
                let edited = format!("{}{word}{}", &text[..start], &text[start + old.len()..]);
                files[index].1 = edited.into_bytes();
                return;
            }
            Self::RemoveLine(_, line) => {
                lines.remove(at(*line, lines.len()));
            }
            Self::RepeatLine(_, from, to) => {
                let line = lines[at(*from, lines.len())].clone();
                lines.insert(at(*to, lines.len()), line);
            }
            Self::Indent(_, line, by) => {
                let index = at(*line, lines.len());
                lines[index] = format!("{}{}", " ".repeat(*by), lines[index].trim_start());
            }
            Self::Cut(_, place) => lines.truncate(at(*place, lines.len())),
        }
        files[index].1 = lines.join("\n").into_bytes();
    }
}

/// The index that a place between 0 and 1 means.
fn at(place: f64, len: usize) -> usize {
    let index = (place * len as f64) as usize;
    index.min(len - 1)
}

/// Where a part of a text stands in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

fn real_spec() -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap_or_default())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Runs everything that a spec can reach.
fn answer(files: &[(String, Vec<u8>)]) {
    let sources: Vec<Source> =
        files.iter().map(|(name, bytes)| Source { name: name.clone(), bytes: bytes.clone() }).collect();
    match parse(&sources) {
        Ok(model) => {
            for file in generate(&model) {
                assert!(syn::parse_file(&file.content).is_ok(), "{}:\n{}", file.path, file.content);
            }
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            assert!(diagnostics.to_string().contains("spec::"));
        }
    }
}
