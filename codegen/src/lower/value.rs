//! Rules over values: defaults and fallbacks of parameters fit their types.
//!
//! Owns which value fits which type. Must not know where values are written.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostics, did_you_mean};
use crate::model::{Model, Param, Place, Type};
use crate::syntax::RawParam;

/// Checks the values that a parameter has by itself.
pub(super) fn check(param: &Param, raw: &RawParam, model: &Model, diagnostics: &mut Diagnostics) {
    default(param, raw, model, diagnostics);
    fallback(param, raw, model, diagnostics);
}

fn default(param: &Param, raw: &RawParam, model: &Model, diagnostics: &mut Diagnostics) {
    let Some(default) = &raw.default else { return };
    let (default, span) = (&default.value, default.span);
    let name = &param.name;
    if param.required {
        diagnostics
            .error(Code::BadDefault, span, format!("`{name}` is required, its default can never apply"))
            .help("remove the `!`, or the default");
    }
    let expected = match &param.ty {
        Type::Int if default.parse::<i64>().is_err() => "a whole number".to_owned(),
        Type::Float | Type::Seconds if default.parse::<f64>().is_err() => "a number".to_owned(),
        Type::Bool if default != "true" && default != "false" => "`true` or `false`".to_owned(),
        Type::Enum(id) => {
            let of = model.enumeration(*id);
            let values: Vec<&str> = of.values.iter().map(|value| value.wire.as_str()).collect();
            if values.is_empty() || values.contains(&default.as_str()) {
                return;
            }
            match did_you_mean(default, values.iter().copied()) {
                Some(near) => format!("a value of `{}`, perhaps `{near}`", of.name),
                None => format!("a value of `{}`: `{}`", of.name, values.join("`, `")),
            }
        }
        _ => return,
    };
    diagnostics
        .error(Code::BadDefault, span, format!("`{name}` cannot be `{default}`"))
        .help(format!("the default is {expected}"));
}

fn fallback(param: &Param, raw: &RawParam, model: &Model, diagnostics: &mut Diagnostics) {
    let Some(fallback) = &raw.fallback else {
        return;
    };
    let (json, span) = (fallback.to_json(), fallback.span);
    let name = &param.name;
    if param.required || param.place == Place::Path {
        diagnostics
            .error(Code::BadFallback, span, format!("`{name}` is required, its fallback can never apply"))
            .help("remove the `!`, or the fallback");
    }
    let fits = if json == Json::Null { param.nullable } else { fits(&json, &param.ty, model) };
    if !fits {
        diagnostics
            .error(Code::BadFallback, span, format!("`{name}` cannot be `{json}`"))
            .help("the fallback is sent as it stands, so it must have the parameter's type");
    }
}

/// Whether JSON is a value of a type.
fn fits(json: &Json, ty: &Type, model: &Model) -> bool {
    match ty {
        Type::String | Type::Secret | Type::DateTime | Type::Date => json.is_string(),
        Type::Int => json.is_i64(),
        Type::Float | Type::Seconds => json.is_number(),
        Type::Bool => json.is_boolean(),
        Type::Id => json.is_i64() || json.is_string(),
        Type::Json => true,
        Type::Enum(id) => {
            let values = &model.enumeration(*id).values;
            json.as_str().is_some_and(|json| values.iter().any(|value| value.wire == json))
        }
        Type::Record(id) => json.as_object().is_some_and(|json| {
            let fields = &model.record(*id).fields;
            let known = |name: &String| fields.iter().any(|field| field.name == *name);
            json.keys().all(known)
                && fields.iter().all(|field| match json.get(&field.name) {
                    None => !field.required,
                    Some(Json::Null) => field.nullable,
                    Some(value) => fits(value, &field.ty, model),
                })
        }),
        Type::Array(of) => json.as_array().is_some_and(|json| json.iter().all(|item| fits(item, of, model))),
        Type::Map(of) => json.as_object().is_some_and(|json| json.values().all(|item| fits(item, of, model))),
    }
}
