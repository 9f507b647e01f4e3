//! A job's log as a person reads it. Its marks of sections become headings; of its control sequences only colours stay,
//! and those only where colours are wanted, because a log is what some program wrote, and could steer the terminal.
//! Takes bytes as they come and answers text; knows neither GitLab nor where the text goes.

use super::terminal::visible;

/// What the reader's side can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogStyle {
    /// Whether colours are kept.
    pub colors: bool,
    /// Whether it is a terminal: then a line is shown while it is written, and written over when the log does that. Else
    /// lines come whole, in their last state.
    pub terminal: bool,
}

/// A log on its way from bytes to text.
#[derive(Debug)]
pub struct LogText {
    style: LogStyle,
    /// The beginning of a letter whose other bytes have not come yet.
    begun_letter: Vec<u8>,
    escape: Escape,
    /// What stands in the present line and was not given out yet, colours included.
    line: String,
    /// What stood in the line before the log went back to its beginning.
    written_over: String,
    /// Whether something of the present line was given out.
    is_shown: bool,
    /// Whether the log went back to the beginning of the line; a line end behind it makes that meaningless.
    has_returned: bool,
    /// The colours that came since.
    colors_behind: String,
    /// The name of a section that has begun, whose heading has not.
    heading: Option<String>,
    /// Whether nothing but marks stood in the present line.
    is_mark: bool,
    is_colored: bool,
}

/// How much of a control sequence has come.
#[derive(Debug)]
enum Escape {
    None,
    /// The escape character.
    Begun,
    /// `ESC [` and its parameters.
    Control(String),
    /// `ESC ]` and the like: a command for the terminal, up to its end.
    Command {
        ends: bool,
    },
}

/// Control sequences are far shorter; what goes on longer is none.
const LONGEST_SEQUENCE: usize = 64;

/// How much of a line is held back at most. Nobody reads a longer one, and a log may be one line.
const MOST_HELD: usize = 64 * 1024;

impl LogText {
    /// The beginning of a log.
    #[must_use]
    pub fn new(style: LogStyle) -> Self {
        Self {
            style,
            begun_letter: Vec::new(),
            escape: Escape::None,
            line: String::new(),
            written_over: String::new(),
            is_shown: false,
            has_returned: false,
            colors_behind: String::new(),
            heading: None,
            is_mark: false,
            is_colored: false,
        }
    }

    /// The text of the next bytes, as far as it can be told.
    pub fn add(&mut self, bytes: &[u8]) -> String {
        let mut out = String::new();
        let mut all = std::mem::take(&mut self.begun_letter);
        all.extend_from_slice(bytes);
        for piece in all.utf8_chunks() {
            for letter in piece.valid().chars() {
                self.take(letter, &mut out);
            }
            if piece.invalid().is_empty() {
                continue;
            }
            let is_last = piece.invalid().as_ptr_range().end == all.as_ptr_range().end;
            if is_last && is_beginning(piece.invalid()) {
                self.begun_letter = piece.invalid().to_vec();
            } else {
                self.take(char::REPLACEMENT_CHARACTER, &mut out);
            }
        }
        if self.style.terminal {
            let rest = self.line.split_off(self.line.len() - possible_mark(&self.line));
            // Colours alone wait for their text.
            if has_text(&self.line) {
                self.show(&mut out);
            }
            self.line.push_str(&rest);
        }
        out
    }

    /// The text that was held back, and the end of the last line.
    pub fn finish(&mut self) -> String {
        let mut out = String::new();
        if !std::mem::take(&mut self.begun_letter).is_empty() {
            self.take(char::REPLACEMENT_CHARACTER, &mut out);
        }
        self.escape = Escape::None;
        let in_line =
            self.is_shown || self.heading.is_some() || has_text(&self.line) || !self.written_over.is_empty();
        if in_line {
            self.end_line(&mut out);
        }
        if std::mem::take(&mut self.is_colored) {
            out.push_str("\u{1b}[0m");
        }
        let style = self.style;
        *self = Self::new(style);
        out
    }

    fn take(&mut self, letter: char, out: &mut String) {
        match std::mem::replace(&mut self.escape, Escape::None) {
            Escape::None if letter == '\u{1b}' => self.escape = Escape::Begun,
            Escape::None => self.put(letter, out),
            Escape::Begun => match letter {
                '[' => self.escape = Escape::Control(String::new()),
                ']' | 'P' | 'X' | '^' | '_' => self.escape = Escape::Command { ends: false },
                '\u{1b}' => self.escape = Escape::Begun,
                // Short sequences: some choose letters, others move the cursor.
                ' '..='/' => self.escape = Escape::Begun,
                '0'..='~' => {}
                other => self.put(other, out),
            },
            Escape::Control(mut parameters) => match letter {
                '@'..='~' => {
                    let is_color =
                        letter == 'm' && parameters.chars().all(|c| matches!(c, '0'..='9' | ';' | ':'));
                    if is_color && self.style.colors {
                        self.is_colored = !matches!(parameters.trim_matches(['0', ';']), "");
                        let line = if self.has_returned { &mut self.colors_behind } else { &mut self.line };
                        line.push_str(&format!("\u{1b}[{parameters}m"));
                    }
                }
                ' '..='?' if parameters.len() < LONGEST_SEQUENCE => {
                    parameters.push(letter);
                    self.escape = Escape::Control(parameters);
                }
                '\u{1b}' => self.escape = Escape::Begun,
                other => self.put(other, out),
            },
            Escape::Command { ends } => match letter {
                '\u{7}' | '\u{9c}' => {}
                '\\' if ends => {}
                // One that is never ended must not swallow the rest of the log.
                '\n' => self.put(letter, out),
                _ => self.escape = Escape::Command { ends: letter == '\u{1b}' },
            },
        }
    }

