//! The vocabulary of the endpoint table: what one operation of GitLab's REST API is, as data.
//!
//! The generator writes `static` values of these types from `spec/`; everything else in the product
//! reads them: request building, local parameter checks, scripts, the sandbox's router, help.
//! This module owns the types and look-ups over them. It knows neither HTTP clients nor JSON bodies.

mod look_up;

pub use look_up::find_accessor;

/// One operation of GitLab's REST API.
#[derive(Debug)]
pub struct Endpoint {
    /// The operation's stable name: the resource's kind, a dot, the verb (`ProjectPipeline.create`).
    pub id: &'static str,
    /// What the operation does, as Markdown.
    pub doc: &'static str,
    /// GitLab's page about the operation.
    pub docs_url: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below `/api/v4`, segment by segment.
    pub path: &'static [Segment],
    /// Every parameter: those of the path first, in the path's order, then query and body.
    pub params: &'static [Param],
    /// The status codes with which GitLab answers when it did what was asked for. The client takes any 2xx for success; this is
    /// for whoever holds answers against the table, as the tests of the sandbox do.
    pub success: &'static [u16],
    /// What a successful answer holds.
    pub outcome: Outcome,
    /// How the answer's rows are spread over pages.
    pub pagination: Pagination,
    /// What may be assumed when the same request is sent twice.
    pub idempotency: Idempotency,
    /// Refusals whose cause GitLab's answer does not tell.
    pub errors: &'static [KnownError],
    /// The GitLab release that introduced the operation, if it is newer than GitLab 16.
    pub since: Option<&'static str>,
    /// Why the operation should no longer be used, and what replaces it.
    pub deprecated: Option<&'static str>,
    /// Lines of a script that do it. They know `gl`, and the [`Sample`]s of the resource and of its owners.
    pub example: Option<&'static str>,
}

/// A refusal of an [`Endpoint`], explained.
#[derive(Debug)]
pub struct KnownError {
    /// The status code.
    pub status: u16,
    /// When GitLab answers it, as Markdown.
    pub doc: &'static str,
}

/// The HTTP method of an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or starts an action.
    Post,
    /// Changes.
    Put,
    /// Changes parts.
    Patch,
    /// Removes.
    Delete,
}

