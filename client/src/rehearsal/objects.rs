//! What a rehearsal has made, by the paths under which GitLab would have it: created, changed, read again, deleted. It knows
//! paths and JSON alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::endpoint::{Endpoint, Method, Outcome};

/// The objects of a rehearsal.
#[derive(Debug, Default)]
pub(crate) struct Objects(Mutex<HashMap<String, Value>>);

impl Objects {
    /// The object at this path, if the rehearsal made it.
    pub(crate) fn at(&self, path: &str) -> Option<Value> {
        self.lock().get(&decoded(path)).cloned()
    }

    /// Takes in what a request at this path would have done; `body` is what it sent, `answer` what it got.
    pub(crate) fn take_in(&self, endpoint: &Endpoint, path: &str, body: &[u8], answer: &Value) {
        let path = decoded(path);
        match (endpoint.method, endpoint.outcome) {
            (Method::Post, Outcome::Object(resource)) => {
                let identity = match &answer[resource.identity] {
                    Value::String(name) => name.clone(),
                    number => number.to_string(),
                };
                self.lock().insert(format!("{path}/{identity}"), answer.clone());
            }
            (Method::Put | Method::Patch, _) => {
                if let Some(Value::Object(members)) = self.lock().get_mut(&path)
                    && let Ok(Value::Object(changes)) = serde_json::from_slice(body)
                {
                    members.extend(changes);
                }
            }
            (Method::Delete, _) => {
                self.lock().remove(&path);
            }
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}
