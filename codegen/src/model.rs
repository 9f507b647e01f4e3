//! The spec, resolved: every name looked up, every default filled in, every path complete.
//!
//! Owns the types that emitters read. Must not know YAML, nor Rust source text; spans are here only
//! so that rules over the whole model can say where something was written.

mod query;

use rhailab_yaml::Span;

/// A whole spec.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The files, by name.
    pub areas: Vec<Area>,
    /// All enums, in the order of the spec; [`EnumId`] counts into it.
    pub enums: Vec<Enum>,
    /// All records; [`RecordId`] counts into it.
    pub records: Vec<Record>,
    /// All resources; [`ResourceId`] counts into it.
    pub resources: Vec<Resource>,
    /// All operations; [`EndpointId`] counts into it.
    pub endpoints: Vec<Endpoint>,
}

/// One file of the spec.
#[derive(Debug, Clone)]
pub struct Area {
    /// The file's name without extension, which names the modules of what it declares.
    pub name: String,
    /// The file's name.
    pub file: String,
}

/// The index of an [`Area`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaId(pub usize);
/// The index of an [`Enum`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumId(pub usize);
/// The index of a [`Record`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordId(pub usize);
/// The index of a [`Resource`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceId(pub usize);
/// The index of an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointId(pub usize);

/// A set of names.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Where it is declared.
    pub span: Span,
    /// The file that declares it.
    pub area: AreaId,
    /// The type's name.
    pub name: String,
    /// What the names are about.
    pub doc: String,
    /// The names; those of the other enum when this one is `same_as` it.
    pub values: Vec<Value>,
    /// The enum that this one is another name for, never itself such a one.
    pub same_as: Option<EnumId>,
}

/// One name of an [`Enum`].
#[derive(Debug, Clone)]
pub struct Value {
    /// Where it is declared.
    pub span: Span,
    /// The name as GitLab writes it.
    pub wire: String,
}

/// An object without operations.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where it is declared.
    pub span: Span,
    /// The file that declares it.
    pub area: AreaId,
    /// The type's name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Its fields, in the order of the spec.
    pub fields: Vec<Field>,
    /// Whether a parameter takes it, itself or inside another record.
    pub in_params: bool,
}

/// A field of a record or of a resource's objects.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where it is declared.
    pub span: Span,
    /// GitLab's name.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// The values it takes.
    pub ty: Type,
    /// Whether every answer that carries the object has it.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// The field that must be true for the value to be a secret.
    pub secret_when: Option<String>,
}

/// The type of a field or of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// Text that must never be shown.
    Secret,
    /// A whole number.
    Int,
    /// A number that may have a fraction.
    Float,
    /// A span of time in seconds, possibly with a fraction.
    Seconds,
    /// True or false.
    Bool,
    /// A point in time.
    DateTime,
    /// A calendar date.
    Date,
    /// The number or the full path of a project or a group.
    Id,
    /// Any JSON.
    Json,
    /// One of a set of names.
    Enum(EnumId),
    /// An object with known fields.
    Record(RecordId),
    /// Any number of values.
    Array(Box<Type>),
    /// Values by name.
    Map(Box<Type>),
}

/// A kind of object with its operations.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Where it is declared.
    pub span: Span,
    /// The file that declares it.
    pub area: AreaId,
    /// The object's name.
    pub kind: String,
    /// What the object is.
    pub doc: String,
    /// GitLab's page about it.
    pub docs_url: String,
    /// What the kind is called in a sentence, such as `pipeline schedule`.
    pub noun: String,
    /// The names of the manager on objects of the parent, or on the client.
    pub accessors: Vec<String>,
    /// The resource whose objects own these.
    pub parent: Option<ResourceId>,
    /// The resources whose objects these own.
    pub children: Vec<ResourceId>,
    /// The resource whose fields these objects have; never itself such a one.
    pub fields_of: Option<ResourceId>,
    /// Whether there are objects of it. A resource without fields has a manager only.
    pub has_objects: bool,
    /// Whether its owner has one object of it, which no path names.
    pub singleton: bool,
    /// The field that identifies an object, and its placeholder in paths; empty without objects.
    pub identity: String,
    /// The type by which callers name an object.
    pub identity_type: Type,
    /// The placeholder by which paths of children name an object.
    pub context_name: String,
    /// The fields, those of another resource where it shares them.
    pub fields: Vec<Field>,
    /// The columns that a table shows.
    pub table: Vec<String>,
    /// How examples come by an object.
    pub sample: Option<Sample>,
    /// Fields that rows of a list lack.
    pub list_omits: Vec<String>,
    /// The verbs of managers and of objects, those of another resource included.
    pub operations: Vec<Operation>,
}

