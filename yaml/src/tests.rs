use super::*;

const LIMITS: Limits = Limits { depth: 4, nodes: 50 };

fn kind(text: &str) -> FaultKind {
    parse(0, text, LIMITS).unwrap_err().kind
}

#[test]
fn values_keep_their_text_and_their_place() {
    let text = "a: 1.10\nb: \"yes\"\nc: [no, true, ~]\n";
    let document = parse(7, text, LIMITS).unwrap();
    let json = serde_json::json!({"a": 1.10, "b": "yes", "c": ["no", true, null]});
    assert_eq!(document.to_json(), json);
    let Value::Map(entries) = &document.value else { panic!("{document:?}") };
    let places: Vec<&str> =
        entries.iter().map(|(_, value)| &text[value.span.start..value.span.end]).collect();
    // The place of a list or a map is where it begins.
    assert_eq!(places, ["1.10", "yes", "["]);
    assert_eq!(entries[0].0.span.file, 7);
    assert_eq!(entries[0].1.scalar(), Some("1.10"));
}

#[test]
fn what_cannot_be_read_is_told_by_its_kind() {
    assert_eq!(kind("[[[[[[1]]]]]]"), FaultKind::TooDeep);
    assert_eq!(kind(&format!("[{}]", "1, ".repeat(60))), FaultKind::TooLarge);
    assert_eq!(kind("a: &a {b: 1}\nc:\n  <<: *a\n"), FaultKind::MergeKey);
    assert_eq!(kind("a: 1\n---\nb: 2\n"), FaultKind::SecondDocument);
    for tabs in ["a:\n\tb: 1\n", "a: {\n\tb: 1}\n", "a:\n  b: 1\n \tc: 2\n"] {
        assert_eq!(kind(tabs), FaultKind::Tab, "{tabs:?}");
    }
    for (bracket, open) in [('[', "a: [1"), ('{', "a: {b: 1"), ('[', "a: [1}")] {
        assert_eq!(kind(open), FaultKind::OpenBracket(bracket), "{open}");
    }
    assert_eq!(kind("a: *b\nc: &b 1\n"), FaultKind::UnknownAlias);
    assert_eq!(kind("a: &a [*a]\n"), FaultKind::RecursiveAlias);
    assert!(matches!(kind("a: b: c"), FaultKind::Syntax(_)));
}

#[test]
fn keys_that_are_there_twice_are_found_at_any_depth() {
    let document = parse(0, "a: 1\nb: [{c: 1, c: 2}]\na: 3\n", LIMITS).unwrap();
    let found: Vec<_> = duplicate_keys(&document).iter().filter_map(|key| key.scalar()).collect();
    assert_eq!(found, ["c", "a"]);
}

#[test]
fn a_part_stays_within_its_whole() {
    let whole = Span { file: 1, start: 10, end: 15 };
    assert_eq!(whole.part(1, 2), Span { file: 1, start: 11, end: 13 });
    assert_eq!(whole.part(9, 9), Span { file: 1, start: 15, end: 15 });
}
