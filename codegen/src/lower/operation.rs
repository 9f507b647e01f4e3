//! Operations: from verbs with defaults to complete endpoints.
//!
//! Owns methods, paths, results and status codes of operations. Must not know other resources'
//! operations: rules over all of them are in `check.rs`.

use super::path;
use super::resource::no_objects;
use super::scope::{Returned, Scope};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{
    Endpoint, Idempotency, Keyset, KnownError, Method, Model, On, Outcome, Pagination, Resource, ResourceId,
    Segment,
};
use crate::names;
use crate::spanned::Spanned;
use crate::syntax::RawResource;
use crate::syntax::operation::{Crud, RawKind, RawOperation};

/// Who is called.
#[derive(Clone, Copy)]
pub(super) struct Called {
    /// Whether it is an object, and no manager.
    pub(super) on_object: bool,
    /// Whether the path names that object.
    pub(super) item: bool,
}

/// What the operations of one resource share.
pub(super) struct Context<'a> {
    id: ResourceId,
    raw: &'a RawResource,
    pub(super) resource: &'a Resource,
    pub(super) model: &'a Model,
    pub(super) scope: &'a Scope,
    /// The resources whose objects own these, the nearest first.
    pub(super) ancestors: Vec<&'a Resource>,
    /// The collection's path; `None` when it cannot be read, which was reported.
    base: Option<Vec<Spanned<Segment>>>,
}

impl<'a> Context<'a> {
    /// Reads what the operations of a resource share.
    pub(super) fn new(
        id: ResourceId,
        raw: &'a RawResource,
        model: &'a Model,
        scope: &'a Scope,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let resource = model.resource(id);
        let mut ancestors = Vec::new();
        let mut above = resource.parent;
        while let Some(parent) = above {
            ancestors.push(model.resource(parent));
            above = model.resource(parent).parent;
        }
        let base = raw.path.as_ref().and_then(|path| path::parse_absolute(path, diagnostics));
        if let (Some(base), Some(parent), Some(path)) = (&base, ancestors.first(), &raw.path)
            && !base.iter().any(|part| part.value == Segment::Param(parent.context_name.clone()))
        {
            diagnostics
                .error(
                    Code::MissingPlaceholder,
                    path.span,
                    format!("the path does not name the {} that owns these objects", parent.noun),
                )
                .help(format!("its placeholder is `{{{}}}`", parent.context_name));
        }
        Self { id, raw, resource, model, scope, ancestors, base }
    }

    /// Makes an endpoint of an operation; `None` when it cannot be read, which was reported.
    pub(super) fn endpoint(&self, raw: &RawOperation, diagnostics: &mut Diagnostics) -> Option<Endpoint> {
        let kind = raw.kind.as_ref()?;
        let method = method(kind);
        let on_object = match kind {
            RawKind::Crud { crud, .. } => !matches!(crud, Crud::List | Crud::Create),
            RawKind::Action { on, .. } => *on == On::Object,
        };
        let verb = raw.name.value.clone();
        if !names::is_snake(&verb) {
            super::bad_snake(&raw.name, diagnostics);
        }
        let outcome = self.outcome(raw, kind, on_object, diagnostics);
        let pagination = pagination(raw, method, outcome, diagnostics);
        let path = self.path(kind, on_object, diagnostics);
        // Nothing but the owner names an object that is the only one.
        let item = on_object && !self.resource.singleton;
        let called = Called { on_object, item };
        let params = self.params(raw, path.as_deref(), called, method, pagination, diagnostics);
        if let Some(request) = &raw.request
            && (!names::is_upper_camel(&request.value) || names::is_reserved_type(&request.value))
        {
            diagnostics
                .error(Code::BadName, request.span, format!("`{}` cannot name a struct", request.value))
                .help("write it `LikeThis`, and not as a type that the client has already");
        }
        let written_status = raw.status.as_ref().filter(|status| !status.is_empty());
        Some(Endpoint {
            span: raw.name.span,
            resource: self.id,
            request: raw
                .request
                .as_ref()
                .map_or_else(|| names::request(&verb, &self.resource.kind), |request| request.value.clone()),
            doc: raw.doc.clone().unwrap_or_else(|| self.usual_doc(kind)),
            docs_url: raw
                .docs
                .as_ref()
                .map_or_else(|| self.resource.docs_url.clone(), |docs| docs.value.clone()),
            method,
            path: path?.into_iter().map(|segment| segment.value).collect(),
            item,
            params,
            success: written_status.map_or_else(
                || vec![usual_status(kind, method)],
                |status| status.iter().map(|code| code.value).collect(),
            ),
            outcome,
            pagination,
            keyset: keyset(raw, pagination, diagnostics),
            idempotency: raw.idempotency.unwrap_or(match method {
                Method::Get => Idempotency::Safe,
                Method::Put | Method::Delete => Idempotency::Idempotent,
                Method::Post | Method::Patch => Idempotency::Never,
            }),
            errors: raw
                .errors
                .iter()
                .map(|(status, doc)| KnownError { status: *status, doc: doc.clone() })
                .collect(),
            since: raw.since.as_ref().map(|since| since.value.clone()),
            deprecated: raw.deprecated.clone(),
            example: raw.example.clone(),
            verb,
        })
    }

