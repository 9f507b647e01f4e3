//! Values drawn from the seed: durations, hashes, tokens.
//!
//! This file owns the generator. A draw depends on the seed and on what it is for, never on the draws
//! before it: a request more or less changes nothing else in the world.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Draws values from a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The draws of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A duration in whole milliseconds, for `purpose` of the thing with this number.
    pub(crate) fn duration(self, purpose: &str, id: i64, range: &RangeInclusive<Duration>) -> Duration {
        let [low, high] =
            [range.start(), range.end()].map(|end| u64::try_from(end.as_millis()).unwrap_or(u64::MAX));
        Duration::from_millis(self.number(purpose, id, low..=high))
    }

    /// A number of the range.
    pub(crate) fn number(self, purpose: &str, id: i64, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        match high.saturating_sub(low).checked_add(1) {
            Some(width) => low + self.stream(purpose, id).next_value() % width,
            None => self.stream(purpose, id).next_value(),
        }
    }

    /// So many characters of the alphabet.
    pub(crate) fn text(self, purpose: &str, id: i64, alphabet: &[u8], length: usize) -> String {
        let mut stream = self.stream(purpose, id);
        (0..length)
            .filter_map(|_| {
                let index = stream.next_value().checked_rem(alphabet.len() as u64)?;
                alphabet.get(usize::try_from(index).ok()?).copied().map(char::from)
            })
            .collect()
    }

    /// So many bytes.
    pub(crate) fn bytes(self, purpose: &str, id: i64, length: usize) -> Vec<u8> {
        let mut stream = self.stream(purpose, id);
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&stream.next_value().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// A hash as git writes it.
    pub(crate) fn sha(self, purpose: &str, id: i64) -> String {
        self.text(purpose, id, HEXADECIMAL, 40)
    }

    /// A personal access token.
    pub(crate) fn access_token(self, id: i64) -> String {
        format!("glpat-{}", self.text("access token", id, TOKEN_CHARACTERS, 20))
    }

    /// A trigger token.
    pub(crate) fn trigger_token(self, id: i64) -> String {
        format!("glptt-{}", self.text("trigger token", id, HEXADECIMAL, 40))
    }

    /// The token that a job has while it runs.
    pub(crate) fn job_token(self, id: i64) -> String {
        format!("glcbt-64_{}", self.text("job token", id, TOKEN_CHARACTERS, 20))
    }

    /// What makes an address of the object storage valid.
    pub(crate) fn signature(self, job: i64) -> String {
        self.text("signature", job, HEXADECIMAL, 64)
    }

    /// The identifier of a request: 26 characters, as GitLab's ULIDs have.
    pub(crate) fn request_id(self, number: i64) -> String {
        format!("01{}", self.text("request", number, CROCKFORD, 24))
    }

    fn stream(self, purpose: &str, id: i64) -> Stream {
        let mut stream = Stream(self.0);
        for byte in purpose.bytes().chain(id.to_le_bytes()) {
            stream = Stream(stream.next_value() ^ u64::from(byte));
        }
        stream
    }
}

const HEXADECIMAL: &[u8] = b"0123456789abcdef";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TOKEN_CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// SplitMix64, by Sebastiano Vigna: small, even, and not secret, which nothing here has to be.
struct Stream(u64);

impl Stream {
    fn next_value(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_draw_equal_values() {
        assert_eq!(Draw::new(7).sha("commit", 1), Draw::new(7).sha("commit", 1));
        assert_ne!(Draw::new(7).sha("commit", 1), Draw::new(8).sha("commit", 1));
        assert_ne!(Draw::new(7).sha("commit", 1), Draw::new(7).sha("commit", 2));
    }

    #[test]
    fn numbers_stay_in_their_range() {
        for id in 0..1000 {
            let number = Draw::new(0).number("test", id, 3..=5);
            assert!((3..=5).contains(&number));
        }
        assert_eq!(Draw::new(0).number("test", 0, 9..=9), 9);
        Draw::new(0).number("test", 0, 0..=u64::MAX);
    }

    #[test]
    fn bytes_are_as_many_as_asked_for() {
        for length in [0, 1, 7, 8, 9, 1000] {
            assert_eq!(Draw::new(0).bytes("test", 1, length).len(), length);
        }
    }

    #[test]
    fn tokens_look_like_those_of_gitlab() {
        let access = Draw::new(0).access_token(1);
        assert!(access.starts_with("glpat-") && access.len() == 26, "{access}");
        let trigger = Draw::new(0).trigger_token(1);
        assert!(trigger.starts_with("glptt-") && trigger.len() == 46, "{trigger}");
        let job = Draw::new(0).job_token(1);
        assert!(job.starts_with("glcbt-") && job.len() == 29, "{job}");
        assert_eq!(Draw::new(0).request_id(1).len(), 26);
    }
}
