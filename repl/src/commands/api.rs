//! `rhailab api METHOD PATH`: one request of any path of the API; the answer's JSON on standard output, its secrets masked
//! unless they are asked for.

use std::fs;
use std::io::{Read as _, stdin};
use std::path::Path;

use rhailab_client::endpoint::Method;
use rhailab_client::{ErrorKind, Writes, mask_secrets};
use serde_json::{Map, Value};

use crate::cli::{ApiOptions, GlobalOptions, Status, complain, end, print, say, start};
use crate::engine::bridge::{Bridge, Interrupt};
use crate::engine::http::method_of;
use crate::output::{self, Format};
use crate::{report, server};

/// Sends the request and prints what came.
pub(crate) fn send(global: &GlobalOptions, options: &ApiOptions) -> Status {
    let method = match method_of(&options.method) {
        Ok(method) => method,
        Err(hint) => return complain(&format!("{:?} is no method of GitLab's API. {hint}", options.method)),
    };
    let takes_body = !matches!(method, Method::Get | Method::Delete);
    let (query, body) = match content(options, takes_body) {
        Ok(content) => content,
        Err(problem) => return complain(&problem),
    };
    let bridge = Bridge::default();
    // A sandbox lives as long as this name.
    let (_server, client) = match server::open(global, &bridge) {
        Ok(opened) => opened,
        Err(status) => return status,
    };
    if let Err(status) = start(&bridge) {
        return status;
    }
    match bridge.wait(client.http(method, &options.path, &query, body.as_ref())) {
        Ok(Ok(Value::Null)) => Status::Success,
        // What a rehearsal answers is no word of GitLab's.
        Ok(Ok(_)) if client.writes() == Writes::Rehearsed && method != Method::Get => Status::Success,
        Ok(Ok(mut answer)) => {
            if !options.show_secrets {
                mask_secrets(&mut answer);
            }
            let format = if global.output == Format::Yaml { Format::Yaml } else { Format::Json };
            match output::data(&answer, format) {
                Ok(text) => print(format!("{text}\n").as_bytes()),
                Err(problem) => complain(&problem),
            }
        }
        Ok(Err(error)) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            if error.kind() == ErrorKind::Usage { Status::Usage } else { Status::Failure }
        }
        Err(_) => end(report::interrupted(&Interrupt::Signal)),
    }
}

/// What goes into the query and into the body.
fn content(options: &ApiOptions, takes_body: bool) -> Result<(Map<String, Value>, Option<Value>), String> {
    let mut fields = Map::new();
    for field in &options.field {
        let (name, value) = field
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| format!("{field:?} is no field; write -f NAME=VALUE"))?;
        match name.strip_suffix("[]") {
            Some(list) => {
                let values = fields.entry(list).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(values) = values else {
                    return Err(format!("the field {list:?} is a value and a list"));
                };
                values.push(value.into());
            }
            None if fields.contains_key(name) => {
                return Err(format!(
                    "the field {name:?} is there twice; a list is written -f '{name}[]=VALUE'"
                ));
            }
            None => drop(fields.insert(name.to_owned(), value.into())),
        }
    }
    let Some(input) = &options.input else {
        return Ok(match (takes_body, fields.is_empty()) {
            (true, false) => (Map::new(), Some(Value::Object(fields))),
            _ => (fields, None),
        });
    };
    if !takes_body {
        return Err(
            "--input is the body of a request, and this method has none; -f goes into the query".to_owned()
        );
    }
    let body = serde_json::from_str(&read(input)?)
        .map_err(|error| format!("{} is not JSON: {error}", input.display()))?;
    // With a body of its own, what else is given goes into the query.
    Ok((fields, Some(body)))
}

fn read(input: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = if input == Path::new("-") {
        stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(input)
    };
    read.map_err(|error| format!("{} cannot be read: {error}", input.display()))
}
