//! A program that knows a token, such as a password manager, as python-gitlab's `helper:` names it. It runs without a
//! shell. What it prints is never shown; what it complains about is.

use std::process::{Command, Stdio};

use rhailab_client::{Error, Secret, mask_tokens};

use crate::output::terminal::one_line;

/// The words in front of a program that knows the value.
pub(super) const PREFIX: &str = "helper:";

/// Runs the command line and answers what the program prints.
pub(super) fn run(command: &str) -> Result<Secret, Error> {
    let words = shlex::split(command)
        .ok_or_else(|| Error::usage("the helper that shall tell the token has a quote that is not closed"))?;
    let words: Vec<String> =
        words.iter().map(|word| expanded(word, &|name| std::env::var(name).ok())).collect();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Error::usage("the helper that shall tell the token names no program"));
    };
    let failed = |why: &str| {
        Error::usage(format!("the helper `{}`, which shall tell the token, {why}", one_line(program)))
    };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| failed(&format!("cannot be started: {error}")))?;
    // Whatever went wrong, a program may have repeated the token in its complaint.
    let printed = String::from_utf8(output.stdout).map_err(|_| failed("printed what is not text"))?;
    let token = printed.trim();
    if !output.status.success() {
        let complaint = mask_tokens(&one_line(String::from_utf8_lossy(&output.stderr).trim()));
        let complaint = if token.is_empty() { complaint } else { complaint.replace(token, "••••") };
        return Err(failed(&format!("failed ({}): {complaint}", output.status)));
    }
    if token.is_empty() {
        return Err(failed("printed nothing"));
    }
    Ok(Secret::from(token))
}

/// The word with `~/` in front as the home directory, and `$NAME` and `${NAME}` as the variable where there is one: all
/// that a shell would do which python-gitlab does, too.
fn expanded(word: &str, environment: &impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = word;
    while let Some(start) = rest.find('$') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let (name, end) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let end = after
                    .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                    .unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        match environment(name).filter(|_| !name.is_empty()) {
            Some(value) => text.push_str(&value),
            None => text.push_str(&rest[start..=start + end]),
        }
        rest = &after[end..];
    }
    text.push_str(rest);
    match (text.strip_prefix('~'), environment("HOME")) {
        (Some(path), Some(home)) if path.is_empty() || path.starts_with('/') => {
            format!("{}{path}", home.trim_end_matches('/'))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_expanded_as_python_gitlab_expands_them() {
        let environment = |name: &str| match name {
            "HOME" => Some("/home/mira/".to_owned()),
            "TOOL" => Some("pass".to_owned()),
            _ => None,
        };
        let cases = [
            ("~/bin/$TOOL", "/home/mira/bin/pass"),
            ("~", "/home/mira"),
            ("~other/x", "~other/x"),
            ("a~/b", "a~/b"),
            ("${TOOL}x$TOOL", "passxpass"),
            ("$NONE/${NONE}", "$NONE/${NONE}"),
            ("${TOOL", "${TOOL"),
            ("100$", "100$"),
            ("$$TOOL", "$pass"),
            ("${}", "${}"),
        ];
        for (word, text) in cases {
            assert_eq!(expanded(word, &environment), text, "{word}");
        }
    }

    #[test]
    fn what_a_helper_prints_is_the_token_and_is_never_shown() {
        assert_eq!(run("sh -c 'echo \" glpat-helper \"'").unwrap().expose(), "glpat-helper");
        let cases = [
            ("sh -c 'echo kz7wq9; echo kz7wq9 is locked >&2; exit 3'", "the helper `sh`", "•••• is locked"),
            ("sh -c 'exit 0'", "the helper `sh`", "printed nothing"),
            ("/nowhere/helper --token kz7wq9", "/nowhere/helper", "cannot be started"),
            ("sh -c 'kz7wq9", "the helper", "a quote that is not closed"),
            ("  ", "the helper", "names no program"),
            ("sh -c 'printf \"\\377\"'", "the helper `sh`", "not text"),
        ];
        for (command, program, words) in cases {
            let error = run(command).unwrap_err().to_string();
            assert!(error.contains(program) && error.contains(words), "{command}: {error}");
            assert!(!error.contains("kz7wq9"), "{error}");
        }
    }
}