/// One segment of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// Stands in the URL as it is.
    Literal(&'static str),
    /// Is filled with the path parameter of this name, percent-encoded as one segment.
    Param(&'static str),
    /// Is filled with the path parameter of this name, which may be several segments, each encoded for itself.
    Rest(&'static str),
}

/// One parameter of an [`Endpoint`].
#[derive(Debug)]
pub struct Param {
    /// The name that callers use: GitLab's, but where [`Param::wire`] says otherwise.
    pub name: &'static str,
    /// The name in the request, where it is another one.
    pub wire: Option<&'static str>,
    /// What the parameter means, as Markdown.
    pub doc: &'static str,
    /// Where in the request it stands.
    pub place: Place,
    /// The values it takes.
    pub ty: Type,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Whether an explicit null means something.
    pub nullable: bool,
    /// How an array or a map is written.
    pub encoding: Encoding,
    /// What an object fills in from its own fields when the caller gives no value: members of the value.
    pub from: &'static [OwnField],
    /// Whether its value must never be shown.
    pub secret: bool,
    /// What GitLab assumes without it, as text for documentation.
    pub default: Option<&'static str>,
    /// JSON that is sent when the caller gives no value.
    pub fallback: Option<&'static str>,
    /// The GitLab release that introduced the parameter, if it is newer than GitLab 16.
    pub since: Option<&'static str>,
    /// Why the parameter should no longer be used, and what replaces it.
    pub deprecated: Option<&'static str>,
}

/// Where in a request a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The URL's query.
    Query,
    /// A member of the JSON body.
    Body,
}

/// The type of a parameter or of a field.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Type {
    /// Text.
    String,
    /// A whole number, 64 bits, signed.
    Int,
    /// A number that may have a fraction.
    Float,
    /// A span of time as a number of seconds, possibly with a fraction.
    Seconds,
    /// True or false.
    Bool,
    /// A point in time, RFC 3339.
    DateTime,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// What identifies a project or a group: its number or its full path.
    Id,
    /// Any JSON.
    Json,
    /// One of a set of names.
    Enum(&'static Enum),
    /// An object with known fields.
    Record(&'static Record),
    /// Any number of values.
    Array(&'static Type),
    /// Values by name.
    Map(&'static Type),
}

/// A set of names. GitLab may send names that are not in it.
#[derive(Debug)]
pub struct Enum {
    /// The type's name.
    pub name: &'static str,
    /// What the names are about, as Markdown.
    pub doc: &'static str,
    /// The names, as GitLab writes them.
    pub values: &'static [&'static str],
}

/// The shape of an object that has no operations of its own.
#[derive(Debug)]
pub struct Record {
    /// The type's name.
    pub name: &'static str,
    /// What it is, as Markdown.
    pub doc: &'static str,
    /// Its fields, in GitLab's order.
    pub fields: &'static [Field],
}

/// One field of a [`Record`] or of a [`Resource`]'s objects.
#[derive(Debug)]
pub struct Field {
    /// GitLab's name for it.
    pub name: &'static str,
    /// What it means, as Markdown.
    pub doc: &'static str,
    /// The values it takes.
    pub ty: Type,
    /// Whether every answer that carries the object has it.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// The field that must be true for the value to be a secret; without one a secret is always one.
    pub secret_when: Option<&'static str>,
}

/// A member of a parameter that an object fills in from one of its fields.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnField {
    /// The member of the parameter's value.
    pub member: &'static str,
    /// The field of the object.
    pub field: &'static str,
    /// The value that most objects have. GitLab assumes it, so it is sent only after GitLab answered
    /// that it cannot tell which of several objects is meant.
    pub usual: Option<&'static str>,
}

/// How an array or a map is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// In a query `name[]=a&name[]=b`, or `name[key]=a` for a map; in a body as JSON.
    Brackets,
    /// In a query `name=a&name=b`.
    Repeat,
    /// In a query `name=a,b`.
    Comma,
    /// A map as an array of its pairs: `[{"key": "a", "value": "b"}]`.
    Pairs,
}

/// What a successful answer holds.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing.
    Nothing,
    /// An object of this resource: another one than the object that was called, or the first sight of it.
    Object(&'static Resource),
    /// The called object itself, in its new state.
    SameObject,
    /// Another object of the called one's kind.
    AnotherObject,
    /// Rows of this resource.
    List(&'static Resource),
    /// JSON of this shape, which is not an object of any resource.
    Record(&'static Record),
    /// Any other JSON.
    Json,
    /// Plain text.
    Text,
    /// Bytes.
    Bytes,
}

/// How rows are spread over pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pagination {
    /// The answer is whole.
    None,
    /// `page` and `per_page`; the totals are sent for up to 10,000 rows.
    Offset,
    /// `page` and `per_page`; the totals are never sent.
    OffsetWithoutTotals,
    /// `page` and `per_page`, or by keyset.
    OffsetOrKeyset(Keyset),
}

/// Pages that each begin behind the last row of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyset {
    /// The only `order_by` that they come in.
    pub order_by: &'static str,
    /// The only `sort` that they come in: `asc` or `desc`.
    pub sort: &'static str,
    /// Whether totals are sent for up to 10,000 rows when the same list is paged by `page`.
    pub totals: bool,
}

impl Pagination {
    /// How the rows come by keyset, if they do.
    #[must_use]
    pub const fn keyset(self) -> Option<Keyset> {
        match self {
            Self::OffsetOrKeyset(keyset) => Some(keyset),
            _ => None,
        }
    }

    /// Whether the totals are sent with pages by number, for up to 10,000 rows.
    #[must_use]
    pub const fn has_totals(self) -> bool {
        matches!(self, Self::Offset | Self::OffsetOrKeyset(Keyset { totals: true, .. }))
    }
}

/// What may be assumed when the same request is sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Idempotency {
    /// It changes nothing.
    Safe,
    /// Twice has the effect of once.
    Idempotent,
    /// Twice may do the work twice.
    Never,
}

/// A kind of object with its operations.
#[derive(Debug)]
pub struct Resource {
    /// The object's name (`ProjectPipeline`).
    pub kind: &'static str,
    /// What the object is, as Markdown.
    pub doc: &'static str,
    /// GitLab's page about it.
    pub docs_url: &'static str,
    /// The names under which a parent object offers the manager, the usual one first (`pipelines`).
    pub accessors: &'static [&'static str],
    /// The resource whose objects own these; `None` for those that hang on the client itself.
    pub parent: Option<&'static Resource>,
    /// The field that identifies an object among its siblings, and the path parameter of that name.
    pub identity: &'static str,
    /// The path parameter by which the children's paths name an object of this resource (`pipeline_id`).
    pub context_name: &'static str,
    /// The fields, in GitLab's order.
    pub fields: &'static [Field],
    /// Fields that rows of a list lack.
    pub list_omits: &'static [&'static str],
    /// The columns that a table shows.
    pub table: &'static [&'static str],
    /// How examples come by an object.
    pub sample: Option<Sample>,
    /// What managers and objects can do.
    pub operations: &'static [Operation],
    /// The resources whose objects these own.
    pub children: &'static [&'static Resource],
}

/// A variable of examples: how a script comes by an object of some resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The variable's name.
    pub name: &'static str,
    /// The expression that gives it its value. It knows `gl`, and the samples of the resource's owners.
    pub code: &'static str,
}

/// A verb of a manager or of an object.
#[derive(Debug)]
pub struct Operation {
    /// The verb.
    pub name: &'static str,
    /// Who has it.
    pub on: On,
    /// What it sends.
    pub endpoint: &'static Endpoint,
}

/// Who has a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The manager: `project.pipelines.create(…)`. Item verbs take the identity first.
    Manager,
    /// An object: `pipeline.retry()`.
    Object,
}
