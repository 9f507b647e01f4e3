//! Commands that change the shell: what may be written, which server it speaks to, how it behaves.

use rhailab_client::Writes;
use rustyline::EditMode;

use super::super::Shell;
use super::{Outcome, switch};
use crate::cli::Status;
use crate::output::Format;
use crate::verbose;

pub(super) fn trace(_: &mut Shell, argument: &str) -> Outcome {
    verbose::show_requests(switch("trace", argument)?.into());
    Ok(None)
}

pub(super) fn read_only(shell: &mut Shell, argument: &str) -> Outcome {
    shell.client.set_writes(if switch("readonly", argument)? { Writes::Refused } else { Writes::Sent });
    Ok(None)
}

pub(super) fn dry(shell: &mut Shell, argument: &str) -> Outcome {
    shell.client.set_writes(if switch("dry", argument)? { Writes::Rehearsed } else { Writes::Sent });
    Ok(None)
}

pub(super) fn sandbox(shell: &mut Shell, _: &str) -> Outcome {
    if shell.leave_sandbox()? {
        return Ok(Some(shell.server.banner()));
    }
    shell.enter_sandbox()?;
    Ok(Some(shell.server.banner()))
}

pub(super) fn profile(shell: &mut Shell, name: &str) -> Outcome {
    if name.is_empty() {
        return shell.list_profiles().map(Some);
    }
    shell.enter_profile(name)?;
    Ok(Some(shell.server.banner()))
}

pub(super) fn set(shell: &mut Shell, argument: &str) -> Outcome {
    let mut words = argument.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Ok(Some(format!(
            "pager    {}\noutput   {}\nediting  {}",
            if shell.pager { "on" } else { "off" },
            shell.format.name(),
            if shell.editing == EditMode::Vi { "vi" } else { "emacs" },
        ))),
        (Some("pager"), Some(value), None) => {
            shell.pager = switch("set pager", value)?;
            Ok(None)
        }
        (Some("output"), Some(value), None) => {
            shell.format = Format::named(value)
                .ok_or_else(|| format!("`:set output` is auto, table, json or yaml, not {value:?}"))?;
            Ok(None)
        }
        (Some("editing"), Some(value), None) => {
            let mode = match value {
                "emacs" => EditMode::Emacs,
                "vi" => EditMode::Vi,
                other => return Err(format!("`:set editing` is `emacs` or `vi`, not {other:?}")),
            };
            shell.set_editing(mode)?;
            Ok(None)
        }
        _ => {
            Err("the call is `:set pager on|off`, `:set output FORMAT` or `:set editing emacs|vi`".to_owned())
        }
    }
}

pub(super) fn quit(shell: &mut Shell, _: &str) -> Outcome {
    shell.leaving = Some(Status::Success);
    Ok(None)
}