    fn put(&mut self, letter: char, out: &mut String) {
        match letter {
            '\n' => self.end_line(out),
            '\r' => self.go_back(out),
            _ => {
                if std::mem::take(&mut self.has_returned) {
                    self.write_over(out);
                    self.line.push_str(&std::mem::take(&mut self.colors_behind));
                }
                self.line.push(if letter == '\t' { letter } else { visible(letter) });
                if self.line.len() >= MOST_HELD {
                    self.show(out);
                }
            }
        }
    }

    /// The log goes to the beginning of its line. Marks of sections end in that.
    fn go_back(&mut self, out: &mut String) {
        let Some((before, mark)) = split_mark(&self.line) else {
            self.has_returned = true;
            return;
        };
        let name = mark.section.map(str::to_owned);
        self.line.truncate(before);
        if self.heading.is_some() || self.is_shown || (has_text(&self.line) && !is_time(&self.line)) {
            self.end_line(out);
        }
        self.is_mark = true;
        self.heading = name.or(self.heading.take());
    }

    /// What follows takes the place of what stands in the line.
    fn write_over(&mut self, out: &mut String) {
        if self.style.terminal {
            self.show(out);
            if std::mem::take(&mut self.is_shown) {
                // Only the present line can be erased by this.
                out.push_str("\r\u{1b}[K");
            }
        } else if self.is_shown {
            // It cannot be taken back.
            self.end_line(out);
        } else if has_text(&self.line) {
            self.written_over = std::mem::take(&mut self.line);
        } else {
            self.line.clear();
        }
    }

    fn end_line(&mut self, out: &mut String) {
        self.has_returned = false;
        self.line.push_str(&std::mem::take(&mut self.colors_behind));
        let before = std::mem::take(&mut self.written_over);
        if !has_text(&self.line) && !before.is_empty() {
            // The line was cleared and left like that; what it said last is worth more than nothing.
            self.line.insert_str(0, &before);
        }
        if let Some(name) = self.heading.take_if(|_| !has_text(&self.line) || is_time(&self.line)) {
            let words = name.replace('_', " ");
            self.line.push_str(HEADING);
            self.line.extend(words.chars().map(visible));
        }
        let was_mark = std::mem::take(&mut self.is_mark);
        let is_empty = !self.is_shown && !has_text(&self.line);
        self.show(out);
        if !(was_mark && is_empty) {
            out.push('\n');
        }
        self.is_shown = false;
    }

    /// Gives out what stands in the line.
    fn show(&mut self, out: &mut String) {
        if has_text(&self.line) {
            self.is_shown = true;
            if self.heading.take().is_some() {
                out.push_str(HEADING);
            }
        }
        out.push_str(&std::mem::take(&mut self.line));
    }
}

/// What stands in front of a section's title.
const HEADING: &str = "▸ ";

/// A mark of a section's beginning or end.
struct Mark<'a> {
    /// The name of the section that begins.
    section: Option<&'a str>,
}

/// Finds the mark `section_start:TIME:NAME[OPTIONS]` or `section_end:TIME:NAME` at the end of the line, and where it begins.
fn split_mark(line: &str) -> Option<(usize, Mark<'_>)> {
    let place = line.rfind("section_")?;
    let mark = &line[place..];
    let (is_start, rest) = match mark.strip_prefix(STARTS) {
        Some(rest) => (true, rest),
        None => (false, mark.strip_prefix(ENDS)?),
    };
    let (time, name) = rest.split_once(':')?;
    let (name, options) = name.split_once('[').map_or((name, "]"), |(name, options)| (name, options));
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let is_mark =
        is_name && !time.is_empty() && time.chars().all(|c| c.is_ascii_digit()) && options.ends_with(']');
    is_mark.then_some((place, Mark { section: is_start.then_some(name) }))
}

const STARTS: &str = "section_start:";
const ENDS: &str = "section_end:";

/// How many bytes at the end of the line may become a mark.
fn possible_mark(line: &str) -> usize {
    /// Longer than any mark.
    const LONGEST: usize = 512;
    let begins = |text: &str| {
        [STARTS, ENDS]
            .iter()
            .any(|mark| mark.starts_with(text) || text.starts_with(mark) && !text.contains(' '))
    };
    let places = line.char_indices().map(|(place, _)| place);
    let place = places.filter(|place| line.len() - place <= LONGEST).find(|place| begins(&line[*place..]));
    place.map_or(0, |place| line.len() - place)
}

/// Whether it is the time that runners can put in front of each line: `2026-03-02T10:00:05.118000Z 00O `.
fn is_time(line: &str) -> bool {
    let shape = |c: char| match c {
        '0'..='9' => '0',
        'E' => 'O',
        '+' => ' ',
        other => other,
    };
    line.chars().map(shape).eq("0000-00-00T00:00:00.000000Z 00O ".chars())
}

/// Whether anything but colours stands in it.
fn has_text(line: &str) -> bool {
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            return true;
        }
        letters.by_ref().find(|letter| *letter == 'm');
    }
    false
}

/// Whether the bytes may begin a letter of UTF-8 that has more of them.
fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests;
