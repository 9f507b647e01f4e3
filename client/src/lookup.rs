//! Naming an object by its secret. GitLab knows a trigger by its number alone, but scripts often hold nothing
//! but its token: the token is looked up among the objects that the caller may see.

use serde_json::Value;

use crate::arguments::{Arguments, Id};
use crate::caller::Caller;
use crate::endpoint::{Endpoint, Field, On, Place, Resource, Type};
use crate::error::{Error, ErrorKind};
use crate::object::Object;
use crate::rehearsal;

/// The arguments with a number where a secret names the object; as they are where nothing has to be looked up.
pub(crate) async fn resolve(
    caller: Caller<'_>,
    endpoint: &'static Endpoint,
    arguments: Arguments,
) -> Result<Arguments, Error> {
    let resource = caller.resource;
    let given = match arguments.get(resource.identity) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
        None => match caller.object.map(Object::identity) {
            Some(Id::Name(text)) => Some(text.clone()),
            _ => None,
        },
    };
    let secret = resource.fields.iter().find(|field| field.secret);
    match (given, secret) {
        // A text of digits alone may be a token, too; a number is a number.
        (Some(text), Some(secret)) if takes_number(endpoint, resource) => {
            let identity = match rehearsal::named_by(caller.client, resource, secret.name, &text) {
                Some(made) => made,
                None => find(caller, secret, &text).await?,
            };
            Ok(arguments.with(resource.identity, identity))
        }
        _ => Ok(arguments),
    }
}

/// Whether an object of the resource would be named by its secret.
pub(crate) fn is_secret(resource: &Resource, identity: &Id) -> bool {
    // A project has secrets, too, but goes by its path.
    let goes_by_number = || resource.operations.iter().any(|verb| takes_number(verb.endpoint, resource));
    matches!(identity, Id::Name(_)) && resource.fields.iter().any(|field| field.secret) && goes_by_number()
}

/// Whether the path of an endpoint takes nothing but a number for an object of the resource.
fn takes_number(endpoint: &Endpoint, resource: &Resource) -> bool {
    let mut params = endpoint.params_in(Place::Path);
    params.any(|param| param.name == resource.identity && matches!(param.ty, Type::Int))
}

/// How many letters GitLab shows of a secret that belongs to somebody else.
const MASK: usize = 4;

/// Whether GitLab shows all of a secret. Of one that belongs to somebody else, such as the token of another user's trigger,
/// it shows the first few letters alone.
///
/// ```
/// assert!(rhailab_client::is_whole_secret("glptt-0123456789abcdef"));
/// assert!(!rhailab_client::is_whole_secret("a91c"));
/// ```
#[must_use]
pub fn is_whole_secret(shown: &str) -> bool {
    shown.len() > MASK
}

async fn find(caller: Caller<'_>, secret: &Field, text: &str) -> Result<Id, Error> {
    let kind = caller.resource.kind;
    let list = caller.resource.operation(On::Manager, "list").ok_or_else(|| {
        Error::usage(format!("a {kind} is named by its number")).with_hint("GitLab's API cannot list them.")
    })?;
    let mut hidden = Vec::new();
    let mut is_mask = false;
    let mut pages = caller.rows(list.endpoint, Arguments::new(), caller.resource);
    while let Some(page) = pages.next().await? {
        for row in page.rows {
            match row.attribute(secret.name).ok().and_then(Value::as_str) {
                // What GitLab shows of a secret of somebody else's is no name for it.
                Some(shown) if shown == text && is_whole_secret(shown) => return Ok(row.identity().clone()),
                Some(shown) if may_begin(shown, text) => {
                    is_mask |= shown == text;
                    hidden.push(row.identity().to_string());
                }
                _ => {}
            }
        }
    }
    Err(explain(kind, secret.name, is_mask, &hidden.join(" or ")))
}

/// Why nothing has the secret. It is not repeated, not even the part that GitLab shows to everybody.
fn explain(kind: &str, secret: &str, is_mask: bool, candidates: &str) -> Error {
    if is_mask {
        return Error::new(
            ErrorKind::NotFound,
            format!(
                "this is only the beginning of a {secret}, which GitLab shows instead of somebody else's"
            ),
        )
        .with_hint(format!("It may be the {kind} with the number {candidates}. Use the number."));
    }
    let error = Error::new(ErrorKind::NotFound, format!("no {kind} that you may see has this {secret}"));
    if candidates.is_empty() {
        return error.with_hint(format!("Use its number: `list()` shows each {kind} with its number."));
    }
    error.with_hint(format!(
        "GitLab shows a {secret} to its owner alone, and its first letters to others; \
         this may be number {candidates}. Use the number."
    ))
}

/// Whether a secret of which GitLab shows the first few letters may be this one. The part before the first dash
/// of a token tells only its kind, and GitLab leaves it out.
fn may_begin(shown: &str, text: &str) -> bool {
    let bare = text.split_once('-').map_or(text, |(_, bare)| bare);
    !shown.is_empty()
        && (shown == text || shown.len() < text.len())
        && (text.starts_with(shown) || bare.starts_with(shown))
}

#[cfg(test)]
mod tests {
    use super::may_begin;

    #[test]
    fn a_masked_token_is_recognised() {
        assert!(may_begin("a91c", "glptt-a91c00ff"));
        assert!(may_begin("a91c", "a91c00ff"));
        assert!(!may_begin("a91c", "glptt-b91c00ff"));
        assert!(!may_begin("", "glptt-a91c00ff"));
        assert!(may_begin("6679", "6679"));
        // What stands behind the first dash may have more of them.
        assert!(may_begin("a9-c", "glptt-a9-c00ff"));
        assert!(!may_begin("c00f", "glptt-a9-c00ff"));
    }
}
