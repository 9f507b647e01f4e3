//! Who is calling.
//!
//! This file owns the places where a token can stand, and what tokens are good for. What the caller may
//! do is decided elsewhere.

use ::http::Method;
use ::http::header::AUTHORIZATION;

use super::reply::Refusal;
use super::request::Request;
use crate::simulation::{Status, World};
use crate::store::{Job, TokenState};

/// Who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The number of the user.
    pub(crate) user: i64,
    /// The number of the job that speaks for the user, if the token is a job's.
    pub(crate) job: Option<i64>,
}

/// The user whose token came with the request; nobody if no token came.
///
/// A token that nobody has is refused, even where none is needed. Where the endpoint takes no job
/// tokens, one in its own header is overlooked, as in GitLab.
pub(crate) fn caller(
    world: &World,
    request: &Request,
    takes_job_tokens: bool,
) -> Result<Option<Caller>, Refusal> {
    let Some(credential) = credential(request) else {
        return Ok(None);
    };
    let job = |token| job_of(world, token).map(|job| Caller { user: job.user, job: Some(job.id) });
    match credential {
        Credential::Personal(token) => {
            person(world, request, token)?.ok_or_else(Refusal::unauthorized).map(Some)
        }
        Credential::Job(_) if !takes_job_tokens => Ok(None),
        Credential::Job(token) => job(token).ok_or_else(Refusal::unauthorized).map(Some),
        Credential::Either(token) => match person(world, request, token)? {
            Some(person) => Ok(Some(person)),
            None => job(token).filter(|_| takes_job_tokens).ok_or_else(Refusal::unauthorized).map(Some),
        },
    }
}

/// The running job that this token belongs to. A token ends with its job.
pub(crate) fn job_of<'a>(world: &'a World, token: &str) -> Option<&'a Job> {
    owner_of(world, token).filter(|job| matches!(job.status, Status::Running | Status::Canceling))
}

/// Whether the token belonged to a job that has ended.
pub(crate) fn was_of_a_job(world: &World, token: &str) -> bool {
    owner_of(world, token).is_some_and(|job| job.started_at.is_some()) && job_of(world, token).is_none()
}

fn owner_of<'a>(world: &'a World, token: &str) -> Option<&'a Job> {
    world.store.jobs.get(world.store.job_tokens.get(token)?)
}

fn person(world: &World, request: &Request, token: &str) -> Result<Option<Caller>, Refusal> {
    let Some(known) = world.store.tokens.iter().find(|known| known.token == token) else {
        return Ok(None);
    };
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    match known.state {
        TokenState::ReadOnly if !reads => Err(Refusal::insufficient_scope()),
        TokenState::Active | TokenState::ReadOnly => Ok(Some(Caller { user: known.user, job: None })),
        TokenState::Expired => Err(Refusal::invalid_token(EXPIRED)),
        TokenState::Revoked => Err(Refusal::invalid_token(REVOKED)),
    }
}

const EXPIRED: &str = "Token is expired. You can either do re-authorization or token refresh.";
const REVOKED: &str = "Token was revoked. You have to re-authorize from the user.";

