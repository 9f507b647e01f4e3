//! `confirm("…")`: asks the person at the terminal. Without one, it is an error rather than a guess; in a rehearsal, in
//! which nothing is written, it is a yes.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use rhai::{Engine, EvalAltResult, ImmutableString};
use rhailab_client::Writes;
use tokio::sync::Mutex;

use super::World;
use super::bridge::Bridge;
use super::client::Configured;
use super::error::{raise_io, raise_usage_with};
use crate::output::terminal::one_line;

pub(crate) fn register(engine: &mut Engine, world: &World, configured: &Configured) {
    let (bridge, print, configured) = (world.bridge.clone(), Arc::clone(&world.print), configured.clone());
    engine.register_fn("confirm", move |question: ImmutableString| -> Result<bool, Box<EvalAltResult>> {
        let question = one_line(&question);
        if configured.client().writes() == Writes::Rehearsed {
            // A note that cannot be written is no reason to stop the rehearsal.
            let _ = print.note(&format!("would ask: {question} [y/N]; taken for a yes in the rehearsal"));
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(raise_usage_with(
                format!("nobody is there to answer: {question}"),
                "Run the script in a terminal, or rehearse it with --dry-run; to let it run unattended, let it take an \
                 argument, such as `args.contains(\"--yes\") || confirm(…)`.",
            ));
        }
        ask(&question, &bridge)
    });
}

/// Whose turn it is to ask: there is one terminal, and calls of `par_map` may all want it.
static TURN: Mutex<()> = Mutex::const_new(());

fn ask(question: &str, bridge: &Bridge) -> Result<bool, Box<EvalAltResult>> {
    // Whoever waits for its turn can be interrupted, as whoever waits for an answer.
    let _turn = bridge.wait(TURN.lock())?;
    let failed = |error: io::Error| raise_io("the answer cannot be read", &error);
    let mut terminal = io::stderr().lock();
    write!(terminal, "{question} [y/N] ").and_then(|()| terminal.flush()).map_err(failed)?;
    drop(terminal);
    wait_for_line(bridge)?.map_err(failed)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(is_yes(&answer))
}

/// Waits until a line was typed, so that reading it does not hold the thread, and Ctrl-C with it.
#[cfg(unix)]
fn wait_for_line(bridge: &Bridge) -> Result<io::Result<()>, Box<EvalAltResult>> {
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    bridge.wait(async {
        #[expect(
            deprecated,
            reason = "it is so for types that give away a descriptor; the standard input's stays open"
        )]
        let terminal = AsyncFd::with_interest(io::stdin(), Interest::READABLE)?;
        let typed = terminal.readable().await?;
        drop(typed);
        Ok(())
    })
}

#[cfg(not(unix))]
fn wait_for_line(_: &Bridge) -> Result<io::Result<()>, Box<EvalAltResult>> {
    Ok(Ok(()))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_yes_is_a_yes() {
        for answer in ["y\n", "Y\n", "yes\n", " YES \n"] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["\n", "", "n\n", "no\n", "yep\n", "y y\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
