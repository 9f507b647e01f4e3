//! GitLab's API as such: from an HTTP request to a call of a behaviour, and from its result to an answer.
//!
//! This file owns the order of the steps: route, authentication, parameters, behaviour. It knows no
//! resource by name; the endpoint table tells which routes exist, [`crate::behaviour::HANDLERS`] what
//! they do.

mod arguments;
mod auth;
mod call;
mod download;
mod etag;
mod link;
mod nested;
mod page;
mod receive;
mod reply;
mod request;
mod route;
mod validate;

use rhailab_client::endpoint::Outcome;
use rhailab_client::table::ENDPOINTS;

use crate::behaviour::{Access, HANDLERS};
use crate::simulation::World;

pub(crate) use arguments::Arguments;
pub(crate) use auth::{job_of, was_of_a_job};
pub(crate) use call::Call;
pub(crate) use download::{disposition, file};
pub(crate) use page::{keyset, offset};
pub(crate) use receive::receive;
pub(crate) use reply::{Content, Refusal, Reply};
#[cfg(test)]
pub(crate) use request::Body;
pub(crate) use request::Request;
pub(crate) use route::Route;

/// Answers a request. The world's time must be up to date.
pub(crate) fn answer(world: &mut World, request: &Request) -> Reply {
    let reply = attempt(world, request).unwrap_or_else(Reply::from);
    etag::tag(request, reply)
}

/// Whether the request is for an endpoint that answers in JSON.
pub(crate) fn answers_json(request: &Request) -> bool {
    let route = route::find(ENDPOINTS, &request.method, &request.path);
    route.is_some_and(|route| {
        !matches!(route.endpoint.outcome, Outcome::Nothing | Outcome::Text | Outcome::Bytes)
    })
}

fn attempt(world: &mut World, request: &Request) -> Result<Reply, Refusal> {
    let route = route::find(ENDPOINTS, &request.method, &request.path).ok_or_else(Refusal::unknown_route)?;
    let handler =
        HANDLERS.iter().find(|handler| handler.id == route.endpoint.id).ok_or_else(Refusal::unknown_route)?;
    let known = || auth::caller(world, request, handler.job_tokens);
    let caller = match handler.access {
        Access::OwnToken => None,
        Access::Anyone => known()?,
        Access::Users | Access::Checked(_) => Some(known()?.ok_or_else(Refusal::unauthorized)?),
    };
    let (user, job) = (caller.map(|caller| caller.user), caller.and_then(|caller| caller.job));
    if let Access::Checked(check) = handler.access {
        check(world, &route, user)?;
    }
    let sent = request.parameters(&route)?;
    let arguments = validate::arguments(&route, &sent)?;
    let call = Call { route: &route, request, caller: user, job, arguments, sent };
    (handler.run)(world, &call)
}
