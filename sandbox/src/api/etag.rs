//! Answers that the caller has already: entity tags.
//!
//! This file owns the weak tag of JSON and the short answer to a caller who names a tag. Downloads bring
//! tags of their own.

use std::hash::{DefaultHasher, Hash, Hasher};

use ::http::Method;
use ::http::header::IF_NONE_MATCH;

use super::reply::{Content, Reply};
use super::request::Request;

/// Tags JSON that was read, and sends nothing when the caller has it.
pub(crate) fn tag(request: &Request, mut reply: Reply) -> Reply {
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    if !reads || reply.status != 200 {
        return reply;
    }
    if let Some(Content::Json(body)) = &reply.body {
        let tag = of(body);
        reply.headers.push(("etag", tag));
    }
    let tag = reply.headers.iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag.as_str());
    let known = request.header(IF_NONE_MATCH.as_str()).unwrap_or_default();
    if tag.is_some_and(|tag| known.split(',').any(|known| known.trim() == tag)) {
        reply.status = 304;
        reply.body = None;
    }
    reply
}

fn of(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("W/\"{:016x}\"", hasher.finish())
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::api::request::Body;

    fn tagged(method: Method, status: u16, known: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::try_from(known).unwrap());
        let request = Request { method, path: String::new(), headers, query: Vec::new(), body: Body::Empty };
        tag(&request, Reply { status, headers: Vec::new(), body: Some(Content::Json("{}".to_owned())) })
    }

    #[test]
    fn what_the_caller_has_is_not_sent_again() {
        let reply = tagged(Method::GET, 200, "W/\"other\"");
        assert_eq!((reply.status, &reply.body), (200, &Some(Content::Json("{}".to_owned()))));
        let (_, known) = reply.headers.first().unwrap();
        let reply = tagged(Method::GET, 200, &format!("W/\"other\", {known}"));
        assert_eq!((reply.status, reply.body), (304, None));
        assert_eq!(tagged(Method::POST, 200, known).status, 200);
        assert_eq!(tagged(Method::GET, 404, known).headers, []);
    }
}
