//! Fields of an object: reading them, explaining why one is missing, and assigning them. Assigned
//! values wait beside the data until they are saved.

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Json, Object, Origin};
use crate::arguments::{Arguments, IntoArgument};
use crate::endpoint::{Endpoint, On, Place};
use crate::error::{Error, ErrorKind};
use crate::redact;
use crate::response::decode;
use crate::suggestion::{hint, nearest};
use crate::value::{check, describe};

impl Object {
    /// Everything that GitLab sent about the object, unknown fields included; `None` before the first fetch.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] with the place, when it is JSON that cannot be decoded, such as text with half of a letter.
    pub fn attributes(&self) -> Result<Option<&Map<String, Value>>, Error> {
        let Some(data) = self.data.as_deref() else { return Ok(None) };
        match data.fields.get_or_init(|| decode_fields(data.raw.as_bytes())) {
            Ok(fields) => Ok(Some(fields)),
            Err(problem) => Err(self.undecodable(problem)),
        }
    }

    /// The same as it may be shown, secrets masked; of an object that was never fetched, what names it.
    ///
    /// # Errors
    ///
    /// As for [`Object::attributes`].
    pub fn shown_attributes(&self) -> Result<Map<String, Value>, Error> {
        let fields = self.attributes()?.cloned().unwrap_or_else(|| {
            [(self.resource.identity.to_owned(), self.shown_identity().into_argument())].into_iter().collect()
        });
        Ok(redact::object(fields, self.resource.fields))
    }

    /// The value of a field: what was assigned, else what GitLab sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when the field is absent, with the reason and what to do; [`ErrorKind::Decode`] as for
    /// [`Object::attributes`].
    pub fn attribute(&self, name: &str) -> Result<&Value, Error> {
        if let Some(assigned) = self.changes.get(name) {
            return Ok(assigned);
        }
        self.attributes()?.and_then(|fields| fields.get(name)).ok_or_else(|| self.explain_absent(name))
    }

    /// The text in a field, such as a status.
    ///
    /// # Errors
    ///
    /// As for [`Object::attribute`]; [`ErrorKind::Decode`] when the field holds something else than text.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        let value = self.attribute(name)?;
        value.as_str().ok_or_else(|| {
            let what = describe(value);
            Error::new(ErrorKind::Decode, format!("`{name}` of {self} is {what}, not text"))
        })
    }

    /// Whether the spec calls a field's value a secret.
    #[must_use]
    pub fn is_secret(&self, name: &str) -> bool {
        self.resource.field(name).is_some_and(|field| field.secret)
    }

    /// What was assigned and not saved yet.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.changes.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Assigns a field, to be sent by `save`.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when there is no such field, when it cannot be changed, or when the value does not fit.
    pub fn assign(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let Some(save) = self.resource.operation(On::Object, "save") else {
            return Err(Error::usage(format!(
                "`{name}` of a {} cannot be assigned: GitLab's API does not change objects of this kind",
                self.resource.kind
            )));
        };
        let changeable: Vec<&str> = save.endpoint.params_in(Place::Body).map(|param| param.name).collect();
        let Some(param) = save.endpoint.param(name).filter(|param| param.place == Place::Body) else {
            return Err(self.explain_unassignable(name, &changeable));
        };
        let value = check(param, &value)?;
        self.changes.insert(name.to_owned(), value);
        Ok(())
    }

    /// The arguments of a save: what was assigned, and what GitLab wants to see again with every change.
    pub(super) fn with_changes(&self, endpoint: &Endpoint, arguments: Arguments) -> Result<Arguments, Error> {
        let mut arguments = self
            .changes
            .iter()
            .fold(arguments, |arguments, (name, value)| arguments.with(name, value.clone()));
        for param in endpoint.params_in(Place::Body).filter(|param| param.required) {
            if arguments.get(param.name).is_none()
                && let Some(value) = self.attributes()?.and_then(|fields| fields.get(param.name))
            {
                arguments = arguments.with(param.name, value.clone().into_argument());
            }
        }
        Ok(arguments)
    }

    /// The error for JSON that does not fit; `problem` begins with the place in it.
    pub(super) fn undecodable(&self, problem: &str) -> Error {
        Error::new(ErrorKind::Decode, format!("{self} cannot be read: {problem}"))
    }

    /// The value of one field of what GitLab sent, without a look at the others.
    pub(crate) fn peek(&self, name: &str) -> Option<Value> {
        peek(&self.data.as_deref()?.raw, name)
    }

    fn explain_unassignable(&self, name: &str, changeable: &[&str]) -> Error {
        let kind = self.resource.kind;
        if self.resource.field(name).is_some() {
            return Error::usage(format!("`{name}` of a {kind} cannot be changed"))
                .with_hint(format!("What can be changed is {}.", changeable.join(", ")));
        }
        Error::usage(format!("a {kind} has no field `{name}`")).with_hint(hint(
            name,
            changeable,
            "What can be changed is",
        ))
    }

    fn explain_absent(&self, name: &str) -> Error {
        let resource = self.resource;
        let Some(field) = resource.field(name) else {
            let known = resource
                .fields
                .iter()
                .map(|field| field.name)
                .chain(resource.operations.iter().filter(|verb| verb.on == On::Object).map(|verb| verb.name))
                .chain(resource.children.iter().flat_map(|child| child.accessors.iter().copied()));
            let error = Error::usage(format!("a {} has no field `{name}`", resource.kind));
            return match nearest(name, known) {
                Some(near) => error.with_hint(format!("Did you mean `{near}`?")),
                None => error.with_hint("`attributes` holds everything that GitLab sent."),
            };
        };
        let (reason, hint) = match self.origin {
            Origin::Lazy => ("nothing was fetched yet".to_owned(), "Call `refresh()` first.".to_owned()),
            Origin::Listed if resource.list_omits.contains(&name) => (
                "GitLab leaves it out of lists".to_owned(),
                format!("Call `refresh()`, or `get({})` instead of using the row.", self.identity),
            ),
            Origin::Listed | Origin::Answered => {
                ("GitLab did not send it".to_owned(), format!("`{name}`: {}", field.doc))
            }
        };
        Error::usage(format!("{self} has no `{name}` here: {reason}")).with_hint(hint)
    }
}

/// Decodes the members of an object. Only what fails is read once more, to find the place: keeping track of it takes time.
fn decode_fields(json: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(json).or_else(|_| decode(json))
}

/// One field of a JSON object. What stands behind it is not looked at: GitLab writes identities first, and a list has
/// thousands of rows.
pub(super) fn peek(raw: &Json, name: &str) -> Option<Value> {
    struct Peek<'a> {
        name: &'a str,
        found: &'a mut Option<Value>,
    }
    impl<'de> Visitor<'de> for Peek<'_> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                if key == self.name {
                    *self.found = Some(map.next_value()?);
                    // Ending early is an error to the parser, and nobody is told.
                    return Err(A::Error::custom("found"));
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut found = None;
    let peek = Peek { name, found: &mut found };
    // What went wrong does not matter: either the field was found before, or it is not there.
    let _ = serde_json::Deserializer::from_slice(raw.as_bytes()).deserialize_map(peek);
    found
}
