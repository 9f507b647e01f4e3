//! Requests, answers and data as they may be shown: values of secret parameters and fields masked, and whatever looks like a
//! token. What is secret is said by the endpoint table, and by the names of what the table does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use http::header::{HeaderMap, LOCATION};
use serde_json::{Map, Value};

use crate::endpoint::{Endpoint, Field, Place, Type};
use crate::mask::{is_secret_name, mask_tokens};
use crate::secret::REDACTED;
use crate::table;

/// Masks the secrets in data of which nothing is known but its names: those of the table's fields that are secret, and all
/// that end as names of secrets do (`_token`, `password`, `_secret`, `private_key`), where they have text. Where the table
/// says that another field makes a value a secret, that field must be there and true. In all other text whatever looks
/// like a token is masked, and a user and a password in a URL.
///
/// ```
/// use serde_json::json;
/// let mut data = json!({"feed_token": "ab", "job_token_enabled": true, "import_url": "https://u:p@h.test/"});
/// rhailab_client::mask_secrets(&mut data);
/// assert_eq!(data, json!({"feed_token": "••••", "job_token_enabled": true, "import_url": "https://•••@h.test/"}));
/// ```
pub fn mask_secrets(data: &mut Value) {
    mask_names(data, Names::Known);
    mask_texts(data);
}

/// The same for the fields of an object, of which the table knows more. When the condition of a secret cannot be seen, the
/// value counts as one.
pub(crate) fn object(mut fields: Map<String, Value>, known: &'static [Field]) -> Map<String, Value> {
    mask_fields(&mut fields, known);
    let mut data = Value::Object(fields);
    mask_secrets(&mut data);
    match data {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The JSON body on one line; empty when there is none.
pub(crate) fn body(endpoint: &Endpoint, body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    if let Value::Object(members) = &mut json {
        for param in endpoint.params_in(Place::Body) {
            let Some(value) = members.get_mut(param.wire_name()) else { continue };
            if param.secret && !value.is_null() {
                *value = REDACTED.into();
            } else {
                mask_inside(value, param.ty);
            }
        }
    }
    // Where nothing is known of the parameters of a path, what others are called counts.
    mask_names(&mut json, if endpoint.params.is_empty() { Names::All } else { Names::Telling });
    mask_tokens(&json.to_string())
}

/// The JSON body of an answer on one line, cut where it becomes long: whatever the table calls a secret anywhere is masked
/// by its name.
pub(crate) fn answer(body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return format!("({} bytes that are not JSON)", body.len());
    };
    mask_names(&mut json, Names::All);
    let text = json.to_string();
    let masked = mask_tokens(beginning(&text, MOST_SHOWN + LONGEST_TOKEN));
    let shown = beginning(&masked, MOST_SHOWN);
    if shown.len() == masked.len() { masked } else { format!("{shown}… ({} bytes)", body.len()) }
}

/// How many letters of an answer's body are shown.
const MOST_SHOWN: usize = 4096;

/// How far a text is searched behind its part that is shown: a token that lies across the end is known by all of it.
pub(crate) const LONGEST_TOKEN: usize = 4096;

/// The first letters of a text, at most so many.
fn beginning(text: &str, letters: usize) -> &str {
    text.char_indices().nth(letters).map_or(text, |(end, _)| &text[..end])
}

/// Headers as lines, credentials and cookies masked.
pub(crate) fn headers(headers: &HeaderMap) -> String {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
    let is_secret = |name: &str| SECRET.contains(&name) || is_secret_name(name);
    let lines = headers.iter().map(|(name, value)| match value.to_str() {
        _ if value.is_sensitive() || is_secret(name.as_str()) => format!("{name}: {REDACTED}"),
        // A redirect to an object storage carries its permission in the query.
        Ok(text) if *name == LOCATION => {
            format!("{name}: {}", mask_tokens(text.split('?').next().unwrap_or_default()))
        }
        Ok(text) => format!("{name}: {}", mask_tokens(text)),
        Err(_) => format!("{name}: ({} bytes)", value.len()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Masks what the table calls a secret.
fn mask_fields(fields: &mut Map<String, Value>, known: &'static [Field]) {
    for field in known {
        let condition = |when| fields.get(when).and_then(Value::as_bool).unwrap_or(true);
        let is_secret = field.secret && field.secret_when.is_none_or(condition);
        match fields.get_mut(field.name) {
            Some(value) if is_secret && !value.is_null() => *value = REDACTED.into(),
            Some(value) => mask_inside(value, field.ty),
            None => {}
        }
    }
}

fn mask_inside(value: &mut Value, ty: Type) {
    match (value, ty) {
        (Value::Array(values), Type::Array(of)) => {
            values.iter_mut().for_each(|value| mask_inside(value, *of))
        }
        (Value::Object(members), Type::Map(of)) => {
            members.values_mut().for_each(|value| mask_inside(value, *of));
        }
        (Value::Object(members), Type::Record(record)) => mask_fields(members, record.fields),
        _ => {}
    }
}

/// Masks whatever looks like a token in every text.
fn mask_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask_tokens(text),
        Value::Array(values) => values.iter_mut().for_each(mask_texts),
        Value::Object(members) => members.values_mut().for_each(mask_texts),
        _ => {}
    }
}

/// Which names of members are those of secrets, wherever the members stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Those that tell it by themselves.
    Telling,
    /// Those of the table's fields, too, where the condition of the secret is met.
    Known,
    /// All of the table's, the names of parameters among them.
    All,
}

fn mask_names(value: &mut Value, names: Names) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| mask_names(value, names)),
        Value::Object(members) => {
            let secret: Vec<bool> =
                members.iter().map(|(name, value)| names.hide(members, name, value)).collect();
            for (value, secret) in members.values_mut().zip(secret) {
                if secret {
                    *value = REDACTED.into();
                } else {
                    mask_names(value, names);
                }
            }
        }
        _ => {}
    }
}

