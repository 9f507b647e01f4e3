//! Reads Rhai into tokens while it is being typed: nothing is an error, and what is open at the end stays open.
//! Knows how Rhai is spelled, and nothing of what it means.

/// The text before the cursor, as tokens.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    /// In what the text ends.
    pub(super) ending: Ending,
    /// The innermost bracket that is open at the end.
    innermost: Option<usize>,
}

/// A token; brackets know each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The bracket around it.
    pub(super) parent: Option<usize>,
    /// The other bracket of a pair.
    pub(super) partner: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    Number,
    /// A string or a character, or one piece of a string with `${…}` in it.
    Text,
    /// `(`, `[`, `?[`, `{`, `#{` or `${`.
    Open,
    Close,
    Sign,
}

/// In what a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Code,
    /// In a string that began here, behind its quote.
    Text {
        start: usize,
        quote: char,
    },
    /// In a comment, or a raw string, where nothing is to be completed.
    Elsewhere,
}

/// The signs of more than one character, the longest first.
const SIGNS: [&str; 24] = [
    "..=", "<<=", ">>=", "**=", "==", "!=", "<=", ">=", "&&", "||", "=>", "??", "?.", "::", "..", "+=", "-=",
    "*=", "/=", "%=", "|=", "&=", "^=", "**",
];

impl Source<'_> {
    /// The token as it is written; nothing behind the end.
    pub(super) fn word(&self, index: usize) -> &str {
        self.tokens.get(index).and_then(|token| self.text.get(token.start..token.end)).unwrap_or("")
    }

    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The bracket around a token, or around the end.
    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        self.tokens.get(index).map_or(self.innermost, |token| token.parent)
    }

    /// The token behind this one at the same level: behind the closing bracket, if it is an opening one.
    pub(super) fn next(&self, index: usize) -> usize {
        match self.tokens.get(index) {
            Some(Token { kind: Kind::Open, partner, .. }) => {
                partner.map_or(self.tokens.len(), |partner| partner + 1)
            }
            _ => index + 1,
        }
    }

    /// The end of what an opening bracket holds.
    pub(super) fn inside_end(&self, open: usize) -> usize {
        self.tokens.get(open).and_then(|token| token.partner).unwrap_or(self.tokens.len())
    }

    /// The tokens from here on at one level, without what is in brackets.
    pub(super) fn level(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(from), |index| Some(self.next(*index)))
            .take_while(move |index| *index < to)
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Source<'_> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), open: Vec::new() };
    let ending = lexer.run();
    Source { text, tokens: lexer.tokens, ending, innermost: lexer.open.last().copied() }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<usize>,
}

