//! A sandbox as it runs: the listener, the clock, and the world behind a lock.
//!
//! This file owns the life of the server, and puts answers on the wire. It knows no endpoint.

mod connection;
mod faults;
mod storage;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::header::{CONTENT_TYPE, HeaderName};
use ::http::{HeaderValue, Method, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api::{Content, Reply, answer, answers_json, receive};
use crate::clock::Clock;
use crate::faults::{FaultKind, Faults};
use crate::options::{Options, OptionsError};
use crate::seed;
use crate::simulation::World;
use crate::store::TokenState;

use connection::{Breaker, Connections};
use faults::{Instead, Met};
pub use storage::StorageRequest;

/// A simulated GitLab server that is running. Dropping it stops the server.
pub struct Sandbox {
    url: String,
    token: String,
    shared: Arc<Shared>,
    /// Dropping the senders stops the servers, too.
    servers: Vec<Server>,
}

/// Somebody who has a token. See [`Sandbox::token_of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Account {
    /// Mira Olden: owner of the group `demo`, administrator of the instance.
    Owner,
    /// Ada Quill: maintainer of both projects.
    Maintainer,
    /// Jo Fern: developer of both projects.
    Developer,
    /// Rex Moss: reporter in `demo/app`.
    Reporter,
    /// Mira Olden, with a token that is good for reading alone.
    ReadOnly,
    /// Mira Olden, with a token whose time is over.
    Expired,
    /// Mira Olden, with a token that was revoked.
    Revoked,
}

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An option was refused.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Starts a sandbox on the tokio runtime of the caller.
///
/// # Errors
///
/// When an option is refused, or when the address cannot be listened on.
pub async fn start(options: Options) -> Result<Sandbox, StartError> {
    options.check()?;
    let refused = |source| StartError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let storage = match options.object_storage {
        true => Some(TcpListener::bind(SocketAddr::new(address.ip(), 0)).await.map_err(refused)?),
        false => None,
    };
    let url = format!("http://{}", reachable(address));

    let clock = Clock::start(options.start.unwrap_or_else(Timestamp::now), options.speed);
    let mut world = seed::world(url.clone(), clock.origin(), &options);
    if let Some(storage) = &storage {
        let address = storage.local_addr().map_err(refused)?;
        world.storage = Some(format!("http://{}", reachable(address)));
    }
    let token = token_of(&world, Account::Owner);
    let shared = Arc::new(Shared {
        clock,
        latency: options.latency,
        faults: options.faults,
        served: Mutex::new(Served { world, requests: 0, stored: Vec::new() }),
    });
    let api = Router::new().fallback(serve).with_state(shared.clone());
    let mut servers = vec![Server::start(listener, api)];
    if let Some(storage) = storage {
        servers
            .push(Server::start(storage, Router::new().fallback(serve_storage).with_state(shared.clone())));
    }
    Ok(Sandbox { url, token, shared, servers })
}

/// How long a request that is being answered may hold up a shutdown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Sandbox {
    /// Where it answers, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// A personal access token of the user who owns the group `demo`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A personal access token of this account.
    #[must_use]
    pub fn token_of(&self, account: Account) -> String {
        self.shared.with(|served| token_of(&served.world, account))
    }

    /// The token that the job of this number has while it runs (`CI_JOB_TOKEN`).
    #[must_use]
    pub fn job_token(&self, job: i64) -> String {
        self.shared.with(|served| served.world.draw.job_token(job))
    }

    /// What arrived at the object storage, the oldest first. See [`Options::object_storage`].
    #[must_use]
    pub fn storage_requests(&self) -> Vec<StorageRequest> {
        self.shared.with(|served| served.stored.clone())
    }

    /// Stops the server, and waits until it has stopped.
    pub async fn shutdown(mut self) {
        for server in std::mem::take(&mut self.servers) {
            server.shutdown().await;
        }
    }
}

