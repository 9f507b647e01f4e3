//! What an object fills in from its own fields: the key `from` of a parameter.
//!
//! Owns which field can fill which member. Must not know when the client does it.

use super::operation::Context;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Model, OwnField, Param, Type};
use crate::syntax::reader::suggestion;
use crate::syntax::{RawOwnField, RawParam};

impl Context<'_> {
    /// What an object fills in, as far as nothing is reported.
    pub(super) fn own_fields(
        &self,
        raw: &RawParam,
        param: &Param,
        on_object: bool,
        diagnostics: &mut Diagnostics,
    ) -> Vec<OwnField> {
        let Some(first) = raw.from.first() else {
            return Vec::new();
        };
        if !on_object {
            diagnostics
                .error(Code::BadFrom, first.member.span, "no object is called that could fill this in")
                .help("remove `from`: it belongs to operations on objects");
            return Vec::new();
        }
        if !matches!(param.ty, Type::Record(_) | Type::Map(_) | Type::Json) {
            diagnostics
                .error(Code::BadFrom, first.member.span, format!("`{}` has no members", param.name))
                .help("`from` fills members of a record or of a map; make the type one of these");
            return Vec::new();
        }
        raw.from.iter().filter_map(|own| self.own_field(own, param, diagnostics)).collect()
    }

    fn own_field(&self, raw: &RawOwnField, param: &Param, diagnostics: &mut Diagnostics) -> Option<OwnField> {
        let fields = &self.resource.fields;
        let Some(field) = fields.iter().find(|field| field.name == raw.field.value) else {
            // Fields that are missing altogether were reported.
            if !fields.is_empty() {
                let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                let message = format!("`{}` has no field `{}`", self.resource.kind, raw.field.value);
                let help = suggestion(&raw.field.value, &names, "its fields are");
                diagnostics.error(Code::UnknownField, raw.field.span, message).help(help);
            }
            return None;
        };
        let member = member(raw, param, self.model, diagnostics)?;
        if !fits(&field.ty, member) {
            diagnostics
                .error(
                    Code::BadFrom,
                    raw.field.span,
                    format!("the field `{}` is no value for the member `{}`", field.name, raw.member.value),
                )
                .help("the field and the member have one type");
        }
        if let Some(usual) = &raw.usual
            && !matches!(field.ty, Type::String | Type::Enum(_))
        {
            diagnostics
                .error(Code::BadFrom, usual.span, format!("the field `{}` is no text", field.name))
                .help("only a text can be usual; remove `usual`");
        }
        Some(OwnField {
            member: raw.member.value.clone(),
            field: raw.field.value.clone(),
            usual: raw.usual.as_ref().map(|usual| usual.value.clone()),
        })
    }
}

/// The type of the member; `None` when there is no such member, which is then reported.
fn member<'a>(
    raw: &RawOwnField,
    param: &'a Param,
    model: &'a Model,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Type> {
    let record = match &param.ty {
        Type::Record(id) => model.record(*id),
        Type::Map(of) => return Some(of),
        _ => return Some(&Type::Json),
    };
    let found = record.fields.iter().find(|field| field.name == raw.member.value);
    if found.is_none() && !record.fields.is_empty() {
        let names: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
        let message = format!("`{}` has no field `{}`", record.name, raw.member.value);
        let help = suggestion(&raw.member.value, &names, "its fields are");
        diagnostics.error(Code::UnknownField, raw.member.span, message).help(help);
    }
    found.map(|field| &field.ty)
}

/// Whether a value of a field is a value of a member.
fn fits(field: &Type, member: &Type) -> bool {
    match (field, member) {
        // What could not be read counts as `json`.
        (Type::Json, _) | (_, Type::Json) => true,
        (Type::Enum(_) | Type::DateTime | Type::Date, Type::String) => true,
        (field, member) => field == member,
    }
}