/// A variable of examples, with the expression that gives it its value.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// The expression.
    pub code: String,
}

/// A verb.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The verb as the table has it: `save` for the object's side of `update`.
    pub name: String,
    /// Who has it.
    pub on: On,
    /// What it sends.
    pub endpoint: EndpointId,
}

/// Who has a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The manager.
    Manager,
    /// An object.
    Object,
}

/// One operation of the REST API.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Where it is declared.
    pub span: Span,
    /// The resource that declares it.
    pub resource: ResourceId,
    /// `list`, `get`, `create`, `update`, `delete`, or the action's name.
    pub verb: String,
    /// The name of the struct that takes its parameters.
    pub request: String,
    /// What it does.
    pub doc: String,
    /// GitLab's page about it.
    pub docs_url: String,
    /// The method.
    pub method: Method,
    /// The path below `/api/v4`.
    pub path: Vec<Segment>,
    /// Whether the path names an object, by its identity.
    pub item: bool,
    /// Every parameter, those of the path first.
    pub params: Vec<Param>,
    /// The status codes that mean success.
    pub success: Vec<u16>,
    /// What a successful answer holds.
    pub outcome: Outcome,
    /// How its rows are spread over pages.
    pub pagination: Pagination,
    /// How they come by keyset instead, if they can.
    pub keyset: Option<Keyset>,
    /// What may be assumed when it is sent twice.
    pub idempotency: Idempotency,
    /// Refusals with their causes.
    pub errors: Vec<KnownError>,
    /// The release that introduced it.
    pub since: Option<String>,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
    /// Lines of a script that do it.
    pub example: Option<String>,
}

/// The method of an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Stands in the URL as it is.
    Literal(String),
    /// Is filled with the parameter of this name.
    Param(String),
    /// Is filled with the parameter of this name, which may be several segments.
    Rest(String),
}

/// One parameter of an [`Endpoint`].
#[derive(Debug, Clone)]
pub struct Param {
    /// Where it is declared.
    pub span: Span,
    /// The name that callers use.
    pub name: String,
    /// The name in the request, where it is another one.
    pub wire: Option<String>,
    /// What it means.
    pub doc: String,
    /// Where its value comes from.
    pub origin: Origin,
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
    /// What an object fills in from its own fields.
    pub from: Vec<OwnField>,
    /// What GitLab assumes without it.
    pub default: Option<String>,
    /// What is sent when the caller gives no value, as JSON.
    pub fallback: Option<String>,
    /// The release that introduced it.
    pub since: Option<String>,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The object, or the manager, that is called.
    Context,
    /// Whoever calls.
    Caller,
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

/// A member of a parameter that an object fills in from one of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnField {
    /// The member of the parameter's value.
    pub member: String,
    /// The field of the object.
    pub field: String,
    /// The value that GitLab assumes, so that it need not be sent.
    pub usual: Option<String>,
}

/// How an array or a map is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// In a query `name[]=a&name[]=b`.
    Brackets,
    /// In a query `name=a&name=b`.
    Repeat,
    /// In a query `name=a,b`.
    Comma,
    /// A map in a body as `[{"key": "a", "value": "b"}]`.
    Pairs,
}

/// What a successful answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Nothing,
    /// An object of this resource.
    Object(ResourceId),
    /// The called object in its new state.
    SameObject,
    /// Another object of the called one's kind.
    AnotherObject,
    /// Rows of this resource.
    List(ResourceId),
    /// JSON of this shape.
    Record(RecordId),
    /// Any other JSON.
    Json,
    /// Plain text.
    Text,
    /// Bytes.
    Bytes,
}

/// How rows are spread over pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pagination {
    /// The answer is whole.
    None,
    /// `page` and `per_page`.
    Offset,
    /// `page` and `per_page`, and totals are never sent.
    OffsetWithoutTotals,
}

/// Pages that each begin behind the last row of the one before: the only order that they come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyset {
    /// The value of `order_by`.
    pub order_by: String,
    /// The value of `sort`: `asc` or `desc`.
    pub sort: &'static str,
}

/// What may be assumed when the same request is sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// It changes nothing.
    Safe,
    /// Twice has the effect of once.
    Idempotent,
    /// Twice may do the work twice.
    Never,
}

/// A refusal, explained.
#[derive(Debug, Clone)]
pub struct KnownError {
    /// The status code.
    pub status: u16,
    /// When GitLab answers it.
    pub doc: String,
}
