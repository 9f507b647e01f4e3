//! The text of a script's file as Rhai can read it. Knows nothing of where the file is.

/// A text without the mark that some editors put before it, and with its `#!` line as a comment. Every line and
/// column after the mark stays where it is.
pub(crate) fn readable(text: String) -> String {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    match text.strip_prefix("#!") {
        Some(rest) => format!("//{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn what_is_no_rhai_at_the_beginning_is_gone() {
        let read = |text: &str| readable(text.to_owned());
        assert_eq!(read("let x = 1;"), "let x = 1;");
        assert_eq!(read("#!/bin/x\nx"), "///bin/x\nx");
        assert_eq!(read("\u{feff}x"), "x");
        assert_eq!(read("\u{feff}#!/bin/x\nx"), "///bin/x\nx");
        assert_eq!(read(" #!x \u{feff}"), " #!x \u{feff}");
    }
}
