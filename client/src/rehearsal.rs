//! Rehearsing writes: what would be sent is announced and kept back, and what it would have done is remembered, so that a
//! script goes on and ends. A placeholder stands for what would have been made; real objects are read from the server, with
//! what would have become of them. Nothing is waited for: whatever was started has ended.

mod objects;
mod placeholder;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::arguments::{Arguments, Id, IntoArgument as _};
use crate::caller::Caller;
use crate::client::{Gitlab, writes};
use crate::endpoint::{Endpoint, Method, On, Outcome, OwnField, Param, Place, Resource, Segment};
use crate::error::{Error, ErrorKind, RequestFacts};
use crate::http::request;
use crate::object::Object;
use crate::redact;
use crate::response::Response;
use crate::writes::Writes;

pub(crate) use objects::Objects;
use objects::Sight;

/// How an object ends on which an action is called, and with it the pipeline that it belongs to.
const ENDS: [(&str, &str); 3] = [("cancel", "canceled"), ("play", "success"), ("retry", "success")];

/// Answers a request in a rehearsal. What the caller knows of itself is shown in the answer.
pub(crate) async fn send(
    client: &Gitlab,
    caller: Option<Caller<'_>>,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
    request: http::Request<Bytes>,
) -> Result<Response, Error> {
    let url = key_of(endpoint, arguments, &url_of(&request));
    let objects = client.rehearsed();
    let facts = RequestFacts::of(endpoint, &request)?;
    let answer = match objects.at(&url) {
        Sight::Deleted => return Err(deleted(facts)),
        _ if writes(endpoint) => write(client, caller, endpoint, arguments, &request, &facts.url).await?,
        Sight::Made(value) => value,
        Sight::Real if is_made_up(objects, endpoint, arguments) => {
            read(client, caller, endpoint, arguments, &url)?
        }
        Sight::Real => {
            let mut response = client.exchange(endpoint, request).await?;
            if let Some(changed) = changed(client, caller, endpoint, &url, &response.body) {
                response.body = changed;
            }
            return Ok(response);
        }
    };
    Ok(Response::made_up(endpoint, facts, &answer))
}

/// The bytes that stand for those of a download; `None` where the server has them.
pub(crate) fn open(
    client: &Gitlab,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
    request: &http::Request<Bytes>,
) -> Result<Option<Bytes>, Error> {
    let objects = client.rehearsed();
    match objects.at(&key_of(endpoint, arguments, &url_of(request))) {
        Sight::Deleted => Err(deleted(RequestFacts::of(endpoint, request)?)),
        Sight::Real if !writes(endpoint) && !is_made_up(objects, endpoint, arguments) => Ok(None),
        Sight::Real | Sight::Made(_) => Ok(Some(placeholder::bytes(endpoint))),
    }
}

/// The identity of what the rehearsal made with this secret, if it made any.
pub(crate) fn named_by(client: &Gitlab, resource: &Resource, secret: &str, text: &str) -> Option<Id> {
    let made = Some(client.rehearsed()).filter(|_| client.writes() == Writes::Rehearsed)?;
    made.made_with(secret, text)?.get(resource.identity).and_then(Id::from_json)
}

/// Whether a row of a list would be gone.
pub(crate) fn is_deleted(caller: Caller<'_>, row: &Object) -> bool {
    let objects = caller.client.rehearsed();
    if caller.client.writes() != Writes::Rehearsed || !objects.differs() {
        return false;
    }
    // Whoever looks at a row that cannot be decoded is told so.
    let Ok(Some(members)) = row.attributes() else { return false };
    home(caller, row.resource(), members).is_some_and(|url| objects.at(&url) == Sight::Deleted)
}