impl Lexer<'_> {
    fn run(&mut self) -> Ending {
        while let Some(first) = self.rest().chars().next() {
            if let Some(ending) = self.token(first) {
                return ending;
            }
        }
        Ending::Code
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn token(&mut self, first: char) -> Option<Ending> {
        let rest = self.rest();
        let is_shebang = self.at == 0 && rest.starts_with("#!");
        if first.is_whitespace() {
            self.at += first.len_utf8();
            None
        } else if rest.starts_with("//") || is_shebang {
            self.skip_past("\n")
        } else if rest.starts_with("/*") {
            self.block_comment()
        } else if first == '"' || first == '\'' {
            self.string(first)
        } else if first == '`' {
            self.template(self.at, self.at + 1)
        } else if first.is_alphabetic() || first == '_' {
            let length = length_while(rest, |letter| letter.is_alphanumeric() || letter == '_');
            self.push(Kind::Word, length);
            None
        } else if first.is_ascii_digit() {
            self.push(Kind::Number, number_length(rest));
            None
        } else {
            self.sign(first)
        }
    }

    fn skip_past(&mut self, end: &str) -> Option<Ending> {
        match self.rest().find(end) {
            Some(place) => {
                self.at += place + end.len();
                None
            }
            None => Some(Ending::Elsewhere),
        }
    }

    /// Comments with stars can stand in each other.
    fn block_comment(&mut self) -> Option<Ending> {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return None;
                }
            } else {
                let Some(letter) = rest.chars().next() else {
                    return Some(Ending::Elsewhere);
                };
                self.at += letter.len_utf8();
            }
        }
    }

    /// A string ends with its line even without its quote, so that a slip in one line leaves the next alone.
    fn string(&mut self, quote: char) -> Option<Ending> {
        let start = self.at + 1;
        let mut escaped = false;
        for (offset, letter) in self.text.get(start..)?.char_indices() {
            let end = start + offset;
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => {
                    self.push(Kind::Text, end - self.at);
                    return None;
                }
                _ if letter == quote => {
                    self.push(Kind::Text, end + 1 - self.at);
                    return None;
                }
                _ => {}
            }
        }
        Some(Ending::Text { start, quote })
    }

    /// A back-tick string, or the rest of one behind a `${…}`; what it holds begins at `start`.
    fn template(&mut self, begin: usize, start: usize) -> Option<Ending> {
        self.at = begin;
        let mut end = start;
        loop {
            let rest = self.text.get(end..).unwrap_or("");
            if rest.starts_with("``") {
                end += 2;
            } else if rest.starts_with('`') {
                self.push(Kind::Text, end + 1 - begin);
                return None;
            } else if rest.starts_with("${") {
                self.push(Kind::Text, end - begin);
                self.open(2);
                return None;
            } else {
                match rest.chars().next() {
                    Some(letter) => end += letter.len_utf8(),
                    None => return Some(Ending::Text { start, quote: '`' }),
                }
            }
        }
    }

    fn sign(&mut self, first: char) -> Option<Ending> {
        let rest = self.rest();
        if rest.starts_with("#{") || rest.starts_with("?[") {
            self.open(2);
            return None;
        }
        let hashes = length_while(rest, |letter| letter == '#');
        if hashes > 0 && rest.get(hashes..).is_some_and(|rest| rest.starts_with('"')) {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = self.at;
            self.at += hashes + 1;
            let ending = self.skip_past(&end);
            let length = self.at - begin;
            self.at = begin;
            self.push(Kind::Text, length);
            return ending;
        }
        match first {
            '(' | '[' | '{' => {
                self.open(1);
                None
            }
            ')' | ']' | '}' => self.close(first),
            _ => {
                let long = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                self.push(Kind::Sign, long.map_or(first.len_utf8(), str::len));
                None
            }
        }
    }

    fn open(&mut self, length: usize) {
        self.push(Kind::Open, length);
        self.open.push(self.tokens.len() - 1);
    }

    /// Closes the nearest bracket of that kind, with all that was left open in it.
    fn close(&mut self, sign: char) -> Option<Ending> {
        let opened =
            |index: &usize| self.tokens.get(*index).and_then(|token| self.text.get(token.start..token.end));
        let pairs = |open: &str| match sign {
            ')' => open == "(",
            ']' => open == "[" || open == "?[",
            _ => open.ends_with('{'),
        };
        let Some(depth) = self.open.iter().rposition(|index| opened(index).is_some_and(pairs)) else {
            self.push(Kind::Sign, 1);
            return None;
        };
        let partner = self.open.get(depth).copied();
        let in_template = partner.as_ref().and_then(opened) == Some("${");
        self.open.truncate(depth);
        self.push(Kind::Close, 1);
        let index = self.tokens.len() - 1;
        if let Some(token) = self.tokens.last_mut() {
            token.partner = partner;
        }
        if let Some(token) = partner.and_then(|partner| self.tokens.get_mut(partner)) {
            token.partner = Some(index);
        }
        if in_template { self.template(self.at, self.at) } else { None }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        self.tokens.push(Token { kind, start, end, parent: self.open.last().copied(), partner: None });
        self.at = end;
    }
}

fn length_while(text: &str, test: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !test(letter)).unwrap_or(text.len())
}

/// A dot belongs to a number only if a digit follows: `1..3` and `1.to_string()` begin with `1`.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| length_while(text, |letter| letter.is_ascii_alphanumeric() || letter == '_');
    let whole = digits(text);
    match text.get(whole..).and_then(|rest| rest.strip_prefix('.')) {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => whole + 1 + digits(rest),
        _ => whole,
    }
}
