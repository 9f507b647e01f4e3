//! The tokens that this process's clients speak with. A server or a proxy may repeat one in whatever it answers, and a
//! token of unusual looks cannot be told there by anything but its text. One register serves all clients, because what one
//! of them got is shown beside what another one got; a token stays in it as long as a client has it.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use crate::secret::Secret;

/// A token that is masked wherever it turns up, until the last copy of this is dropped.
pub(crate) type InUse = Arc<Secret>;

static REGISTER: RwLock<Vec<Weak<Secret>>> = RwLock::new(Vec::new());

/// A token of fewer bytes is not looked for: it might be an ordinary word (`token`, `main`), which masks would take out of
/// every message. GitLab's own have 20 and more.
const SHORTEST: usize = 8;

/// Enters a token.
pub(crate) fn enter(token: &str) -> InUse {
    let mut register = REGISTER.write().unwrap_or_else(PoisonError::into_inner);
    register.retain(|known| known.strong_count() > 0);
    let known = register.iter().filter_map(Weak::upgrade).find(|known| known.expose() == token);
    known.unwrap_or_else(|| {
        let token = Arc::new(Secret::from(token));
        register.push(Arc::downgrade(&token));
        token
    })
}

/// Where tokens in use stand in a text: as they are or percent-encoded, and in small letters, too, as hosts are written.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let known: Vec<InUse> = {
        let register = REGISTER.read().unwrap_or_else(PoisonError::into_inner);
        let known = register.iter().filter_map(Weak::upgrade);
        known.filter(|token| (SHORTEST..=text.len()).contains(&token.expose().len())).collect()
    };
    if known.is_empty() {
        return Vec::new();
    }
    let plain = text.to_ascii_lowercase();
    let decoded = text.contains('%').then(|| Decoded::of(&plain));
    let mut found = Vec::new();
    for token in known {
        let token = token.expose().to_ascii_lowercase();
        found.extend(plain.match_indices(&token).map(|(start, token)| start..start + token.len()));
        if let Some(decoded) = &decoded {
            let hits = decoded.text.match_indices(&token);
            found.extend(
                hits.map(|(start, token)| decoded.places[start]..decoded.places[start + token.len()]),
            );
        }
    }
    found
}

/// A text without its percent-encoding, and where each of its letters begins in the original; the end has a place, too.
struct Decoded {
    text: String,
    places: Vec<usize>,
}

impl Decoded {
    fn of(text: &str) -> Self {
        let digit = |at: usize| char::from(*text.as_bytes().get(at)?).to_digit(16);
        let (mut letters, mut places, mut at) = (String::new(), Vec::new(), 0);
        while let Some(byte) = text.as_bytes().get(at) {
            let (byte, length) = match (byte, digit(at + 1), digit(at + 2)) {
                (b'%', Some(high), Some(low)) => (u8::try_from(high * 16 + low).unwrap_or(0), 3),
                _ => (*byte, 1),
            };
            // Tokens are ASCII; what is not keeps its place only, so that each letter has one byte.
            letters.push(if byte.is_ascii() { char::from(byte.to_ascii_lowercase()) } else { '\0' });
            places.push(at);
            at += length;
        }
        places.push(text.len());
        Self { text: letters, places }
    }
}

#[cfg(test)]
mod tests {
    use super::enter;
    use crate::mask::mask_tokens;

    #[test]
    fn a_token_in_use_is_masked_in_every_form_and_only_as_long_as_it_is_in_use() {
        let text = "at é S3cr+t/of-mine, /S3cr%2Bt%2fof-mine%20, s3cr+t/of-mine.h.test and S3cr+t/of-min";
        let token = enter("S3cr+t/of-mine");
        let again = enter("S3cr+t/of-mine");
        drop(token);
        let dots = |count: usize| "•".repeat(count);
        let shown = format!(
            "at é {}, /{}%20, {}.h.test and S3cr+t/of-min",
            dots("S3cr+t/of-mine".len()),
            dots("S3cr%2Bt%2fof-mine".len()),
            dots("s3cr+t/of-mine".len()),
        );
        assert_eq!(mask_tokens(text), shown);
        drop(again);
        assert_eq!(mask_tokens(text), text);
    }

    #[test]
    fn a_token_that_may_be_a_word_masks_no_words() {
        let _short = enter("pipelin");
        let _long = enter("pipelines-x");
        assert_eq!(mask_tokens("the pipeline 7%"), "the pipeline 7%");
        assert_eq!(mask_tokens("%"), "%");
        assert_eq!(mask_tokens("%é%4%zz pipelines%2dx"), format!("%é%4%zz {}", "•".repeat(13)));
    }
}