/// Announces a write, takes in what it would have done, and answers what stands for its answer.
async fn write(
    client: &Gitlab,
    caller: Option<Caller<'_>>,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
    request: &http::Request<Bytes>,
    shown_url: &str,
) -> Result<Value, Error> {
    let verb = endpoint.id.rsplit('.').next().unwrap_or_default();
    let end = ENDS.iter().find(|(action, _)| *action == verb).map(|(_, end)| *end);
    let known = match caller.and_then(|caller| Some((caller, caller.object?))) {
        // What it belongs to has to be known, and only the server tells it.
        Some((caller, object)) if end.is_some() && object.is_lazy() => look(caller, object).await?,
        Some((_, object)) => object.attributes()?.cloned().unwrap_or_default(),
        None => Map::new(),
    };
    announce(endpoint, request, shown_url);
    let (objects, url) = (client.rehearsed(), url_of(request));
    let asked = asked(caller, endpoint, arguments);
    let made = match (endpoint.outcome, caller) {
        (Outcome::Object(resource), _) if endpoint.method == Method::Post => {
            Some((resource, placeholder::object(resource, &asked)))
        }
        (Outcome::AnotherObject, Some(caller)) => {
            let mut known = known.clone();
            // Those are the called one's own.
            known.retain(|name, _| name != caller.resource.identity && name != "web_url");
            let mut members = placeholder::known_object(caller.resource, &known, &asked);
            set_status(caller.resource, &mut members, end);
            Some((caller.resource, members))
        }
        _ => None,
    };
    if let (Some(end), Some(caller)) = (end, caller)
        && let Some(pipeline) = pipeline_of(caller, &known)
    {
        objects.change(&pipeline, Map::from_iter([("status".to_owned(), end.into())]));
    }
    if let Some((resource, members)) = made {
        let home = home_or_below(caller, resource, &members, &url);
        let made = Value::Object(members);
        objects.make(&home, made.clone());
        return Ok(made);
    }
    if endpoint.method == Method::Delete {
        objects.delete(&key_of(endpoint, arguments, &url));
    }
    if let (None, Method::Put | Method::Patch, Ok(changes)) =
        (caller, endpoint.method, serde_json::from_slice(request.body()))
    {
        objects.change(&url, changes);
    }
    let Some(caller) = caller.filter(|_| is_about_object(endpoint)) else {
        return Ok(placeholder::answer(endpoint.outcome, &asked));
    };
    let mut changes = placeholder::changes(caller.resource, &asked);
    set_status(caller.resource, &mut changes, end);
    let mut members = placeholder::known_object(caller.resource, &known, &asked);
    if let Some(identity) = arguments.get(caller.resource.identity) {
        members.insert(caller.resource.identity.to_owned(), identity.clone());
    }
    members.extend(changes.clone());
    objects.change(&key_of(endpoint, arguments, own_url(endpoint, &url)), changes);
    Ok(Value::Object(members))
}

/// Announces a request that is not sent.
fn announce(endpoint: &'static Endpoint, request: &http::Request<Bytes>, url: &str) {
    tracing::info!(
        target: "rhailab_client::rehearsal",
        method = endpoint.method.as_str(),
        url,
        body = redact::body(endpoint, request.body()),
        "rehearsed"
    );
}