    /// The operation's complete path.
    fn path(
        &self,
        kind: &RawKind,
        on_object: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Spanned<Segment>>> {
        let (written, relative) = match kind {
            RawKind::Crud { path, .. } => (path.as_ref(), false),
            RawKind::Action { path, .. } => (Some(path), !path.value.starts_with('/')),
        };
        let item = on_object && !self.resource.singleton;
        let segments = match written {
            Some(path) if !relative => path::parse_absolute(path, diagnostics)?,
            written => {
                let mut segments = self.base.clone()?;
                let place = self.raw.path.as_ref().map_or(self.raw.name.span, |path| path.span);
                if item {
                    let identity = Segment::Param(self.resource.identity.clone());
                    segments.push(Spanned::new(identity, place));
                }
                if let Some(path) = written.filter(|path| !path.value.is_empty()) {
                    segments.extend(path::parse(&path.value, path.span, diagnostics)?);
                }
                segments
            }
        };
        let identity = &self.resource.identity;
        if item
            && let Some(path) = written
            && !segments.iter().any(|part| part.value == Segment::Param(identity.clone()))
        {
            diagnostics
                .error(Code::MissingPlaceholder, path.span, "the path does not name the object")
                .help(format!("its placeholder is `{{{identity}}}`"));
        }
        path::check_rest(&segments, diagnostics);
        Some(segments)
    }

    fn outcome(
        &self,
        raw: &RawOperation,
        kind: &RawKind,
        on_object: bool,
        diagnostics: &mut Diagnostics,
    ) -> Outcome {
        let Some(returns) = &raw.returns else {
            return match kind {
                RawKind::Crud { crud: Crud::List, .. } => Outcome::List(self.id),
                RawKind::Crud { crud: Crud::Get | Crud::Create, .. } => Outcome::Object(self.id),
                RawKind::Crud { crud: Crud::Update, .. } => Outcome::SameObject,
                RawKind::Crud { crud: Crud::Delete, .. } | RawKind::Action { .. } => Outcome::Nothing,
            };
        };
        match returns.value.as_str() {
            "none" => Outcome::Nothing,
            "json" => Outcome::Json,
            "text" => Outcome::Text,
            "bytes" => Outcome::Bytes,
            word @ ("self" | "another") => {
                if !on_object {
                    diagnostics
                        .error(
                            Code::BadReturns,
                            returns.span,
                            "a manager is no object that could be returned",
                        )
                        .help(format!("name the kind of object: `returns: {}`", self.resource.kind));
                }
                if word == "self" { Outcome::SameObject } else { Outcome::AnotherObject }
            }
            kind => {
                let (name, many) = kind.strip_suffix("[]").map_or((kind, false), |name| (name, true));
                if !names::is_upper_camel(name) {
                    diagnostics
                        .error(Code::BadReturns, returns.span, format!("`{kind}` is nothing that an operation returns"))
                        .help("it is `self`, `another`, `none`, `json`, `text`, `bytes`, a record, a resource, or a resource with `[]`");
                    return Outcome::Nothing;
                }
                let name = Spanned::new(name.to_owned(), returns.span);
                self.returned(&name, many, diagnostics).unwrap_or(Outcome::Nothing)
            }
        }
    }

    /// What the name of a resource or of a record means; `None` when it means nothing, which is then
    /// reported.
    fn returned(&self, name: &Spanned<String>, many: bool, diagnostics: &mut Diagnostics) -> Option<Outcome> {
        match self.scope.returned(name, diagnostics)? {
            Returned::Resource(id) => {
                if !self.model.resource(id).has_objects {
                    no_objects(name, "`returns`", diagnostics);
                }
                Some(if many { Outcome::List(id) } else { Outcome::Object(id) })
            }
            Returned::Record(id) if !many => Some(Outcome::Record(id)),
            Returned::Record(_) => {
                diagnostics
                    .error(
                        Code::BadReturns,
                        name.span,
                        format!("`{}` is a record, and lists hold objects", name.value),
                    )
                    .help("make a resource of it, or return `json`");
                None
            }
        }
    }

    /// The sentence for one of the five usual verbs.
    fn usual_doc(&self, kind: &RawKind) -> String {
        let noun = &self.resource.noun;
        let one = if self.resource.singleton { format!("the {noun}") } else { names::with_article(noun) };
        let of = match self.ancestors.first() {
            Some(parent) => format!(" of {}", names::with_article(&parent.noun)),
            None => String::new(),
        };
        match kind {
            RawKind::Crud { crud: Crud::List, .. } => format!("Lists the {}{of}.", names::plural(noun)),
            RawKind::Crud { crud: Crud::Get, .. } => format!("Fetches {one}{of}."),
            RawKind::Crud { crud: Crud::Create, .. } => format!("Creates {one}{of}."),
            RawKind::Crud { crud: Crud::Update, .. } => format!("Changes {one}{of}."),
            RawKind::Crud { crud: Crud::Delete, .. } => format!("Deletes {one}{of}."),
            // An action without a text was reported.
            RawKind::Action { .. } => String::new(),
        }
    }
}

fn method(kind: &RawKind) -> Method {
    match kind {
        RawKind::Action { method, .. } => *method,
        RawKind::Crud { crud: Crud::List | Crud::Get, .. } => Method::Get,
        RawKind::Crud { crud: Crud::Create, .. } => Method::Post,
        RawKind::Crud { crud: Crud::Update, .. } => Method::Put,
        RawKind::Crud { crud: Crud::Delete, .. } => Method::Delete,
    }
}

fn usual_status(kind: &RawKind, method: Method) -> u16 {
    match (kind, method) {
        (RawKind::Crud { crud: Crud::Create, .. }, _) | (_, Method::Post) => 201,
        (_, Method::Delete) => 204,
        (_, Method::Get | Method::Put | Method::Patch) => 200,
    }
}

fn keyset(raw: &RawOperation, pagination: Pagination, diagnostics: &mut Diagnostics) -> Option<Keyset> {
    let written = raw.keyset.as_ref()?;
    if pagination == Pagination::None {
        diagnostics
            .error(Code::MisplacedKey, written.span, "what has no pages has none by keyset")
            .help("remove the key");
        return None;
    }
    Some(written.value.clone())
}

fn pagination(
    raw: &RawOperation,
    method: Method,
    outcome: Outcome,
    diagnostics: &mut Diagnostics,
) -> Pagination {
    let is_list = matches!(outcome, Outcome::List(_));
    match &raw.pagination {
        Some(written) if is_list => written.value,
        Some(written) => {
            diagnostics
                .error(Code::MisplacedKey, written.span, "only lists have pages")
                .help("remove the key, or let the operation return a list: `returns: KIND[]`");
            Pagination::None
        }
        None if is_list && method == Method::Get => Pagination::Offset,
        None => Pagination::None,
    }
}
