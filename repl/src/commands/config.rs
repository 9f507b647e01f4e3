//! `rhailab config`: the configuration with where each value comes from, secrets masked.

use std::path::Path;

use rhailab_client::{ProxyRoute, REDACTED, mask_url, proxy_route};
use serde_json::Value;

use crate::cli::{GlobalOptions, Status, complain, print, say};
use crate::output::terminal::one_line;
use crate::output::{self, Format};
use crate::report;
use crate::server::{options, variable, warn};
use crate::settings::{Settings, Source, Sourced};

/// A setting.
struct Row {
    name: &'static str,
    /// What it is set to; null where it is not set.
    value: Value,
    /// What a person reads in place of null.
    absent: &'static str,
    source: String,
}

/// Prints the configuration.
pub(crate) fn show(global: &GlobalOptions) -> Status {
    let options = options(global);
    let settings = if global.sandbox.is_some() {
        Ok(Settings::for_sandbox("(a free port of this machine)", "", &options))
    } else {
        Settings::find(&options, variable)
    };
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            return Status::Usage;
        }
    };
    warn(&settings);
    let status = write(global.output, &rows(&settings));
    if global.sandbox.is_none()
        && let Err(error) = settings.client()
    {
        say(&report::client_failure(&error, global.color.for_stderr()));
        return Status::Usage;
    }
    status
}

fn rows(settings: &Settings) -> Vec<Row> {
    let Settings { url, client_certificate, insecure, .. } = settings;
    let certificate = client_certificate.as_ref().map(|files| Sourced {
        value: format!("{}, key {}", files.value.certificate.display(), files.value.key.display()),
        source: files.source.clone(),
    });
    let token = settings.token.as_ref().map(|token| Sourced {
        value: format!("{REDACTED} ({})", token.value.kind.as_str()),
        source: token.source.clone(),
    });
    let insecure = Sourced { value: insecure.is_some(), source: insecure.clone().unwrap_or(Source::Default) };
    vec![
        row("url", Some(url), |url| mask_url(url).into(), ""),
        row("profile", settings.profile.as_ref(), |name| name.as_str().into(), "(none)"),
        row("token", token.as_ref(), |shown| shown.as_str().into(), "(none: requests are anonymous)"),
        row("timeout", settings.timeout.as_ref(), |time| format!("{time:?}").into(), "(none)"),
        row("read_timeout", settings.read_timeout.as_ref(), |time| format!("{time:?}").into(), "(60s)"),
        row("jobs", settings.jobs.as_ref(), |jobs| jobs.get().into(), "(16)"),
        row("ca_file", settings.ca_file.as_ref(), |path| shown(path), "(the system's authorities alone)"),
        row("client_cert", certificate.as_ref(), |files| files.as_str().into(), "(none)"),
        row("insecure", Some(&insecure), |yes| (*yes).into(), ""),
        proxy(&url.value),
    ]
}

fn row<T>(
    name: &'static str,
    setting: Option<&Sourced<T>>,
    value: impl FnOnce(&T) -> Value,
    absent: &'static str,
) -> Row {
    match setting {
        Some(setting) => {
            Row { name, value: value(&setting.value), absent, source: setting.source.to_string() }
        }
        None => Row { name, value: Value::Null, absent, source: Source::Default.to_string() },
    }
}

fn proxy(url: &str) -> Row {
    let (value, absent, source) = match proxy_route(url) {
        ProxyRoute::Through { proxy, variable } => {
            (proxy.into(), "", variable.map_or(Source::System, Source::Environment))
        }
        ProxyRoute::AroundProxies { variable } => {
            (Value::Null, "(none for this server)", Source::Environment(variable))
        }
        _ => (Value::Null, "(none)", Source::Default),
    };
    Row { name: "proxy", value, absent, source: source.to_string() }
}

fn shown(path: &Path) -> Value {
    path.display().to_string().into()
}

fn write(format: Format, rows: &[Row]) -> Status {
    if matches!(format, Format::Json | Format::Yaml) {
        let data: serde_json::Map<String, Value> = rows
            .iter()
            .map(|row| (row.name.to_owned(), serde_json::json!({"value": row.value, "source": row.source})))
            .collect();
        return match output::data(&data.into(), format) {
            Ok(text) => print(format!("{text}\n").as_bytes()),
            Err(problem) => complain(&problem),
        };
    }
    let values: Vec<String> = rows.iter().map(Row::words).collect();
    let width =
        |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let name_width = width(&mut rows.iter().map(|row| row.name));
    let value_width = width(&mut values.iter().map(String::as_str));
    let line = |(row, value): (&Row, &String)| {
        let (name, source) = (row.name, one_line(&row.source));
        format!("{name:<name_width$}  {value:<value_width$}  # {source}\n")
    };
    let text: String = rows.iter().zip(&values).map(line).collect();
    print(text.as_bytes())
}

impl Row {
    fn words(&self) -> String {
        match &self.value {
            Value::Null => self.absent.to_owned(),
            Value::String(text) => one_line(text),
            other => other.to_string(),
        }
    }
}
