//! The client: one way to the wire for typed code and scripts alike, `send(endpoint, arguments)`.

use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use crate::arguments::Arguments;
use crate::config::Builder;
use crate::endpoint::{Endpoint, Resource};
use crate::error::{self, Error, ErrorKind, RequestFacts};
use crate::http::request;
use crate::http::transport::{Body, Reply, Transport};
use crate::manager::Manager;
use crate::object::Context;

/// A client of one GitLab server. Copies share the connections.
#[derive(Clone, Debug)]
pub struct Gitlab {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    api: Url,
    transport: Transport,
}

/// A successful answer with what produced it.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    endpoint: &'static Endpoint,
    request: RequestFacts,
}

impl Gitlab {
    /// Begins to describe a client of the server at this URL. Building it sends nothing.
    ///
    /// ```
    /// use rhailab_client::Gitlab;
    /// let gl = Gitlab::builder("https://gitlab.com").private_token("glpat-…".replace('…', "abc")).build()?;
    /// assert_eq!(gl.url(), "https://gitlab.com");
    /// # Ok::<(), rhailab_client::Error>(())
    /// ```
    #[must_use]
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    pub(crate) fn new(api: Url, transport: Transport) -> Self {
        Self { inner: Arc::new(Inner { api, transport }) }
    }

    /// The server's URL, without the API's part.
    #[must_use]
    pub fn url(&self) -> &str {
        self.inner.api.as_str().trim_end_matches("/api/v4")
    }

    /// Whether requests carry a token.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.inner.transport.options.credential.is_some()
    }

    /// The untyped manager of a resource that hangs on the client itself.
    #[must_use]
    pub fn manager(&self, resource: &'static Resource) -> Manager {
        Manager::new(self.clone(), resource, Context::default())
    }

    /// Whether the arguments fit the endpoint, without sending anything.
    pub(crate) fn check(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<(), Error> {
        request::build(&self.inner.api, endpoint, arguments).map(drop)
    }

    /// Sends one request and answers its successful response.
    pub(crate) async fn send(
        &self,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
    ) -> Result<Response, Error> {
        let request = request::build(&self.inner.api, endpoint, arguments)?;
        self.exchange(endpoint, request).await
    }

    /// Sends a read of a URL that GitLab itself gave for the next page.
    pub(crate) async fn follow(
        &self,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
        link: &str,
    ) -> Result<Response, Error> {
        let api = &self.inner.api;
        let url = api.join(link).map_err(|error| {
            Error::new(ErrorKind::Decode, format!("the next page's link is no URL: {error}"))
        })?;
        if url.origin() != api.origin() {
            return Err(Error::new(
                ErrorKind::Transport,
                format!(
                    "the next page's link leads to {} instead of {}; it is not followed",
                    url.origin().ascii_serialization(),
                    api.origin().ascii_serialization()
                ),
            )
            .with_request(RequestFacts::new(endpoint, &url)));
        }
        let mut request = request::build(api, endpoint, arguments)?;
        *request.uri_mut() = url.as_str().parse().map_err(|error| {
            Error::new(ErrorKind::Decode, format!("the next page's link is no URL: {error}"))
        })?;
        self.exchange(endpoint, request).await
    }

    /// Sends one request and answers the body of its successful response, unread.
    pub(crate) async fn open(
        &self,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
    ) -> Result<Body, Error> {
        let request = request::build(&self.inner.api, endpoint, arguments)?;
        self.succeed(endpoint, request).await.map(|(reply, _)| reply.body)
    }

    async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        request: http::Request<Bytes>,
    ) -> Result<Response, Error> {
        let (reply, facts) = self.succeed(endpoint, request).await?;
        let body = reply.body.whole().await?;
        Ok(Response { headers: reply.headers, body, endpoint, request: facts })
    }

    /// Sends a request; an answer that means failure becomes an error.
    async fn succeed(
        &self,
        endpoint: &'static Endpoint,
        request: http::Request<Bytes>,
    ) -> Result<(Reply, RequestFacts), Error> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|error| Error::usage(format!("the request has no valid URL: {error}")))?;
        let facts = RequestFacts::new(endpoint, &url);
        let transport = &self.inner.transport;
        let reply = transport
            .send(request, url, facts.clone())
            .await
            .map_err(|error| error.with_request(facts.clone()))?;
        if reply.status.is_success() {
            return Ok((reply, facts));
        }
        let request_id =
            reply.headers.get("x-request-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        // The status counts even when the body that explains it does not arrive.
        let body = reply.body.whole().await.unwrap_or_default();
        let mut error = error::from_answer(endpoint, facts, reply.status, request_id, &body);
        if let Some(origin) = reply.foreign_origin {
            error = error.with_hint(format!(
                "The server redirected to {origin}, where no token is sent; if GitLab lives there, give that as the URL."
            ));
        }
        Err(error)
    }
}

impl Response {
    /// Decodes the body; a failure names the operation and the place in the JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode(&self.body).map_err(|problem| {
            let what = if self.body.trim_ascii_start().starts_with(b"<") {
                "the answer is an HTML page, not JSON".to_owned()
            } else {
                format!("the answer to {} cannot be read: {problem}", self.endpoint.id)
            };
            Error::new(ErrorKind::Decode, what)
                .with_request(self.request.clone())
                .with_hint("Is the URL that of a GitLab server?")
        })
    }

    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Decodes JSON; the message of a failure begins with the place, such as `[3].created_at`.
pub(crate) fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        if place == "." { inner.to_string() } else { format!("{place}: {inner}") }
    })?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}
