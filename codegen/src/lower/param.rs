//! Parameters of operations: their places, and what the context fills in by itself.
//!
//! Owns which parameters an operation has and what each may be. Must not know other operations.

use super::operation::{Called, Context};
use super::scope::Scope;
use super::{value, wire};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Encoding, Method, Origin, Pagination, Param, Place, Segment, Type};
use crate::names;
use crate::spanned::Spanned;
use crate::syntax::RawParam;
use crate::syntax::operation::RawOperation;
use crate::syntax::reader::suggestion;
use rhailab_yaml::Span;

impl Context<'_> {
    /// The parameters: those of the path first, in the path's order, then those that are written.
    pub(super) fn params(
        &self,
        raw: &RawOperation,
        path: Option<&[Spanned<Segment>]>,
        called: Called,
        method: Method,
        pagination: Pagination,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Param> {
        let item = called.item;
        let mut written: Vec<Param> = raw
            .params
            .iter()
            .map(|raw| {
                let mut param = declared(raw, method, self.scope, diagnostics);
                param.from = self.own_fields(raw, &param, called.on_object, diagnostics);
                value::check(&param, raw, self.model, diagnostics);
                param
            })
            .collect();
        let mut params: Vec<Param> = Vec::new();
        for segment in path.unwrap_or_default() {
            let Some(name) = segment.value.placeholder() else {
                continue;
            };
            let is_rest = matches!(segment.value, Segment::Rest(_));
            let own = written.iter().position(|param| param.place == Place::Path && param.name == name);
            if params.iter().any(|param| param.name == name) {
                diagnostics
                    .error(
                        Code::DuplicateParam,
                        segment.span,
                        format!("`{{{name}}}` stands in the path twice"),
                    )
                    .help("every placeholder has a name of its own");
            } else if let Some(own) = own {
                let param = written.remove(own);
                if is_rest && !matches!(param.ty, Type::String | Type::Json) {
                    diagnostics
                        .error(Code::BadType, param.span, format!("`{name}` cannot have this type here"))
                        .help("several segments of a path are a `string`");
                }
                params.push(param);
            } else if is_rest && self.implied(name, item, segment.span).is_some() {
                diagnostics
                    .error(
                        Code::UnknownPlaceholder,
                        segment.span,
                        format!("an object is one segment of a path, but `{{{name}*}}` is several"),
                    )
                    .help(format!("write `{{{name}}}`"));
            } else if let Some(param) = self.implied(name, item, segment.span) {
                params.push(param);
            } else {
                self.unknown_placeholder(name, item, segment.span, &written, diagnostics);
            }
        }
        for param in &written {
            if param.place == Place::Path && path.is_some() {
                diagnostics
                    .error(
                        Code::MissingPlaceholder,
                        param.span,
                        format!("the path has no placeholder `{{{}}}`", param.name),
                    )
                    .help("put it into the path, or remove `in: path`");
            }
            if params.iter().any(|other| other.name == param.name) {
                diagnostics
                    .error(
                        Code::DuplicateParam,
                        param.span,
                        format!("`{}` is in the path already", param.name),
                    )
                    .help("a placeholder is a parameter by itself; remove this one");
            }
        }
        params.append(&mut written);
        if pagination != Pagination::None {
            for page in paging(raw.name.span) {
                if let Some(param) = params.iter().find(|param| param.name == page.name) {
                    diagnostics
                        .error(
                            Code::DuplicateParam,
                            param.span,
                            format!("the pagination brings `{}` with it", param.name),
                        )
                        .help("remove it here");
                }
                params.push(page);
            }
        }
        wire::check_names(&params, raw, diagnostics);
        params
    }

    /// The path parameter that the called object or manager fills.
    fn implied(&self, name: &str, item: bool, span: Span) -> Option<Param> {
        let ancestor = self.ancestors.iter().find(|ancestor| ancestor.context_name == name);
        let own = Some(&self.resource).filter(|resource| item && resource.identity == name);
        let resource = own.or(ancestor)?;
        let ty = resource.identity_type.clone();
        let noun = &resource.noun;
        let doc = match &ty {
            Type::Id => format!("The {noun}: its number or its full path."),
            Type::Int if resource.identity == "id" => format!("The {noun}'s number."),
            _ => format!("The {noun}'s `{}`.", resource.identity),
        };
        Some(implied(name, doc, Origin::Context, Place::Path, ty, span))
    }

    fn unknown_placeholder(
        &self,
        name: &str,
        item: bool,
        span: Span,
        written: &[Param],
        diagnostics: &mut Diagnostics,
    ) {
        let advice = diagnostics.error(
            Code::UnknownPlaceholder,
            span,
            format!("nothing fills the placeholder `{{{name}}}`"),
        );
        if written.iter().any(|param| param.name == name) {
            return advice.help(format!("add `in: path` to the parameter `{name}`"));
        }
        if !item && name == self.resource.identity {
            return advice.help("the operation is on the collection, no object is called");
        }
        let mut known: Vec<&str> =
            self.ancestors.iter().map(|ancestor| ancestor.context_name.as_str()).collect();
        if item {
            known.push(&self.resource.identity);
        }
        advice.help(suggestion(
            name,
            &known,
            "declare it as a parameter with `in: path`; known by themselves are",
        ));
    }
}

