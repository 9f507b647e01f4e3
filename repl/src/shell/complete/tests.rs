//! Completion, input by input. `cargo test -p rhailab --lib shell::complete -- --nocapture` prints every input with
//! its candidates and the time that it took, and at the end the slowest; with `--release` it takes a fifth of that.

mod cases;
mod session;
mod values;

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Completion, complete};
use crate::engine::syntax::Syntax;
use cases::Case;
use session::Session;

/// The completion of a text at the `⇥` in it.
fn at_mark(marked: &str) -> Completion {
    let (before, behind) = marked.split_once('⇥').unwrap();
    complete(&format!("{before}{behind}"), before.len(), &Session)
}

fn texts(completion: &Completion) -> Vec<&str> {
    completion.candidates.iter().map(|candidate| candidate.text.as_str()).collect()
}

fn is_as_expected(texts: &[&str], expected: &[&str]) -> bool {
    match expected.split_last() {
        Some((&"…", some)) => {
            let mut rest = texts.iter();
            some.iter().all(|text| rest.any(|known| known == text)) && texts.len() > some.len()
        }
        _ => texts == expected,
    }
}

#[test]
fn proposes_what_the_tables_know() {
    let all: [&[Case]; 9] = [
        cases::MEMBERS,
        cases::CHAINS,
        cases::KEYS,
        cases::VALUES,
        cases::VARIABLES,
        cases::NAMES,
        cases::FILES_AND_COMMANDS,
        cases::NEARLY,
        cases::NOTHING,
    ];
    let mut slowest = (Duration::ZERO, "");
    let mut wrong = Vec::new();
    for (input, expected) in all.into_iter().flatten() {
        let begun = Instant::now();
        let completion = at_mark(input);
        let took = begun.elapsed();
        slowest = slowest.max((took, input));
        let texts = texts(&completion);
        println!("{took:>9.1?}  {input:?}\n           {}", texts.join(" | "));
        if !is_as_expected(&texts, expected) {
            wrong.push(format!("{input:?}: {texts:?}, not {expected:?}"));
        }
    }
    println!("{} inputs; the slowest took {:.1?}: {:?}", all.concat().len(), slowest.0, slowest.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_stands_before_is_read_but_does_not_confuse() {
    let script =
        "let project = gl.projects.get(1);\nfor p in project.pipelines.list(#{status: \"failed\"}) {\n    \
                  print(`${p.id}: ${p.status}`);\n}\nfn f(x) { x + 1 }\n"
            .repeat(200);
    let begun = Instant::now();
    let completion = at_mark(&format!("{script}project.pipelines.list().filter(|p| p.status == \"suc⇥"));
    println!("{:.1?} behind {} lines", begun.elapsed(), script.lines().count());
    assert_eq!(texts(&completion), ["success\""]);
}

#[test]
fn every_candidate_has_a_label_and_a_line_about_it() {
    for (input, _) in [cases::MEMBERS, cases::CHAINS, cases::KEYS, cases::VALUES, cases::NAMES].concat() {
        for candidate in at_mark(input).candidates {
            assert!(!candidate.label.is_empty() && !candidate.doc.is_empty(), "{input}: {candidate:?}");
            assert!(!candidate.doc.contains('\n'), "{input}: {candidate:?}");
        }
    }
}

#[test]
fn rhai_reads_every_key_that_is_proposed() {
    let mut read = 0;
    for (input, _) in cases::KEYS {
        // Inside of quotes the key is not complete without what stands before.
        for candidate in at_mark(input).candidates.iter().filter(|_| !input.ends_with("\"prot⇥")) {
            let script = format!("#{{{} 1}}", candidate.text);
            assert!(Syntax::default().read(&script, Vec::new()).is_ok(), "{script}");
            read += 1;
        }
    }
    assert!(read > 50, "{read}");
}

#[test]
fn only_what_is_typed_is_replaced() {
    let replaced = |marked: &str| {
        let completion = at_mark(marked);
        let before = marked.split('⇥').next().unwrap();
        before[completion.start..].to_owned()
    };
    assert_eq!(replaced("gl.projects.get(1).pip⇥"), "pip");
    assert_eq!(replaced("project.pipelines.list(#{status: \"fa⇥"), "fa");
    assert_eq!(replaced("print(\"ü\"); pipeline.⇥"), "");
    assert_eq!(replaced("  :run dep⇥"), "dep");
    assert_eq!(replaced(":type pipeline.sta⇥"), "sta");
}

#[test]
fn a_label_tells_types_and_signatures() {
    let label = |marked: &str| at_mark(marked).candidates.first().unwrap().label.clone();
    assert_eq!(label("pipeline.sta⇥"), "status: PipelineStatus");
    assert_eq!(label("job.runner⇥"), "runner: Runner?");
    assert_eq!(label("project.trigger_pipeline⇥"), "trigger_pipeline(ref, token, #{variables, inputs})");
    assert_eq!(label("project.variables.create(#{prot⇥"), "protected: bool = false");
    assert_eq!(label("project.pipelines.create(#{re⇥"), "ref: string, required");
    assert_eq!(label("pipelines.fil⇥"), "filter(|row| …)");
    assert_eq!(label("dep⇥"), "deploy(zone)");
}

#[test]
fn a_cursor_inside_of_a_letter_or_behind_the_end_is_no_trouble() {
    assert_eq!(complete("ü", 1, &Session).start, 0);
    assert_eq!(texts(&complete("pipeline.ta", 99, &Session)), ["tag"]);
}

#[test]
fn deep_texts_are_no_trouble() {
    for piece in ["(", "[", "#{a: ", "`${", "{", "if x { ", "gl.projects.get(", "|a| ", "x => "] {
        assert_eq!(texts(&at_mark(&format!("{}pipeline.ta⇥", piece.repeat(20_000)))), ["tag"], "{piece}");
    }
    for piece in ["a.", "/*", "a[0]."] {
        assert!(at_mark(&format!("{}pipeline.ta⇥", piece.repeat(20_000))).candidates.is_empty(), "{piece}");
    }
}

#[test]
fn what_leads_too_far_is_not_followed() {
    let doubled = |at: usize| format!("let v{} = #{{a: v{at}, b: v{at}}};", at + 1);
    let chain: String = (0..2_000).map(doubled).collect();
    let completion = at_mark(&format!("{chain} v2000.⇥"));
    assert!(texts(&completion).starts_with(&["a", "b", "keys()"]));
}

/// Pieces of scripts, in any order: they reach further into the code than any letters do.
fn script() -> impl Strategy<Value = String> {
    let pieces = [
        "project",
        "pipeline",
        ".",
        "?.",
        "pipelines",
        "list",
        "(",
        ")",
        "#{",
        "{",
        "}",
        "[",
        "]",
        "status",
        ":",
        "\"",
        "`",
        "${",
        "failed",
        "==",
        "=",
        ",",
        ";",
        "|",
        "p",
        "let ",
        "for ",
        " in ",
        "fn ",
        "if ",
        "else",
        "catch",
        "switch",
        " ",
        "\n",
        "//",
        "/*",
        "*/",
        "'",
        "\\",
        "ü",
        "1",
        "0.",
        "wait",
        "on_change",
        "import",
        "open_file",
        ":run ",
        "=>",
        "#\"",
        "map",
        "first()",
        "::",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_is_any_trouble(text in prop_oneof![script(), any::<String>()], cursor in 0..200_usize) {
        let completion = complete(&text, cursor, &Session);
        prop_assert!(completion.start <= cursor.min(text.len()));
        prop_assert!(text.is_char_boundary(completion.start));
    }
}
