//! A page of help as text: titles, paragraphs, lists of terms and code, wrapped to a width, with colours where
//! there is a terminal. It knows nothing of what is explained.

use anstyle::{AnsiColor, Effects, Style};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Lines that are longer than this are hard to read, whatever the terminal shows.
const WIDEST: usize = 100;

/// Narrower than this nothing can be told.
const NARROWEST: usize = 40;

/// Terms that are longer than this stand on a line of their own.
const LONGEST_TERM: usize = 26;

const TITLE: Style = Style::new().effects(Effects::BOLD);
const HEADING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const CODE: Style = AnsiColor::Cyan.on_default();
const LINK: Style = Style::new().effects(Effects::UNDERLINE);

/// A page that is being written.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Self { text: String::new(), width: width.clamp(NARROWEST, WIDEST), color }
    }

    /// The whole page, with a line break at its end.
    pub(super) fn finish(self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    /// What the page is about, as scripts write it. What is too long goes on below, indented.
    pub(super) fn title(&mut self, title: &str) {
        for line in self.wrap(title, "", "    ") {
            let line = self.styled(TITLE, &line);
            self.line(&line);
        }
    }

    /// Begins a section.
    pub(super) fn heading(&mut self, heading: &str) {
        self.space();
        let heading = self.styled(HEADING, heading);
        self.line(&heading);
    }

    /// Paragraphs of Markdown.
    pub(super) fn text(&mut self, markdown: &str) {
        for paragraph in markdown.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            self.space();
            self.paragraph(paragraph, "");
        }
    }

    /// A line of Markdown, or as many as it takes, below a heading.
    pub(super) fn note(&mut self, markdown: &str) {
        self.paragraph(markdown, "  ");
    }

    /// Terms, each with what it means.
    pub(super) fn terms<T: AsRef<str>, M: AsRef<str>>(&mut self, rows: impl IntoIterator<Item = (T, M)>) {
        let rows: Vec<(T, M)> = rows.into_iter().collect();
        let lengths = rows.iter().map(|(term, _)| term.as_ref().chars().count());
        let column = lengths.filter(|length| *length <= LONGEST_TERM).max().unwrap_or(0);
        let indent = " ".repeat(column + 4);
        for (term, meaning) in &rows {
            let term = term.as_ref();
            let mut lines = self.wrap(meaning.as_ref(), &indent, &indent).into_iter();
            let length = term.chars().count();
            let term = self.styled(CODE, term);
            if length > column {
                self.line(&format!("  {term}"));
            } else if let Some(first) = lines.next() {
                let gap = " ".repeat(column - length + 2);
                let first = self.spans(first.trim_start());
                self.line(format!("  {term}{gap}{first}").trim_end());
            } else {
                self.line(&format!("  {term}"));
            }
            for line in lines {
                let line = self.spans(&line);
                self.line(&line);
            }
        }
    }

    /// Lines of a script, as they are.
    pub(super) fn code(&mut self, code: &str) {
        for line in code.lines() {
            let line = if line.is_empty() { String::new() } else { format!("  {line}") };
            self.line(&line);
        }
    }

    /// The address of a page.
    pub(super) fn link(&mut self, url: &str) {
        let url = self.styled(LINK, url);
        self.line(&format!("  {url}"));
    }

    fn paragraph(&mut self, markdown: &str, indent: &str) {
        let mut items = vec![String::new()];
        for line in markdown.lines() {
            match items.last_mut() {
                Some(last) if !line.starts_with("- ") && !last.is_empty() => {
                    last.push(' ');
                    last.push_str(line.trim());
                }
                _ => items.push(line.trim().to_owned()),
            }
        }
        for item in items.iter().filter(|item| !item.is_empty()) {
            let hanging = if item.starts_with("- ") { format!("{indent}  ") } else { indent.to_owned() };
            for line in self.wrap(item, indent, &hanging) {
                let line = self.spans(&line);
                self.line(&line);
            }
        }
    }

    fn wrap(&self, text: &str, first: &str, rest: &str) -> Vec<String> {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit)
            .break_words(false);
        if text.is_empty() {
            return Vec::new();
        }
        textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
    }

    /// The line with what stands between back-ticks in colour, or as it is. A span that goes on in the next line
    /// keeps its back-tick there.
    fn spans(&self, line: &str) -> String {
        if !self.color {
            return line.to_owned();
        }
        let mut parts = line.split('`');
        let mut text = parts.next().unwrap_or_default().to_owned();
        while let Some(code) = parts.next() {
            match parts.next() {
                Some(after) => text.push_str(&format!("{CODE}{code}{CODE:#}{after}")),
                None => text.push_str(&format!("`{code}")),
            }
        }
        text
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// An empty line, but not at the beginning and not twice.
    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}