impl Names {
    /// Whether the value of this name is hidden, among these members.
    fn hide(self, members: &Map<String, Value>, name: &str, value: &Value) -> bool {
        let text = value.as_str().unwrap_or_default();
        let is_met = |when: &Option<&str>| when.is_none_or(|when| members.get(when) == Some(&true.into()));
        !text.is_empty() && is_secret_name(name)
            || !value.is_null()
                && match self {
                    Self::Telling => false,
                    Self::Known => {
                        let conditions = known().fields.get(name).filter(|_| value.is_string());
                        conditions.is_some_and(|conditions| conditions.iter().any(is_met))
                    }
                    Self::All => known().fields.contains_key(name) || known().params.contains(name),
                }
    }
}

/// The names of what holds a secret somewhere in the table.
#[derive(Default)]
struct Known {
    /// Of fields in a resource or a record, with the fields beside them that make them secrets; `None` for no condition.
    fields: BTreeMap<&'static str, BTreeSet<Option<&'static str>>>,
    /// Of parameters.
    params: BTreeSet<&'static str>,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = Known::default();
        for resource in table::RESOURCES {
            known.collect(resource.fields);
        }
        for endpoint in table::ENDPOINTS {
            let secret = endpoint.params.iter().filter(|param| param.secret);
            known.params.extend(secret.map(|param| param.wire_name()));
        }
        known
    })
}

impl Known {
    fn collect(&mut self, fields: &'static [Field]) {
        for field in fields {
            if field.secret {
                self.fields.entry(field.name).or_default().insert(field.secret_when);
            }
            let mut ty = field.ty;
            while let Type::Array(of) | Type::Map(of) = ty {
                ty = *of;
            }
            if let Type::Record(record) = ty {
                self.collect(record.fields);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MOST_SHOWN, answer, body, mask_secrets};
    use crate::endpoint::Endpoint;
    use crate::table::ENDPOINTS;

    fn endpoint(id: &str) -> &'static Endpoint {
        ENDPOINTS.iter().find(|endpoint| endpoint.id == id).unwrap()
    }

    #[test]
    fn secrets_are_masked_and_the_rest_stays() {
        let trigger = endpoint("Project.trigger_pipeline");
        let sent = br#"{"ref":"main","token":"abc","variables":{"A":"glpat-xyz"}}"#;
        assert_eq!(body(trigger, sent), r#"{"ref":"main","token":"••••","variables":{"A":"glpat-•••"}}"#);
        assert_eq!(
            body(endpoint("ProjectVariable.create"), br#"{"key":"K","value":"v"}"#),
            r#"{"key":"K","value":"••••"}"#
        );
        assert_eq!(body(trigger, b""), "");
        let more = br#"{"client_secret":"a","ref":"main","token":"b","variables":{"A":"c","MY_TOKEN":"d"}}"#;
        let shown =
            r#"{"client_secret":"••••","ref":"main","token":"••••","variables":{"A":"c","MY_TOKEN":"••••"}}"#;
        assert_eq!(body(trigger, more), shown);
    }

    #[test]
    fn data_is_masked_by_its_names_and_only_where_it_is_text() {
        let hidden = [
            "runners_token",
            "Feed_Token",
            "token",
            "secret",
            "root_password",
            "client-secret",
            "private_key",
        ];
        for name in hidden {
            let mut data = json!([{ name: "ab", "trigger": { name: "cd" } }]);
            mask_secrets(&mut data);
            assert_eq!(data, json!([{ name: "••••", "trigger": { name: "••••" } }]), "{name}");
        }
        let plain = json!({
            "ci_job_token_scope_enabled": true, "runner_token_expires_at": "2026-01-01", "has_password": false,
            "token": 7, "feed_token": null, "access_token": "", "password": ["a"], "value": "v", "key": "K",
            "secret_value": {"value": "v", "masked": false}, "tokens": "many", "passwords": "many",
        });
        let mut data = plain.clone();
        mask_secrets(&mut data);
        assert_eq!(data, plain);
        let mut variable =
            json!({"key": "K", "value": "v", "masked": true, "note": "at http://u:p@h/ glft-1"});
        mask_secrets(&mut variable);
        let shown = json!({"key": "K", "value": "••••", "masked": true, "note": "at http://•••@h/ glft-•"});
        assert_eq!(variable, shown);
    }

    #[test]
    fn a_long_answer_is_cut_and_then_searched() {
        let secret = "S".repeat(30);
        for before in MOST_SHOWN - 50..MOST_SHOWN {
            // That the first of these is a secret is only seen behind it.
            for text in [format!("http://u:{secret}@h.test"), format!("glpat-{secret}")] {
                let text = format!("{} {text}{}", "x".repeat(before), " and more".repeat(9));
                let shown = answer(json!([text]).to_string().as_bytes());
                assert!(!shown.contains('S') && shown.contains("… ("), "{before}");
            }
        }
        let large = json!(["glpat-a ".repeat(700_000)]).to_string();
        let shown = answer(large.as_bytes());
        assert_eq!(shown.matches('•').count(), (MOST_SHOWN - 2) / 8);
        assert!(shown.ends_with(&format!("… ({} bytes)", large.len())));
    }
}
