//! The one type that holds a secret. It shows its text only when asked for by name; formatting it in any way shows a mask.
//! This module must not know where secrets come from or go to.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// What is shown in place of a secret.
pub const REDACTED: &str = "••••";

/// Text that must not be shown: a token, or the value of a masked variable.
///
/// ```
/// let secret = rhailab_client::Secret::from("glpat-abc");
/// assert_eq!(format!("{secret:?} {secret}"), "•••• ••••");
/// assert_eq!(secret.expose(), "glpat-abc");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&Self> for Secret {
    fn from(secret: &Self) -> Self {
        secret.clone()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for text, a format may refuse anything else itself, in words of its own.
        deserializer.deserialize_any(SecretText)
    }
}

/// Reads a secret. An error says what came in its place and never repeats it: a token without quotes is one all the same.
struct SecretText;

impl Visitor<'_> for SecretText {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a truth value"), &self))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::invalid_type(NUMBER, &self))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::invalid_type(NUMBER, &self))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::invalid_type(NUMBER, &self))
    }
}

const NUMBER: Unexpected<'static> = Unexpected::Other("a number");

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn what_is_no_text_is_refused_and_not_repeated() {
        for (json, what) in [
            ("987654321012", "a number"),
            ("-987654321012", "a number"),
            ("98765.4321012", "a number"),
            ("true", "a truth value"),
        ] {
            let problem = serde_json::from_str::<Secret>(json).unwrap_err().to_string();
            assert!(problem.starts_with(&format!("invalid type: {what}, expected text")), "{problem}");
        }
        assert_eq!(serde_json::from_str::<Secret>("\"a\\u0062c\"").unwrap().expose(), "abc");
    }
}