/// A token, by the place where it stood.
enum Credential<'a> {
    Personal(&'a str),
    Job(&'a str),
    Either(&'a str),
}

fn credential(request: &Request) -> Option<Credential<'_>> {
    let bearer = || {
        let (scheme, token) = request.header(AUTHORIZATION.as_str())?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    };
    let personal = request.plain("private_token").or_else(|| request.header("private-token"));
    let job = request.plain("job_token").or_else(|| request.header("job-token"));
    present(personal)
        .map(Credential::Personal)
        .or_else(|| present(job).map(Credential::Job))
        .or_else(|| present(bearer()).map(Credential::Either))
}

/// A token that is more than blanks.
fn present(token: Option<&str>) -> Option<&str> {
    token.map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, HeaderName, HeaderValue, Method};

    use std::time::Duration;

    use super::*;
    use crate::api::request::Body;
    use crate::seed::OWNER;
    use crate::simulation::{NewPipeline, test_world};
    use crate::store::Source;

    fn request(header: Option<(&'static str, String)>, query: &[(&str, &str)]) -> Request {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
        }
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Request { method: Method::GET, path: String::new(), headers, query, body: Body::Empty }
    }

    fn caller_of(request: &Request) -> Result<Option<i64>, u16> {
        let caller = caller(&test_world(), request, false).map_err(|refusal| refusal.status)?;
        Ok(caller.map(|caller| caller.user))
    }

    /// A world in which a job runs, and that job.
    fn running() -> (World, i64) {
        let mut world = test_world();
        let project = &world.store.projects[&1];
        let new = NewPipeline {
            jobs: project.plan.clone(),
            ..NewPipeline::new(1, project.find_ref("main").unwrap().clone(), Source::Api, OWNER)
        };
        world.create_pipeline(new).unwrap();
        world.advance_to(world.now().checked_add(Duration::from_secs(10)).unwrap());
        let job = world.store.jobs.values().find(|job| job.status == Status::Running).unwrap().id;
        (world, job)
    }

    #[test]
    fn a_token_can_stand_in_three_places() {
        let token = test_world().store.tokens[0].token.clone();
        assert_eq!(caller_of(&request(Some(("private-token", token.clone())), &[])), Ok(Some(OWNER)));
        assert_eq!(
            caller_of(&request(Some(("authorization", format!("Bearer {token}"))), &[])),
            Ok(Some(OWNER))
        );
        assert_eq!(caller_of(&request(None, &[("private_token", &token)])), Ok(Some(OWNER)));
    }

    #[test]
    fn no_token_is_nobody_and_a_wrong_one_is_refused() {
        assert_eq!(caller_of(&request(None, &[])), Ok(None));
        assert_eq!(caller_of(&request(Some(("private-token", "glpat-wrong".into())), &[])), Err(401));
        assert_eq!(caller_of(&request(Some(("authorization", "Bearer wrong".into())), &[])), Err(401));
        assert_eq!(caller_of(&request(Some(("authorization", "Basic wrong".into())), &[])), Ok(None));
    }

    #[test]
    fn a_job_speaks_for_its_user_while_it_runs() {
        let (mut world, job) = running();
        let token = world.draw.job_token(job);
        let expected = Caller { user: OWNER, job: Some(job) };
        let header = request(Some(("job-token", token.clone())), &[]);
        let bearer = request(Some(("authorization", format!("Bearer {token}"))), &[]);
        let query = request(None, &[("job_token", &token)]);
        for request in [&header, &bearer, &query] {
            assert_eq!(caller(&world, request, true).unwrap(), Some(expected));
        }
        // Elsewhere its own header is overlooked, and a bearer is wrong.
        assert_eq!(caller(&world, &header, false).unwrap(), None);
        assert_eq!(caller(&world, &bearer, false).unwrap_err().status, 401);

        world.advance_to(world.now().checked_add(Duration::from_secs(3600)).unwrap());
        assert_eq!(caller(&world, &header, true).unwrap_err().status, 401);
        assert!(was_of_a_job(&world, &token) && !was_of_a_job(&world, "glcbt-64_other"));
    }

    #[test]
    fn tokens_that_are_good_for_less_say_so() {
        let world = test_world();
        let with = |state| {
            let token = world.store.tokens.iter().find(|token| token.state == state).unwrap();
            request(Some(("private-token", token.token.clone())), &[])
        };
        let refused = |request: &Request| caller(&world, request, false).unwrap_err().body;
        assert!(refused(&with(TokenState::Expired)).contains("Token is expired."));
        assert!(refused(&with(TokenState::Revoked)).contains("Token was revoked."));
        let reading = with(TokenState::ReadOnly);
        assert_eq!(caller(&world, &reading, false).unwrap().unwrap().user, OWNER);
        let writing = Request { method: Method::POST, ..reading };
        assert!(refused(&writing).contains("insufficient_scope"));
    }
}
