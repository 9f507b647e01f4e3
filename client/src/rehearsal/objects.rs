//! What a rehearsal knows, by the URLs under which GitLab would have it: what was made, what would have become of real
//! objects, what was deleted. It knows URLs and JSON alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The objects of a rehearsal.
#[derive(Debug, Default)]
pub(crate) struct Objects(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    objects: HashMap<String, Known>,
    /// The numbers of what was made. No two objects have the same.
    numbers: HashSet<i64>,
}

#[derive(Debug)]
enum Known {
    /// It exists in the rehearsal alone.
    Made(Value),
    /// The server has it, and some of its members would be others.
    Changed(Map<String, Value>),
    /// It would be gone.
    Deleted,
}

impl Known {
    fn made(&self) -> Option<&Value> {
        match self {
            Self::Made(value) => Some(value),
            Self::Changed(_) | Self::Deleted => None,
        }
    }
}

/// What a rehearsal says about a URL.
#[derive(Debug, PartialEq)]
pub(super) enum Sight {
    /// The server has it.
    Real,
    /// The rehearsal made this.
    Made(Value),
    /// It, or what owns it, was deleted.
    Deleted,
}

impl Objects {
    /// What stands at this URL.
    pub(super) fn at(&self, url: &str) -> Sight {
        let url = decoded(url);
        let memory = self.lock();
        match memory.objects.get(&url) {
            Some(Known::Made(value)) => return Sight::Made(value.clone()),
            Some(Known::Deleted) => return Sight::Deleted,
            Some(Known::Changed(_)) => {}
            None => {
                // Named without what tells it from others of its name, and the only one of it.
                let others = memory.objects.iter().filter(|(known, _)| known.starts_with(&format!("{url}?")));
                let mut made = others.filter_map(|(_, known)| known.made());
                if let (Some(value), None) = (made.next(), made.next()) {
                    return Sight::Made(value.clone());
                }
            }
        }
        let mut owners = url.match_indices('/').map(|(end, _)| &url[..end]);
        match owners.any(|owner| matches!(memory.objects.get(owner), Some(Known::Deleted))) {
            true => Sight::Deleted,
            false => Sight::Real,
        }
    }

    /// Whether something was made that has this number.
    pub(super) fn has_number(&self, number: i64) -> bool {
        self.lock().numbers.contains(&number)
    }

    /// Whether anything was made.
    pub(super) fn has_made(&self) -> bool {
        self.lock().objects.values().any(|known| known.made().is_some())
    }

    /// What would have changed of the real object at this URL.
    pub(super) fn changes(&self, url: &str) -> Option<Map<String, Value>> {
        match self.lock().objects.get(&decoded(url)) {
            Some(Known::Changed(changes)) => Some(changes.clone()),
            _ => None,
        }
    }

    /// Whether anything real would have changed, or be gone.
    pub(super) fn differs(&self) -> bool {
        self.lock().objects.values().any(|known| known.made().is_none())
    }

    /// The last object that was made with this text in a member.
    pub(super) fn made_with(&self, member: &str, text: &str) -> Option<Value> {
        let memory = self.lock();
        let made = memory.objects.values().filter_map(Known::made);
        let made = made.filter(|value| value.get(member).and_then(Value::as_str) == Some(text));
        // Numbers count downwards.
        made.min_by_key(|value| value.get("id").and_then(Value::as_i64)).cloned()
    }

    /// Takes in what was made.
    pub(super) fn make(&self, url: &str, value: Value) {
        let url = decoded(url);
        let number = url.rsplit('/').next().and_then(|last| last.parse::<i64>().ok());
        let mut memory = self.lock();
        memory.numbers.extend(number.filter(|number| *number < 0));
        memory.objects.insert(url, Known::Made(value));
    }

    /// Takes in what would have changed.
    pub(super) fn change(&self, url: &str, changes: Map<String, Value>) {
        if changes.is_empty() {
            return;
        }
        match self.lock().objects.entry(decoded(url)).or_insert_with(|| Known::Changed(Map::new())) {
            Known::Made(Value::Object(members)) | Known::Changed(members) => members.extend(changes),
            Known::Made(_) | Known::Deleted => {}
        }
    }

    /// Takes in that it was deleted.
    pub(super) fn delete(&self, url: &str) {
        self.lock().objects.insert(decoded(url), Known::Deleted);
    }

    /// Forgets everything: writes are sent from now on, and what they do is the server's to tell.
    pub(crate) fn clear(&self) {
        *self.lock() = Memory::default();
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decoded(url: &str) -> String {
    percent_decode_str(url).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_made_changes_and_goes() {
        let objects = Objects::default();
        assert!(!objects.has_made() && !objects.differs());
        objects.make("h/variables/A%20B", json!({"key": "A B", "value": "1"}));
        objects.change("h/variables/A B", members(json!({"value": "2"})));
        assert_eq!(objects.at("h/variables/A%20B"), Sight::Made(json!({"key": "A B", "value": "2"})));
        assert_eq!(objects.at("h/variables/A"), Sight::Real);
        objects.delete("h/variables/A%20B");
        assert_eq!(objects.at("h/variables/A%20B"), Sight::Deleted);
        objects.make("h/variables/A%20B", json!({}));
        assert_eq!(objects.at("h/variables/A%20B"), Sight::Made(json!({})));
        objects.clear();
        assert_eq!(objects.at("h/variables/A%20B"), Sight::Real);
    }

    #[test]
    fn an_only_object_of_a_name_is_found_without_what_tells_it_apart() {
        let objects = Objects::default();
        objects.make("h/variables/A?scope=\"x\"", json!(1));
        assert_eq!(objects.at("h/variables/A"), Sight::Made(json!(1)));
        objects.make("h/variables/A?scope=\"y\"", json!(2));
        assert_eq!(objects.at("h/variables/A"), Sight::Real);
        objects.make("h/variables/A", json!(3));
        objects.delete("h/variables/A?scope=\"x\"");
        assert_eq!(objects.at("h/variables/A"), Sight::Made(json!(3)));
    }

    #[test]
    fn only_numbers_that_were_given_are_known() {
        let objects = Objects::default();
        objects.make("h/pipelines/-3", json!({"id": -3}));
        assert!(objects.has_number(-3) && !objects.has_number(-5));
    }

    #[test]
    fn changes_of_real_objects_add_up_and_what_a_deleted_one_owned_is_gone() {
        let objects = Objects::default();
        objects.change("h/pipelines/7", members(json!({"status": "success"})));
        objects.change("h/pipelines/7", members(json!({"name": "x"})));
        assert_eq!(objects.at("h/pipelines/7"), Sight::Real);
        assert_eq!(
            objects.changes("h/pipelines/7"),
            Some(members(json!({"status": "success", "name": "x"})))
        );
        objects.delete("h/pipelines/7");
        assert_eq!(objects.changes("h/pipelines/7"), None);
        assert_eq!(objects.at("h/pipelines/7/jobs"), Sight::Deleted);
        assert_eq!(objects.at("h/pipelines/77"), Sight::Real);
    }

    #[test]
    fn a_secret_that_several_have_means_the_last() {
        let objects = Objects::default();
        for number in [-1, -2] {
            objects.make(&format!("h/triggers/{number}"), json!({"id": number, "token": "t"}));
        }
        assert_eq!(objects.made_with("token", "t"), Some(json!({"id": -2, "token": "t"})));
        assert_eq!(objects.made_with("token", "u"), None);
    }
}
