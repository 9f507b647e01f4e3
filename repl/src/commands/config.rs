//! `rhailab config`: the configuration with where each value comes from, secrets masked.

use std::io::Write as _;

use rhailab_client::{REDACTED, mask_url};

use crate::cli::{GlobalOptions, Status, complain, print, say};
use crate::output::terminal::one_line;
use crate::output::{self, Format};
use crate::report;
use crate::server::settings;

/// Prints the configuration.
pub(crate) fn show(global: &GlobalOptions) -> Status {
    if global.sandbox.is_some() {
        return write(
            global.output,
            &[("url", "(a free port of this machine)".to_owned(), "the sandbox of this run".to_owned())],
        );
    }
    let settings = match settings(global) {
        Ok(settings) => settings,
        Err(error) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            return Status::Usage;
        }
    };
    let token = match &settings.token {
        Some(token) => {
            ("token", format!("{REDACTED} ({})", token.value.kind.as_str()), token.source.to_string())
        }
        None => ("token", "(none: requests are anonymous)".to_owned(), "default".to_owned()),
    };
    let status = write(
        global.output,
        &[("url", one_line(&mask_url(&settings.url.value)), settings.url.source.to_string()), token],
    );
    if let Err(error) = settings.client() {
        say(&report::client_failure(&error, global.color.for_stderr()));
        return Status::Usage;
    }
    status
}

fn write(format: Format, rows: &[(&str, String, String)]) -> Status {
    if matches!(format, Format::Json | Format::Yaml) {
        let data: serde_json::Map<String, serde_json::Value> = rows
            .iter()
            .map(|(name, value, source)| {
                ((*name).to_owned(), serde_json::json!({"value": value, "source": source}))
            })
            .collect();
        return match output::data(&data.into(), format) {
            Ok(text) => print(format!("{text}\n").as_bytes()),
            Err(problem) => complain(&problem),
        };
    }
    let width = rows.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
    let mut out = std::io::stdout().lock();
    for (name, value, source) in rows {
        if writeln!(out, "{name:<6} {value:<width$}  # {source}").is_err() {
            return Status::OutputClosed;
        }
    }
    Status::Success
}
