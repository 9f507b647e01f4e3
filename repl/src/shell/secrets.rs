//! What of an input may be a secret: text that looks like a token, and text that is assigned to what holds secrets. Knows how
//! Rhai is spelled, and runs nothing.

use rhailab_client::{REDACTED, mask_tokens};

use super::lexer::{self, Kind, Source};

/// Whether an input holds something that may be a secret.
pub(super) fn has_some(text: &str) -> bool {
    masked(text) != text || has_token(text)
}

/// The input with its secrets masked; it is still Rhai.
pub(super) fn masked(text: &str) -> String {
    let source = lexer::read(text);
    let mut shown = String::new();
    let mut rest = 0;
    for (index, token) in source.tokens.iter().enumerate() {
        let word = source.word(index);
        if token.kind == Kind::Text && (is_secrets_value(&source, index) || has_token(word)) {
            shown.push_str(text.get(rest..token.start).unwrap_or_default());
            shown.push_str(&with_quotes_of(word));
            rest = token.end;
        }
    }
    shown.push_str(text.get(rest..).unwrap_or_default());
    mask_tokens(&shown)
}

/// Whether a text stands behind a name for secrets, as in `token: "…"` or `variable.value = "…"`.
fn is_secrets_value(source: &Source<'_>, index: usize) -> bool {
    let (Some(sign), Some(name)) = (index.checked_sub(1), index.checked_sub(2)) else {
        return false;
    };
    let is_assigned = source.word(sign) == "=";
    if !is_assigned && source.word(sign) != ":" {
        return false;
    }
    match source.word(name).trim_matches(is_quote) {
        // Only GitLab knows whether the variable is masked. A new one says it beside its value.
        "value" => is_assigned || is_masked(source, index),
        name => ["token", "password", "secret"].iter().any(|end| name.ends_with(end)),
    }
}

/// Whether the map around a token says that a variable shall be masked, or that it depends.
fn is_masked(source: &Source<'_>, index: usize) -> bool {
    let map = source.parent(index);
    (0..source.tokens.len()).any(|other| {
        source.parent(other) == map
            && matches!(source.word(other).trim_matches(is_quote), "masked" | "masked_and_hidden")
            && source.word(other + 2) != "false"
    })
}

/// The mask in the quotes that the text has. A piece of a text with `${…}` in it may have none on one side.
fn with_quotes_of(word: &str) -> String {
    let is_outside = |letter: char| is_quote(letter) || letter == '#';
    let inner = word.trim_start_matches(is_outside);
    if inner.is_empty() {
        return word.to_owned();
    }
    let before = word.len() - inner.len();
    let behind = before + inner.trim_end_matches(is_outside).len();
    format!("{}{REDACTED}{}", word.get(..before).unwrap_or_default(), word.get(behind..).unwrap_or_default())
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`')
}

fn has_token(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_'))
        .any(is_token_like)
}

/// Long, without a space, and mixed as nobody would mix letters: a key, a hash, a random word.
fn is_token_like(word: &str) -> bool {
    const SHORTEST: usize = 20;
    let has = |test: fn(&char) -> bool| word.chars().any(|letter| test(&letter));
    word.len() >= SHORTEST
        && has(char::is_ascii_digit)
        && (has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
            || word.chars().all(|letter| letter.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_found_and_masked() {
        for (text, expected) in [
            ("gitlab(url, #{private_token: \"glpat-abc\"})", "gitlab(url, #{private_token: \"••••\"})"),
            ("let t = \"9B0Po6uAaUthCMD4aIPc\"", "let t = \"••••\""),
            ("x.value = \"0123456789abcdef0123456789abcdef\"", "x.value = \"••••\""),
            (
                "p.variables.create(#{key: \"K\", value: \"swordfish\", masked: true})",
                "p.variables.create(#{key: \"K\", value: \"••••\", masked: true})",
            ),
            ("f(#{\"value\": `a${b}`, \"masked\": true})", "f(#{\"value\": `••••${b}`, \"masked\": true})"),
            ("v.value = #\"sword\"fish\"#; v.save()", "v.value = #\"••••\"#; v.save()"),
        ] {
            assert_eq!(masked(text), expected);
            assert!(has_some(text), "{text}");
        }
        assert!(has_some("let jwt = \"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x\""));
        for text in [
            "project.pipelines.list(#{ref: \"main\", updated_after: \"2026-01-01\"})",
            "gl.projects.get(\"group/a-very-long-project-name-of-ours\")",
            "let get_or_create_the_trigger_2 = 1",
            "v.value = \"\"",
            "p.variables.create(#{key: \"K\", value: \"plain\", masked: false})",
            "if v.value == \"main\" { print(v.value) }",
            "p.pipelines.create(#{ref: \"main\", variables: [#{key: \"ZONE\", value: \"eu\"}]})",
        ] {
            assert!(!has_some(text), "{text}");
        }
    }
}
