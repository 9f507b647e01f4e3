//! Questions about the model: look-ups, and what follows from what is written.
//!
//! Owns nothing. Must not know YAML, nor Rust source text.

use super::{
    Endpoint, EndpointId, Enum, EnumId, Method, Model, Origin, Param, Record, RecordId, Resource, ResourceId,
    Segment, Type,
};

impl Model {
    /// The enum behind the id.
    #[must_use]
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id.0]
    }

    /// The record behind the id.
    #[must_use]
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.0]
    }

    /// The resource behind the id.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0]
    }

    /// The operation behind the id.
    #[must_use]
    pub fn endpoint(&self, id: EndpointId) -> &Endpoint {
        &self.endpoints[id.0]
    }

    /// The operation's stable name, such as `ProjectPipeline.create`.
    #[must_use]
    pub fn endpoint_id(&self, endpoint: &Endpoint) -> String {
        format!("{}.{}", self.resource(endpoint.resource).kind, endpoint.verb)
    }

    /// The kind whose fields the objects of this resource have.
    #[must_use]
    pub fn fields_kind<'a>(&'a self, resource: &'a Resource) -> &'a str {
        resource.fields_of.map_or(&resource.kind, |of| &self.resource(of).kind)
    }

    /// The resources above, the nearest first.
    pub fn ancestors<'a>(&'a self, resource: &Resource) -> impl Iterator<Item = &'a Resource> {
        let parent = |id: Option<ResourceId>| id.map(|id| self.resource(id));
        std::iter::successors(parent(resource.parent), move |above| parent(above.parent))
    }
}

impl Endpoint {
    /// The parameters that a caller gives.
    pub fn caller_params(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.origin == Origin::Caller)
    }

    /// Whether a call without parameters is refused.
    #[must_use]
    pub fn needs_request(&self) -> bool {
        self.caller_params().any(|param| param.required)
    }

    /// Whether the typed method takes the parameters themselves: an action with a few, all of them required. More
    /// would be confused, and what is optional today is often followed by more of it.
    #[must_use]
    pub fn takes_values(&self) -> bool {
        let is_action = !matches!(self.verb.as_str(), "list" | "get" | "create" | "update" | "delete");
        is_action
            && (1..=3).contains(&self.caller_params().count())
            && self.caller_params().all(|param| param.required)
    }

    /// Whether there is a struct for its parameters.
    #[must_use]
    pub fn has_request(&self) -> bool {
        !self.takes_values() && (self.always_takes_request() || self.caller_params().next().is_some())
    }

    /// Whether the typed method takes the struct even when nothing in it is required.
    #[must_use]
    pub fn always_takes_request(&self) -> bool {
        !self.takes_values()
            && (matches!(self.verb.as_str(), "list" | "create" | "update") || self.needs_request())
    }

    /// The path as GitLab's documentation writes it.
    #[must_use]
    pub fn path_text(&self) -> String {
        self.path
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("/{text}"),
                Segment::Param(name) => format!("/{{{name}}}"),
                Segment::Rest(name) => format!("/{{{name}*}}"),
            })
            .collect()
    }
}

impl Param {
    /// The name in the request.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.name)
    }
}

impl Segment {
    /// The parameter that fills it.
    #[must_use]
    pub fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Param(name) | Self::Rest(name) => Some(name),
        }
    }
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Type {
    /// Whether values of it must never be shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret => true,
            Self::Array(of) | Self::Map(of) => of.is_secret(),
            _ => false,
        }
    }

    /// The record inside, if there is one.
    #[must_use]
    pub fn inner_record(&self) -> Option<RecordId> {
        match self {
            Self::Record(id) => Some(*id),
            Self::Array(of) | Self::Map(of) => of.inner_record(),
            _ => None,
        }
    }
}
