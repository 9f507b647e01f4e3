//! What is new of a log since the last look. A part is asked for; GitLab sends the whole log all the same, of which what
//! was read before is passed over. Must not know how a log is shown.

use rhai::EvalAltResult;
use rhailab_client::{Chunks, Download, Error};

use crate::engine::bridge::Bridge;

/// How far a log was read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    read: u64,
    /// The log's beginning, by which it is known again.
    head: Vec<u8>,
}

/// What a look brings.
pub(super) enum New<'a> {
    /// What the log says next.
    Bytes(&'a [u8]),
    /// It is another log than before, which begins here.
    Log,
}

/// Other logs begin with other times and names, so no more is kept of one than this.
const HEAD: usize = 64 * 1024;

type Raised<T> = Result<T, Box<EvalAltResult>>;

impl Reader {
    /// Reads on in the log. What broke is told apart from what must stop the script.
    pub(super) fn look(
        &mut self,
        bridge: &Bridge,
        download: &dyn Fn() -> Download,
        mut tell: impl FnMut(New<'_>),
    ) -> Raised<Result<(), Error>> {
        // One byte more than needed: of a log that has not grown, there would be no part to send.
        let mut chunks = match bridge.wait(download().start_at(self.read.saturating_sub(1)))? {
            Ok(chunks) => chunks,
            Err(error) => return Ok(Err(error)),
        };
        loop {
            let position = chunks.offset();
            match next(bridge, &mut chunks)? {
                Ok(Some(bytes)) => self.take(position, &bytes, &mut tell),
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Takes a piece of the log that begins at a position, and tells what of it is new.
    fn take(&mut self, position: u64, bytes: &[u8], tell: &mut impl FnMut(New<'_>)) {
        let start = usize::try_from(position).unwrap_or(usize::MAX);
        let known = self.head.get(start..).unwrap_or_default();
        if known.iter().zip(bytes).any(|(known, byte)| known != byte) {
            // Up to here both are the same, but it was printed as a part of the other.
            let same = self.head[..start].to_vec();
            *self = Self::default();
            tell(New::Log);
            self.append(&same, tell);
        }
        let passed = usize::try_from(self.read.saturating_sub(position)).unwrap_or(usize::MAX);
        if let Some(new) = bytes.get(passed..) {
            self.append(new, tell);
        }
    }

    fn append(&mut self, new: &[u8], tell: &mut impl FnMut(New<'_>)) {
        if new.is_empty() {
            return;
        }
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&new[..new.len().min(room)]);
        self.read += new.len() as u64;
        tell(New::Bytes(new));
    }
}

fn next(bridge: &Bridge, chunks: &mut Chunks) -> Raised<Result<Option<rhailab_client::Bytes>, Error>> {
    bridge.wait(chunks.next())
}

#[cfg(test)]
mod tests {
    use super::{HEAD, New, Reader};

    /// What is told of these pieces: `|` stands before another log.
    fn told(reader: &mut Reader, pieces: &[(u64, &str)]) -> String {
        let mut told = String::new();
        for (position, bytes) in pieces {
            reader.take(*position, bytes.as_bytes(), &mut |new| match new {
                New::Bytes(bytes) => told.push_str(std::str::from_utf8(bytes).unwrap()),
                New::Log => told.push('|'),
            });
        }
        told
    }

    #[test]
    fn only_what_is_new_is_told() {
        let mut reader = Reader::default();
        assert_eq!(told(&mut reader, &[(0, "abc"), (3, "def")]), "abcdef");
        assert_eq!(told(&mut reader, &[(0, "abc"), (3, "def")]), "", "the whole again");
        assert_eq!(told(&mut reader, &[(5, "f")]), "", "the last byte again");
        assert_eq!(told(&mut reader, &[(5, "fgh")]), "gh", "a part");
        assert_eq!(told(&mut reader, &[(0, "abcdefghij")]), "ij", "the whole with more");
    }

    #[test]
    fn a_shorter_log_that_begins_the_same_is_told_when_it_outgrows_what_was_told() {
        let mut reader = Reader::default();
        assert_eq!(told(&mut reader, &[(0, "abcdef")]), "abcdef");
        assert_eq!(told(&mut reader, &[(0, "abc")]), "");
        assert_eq!(told(&mut reader, &[(0, "abcde"), (5, "fgh")]), "gh");
    }

    #[test]
    fn another_log_is_told_from_its_beginning() {
        let mut reader = Reader::default();
        assert_eq!(told(&mut reader, &[(0, "abcdef")]), "abcdef");
        assert_eq!(told(&mut reader, &[(0, "ab"), (2, "xy")]), "|abxy");
        assert_eq!(told(&mut reader, &[(0, "abxyz")]), "z");
    }

    #[test]
    fn no_more_is_kept_than_the_beginning() {
        let mut reader = Reader::default();
        let long = "x".repeat(HEAD + 10);
        assert_eq!(told(&mut reader, &[(0, &long)]).len(), HEAD + 10);
        assert_eq!(reader.head.len(), HEAD);
        assert_eq!(told(&mut reader, &[(0, &long), (long.len() as u64, "y")]), "y");
    }
}
