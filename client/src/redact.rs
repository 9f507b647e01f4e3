//! The body of a request as it may be shown: values of secret parameters and fields masked, and whatever looks like a
//! token. What is secret is said by the endpoint table.

use serde_json::Value;

use crate::endpoint::{Endpoint, Field, Place, Type};
use crate::secret::{REDACTED, mask_tokens};

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
