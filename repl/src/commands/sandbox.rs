//! `rhailab sandbox`: serves a simulated GitLab in the foreground until Ctrl-C.

use std::io::Write as _;

use rhailab_sandbox::{Options, Sandbox};

use crate::cli::{SandboxOptions, Status, complain, say};
use crate::signal;

/// Serves until Ctrl-C.
pub(crate) fn serve(chosen: &SandboxOptions) -> Status {
    let options = match options(chosen) {
        Ok(options) => options,
        Err(problem) => return complain(&problem),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("the runtime cannot start: {error}")),
    };
    runtime.block_on(async {
        let sandbox = match rhailab_sandbox::start(options).await {
            Ok(sandbox) => sandbox,
            Err(error) => return complain(&format!("the sandbox cannot start: {error}")),
        };
        // Whoever reads the announcement may press Ctrl-C at once.
        let interrupt = signal::listen().await;
        if announce(&sandbox).is_err() {
            return Status::OutputClosed;
        }
        let stopped = interrupt.await;
        sandbox.shutdown().await;
        match stopped {
            Ok(()) => Status::Success,
            Err(error) => complain(&format!("Ctrl-C cannot be caught: {error}")),
        }
    })
}

fn options(chosen: &SandboxOptions) -> Result<Options, String> {
    let mut options = Options { listen: chosen.listen, ..Options::default() };
    if let Some(speed) = chosen.speed {
        options.speed = speed;
    }
    if let Some(seed) = chosen.seed {
        options.seed = seed;
    }
    if let Some(latency) = chosen.latency {
        options.latency = latency;
    }
    Ok(options)
}

/// Two lines that a shell can evaluate on standard output; what to do with them on standard error.
fn announce(sandbox: &Sandbox) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "export GITLAB_URL={}", sandbox.url())?;
    writeln!(out, "export GITLAB_TOKEN={}", sandbox.token())?;
    out.flush()?;
    say("A simulated GitLab is running; paste the two lines above into another shell. Ctrl-C stops it.");
    Ok(())
}
