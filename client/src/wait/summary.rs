//! How a wait for many ended: how many in which status, which failed, which were given up, and what that means as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Progress;
use crate::error::{Error, ErrorKind};
use crate::object::Object;

/// How a wait for many ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The objects as they were last seen, in the order in which they were given.
    pub objects: Vec<Object>,
    /// Why some of them were given up, by their places: their project could not be asked, they were deleted, or the
    /// deadline passed.
    pub errors: BTreeMap<usize, Arc<Error>>,
}

impl Summary {
    /// How many there are in each status. Those that were given up are in none.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (_, object) in self.known() {
            *counts.entry(status(object).to_owned()).or_default() += 1;
        }
        counts
    }

    /// The places of those that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<usize> {
        self.known().filter(|(_, object)| status(object) == "failed").map(|(place, _)| place).collect()
    }

    /// The places of those that ended other than in success: failed, canceled, skipped, or blocked.
    #[must_use]
    pub fn unsuccessful(&self) -> Vec<usize> {
        let is_unsuccessful = |status: &str| status != "success" && Progress::of(status) != Progress::Moving;
        self.known().filter(|(_, object)| is_unsuccessful(status(object))).map(|(place, _)| place).collect()
    }

    /// Whether all of them succeeded.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Deadline`] when it passed for one of them: nobody knows yet how it ends. Else
    /// [`ErrorKind::Pipeline`] when one of them ended in another way, with the status that weighs most: failed, canceled,
    /// skipped, blocked. Else the kind of the first error for which one was given up.
    pub fn check(&self) -> Result<(), Error> {
        const BY_WEIGHT: [&str; 4] = ["failed", "canceled", "skipped", "manual"];
        self.check_deadline()?;
        let counts = self.counts();
        let all = self.objects.len();
        let bad: Vec<String> = counts
            .iter()
            .filter(|(status, _)| *status != "success")
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        if let Some(status) = BY_WEIGHT.into_iter().find(|status| counts.contains_key(*status)) {
            let number = all - self.errors.len() - counts.get("success").copied().unwrap_or_default();
            let first = self.known().find(|(_, object)| self::status(object) == status);
            let hint =
                first.map_or_else(String::new, |(_, object)| format!("The first is {}.", found_at(object)));
            let what = format!("{number} of {all} did not succeed: {}", bad.join(", "));
            return Err(Error::new(ErrorKind::Pipeline, what).with_pipeline_status(status).with_hint(hint));
        }
        match self.errors.first_key_value() {
            Some((place, error)) => {
                let object = &self.objects[*place];
                let what = format!(
                    "{} of {all} could not be waited for, {object} among them: {error}",
                    self.errors.len()
                );
                Err(Error::new(error.kind(), what).with_hint(error.hint().unwrap_or_default()))
            }
            None => Ok(()),
        }
    }

    fn check_deadline(&self) -> Result<(), Error> {
        let mut late = self.errors.values().filter(|error| error.kind() == ErrorKind::Deadline);
        let Some(first) = late.next() else { return Ok(()) };
        let what = format!("{} of {} were not over: {first}", late.count() + 1, self.objects.len());
        let status = first.pipeline_status().unwrap_or_default();
        Err(Error::new(ErrorKind::Deadline, what)
            .with_pipeline_status(status)
            .with_hint("They go on without you; wait again, with a later deadline."))
    }

    fn known(&self) -> impl Iterator<Item = (usize, &Object)> {
        self.objects.iter().enumerate().filter(|(place, _)| !self.errors.contains_key(place))
    }
}

/// The status of an object, empty as long as nothing was fetched. What was fetched and has none was given up.
pub(super) fn status(object: &Object) -> &str {
    object.text("status").unwrap_or_default()
}

fn found_at(object: &Object) -> String {
    match object.text("web_url") {
        Ok(url) => format!("{object}, {url}"),
        Err(_) => object.to_string(),
    }
}
