//! Logs in, text out: whole, and cut at every place.

use super::{LogStyle, LogText, MOST_HELD};

const PLAIN: LogStyle = LogStyle { colors: false, terminal: false };
const COLORED: LogStyle = LogStyle { colors: true, terminal: false };
const TERMINAL: LogStyle = LogStyle { colors: true, terminal: true };

fn read(style: LogStyle, log: &[u8]) -> String {
    let mut text = LogText::new(style);
    let read = text.add(log);
    [read, text.finish()].concat()
}

/// The same, byte by byte.
fn read_slowly(style: LogStyle, log: &[u8]) -> String {
    let mut text = LogText::new(style);
    let read: String = log.iter().map(|byte| text.add(&[*byte])).collect();
    [read, text.finish()].concat()
}

const LOG: &str = "\u{1b}[0KRunning with gitlab-runner 17.0\n\
    section_start:1560896352:prepare_executor\r\u{1b}[0K\u{1b}[0K\u{1b}[36;1mPreparing the \"docker\" executor\u{1b}[0;m\u{1b}[0;m\n\
    Using image ruby\n\
    section_end:1560896353:prepare_executor\r\u{1b}[0Ksection_start:1560896353:get_sources[collapsed=true]\r\u{1b}[0K\n\
    Fetching\u{1b}[2K\u{1b}[1A changes\n\
    section_end:1560896354:get_sources\r\u{1b}[0K\n\
    \u{1b}[32;1m$ make\u{1b}[0;m\n\
    10%\r 20%\r100%\r\n\
    \u{1b}]0;owned\u{7}\u{1b}]8;;http://evil.test\u{1b}\\link\u{1b}]8;;\u{1b}\\\u{8}\u{9b}2J\n\
    \u{1b}[31mJob failed";

#[test]
fn a_log_is_read_without_marks_and_escapes() {
    let expected = "Running with gitlab-runner 17.0\n\
        ▸ Preparing the \"docker\" executor\n\
        Using image ruby\n\
        ▸ get sources\n\
        Fetching changes\n\
        $ make\n\
        100%\n\
        link␈\u{fffd}2J\n\
        Job failed\n";
    assert_eq!(read(PLAIN, LOG.as_bytes()), expected);
    assert_eq!(read_slowly(PLAIN, LOG.as_bytes()), expected);
}

#[test]
fn colours_stay_where_they_are_wanted_and_end_with_the_log() {
    let expected = "Running with gitlab-runner 17.0\n\
        ▸ \u{1b}[36;1mPreparing the \"docker\" executor\u{1b}[0;m\u{1b}[0;m\n\
        Using image ruby\n\
        ▸ get sources\n\
        Fetching changes\n\
        \u{1b}[32;1m$ make\u{1b}[0;m\n\
        100%\n\
        link␈\u{fffd}2J\n\
        \u{1b}[31mJob failed\n\u{1b}[0m";
    assert_eq!(read(COLORED, LOG.as_bytes()), expected);
    assert_eq!(read_slowly(COLORED, LOG.as_bytes()), expected);
}

#[test]
fn a_terminal_sees_a_line_while_it_is_written() {
    let mut text = LogText::new(TERMINAL);
    let looks: [(&str, &str); 9] = [
        ("test", "test"),
        (" ..", " .."),
        ("\r", ""),
        ("done", "\r\u{1b}[Kdone"),
        ("\r\n", "\n"),
        ("sec", ""),
        ("tions\nsection_st", "sections\n"),
        ("art:1:build\r\u{1b}[0KBuild", "▸ Build"),
        (" it\n", " it\n"),
    ];
    for (bytes, expected) in looks {
        assert_eq!(text.add(bytes.as_bytes()), expected, "{bytes:?}");
    }
    assert_eq!(text.finish(), "");
}

#[test]
fn what_only_looks_like_a_mark_stays() {
    for line in [
        "section_start:",
        "section_start:1:",
        "section_start:now:a",
        "a section_end:1:b c",
        "section_start:1:a[b",
    ] {
        for style in [PLAIN, TERMINAL] {
            assert_eq!(read(style, format!("{line}\r\n").as_bytes()), format!("{line}\n"));
            assert_eq!(read_slowly(style, format!("{line}\r\n").as_bytes()), format!("{line}\n"));
        }
    }
}

#[test]
fn marks_stand_behind_times_and_behind_other_text() {
    let time = "2026-03-02T10:00:05.118000Z 00O ";
    let log = format!(
        "{time}section_start:1:a\r\u{1b}[0KFirst\n{time}x\nleft oversection_start:2:b\r\u{1b}[0KSecond\n"
    );
    let expected = format!("▸ {time}First\n{time}x\nleft over\n▸ Second\n");
    assert_eq!(read(PLAIN, log.as_bytes()), expected);
    assert_eq!(read_slowly(PLAIN, log.as_bytes()), expected);
}

#[test]
fn letters_come_out_whole_and_what_is_none_is_replaced() {
    let log = b"gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80\xff\xc3";
    for style in [PLAIN, COLORED, TERMINAL] {
        assert_eq!(read(style, log), "grüße 😀\u{fffd}\u{fffd}\n");
        assert_eq!(read_slowly(style, log), "grüße 😀\u{fffd}\u{fffd}\n");
    }
}

#[test]
fn a_command_that_never_ends_swallows_no_more_than_its_line() {
    assert_eq!(read(TERMINAL, b"a\x1b]0;title\nb\x1b[999"), "a\nb\n");
    assert_eq!(read(TERMINAL, format!("\u{1b}[{}x\n", "1".repeat(100)).as_bytes()).matches('1').count(), 36);
}

#[test]
fn empty_lines_stay_and_an_empty_log_is_nothing() {
    assert_eq!(read(PLAIN, b"a\n\nb\n"), "a\n\nb\n");
    assert_eq!(read(TERMINAL, b"\n"), "\n");
    assert_eq!(read(PLAIN, b""), "");
    assert_eq!(read(PLAIN, b"\x1b[0K"), "");
}

#[test]
fn a_line_without_end_is_given_out_in_parts() {
    let long = "x".repeat(MOST_HELD + 1);
    let mut text = LogText::new(PLAIN);
    assert_eq!(text.add(long.as_bytes()).len(), MOST_HELD);
    assert_eq!(text.add(b"\rover\n"), "x\nover\n", "what was given out stays");
}

proptest::proptest! {
    /// Whatever a log holds, nothing that steers the terminal comes through, wherever it is cut.
    #[test]
    fn no_log_steers_the_terminal(bytes: Vec<u8>, escapes in "[\u{1b}\\[\\]mKAH0-9;:\r\nsection_start a-c]{0,80}", cut: proptest::sample::Index) {
        let mut log = escapes.into_bytes();
        log.extend(bytes);
        for style in [PLAIN, COLORED, TERMINAL] {
            let mut text = LogText::new(style);
            let (first, second) = log.split_at(cut.index(log.len() + 1));
            let out = [text.add(first), text.add(second), text.finish()].concat();
            let mut rest = out.replace("\r\u{1b}[K", "");
            if style.colors {
                while let Some(place) = rest.find("\u{1b}[") {
                    let end = rest[place..].find('m').expect("only colours stay");
                    let parameters = &rest[place + 2..place + end];
                    proptest::prop_assert!(parameters.chars().all(|c| matches!(c, '0'..='9' | ';' | ':')), "{out:?}");
                    rest.replace_range(place..=place + end, "");
                }
            }
            proptest::prop_assert!(rest.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()), "{out:?}");
            if !style.terminal {
                proptest::prop_assert!(!out.contains('\r'));
            }
        }
    }
}
