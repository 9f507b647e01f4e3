//! How parameters stand in a request: their names there, and the encoding of arrays and maps.
//!
//! Owns the rules about both. Must not know what fills a parameter.

use super::param::is_param_name;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Encoding, Param, Place, Type};
use crate::syntax::RawParam;
use crate::syntax::operation::RawOperation;

/// Checks the encoding of an array or a map.
pub(super) fn check_encoding(raw: &RawParam, ty: &Type, place: Place, diagnostics: &mut Diagnostics) {
    let Some(encoding) = &raw.encoding else { return };
    let (fits, problem, help) = match encoding.value {
        Encoding::Pairs => (
            matches!(ty, Type::Map(_)) && place == Place::Body,
            "only maps in a body become pairs",
            "remove the key, or make the type a map, such as `string{}`",
        ),
        Encoding::Brackets | Encoding::Repeat | Encoding::Comma => (
            matches!(ty, Type::Array(_)) && place == Place::Query,
            "only arrays in a query are encoded",
            "remove the key, or make the type an array, such as `string[]`",
        ),
    };
    if !fits {
        diagnostics.error(Code::BadEncoding, encoding.span, problem).help(help);
    }
}

/// Checks the name in the request by itself.
pub(super) fn check_name(raw: &RawParam, place: Place, diagnostics: &mut Diagnostics) {
    let Some(wire) = &raw.wire else { return };
    if place == Place::Path {
        diagnostics
            .error(Code::MisplacedKey, wire.span, "a path holds values, no names")
            .help("remove `wire`, and name the parameter as the placeholder");
    } else if wire.value == raw.name.value {
        diagnostics
            .error(Code::MisplacedKey, wire.span, format!("`{}` is its name already", wire.value))
            .help("remove `wire`; it is for a name that callers would not understand");
    } else if !is_param_name(&wire.value) {
        diagnostics
            .error(Code::BadName, wire.span, format!("`{}` cannot name a parameter", wire.value))
            .help("use GitLab's name: letters, digits, `_`, `-`, and brackets");
    }
}

/// No two parameters have one name in one place of the request. Those that callers name alike are told
/// as such.
pub(super) fn check_names(params: &[Param], raw: &RawOperation, diagnostics: &mut Diagnostics) {
    for (index, param) in params.iter().enumerate() {
        let same = |other: &&Param| {
            other.place == param.place && other.wire_name() == param.wire_name() && other.name != param.name
        };
        let Some(other) = params[..index].iter().find(same) else { continue };
        let names = [&param.name, &other.name];
        let written = raw.params.iter().filter(|raw| names.contains(&&raw.name.value));
        let span =
            written.filter_map(|raw| raw.wire.as_ref()).next_back().map_or(param.span, |wire| wire.span);
        diagnostics
            .error(
                Code::DuplicateParam,
                span,
                format!(
                    "`{}` and `{}` are both `{}` in the request",
                    other.name,
                    param.name,
                    param.wire_name()
                ),
            )
            .help("leave one of them out, or correct `wire`");
    }
}