/// Shows where it answers. The world behind it would fill many screens.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A listener that is being served.
struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    fn start(listener: TcpListener, router: Router) -> Self {
        let listener = Connections(listener);
        let router = router.into_make_service_with_connect_info::<Breaker>();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(async {
                // A sender that was dropped asks for the same as one that was used.
                let _ = stopped.await;
            });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox has stopped");
            }
        });
        Self { stop, task }
    }

    async fn shutdown(mut self) {
        // The server may have ended by itself; then nobody listens.
        let _ = self.stop.send(());
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

struct Shared {
    clock: Clock,
    latency: Duration,
    faults: Faults,
    served: Mutex<Served>,
}

impl Shared {
    /// Does something with the world as it is now.
    fn with<T>(&self, act: impl FnOnce(&mut Served) -> T) -> T {
        // A request that panicked must not take the world from all others.
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.world.advance_to(self.clock.now());
        act(&mut served)
    }
}

struct Served {
    world: World,
    requests: i64,
    /// What arrived at the object storage.
    stored: Vec<StorageRequest>,
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let request = receive(request).await;
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let (outcome, id) = shared.with(|served| {
        let id = served.world.draw.request_id(served.requests + 1);
        let met = |number| Met {
            number,
            reads: request.method == Method::GET,
            json: answers_json(&request),
            limited: true,
        };
        (served.meet(&shared.faults, met, |served| answer(&mut served.world, &request)), id)
    });
    let status = outcome.reply.as_ref().map(|reply| reply.status);
    tracing::debug!(method = %request.method, path = request.path, status, fault = ?outcome.fault, id, "answered");
    outcome.send(Some(id), &shared.faults, breaker)
}

async fn serve_storage(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let outcome = shared.with(|served| {
        let reads = request.method() == Method::GET;
        let met = |number| Met { number, reads, json: false, limited: false };
        served.meet(&shared.faults, met, |served| {
            let (reply, arrived) =
                storage::answer(&served.world, request.method(), request.uri(), request.headers());
            served.stored.push(arrived);
            reply
        })
    });
    outcome.send(None, &shared.faults, breaker)
}

impl Served {
    /// Answers a request, unless a fault that meets it comes instead.
    fn meet(
        &mut self,
        faults: &Faults,
        met: impl FnOnce(i64) -> Met,
        answer: impl FnOnce(&mut Self) -> Reply,
    ) -> Outcome {
        self.requests += 1;
        let draw = self.world.draw;
        let fault = faults.drawn(draw, self.requests);
        match fault.and_then(|kind| faults::instead(kind, met(self.requests), faults, draw)) {
            None => Outcome { reply: Some(answer(self)), fault },
            Some(Instead::Answer(reply)) => Outcome { reply: Some(reply), fault: None },
            Some(Instead::Reset) => Outcome { reply: None, fault: None },
        }
    }
}

/// What becomes of a request.
struct Outcome {
    /// The answer; without one, the connection is reset.
    reply: Option<Reply>,
    /// What the answer suffers on its way.
    fault: Option<FaultKind>,
}

impl Outcome {
    fn send(self, id: Option<String>, faults: &Faults, breaker: Breaker) -> Response {
        let Some(reply) = self.reply else {
            breaker.pull();
            return Response::new(Body::empty());
        };
        let reply = match id {
            Some(id) => reply.header("x-request-id", id),
            None => reply,
        };
        let (response, body) = response(reply);
        match self.fault {
            Some(kind @ (FaultKind::Reset | FaultKind::Truncate | FaultKind::Slow)) => {
                faults::damage(response, &body, kind, breaker, faults.stall)
            }
            _ => response,
        }
    }
}

fn token_of(world: &World, account: Account) -> String {
    let (user, state) = match account {
        Account::Owner => (seed::OWNER, TokenState::Active),
        Account::Maintainer => (seed::MAINTAINER, TokenState::Active),
        Account::Developer => (seed::COLLEAGUE, TokenState::Active),
        Account::Reporter => (seed::REPORTER, TokenState::Active),
        Account::ReadOnly => (seed::OWNER, TokenState::ReadOnly),
        Account::Expired => (seed::OWNER, TokenState::Expired),
        Account::Revoked => (seed::OWNER, TokenState::Revoked),
    };
    let token = world.store.tokens.iter().find(|token| token.user == user && token.state == state);
    token.map(|token| token.token.clone()).unwrap_or_default()
}

/// The response, and the bytes of its body once more.
fn response(reply: Reply) -> (Response, Bytes) {
    let (media_type, body) = match reply.body {
        None => (None, Bytes::new()),
        Some(Content::Json(text)) => (Some("application/json"), text.into()),
        Some(Content::Text(text)) => (Some("text/plain"), text.into()),
        Some(Content::Bytes(media_type, bytes)) => (Some(media_type), bytes),
    };
    let mut response = Response::new(Body::from(body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(media_type) = media_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    for (name, value) in reply.headers {
        // Links hold what the caller sent, percent-encoded, so that each value can stand in a header.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    (response, body)
}

/// The address under which this machine reaches a listener: one that listens everywhere is at home, too.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_reached_at_home() {
        let at = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(at("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(at("[::]:80"), "[::1]:80");
        assert_eq!(at("192.0.2.1:80"), "192.0.2.1:80");
    }
}
