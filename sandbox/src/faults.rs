//! What a sandbox breaks on purpose, and how often.
//!
//! This file owns the kinds of faults and their chances. How a fault looks on the wire is the business of
//! the server.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rhailab_client::nearest;

use crate::draw::Draw;
use crate::plan::MILLION;

/// What a sandbox breaks on purpose. The default breaks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The faults. At most one of them meets a request, so that their chances add up to at most 100 %.
    pub list: Vec<Fault>,
    /// How long [`FaultKind::Slow`] stalls, in real time. The default is 10 seconds.
    pub stall: Duration,
    /// What `Retry-After` asks for, in real time and whole seconds. The default is one second.
    pub retry_after: Duration,
}

/// A fault with its chance to meet a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// How often.
    pub chance: Chance,
}

/// What goes wrong with a request or with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// Status 429 instead of the request, in one of GitLab's two forms.
    TooManyRequests,
    /// Status 500 instead of the request.
    InternalError,
    /// Status 502 instead of the request, as a proxy in front of GitLab sends it.
    BadGateway,
    /// Status 503 instead of the request, as a proxy in front of GitLab sends it.
    Unavailable,
    /// The connection is reset: before the answer, or in the middle of the answer to a request that reads.
    Reset,
    /// The answer announces more bytes than come. The request was done.
    Truncate,
    /// The answer stalls in the middle. The request was done.
    Slow,
    /// A page of HTML with status 200 instead of a request that JSON would answer.
    Html,
}

/// Each kind with its name on the command line and in scenarios.
pub(crate) const KINDS: [(&str, FaultKind); 8] = [
    ("429", FaultKind::TooManyRequests),
    ("500", FaultKind::InternalError),
    ("502", FaultKind::BadGateway),
    ("503", FaultKind::Unavailable),
    ("reset", FaultKind::Reset),
    ("truncate", FaultKind::Truncate),
    ("slow", FaultKind::Slow),
    ("html", FaultKind::Html),
];

/// How often something happens, from never to always, in steps of a millionth.
///
/// ```
/// use rhailab_sandbox::Chance;
///
/// assert_eq!("12.5%".parse::<Chance>(), "0.125".parse());
/// assert!("12.5".parse::<Chance>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u32);

/// Why a text is no [`Fault`] or no [`Chance`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The colon is missing.
    #[error("`{0}` is no fault; write KIND:PROBABILITY, such as `429:10%`")]
    Shape(String),
    /// The kind is unknown.
    #[error("there is no fault `{0}`; {1}")]
    Kind(String, String),
    /// The probability cannot be read.
    #[error("`{0}` is no probability; write a percentage such as `10%`, or a number from 0 to 1")]
    Chance(String),
}

impl Default for Faults {
    fn default() -> Self {
        Self { list: Vec::new(), stall: Duration::from_secs(10), retry_after: Duration::from_secs(1) }
    }
}

impl Faults {
    /// The fault that meets the request of this number, if one does. Equal seeds draw equal faults.
    pub(crate) fn drawn(&self, draw: Draw, request: i64) -> Option<FaultKind> {
        if self.list.is_empty() {
            return None;
        }
        let (lot, mut below) = (draw.number("fault", request, 0..=MILLION - 1), 0);
        let met = self.list.iter().find(|fault| {
            below += u64::from(fault.chance.0);
            lot < below
        });
        met.map(|fault| fault.kind)
    }

    /// Whether more than every request would be met by a fault.
    pub(crate) fn exceed_certainty(&self) -> bool {
        self.list.iter().map(|fault| u64::from(fault.chance.0)).sum::<u64>() > MILLION
    }

    /// Adds a fault, in the place of one of the same kind.
    pub fn set(&mut self, fault: Fault) {
        self.list.retain(|other| other.kind != fault.kind);
        self.list.push(fault);
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    /// Reads `KIND:PROBABILITY`, such as `429:10%` or `reset:0.05`.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (kind, chance) = text.split_once(':').ok_or_else(|| FaultError::Shape(text.to_owned()))?;
        Ok(Self { kind: kind.trim().parse()?, chance: chance.trim().parse()? })
    }
}

impl FromStr for FaultKind {
    type Err = FaultError;

    /// Reads the name that the command line and scenarios have for a kind.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let names = KINDS.map(|(name, _)| name);
        KINDS.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind).ok_or_else(|| {
            let help = match nearest(text, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the kinds are {}", names.join(", ")),
            };
            FaultError::Kind(text.to_owned(), help)
        })
    }
}

/// The name that the command line and scenarios have for a kind.
impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = KINDS.iter().find(|(_, kind)| kind == self);
        f.write_str(known.map_or("", |(name, _)| name))
    }
}

impl Chance {
    /// In how many of a million cases.
    pub(crate) const fn per_million(self) -> u32 {
        self.0
    }
}

impl FromStr for Chance {
    type Err = FaultError;

    /// Reads a percentage (`10%`) or a number from 0 to 1.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = || FaultError::Chance(text.to_owned());
        let (number, scale) = match text.strip_suffix('%') {
            Some(number) => (number.trim_end(), 0.01),
            None => (text, 1.0),
        };
        let share = number.parse::<f64>().map_err(|_| error())? * scale;
        // The comparison also refuses what is no number.
        if !(0.0..=1.0).contains(&share) {
            return Err(error());
        }
        Ok(Self((share * MILLION as f64).round() as u32))
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read() {
        let fault: Fault = "reset: 2.5%".parse().unwrap();
        assert_eq!((fault.kind, fault.chance), (FaultKind::Reset, Chance(25_000)));
        assert_eq!("429:0.1".parse::<Fault>().unwrap().chance.to_string(), "10%");
        for (wrong, text) in [
            ("429", "`429` is no fault; write KIND:PROBABILITY, such as `429:10%`"),
            ("rest:1%", "there is no fault `rest`; did you mean `reset`?"),
            (
                "fire:1%",
                "there is no fault `fire`; the kinds are 429, 500, 502, 503, reset, truncate, slow, html",
            ),
            ("429:2", "`2` is no probability; write a percentage such as `10%`, or a number from 0 to 1"),
        ] {
            assert_eq!(wrong.parse::<Fault>().unwrap_err().to_string(), text);
        }
        for wrong in ["", "%", "-1%", "101%", "NaN", "inf%", "a"] {
            assert!(wrong.parse::<Chance>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn requests_are_met_as_often_as_the_chances_say() {
        let mut faults = Faults::default();
        assert_eq!(faults.drawn(Draw::new(0), 1), None);
        for fault in ["429:50%", "reset:10%", "429:20%"] {
            faults.set(fault.parse().unwrap());
        }
        let met: Vec<_> = (0..10_000).filter_map(|request| faults.drawn(Draw::new(0), request)).collect();
        let resets = met.iter().filter(|kind| **kind == FaultKind::Reset).count();
        assert!((900..1100).contains(&resets), "{resets}");
        assert!((2800..3200).contains(&met.len()), "{}", met.len());
        assert!(!faults.exceed_certainty());
        faults.set("html:75%".parse().unwrap());
        assert!(faults.exceed_certainty());
    }
}