/// Makes a parameter of what was written.
fn declared(raw: &RawParam, method: Method, scope: &Scope, diagnostics: &mut Diagnostics) -> Param {
    let ty = scope.resolve(raw.ty.as_ref(), diagnostics);
    let in_query = matches!(method, Method::Get | Method::Delete);
    let usual = if in_query { Place::Query } else { Place::Body };
    let place = raw.place.as_ref().map_or(usual, |place| place.value);
    if method == Method::Get
        && let Some(Spanned { value: Place::Body, span }) = raw.place
    {
        diagnostics
            .error(Code::MisplacedKey, span, "a GET request has no body")
            .help("use `in: query`, or leave it out");
    }
    let name = &raw.name;
    if !is_param_name(&name.value) || names::ident(&name.value).trim_matches('_').is_empty() {
        diagnostics
            .error(Code::BadName, name.span, format!("`{}` cannot name a parameter", name.value))
            .help("use GitLab's name: letters, digits, `_`, `-`, and brackets");
    }
    wire::check_encoding(raw, &ty, place, diagnostics);
    wire::check_name(raw, place, diagnostics);
    let required = raw.ty.as_ref().is_some_and(|ty| ty.required);
    let nullable = raw.ty.as_ref().is_some_and(|ty| ty.nullable);
    check_type(name, &ty, place, nullable, diagnostics);
    Param {
        span: name.span,
        name: name.value.clone(),
        wire: raw.wire.as_ref().map(|wire| wire.value.clone()),
        doc: raw.doc.clone(),
        origin: Origin::Caller,
        place,
        ty,
        required: required || place == Place::Path,
        nullable,
        encoding: raw.encoding.as_ref().map_or(Encoding::Brackets, |encoding| encoding.value),
        from: Vec::new(),
        default: raw.default.as_ref().map(|default| default.value.clone()),
        fallback: raw.fallback.as_ref().map(|fallback| fallback.to_json().to_string()),
        since: raw.since.as_ref().map(|since| since.value.clone()),
        deprecated: raw.deprecated.clone(),
    }
}

/// A parameter that nobody wrote down.
fn implied(name: &str, doc: String, origin: Origin, place: Place, ty: Type, span: Span) -> Param {
    Param {
        span,
        name: name.to_owned(),
        wire: None,
        doc,
        origin,
        place,
        ty,
        required: place == Place::Path,
        nullable: false,
        encoding: Encoding::Brackets,
        from: Vec::new(),
        default: None,
        fallback: None,
        since: None,
        deprecated: None,
    }
}

/// The parameters of a list that comes in pages.
fn paging(span: Span) -> [Param; 2] {
    let param =
        |name, doc: &str| implied(name, doc.to_owned(), Origin::Caller, Place::Query, Type::Int, span);
    [
        param("page", "The only page to fetch, counted from 1."),
        param("per_page", "The rows on a page, 100 at most."),
    ]
}

fn check_type(
    name: &Spanned<String>,
    ty: &Type,
    place: Place,
    nullable: bool,
    diagnostics: &mut Diagnostics,
) {
    let problem = match (place, ty) {
        (_, Type::Array(of) | Type::Map(of)) if **of == Type::Secret => {
            "a secret parameter is a single value"
        }
        (_, Type::Secret) if nullable => "a secret parameter cannot be null",
        (Place::Path | Place::Query, _) if nullable => "only a body can hold null",
        (Place::Path, Type::String | Type::Secret | Type::Int | Type::Id | Type::Enum(_)) => return,
        (Place::Path, _) => "a path holds a `string`, an `int`, an `id` or an enum",
        _ => return,
    };
    diagnostics
        .error(Code::BadType, name.span, format!("`{}` cannot have this type here", name.value))
        .help(problem);
}

pub(super) fn is_param_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c))
}
