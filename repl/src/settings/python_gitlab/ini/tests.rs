//! The reader against Python's own, and against whatever text there may be.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::*;

#[test]
fn a_file_is_read_line_by_line() {
    let text = "# first\n[a b]\nKey One = v ; no comment\n other: x = y\n\n  more\n\tand more # too\n; end\nempty =\n[DEFAULT]\nd: 1\n[c] behind\n";
    let ini = Ini::parse(text).unwrap();
    let keys: Vec<(&str, &str)> =
        ini.section("a b").unwrap().iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    // A line that is indented further goes on with the value above, whatever it looks like.
    assert_eq!(keys, [("empty", ""), ("key one", "v ; no comment\nother: x = y\n\nmore\nand more # too")]);
    assert_eq!(ini.defaults().len(), 1);
    assert_eq!(ini.sections().collect::<Vec<_>>(), ["a b", "c"]);
}

#[test]
fn what_is_no_such_file_is_refused_with_its_line_and_without_its_value() {
    let cases = [
        ("key = glpat-1\n", 1, "before any section"),
        ("[a]\nglpat-1\n", 2, "neither a section"),
        ("[a]\r\n\r\n= glpat-1\r\n", 3, "a value without a key"),
        ("[a]\nk = 1\nK = glpat-1\n", 3, "`k` stands here for the second time"),
        ("[a]\n[b]\n[a]\n", 3, "[a] stands here for the second time"),
        ("[]\n", 1, "neither a section"),
    ];
    for (text, line, words) in cases {
        let problem = Ini::parse(text).unwrap_err();
        assert_eq!(problem.line, line, "{text}");
        assert!(problem.what.contains(words) && !problem.what.contains("glpat-"), "{}", problem.what);
    }
}

/// Files as people write them, and as nobody should.
fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "\\[[a-c]{1,2}\\]",
        "[abcABC]{1,2} ?[=:] ?[xyz=:%# ;\\[\\]]{0,6}",
        "[ \t]{1,3}[abc=:;#\\[\\]]{0,5}",
        "[#;][a-c ]{0,3}",
        "\\[DEFAULT\\]",
        "",
        "[\\[\\]=: abA#;]{1,6}",
    ];
    let end = prop_oneof![6 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    prop::collection::vec((line, end), 0..9)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let text = String::from_utf8_lossy(&bytes);
        // The text stands alone, and as a value.
        let _ = Ini::parse(&text);
        let _ = Ini::parse(&format!("[a]\nk = {text}"));
    }
}

const PYTHON: &str = r"
import configparser, json, sys
answers = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser()
    try:
        import io
        parser.read_file(io.StringIO(text, newline=None))
        answers.append({'defaults': dict(parser._defaults), 'sections': {name: dict(keys) for name, keys in parser._sections.items()}})
    except configparser.Error:
        answers.append(None)
json.dump(answers, sys.stdout)
";

/// Python's own reader says of each file what it holds, or that it is none. Where there is no Python, the test says that it
/// is skipped.
#[test]
fn it_reads_what_python_reads() {
    let mut runner = TestRunner::deterministic();
    let texts: Vec<String> = (0..10_000).map(|_| file().new_tree(&mut runner).unwrap().current()).collect();
    let child =
        Command::new("python3").args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3");
        return;
    };
    child.stdin.take().unwrap().write_all(json!(texts).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), texts.len());
    let mut readable = 0;
    for (text, answer) in texts.iter().zip(answers) {
        let own = match Ini::parse(text) {
            Ok(ini) => json!({"defaults": ini.defaults, "sections": ini.sections}),
            Err(_) => Value::Null,
        };
        readable += usize::from(!own.is_null());
        assert_eq!(own, answer, "{text:?}");
    }
    assert!(readable > 500, "only {readable} of the files can be read at all");
}