/// Answers a read of what hangs on a placeholder.
fn read(
    client: &Gitlab,
    caller: Option<Caller<'_>>,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
    url: &str,
) -> Result<Value, Error> {
    let objects = client.rehearsed();
    let asked = asked(caller, endpoint, arguments);
    let mut answer = placeholder::answer(endpoint.outcome, &asked);
    match (endpoint.outcome, &mut answer) {
        (Outcome::Object(resource), Value::Object(members)) => {
            let caller = caller.filter(|caller| std::ptr::eq(caller.resource, resource));
            let known = match caller.and_then(|caller| caller.object) {
                Some(object) => object.attributes()?,
                None => None,
            };
            members.extend(known.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
            if let Some(identity) = caller.and_then(|_| arguments.get(resource.identity)) {
                members.insert(resource.identity.to_owned(), identity.clone());
            }
        }
        (Outcome::List(resource), Value::Array(rows)) => {
            for members in rows.iter().filter_map(Value::as_object) {
                objects.make(&home_or_below(caller, resource, members, url), Value::Object(members.clone()));
            }
        }
        _ => {}
    }
    // Whoever reads it again finds the same.
    objects.make(url, answer.clone());
    Ok(answer)
}

/// The server's answer with what would have changed of it.
fn changed(
    client: &Gitlab,
    caller: Option<Caller<'_>>,
    endpoint: &Endpoint,
    url: &str,
    body: &[u8],
) -> Option<Bytes> {
    let objects = client.rehearsed();
    if !objects.differs() {
        return None;
    }
    // What cannot be read is told by whoever reads it.
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let amend = |url: Option<String>, object: &mut Value| {
        let changes = url.and_then(|url| objects.changes(&url));
        match (object, changes) {
            (Value::Object(members), Some(changes)) => members.extend(changes),
            _ => return false,
        }
        true
    };
    let home_of = |resource: &'static Resource, object: &Value| {
        caller.and_then(|caller| home(caller, resource, object.as_object()?))
    };
    let differs = match (endpoint.outcome, &mut answer) {
        (Outcome::List(resource), Value::Array(rows)) => {
            rows.iter_mut().filter_map(|row| amend(home_of(resource, row), row).then_some(())).count() > 0
        }
        (Outcome::Object(resource), object) => {
            amend(home_of(resource, object).or_else(|| Some(url.to_owned())), object)
        }
        (_, other) => amend(Some(url.to_owned()), other),
    };
    differs.then(|| answer.to_string().into())
}

/// Reads an object of which nothing was known before it was acted upon.
async fn look(caller: Caller<'_>, object: &Object) -> Result<Map<String, Value>, Error> {
    let identity = object.identity().clone().into_argument();
    let Some((endpoint, arguments)) = way_home(caller, object.resource(), &identity) else {
        return Ok(Map::new());
    };
    let request = request::build(caller.client.api(), endpoint, &arguments)?;
    Box::pin(send(caller.client, Some(caller), endpoint, &arguments, request)).await?.json()
}

/// Whether a read names what exists in the rehearsal alone: by its number, or by the text of a placeholder in a query or in the
/// path within an archive.
fn is_made_up(objects: &Objects, endpoint: &Endpoint, arguments: &Arguments) -> bool {
    let is_within = |name: &str| {
        endpoint.path.iter().any(|segment| matches!(segment, Segment::Rest(rest) if *rest == name))
    };
    endpoint.params.iter().filter(|param| param.place != Place::Body).any(|param| {
        match arguments.get(param.name) {
            Some(Value::Number(number)) => number.as_i64().is_some_and(|number| objects.has_number(number)),
            Some(Value::String(text)) if param.place == Place::Query || is_within(param.name) => {
                text == placeholder::TEXT && objects.has_made()
            }
            _ => false,
        }
    })
}

/// What an object is to hold: what was asked for, and who owns it.
fn asked(caller: Option<Caller<'_>>, endpoint: &Endpoint, arguments: &Arguments) -> Map<String, Value> {
    let in_path = |name: &str| endpoint.param(name).is_some_and(|param| param.place == Place::Path);
    let mut asked: Map<String, Value> = arguments
        .iter()
        .filter(|(name, _)| !in_path(name))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    if let (Outcome::Object(resource) | Outcome::List(resource), Some(caller)) = (endpoint.outcome, caller) {
        let owner = resource.parent.map(|parent| parent.context_name);
        let id = owner.and_then(|owner| Some((owner, caller.context_of(resource).get(owner)?.clone())));
        asked.extend(id.map(|(owner, id)| (owner.to_owned(), id.into_argument())));
    }
    asked
}

/// Whether a write changes the object that it is called for.
fn is_about_object(endpoint: &Endpoint) -> bool {
    matches!(endpoint.outcome, Outcome::SameObject) || matches!(endpoint.method, Method::Put | Method::Patch)
}

