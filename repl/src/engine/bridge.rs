//! Between scripts, which block, and the client, which is asynchronous: the runtime that requests run on,
//! and interrupts that cut short whatever a script waits for. Must not know what it waits for.

use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rhai::{Dynamic, EvalAltResult, Position};
use rhailab_client::Error;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::error::raise;
use crate::signal;

/// Runs asynchronous work for scripts. Copies share the runtime and the interrupt.
#[derive(Clone, Debug, Default)]
pub struct Bridge {
    shared: Arc<Shared>,
    deadline: Option<Deadline>,
}

/// Until when work has to be done, and how long that was from the beginning.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: Instant,
    after: Duration,
}

#[derive(Debug, Default)]
struct Shared {
    // Threads and signal handlers cost start-up time, so they wait for the first request.
    runtime: OnceLock<Runtime>,
    /// Whether there is a reason, which is looked at for each step of a script.
    is_stopped: AtomicBool,
    reason: Mutex<Option<Interrupt>>,
    interrupted: Notify,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Whoever pressed Ctrl-C while a name was looked up must not wait for the answer, which cannot be called off.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Why a script was stopped from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C.
    Signal,
    /// Whatever reads the output went away.
    OutputClosed,
    /// The output cannot be written; which, and why.
    OutputFailed(Arc<str>),
}

impl Interrupt {
    /// What it means that standard output cannot be written.
    #[must_use]
    pub fn of_stdout(error: &io::Error) -> Self {
        Self::of_stream("standard output", error)
    }

    /// What it means that standard error cannot be written.
    #[must_use]
    pub fn of_stderr(error: &io::Error) -> Self {
        Self::of_stream("standard error", error)
    }

    fn of_stream(stream: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::OutputFailed(format!("{stream} cannot be written: {error}").into()),
        }
    }
}

impl Bridge {
    /// The same for work that must be done in this time from now, whatever parts it has; without a limit the same bridge.
    #[must_use]
    pub(crate) fn limited(&self, limit: Option<Duration>) -> Self {
        // A time that lies beyond all clocks limits nothing.
        let deadline =
            limit.and_then(|after| Some(Deadline { at: Instant::now().checked_add(after)?, after }));
        Self { shared: Arc::clone(&self.shared), deadline }
    }

    /// Waits for asynchronous work, or for an interrupt.
    ///
    /// # Errors
    ///
    /// Rhai's termination error, which scripts cannot catch, when an interrupt comes first; an error of kind
    /// [`rhailab_client::ErrorKind::Deadline`] when the bridge has a deadline that passes; what [`Bridge::runtime`] gives.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Box<EvalAltResult>> {
        self.runtime().map_err(raise)?.block_on(async {
            let interrupted = self.shared.interrupted.notified();
            tokio::pin!(interrupted);
            // Registering before looking makes sure that no interrupt falls between the two.
            interrupted.as_mut().enable();
            self.check()?;
            tokio::select! {
                biased;
                () = interrupted => Err(terminated(self.interrupt().unwrap_or(Interrupt::Signal))),
                result = work => Ok(result),
                error = passed(self.deadline) => Err(raise(error)),
            }
        })
    }

    /// Pauses the script.
    ///
    /// # Errors
    ///
    /// Rhai's termination error when an interrupt comes first.
    pub fn sleep(&self, pause: Duration) -> Result<(), Box<EvalAltResult>> {
        self.wait(async move { tokio::time::sleep(pause).await })
    }

    /// Stops the running script as soon as it can be stopped.
    pub fn stop(&self, reason: Interrupt) {
        *self.shared.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        self.shared.interrupted.notify_waiters();
    }

    /// Lets the next script run after an interrupt that is over.
    pub fn resume(&self) {
        self.shared.is_stopped.store(false, Ordering::SeqCst);
        *self.shared.reason.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Why the script shall stop, if it shall.
    #[must_use]
    pub fn interrupt(&self) -> Option<Interrupt> {
        if !self.shared.is_stopped.load(Ordering::Acquire) {
            return None;
        }
        self.shared.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets work go on that does not wait, unless the script shall stop.
    ///
    /// # Errors
    ///
    /// Rhai's termination error when an interrupt has come.
    pub(crate) fn check(&self) -> Result<(), Box<EvalAltResult>> {
        self.interrupt().map_or(Ok(()), |reason| Err(terminated(reason)))
    }

    /// The runtime, started with the first call; from then on Ctrl-C interrupts the script instead of the process.
    ///
    /// # Errors
    ///
    /// [`rhailab_client::ErrorKind::Io`] when threads cannot be started.
    pub fn runtime(&self) -> Result<&Runtime, Error> {
        if let Some(runtime) = self.shared.runtime.get() {
            return Ok(runtime);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| Error::io("the runtime cannot start", &error))?;
        let shared = Arc::downgrade(&self.shared);
        let mut interrupt = Box::pin(runtime.block_on(signal::listen()));
        runtime.spawn(async move {
            while interrupt.await.is_ok() {
                interrupt = Box::pin(signal::listen().await);
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                Self { shared, deadline: None }.stop(Interrupt::Signal);
            }
        });
        Ok(self.shared.runtime.get_or_init(|| runtime))
    }
}

/// Comes when the deadline has passed, if there is one.
async fn passed(deadline: Option<Deadline>) -> Error {
    let Some(Deadline { at, after }) = deadline else { return std::future::pending().await };
    tokio::time::sleep_until(at.into()).await;
    Error::deadline(format!("the call took longer than {after:?}"))
        .with_hint("Give it more time, or look at what GitLab is doing; `-v` shows each request.")
}

/// What an interrupted script ends with.
pub(crate) fn token(reason: Interrupt) -> Dynamic {
    Dynamic::from(reason)
}

/// The error with which an interrupted script ends.
pub(crate) fn terminated(reason: Interrupt) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorTerminated(token(reason), Position::NONE))
}

/// The reason inside such a token.
pub(crate) fn reason_of(token: &Dynamic) -> Interrupt {
    token.clone().try_cast::<Interrupt>().unwrap_or(Interrupt::Signal)
}
