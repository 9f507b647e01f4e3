//! Finding rows of the endpoint table by name, and writing them as GitLab's documentation and the spec do.

use std::fmt;

use super::{Endpoint, Field, Method, On, Operation, Param, Place, Resource, Segment, Type};

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

impl Param {
    /// The name in the request.
    #[must_use]
    pub fn wire_name(&self) -> &'static str {
        self.wire.unwrap_or(self.name)
    }
}

impl Endpoint {
    /// The parameter of this name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The parameters that stand in one place of the request.
    pub fn params_in(&self, place: Place) -> impl Iterator<Item = &'static Param> + use<> {
        self.params.iter().filter(move |param| param.place == place)
    }
}

impl Resource {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The verb of this name that managers, or objects, have.
    #[must_use]
    pub fn operation(&self, on: On, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.on == on && operation.name == name)
    }

    /// The resource behind an accessor of this resource's objects (`pipelines` of a project).
    #[must_use]
    pub fn child(&self, accessor: &str) -> Option<&'static Resource> {
        find_accessor(self.children, accessor)
    }
}

/// The resource that has this accessor.
#[must_use]
pub fn find_accessor(resources: &[&'static Resource], accessor: &str) -> Option<&'static Resource> {
    resources.iter().copied().find(|resource| resource.accessors.contains(&accessor))
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Writes the path as GitLab's documentation does: `/projects/{project_id}/pipelines`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.method)?;
        for segment in self.path {
            match segment {
                Segment::Literal(text) => write!(f, "/{text}")?,
                Segment::Param(name) => write!(f, "/{{{name}}}")?,
                Segment::Rest(name) => write!(f, "/{{{name}*}}")?,
            }
        }
        Ok(())
    }
}

/// Writes the type as the spec does: `string`, `JobStatus[]`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Seconds => f.write_str("seconds"),
            Self::Bool => f.write_str("bool"),
            Self::DateTime => f.write_str("datetime"),
            Self::Date => f.write_str("date"),
            Self::Id => f.write_str("id"),
            Self::Json => f.write_str("json"),
            Self::Enum(of) => f.write_str(of.name),
            Self::Record(of) => f.write_str(of.name),
            Self::Array(of) => write!(f, "{of}[]"),
            Self::Map(of) => write!(f, "{of}{{}}"),
        }
    }
}