fn set_status(resource: &Resource, members: &mut Map<String, Value>, end: Option<&str>) {
    if let (Some(end), true) = (end, resource.field("status").is_some()) {
        members.insert("status".to_owned(), end.into());
    }
}

/// The URL of the pipeline that an object belongs to.
fn pipeline_of(caller: Caller<'_>, known: &Map<String, Value>) -> Option<String> {
    let number = known.get("pipeline")?.get("id")?;
    let mut owners = std::iter::successors(caller.resource.parent, |owner| owner.parent);
    let pipelines = owners.find_map(|owner| {
        let mut candidates = std::iter::once(owner).chain(owner.children.iter().copied());
        candidates.find(|resource| resource.context_name == "pipeline_id")
    })?;
    home(caller, pipelines, &Map::from_iter([(pipelines.identity.to_owned(), number.clone())]))
}

/// The key of an object that is read by itself; `None` where GitLab has no way to do so.
fn home(caller: Caller<'_>, resource: &'static Resource, members: &Map<String, Value>) -> Option<String> {
    let (endpoint, arguments) = way_home(caller, resource, members.get(resource.identity)?)?;
    let request = request::build(caller.client.api(), endpoint, &arguments).ok()?;
    Some(url_of(&request) + &apart(endpoint, |_, own| members.get(own.field)))
}

/// The same; where GitLab has no way, it is kept below the URL from which it came.
fn home_or_below(
    caller: Option<Caller<'_>>,
    resource: &'static Resource,
    members: &Map<String, Value>,
    url: &str,
) -> String {
    let home = caller.and_then(|caller| home(caller, resource, members));
    home.unwrap_or_else(|| match &members[resource.identity] {
        Value::String(name) => format!("{url}/{name}"),
        number => format!("{url}/{number}"),
    })
}

/// The key of what a request is about: its URL, with what tells several objects of one name apart.
fn key_of(endpoint: &Endpoint, arguments: &Arguments, url: &str) -> String {
    let member = |param: &Param, own: &OwnField| arguments.get(param.name)?.get(own.member);
    format!("{url}{}", apart(endpoint, member))
}

/// What tells an object from those that have its name, and the usual values of that: variables of one key have several scopes.
fn apart<'a>(endpoint: &Endpoint, value: impl Fn(&Param, &OwnField) -> Option<&'a Value>) -> String {
    let own = endpoint.params.iter().flat_map(|param| param.from.iter().map(move |own| (param, own)));
    own.filter_map(|(param, own)| Some((own, value(param, own).filter(|value| !value.is_null())?)))
        .filter(|(own, value)| value.as_str() != own.usual)
        .map(|(own, value)| format!("?{}={value}", own.member))
        .collect()
}

fn way_home(
    caller: Caller<'_>,
    resource: &'static Resource,
    identity: &Value,
) -> Option<(&'static Endpoint, Arguments)> {
    let endpoint = resource.operation(On::Object, "refresh")?.endpoint;
    let owners = caller.context_of(resource);
    let arguments = endpoint.params_in(Place::Path).try_fold(Arguments::new(), |arguments, param| {
        Some(match param.name == resource.identity {
            true => arguments.with(param.name, identity.clone()),
            false => arguments.with(param.name, owners.get(param.name)?.clone()),
        })
    })?;
    Some((endpoint, arguments))
}

/// The URL of the object that an action is called on.
fn own_url<'a>(endpoint: &Endpoint, url: &'a str) -> &'a str {
    let is_literal = |segment: &&Segment| matches!(segment, Segment::Literal(_));
    let action = endpoint.path.iter().rev().take_while(is_literal).count();
    (0..action).fold(url, |url, _| url.rsplit_once('/').map_or(url, |(before, _)| before))
}

fn url_of(request: &http::Request<Bytes>) -> String {
    let url = request.uri().to_string();
    url.split('?').next().unwrap_or_default().to_owned()
}

fn deleted(facts: RequestFacts) -> Error {
    Error::new(ErrorKind::NotFound, "it was deleted in this rehearsal").with_request(facts)
}
