//! Requests and answers as they may be shown: values of secret parameters and fields masked, and whatever looks like a
//! token. What is secret is said by the endpoint table.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use http::header::{HeaderMap, LOCATION};
use serde_json::Value;

use crate::endpoint::{Endpoint, Field, Place, Type};
use crate::mask::mask_tokens;
use crate::secret::REDACTED;
use crate::table;

/// The JSON body on one line; empty when there is none.
pub(crate) fn body(endpoint: &Endpoint, body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    if endpoint.params.is_empty() {
        // Nothing is known of the parameters of this path but what others are called.
        mask_names(&mut json);
    }
    if let Value::Object(members) = &mut json {
        for param in endpoint.params_in(Place::Body) {
            let Some(value) = members.get_mut(param.wire_name()) else { continue };
            if param.secret && !value.is_null() {
                *value = REDACTED.into();
            } else {
                mask(value, param.ty);
            }
        }
    }
    mask_tokens(&json.to_string())
}

fn mask(value: &mut Value, ty: Type) {
    match (value, ty) {
        (Value::Array(values), Type::Array(of)) => values.iter_mut().for_each(|value| mask(value, *of)),
        (Value::Object(members), Type::Map(of)) => members.values_mut().for_each(|value| mask(value, *of)),
        (Value::Object(members), Type::Record(record)) => {
            for Field { name, secret, ty, .. } in record.fields {
                match members.get_mut(*name) {
                    Some(value) if *secret && !value.is_null() => *value = REDACTED.into(),
                    Some(value) => mask(value, *ty),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// The JSON body of an answer on one line, cut where it becomes long: whatever the table calls a secret anywhere is masked
/// by its name.
pub(crate) fn answer(body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return format!("({} bytes that are not JSON)", body.len());
    };
    mask_names(&mut json);
    let text = mask_tokens(&json.to_string());
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], body.len()),
        None => text,
    }
}

/// How many letters of an answer's body are shown.
const MOST_SHOWN: usize = 4096;

/// Headers as lines, without credentials and cookies.
pub(crate) fn headers(headers: &HeaderMap) -> String {
    const SECRET: [&str; 7] = [
        "private-token",
        "job-token",
        "deploy-token",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    ];
    let lines = headers.iter().map(|(name, value)| match value.to_str() {
        _ if value.is_sensitive() || SECRET.contains(&name.as_str()) => format!("{name}: {REDACTED}"),
        // A redirect to an object storage carries its permission in the query.
        Ok(text) if *name == LOCATION => {
            format!("{name}: {}", mask_tokens(text.split('?').next().unwrap_or_default()))
        }
        Ok(text) => format!("{name}: {}", mask_tokens(text)),
        Err(_) => format!("{name}: ({} bytes)", value.len()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn mask_names(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(mask_names),
        Value::Object(members) => {
            for (name, value) in members {
                if secret_names().contains(name.as_str()) && !value.is_null() {
                    *value = REDACTED.into();
                } else {
                    mask_names(value);
                }
            }
        }
        _ => {}
    }
}

/// The names of all fields that hold a secret in some resource or record.
fn secret_names() -> &'static BTreeSet<&'static str> {
    static NAMES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = BTreeSet::new();
        for resource in table::RESOURCES {
            collect(resource.fields, &mut names);
        }
        for endpoint in table::ENDPOINTS {
            names.extend(endpoint.params.iter().filter(|param| param.secret).map(|param| param.wire_name()));
        }
        names
    })
}

fn collect(fields: &'static [Field], names: &mut BTreeSet<&'static str>) {
    for field in fields {
        if field.secret {
            names.insert(field.name);
        }
        let mut ty = field.ty;
        while let Type::Array(of) | Type::Map(of) = ty {
            ty = *of;
        }
        if let Type::Record(record) = ty {
            collect(record.fields, names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::body;
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
    }
}
