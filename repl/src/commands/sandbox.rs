//! `rhailab sandbox`: serves a simulated GitLab in the foreground until Ctrl-C.

use std::io::Write as _;

use rhailab_sandbox::{Options, Sandbox, Scenario};

use crate::cli::{GlobalOptions, SandboxOptions, Status, complain, say, unwritable};
use crate::{server, signal};

/// Serves until Ctrl-C.
pub(crate) fn serve(global: &GlobalOptions, chosen: &SandboxOptions) -> Status {
    if let Some(option) = without_effect(global) {
        return complain(&format!(
            "{option} is for commands that speak to a server, and has no effect here; `rhailab sandbox` takes its projects with \
             --scenario FILE"
        ));
    }
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
        if !chosen.listen.ip().is_loopback() {
            say(&format!(
                "warning: {} can be reached from other machines; whoever knows the token may change what is simulated",
                chosen.listen
            ));
        }
        if let Err(error) = announce(&sandbox) {
            return unwritable(&error);
        }
        let stopped = interrupt.await;
        sandbox.shutdown().await;
        match stopped {
            Ok(()) => Status::Success,
            Err(error) => complain(&format!("Ctrl-C cannot be caught: {error}")),
        }
    })
}

/// An option that was given and says something about a server to speak to, which this command does not do.
fn without_effect(global: &GlobalOptions) -> Option<&'static str> {
    let rows = [
        ("--sandbox", global.sandbox.is_some()),
        ("--read-only", global.read_only),
        ("--dry-run", global.dry_run),
        ("--timeout", global.timeout.is_some()),
        ("--jobs", global.jobs.is_some()),
    ];
    let given = rows.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name);
    given.chain(server::chosen(global).into_iter().map(|(name, _)| name)).next()
}

fn options(chosen: &SandboxOptions) -> Result<Options, String> {
    let mut options = match &chosen.scenario {
        Some(path) => Scenario::read(path).map_err(|error| error.to_string())?.options(),
        None => Options::default(),
    };
    options.listen = chosen.listen;
    if let Some(speed) = chosen.speed {
        options.speed = speed;
    }
    if let Some(seed) = chosen.seed {
        options.seed = seed;
    }
    if let Some(latency) = chosen.latency {
        options.latency = latency;
    }
    if let Some(stall) = chosen.stall {
        options.faults.stall = stall;
    }
    for (place, fault) in chosen.faults.iter().enumerate() {
        if chosen.faults[..place].iter().any(|before| before.kind == fault.kind) {
            return Err(format!("--fault {}:… is there twice; give each kind one probability", fault.kind));
        }
        options.faults.set(*fault);
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
