//! `rhailab login`: asks for a server and a token, tries them, and keeps them as a profile.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{self, PathBuf};

use rhailab_client::{Error, Secret};

use crate::cli::{GlobalOptions, Status, complain, say};
use crate::engine::bridge::Bridge;
use crate::output::terminal::one_line;
use crate::report;
use crate::server;
use crate::settings::profiles::{self, NewProfile};
use crate::settings::{ClientCertificate, Settings, Sourced};

/// Makes a profile.
pub(crate) fn ask(global: &GlobalOptions, name: &str) -> Status {
    match make(global, name) {
        Ok(told) => {
            say(&told);
            Status::Success
        }
        Err(error) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            Status::Failure
        }
    }
}

fn make(global: &GlobalOptions, name: &str) -> Result<String, Error> {
    let Some(path) = profiles::path(global.config.as_deref(), &server::variable) else {
        return Err(
            Error::usage("there is no directory for configuration").with_hint("Name a file with --config.")
        );
    };
    let url = match &global.url {
        Some(url) => url.clone(),
        None => or_default(ask_line("GitLab's URL [https://gitlab.com]: ")?, "https://gitlab.com"),
    };
    // What cannot be a URL is refused before anybody types a token, and so are wrong files of certificates.
    let settings = Settings::without_token(&url, &server::options(global), server::variable)?;
    server::warn(&settings);
    let url = settings.client()?.url().to_owned();
    let token = ask_token(&url)?;
    let client = settings.builder().private_token(&token).build()?;
    let bridge = Bridge::default();
    bridge.runtime()?;
    let interrupted = |_| Error::usage("interrupted; nothing was written");
    let user = bridge.wait(async { client.user().get().await }).map_err(interrupted)??;
    // Whoever uses the profile may stand in another directory.
    let absolute = |path: &PathBuf| {
        path::absolute(path)
            .map_err(|error| Error::io(&format!("{} cannot be found", path.display()), &error))
    };
    let ca_file = settings.ca_file.as_ref().map(|file| absolute(&file.value)).transpose()?;
    let client_certificate = match &settings.client_certificate {
        Some(Sourced { value: files, .. }) => {
            Some(ClientCertificate { certificate: absolute(&files.certificate)?, key: absolute(&files.key)? })
        }
        None => None,
    };
    let profile = NewProfile {
        name,
        url: &url,
        token: &token,
        ca_file: ca_file.as_deref(),
        client_certificate: client_certificate.as_ref(),
    };
    bridge.wait(profiles::add(&path, &profile)).map_err(interrupted)??;

    Ok(format!("The profile `{name}` in {} speaks to {url} as {}.", path.display(), one_line(&user.username)))
}

fn or_default(text: String, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text }
}

fn ask_line(question: &str) -> Result<String, Error> {
    let read = |error: &io::Error| Error::io("the answer cannot be read", error);
    let mut out = io::stderr().lock();
    write!(out, "{question}").and_then(|()| out.flush()).map_err(|error| read(&error))?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| read(&error))?;
    Ok(line.trim().to_owned())
}

/// A token, typed without being shown, or the next line of standard input where that is no terminal.
fn ask_token(url: &str) -> Result<Secret, Error> {
    let question = format!(
        "Token with the scope `api`, from {url}/-/user_settings/personal_access_tokens (not shown): "
    );
    let token = if io::stdin().is_terminal() {
        rpassword::prompt_password(question).map_err(|error| Error::io("the token cannot be read", &error))?
    } else {
        ask_line("")?
    };
    match token.trim() {
        "" => Err(Error::usage("no token was given; nothing was written")),
        token => Ok(Secret::from(token)),
    }
}

/// Says that the name of a profile cannot be one.
pub(crate) fn check_name(name: &str) -> Result<(), Status> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(fits) {
        return Err(complain("a profile's name has letters, digits, `-`, `_` and `.` only"));
    }
    Ok(())
}
