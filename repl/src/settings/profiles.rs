//! Profiles: servers with a name, in `rhailab.toml`. Reads the file and adds to it; which profile is meant is decided
//! elsewhere, and nothing is sent.
//!
//! ```toml
//! default = "work"
//!
//! [profiles.work]
//! url = "https://gitlab.example.com"
//! private_token = "…"        # or oauth_token, job_token, or token_file = "path"
//! timeout = "2m"
//! ca_file = "work-ca.pem"    # a path is seen from this file
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use rhailab_client::{Error, Secret, TokenKind, duration, write_private_file};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use toml_edit::{DocumentMut, Item, Table, TableLike, TomlError, Value, value};

use super::environment::non_empty;
use super::layer::{ClientCertificate, Layer};
use super::{Source, Sourced, TokenPlace};

/// The profiles of a file.
#[derive(Debug)]
pub struct Profiles {
    path: Option<PathBuf>,
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    default: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    url: String,
    private_token: Option<Secret>,
    oauth_token: Option<Secret>,
    job_token: Option<Secret>,
    token_file: Option<PathBuf>,
    timeout: Option<SpanOfTime>,
    read_timeout: Option<SpanOfTime>,
    jobs: Option<NonZeroUsize>,
    ca_file: Option<PathBuf>,
    client_cert: Option<PathBuf>,
    client_key: Option<PathBuf>,
    insecure: Option<bool>,
}

/// A number of seconds, or text such as `"30s"`.
#[derive(Clone, Copy, Debug)]
struct SpanOfTime(Duration);

/// The variable that names the file.
const NAMED_BY: &str = "RHAILAB_CONFIG";

/// Where the file is: as the option says, or the variable `RHAILAB_CONFIG`, or in the user's directory for configuration.
#[must_use]
pub fn path(option: Option<&Path>, environment: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    named(option, environment).map(|(path, _)| path).or_else(usual_path)
}

/// The file that somebody named, and where.
fn named(
    option: Option<&Path>,
    environment: &impl Fn(&str) -> Option<String>,
) -> Option<(PathBuf, &'static str)> {
    let by_variable = || Some((non_empty(environment(NAMED_BY))?.into(), NAMED_BY));
    option.map(|path| (path.to_owned(), "--config")).or_else(by_variable)
}

fn usual_path() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("rhailab").join("rhailab.toml"))
}

impl Profiles {
    /// Reads the profiles; a file that nobody named and that is not there has none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not what it should be, with line and column.
    pub fn read(option: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let (path, named_by) = match named(option, &environment) {
            Some((path, named_by)) => (Some(path), Some(named_by)),
            None => (usual_path(), None),
        };
        let Some(place) = &path else {
            return Ok(Self { path, content: Content::default() });
        };
        let text = match (fs::read_to_string(place), named_by) {
            (Ok(text), _) => text,
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => String::new(),
            (Err(error), named_by) => {
                let what = format!("the configuration {} cannot be read", place.display());
                let error = Error::io(&what, &error);
                return Err(match named_by {
                    Some(by) => error.with_hint(format!("{by} names it; `rhailab login` makes such a file.")),
                    None => error,
                });
            }
        };
        let content = toml_edit::de::from_str(&text).map_err(|error| {
            let place = Place { file: place, text: &text, span: error.span() };
            Error::usage(format!("the configuration {place} cannot be used: {}", error.message()))
        })?;
        Ok(Self { path, content })
    }

    /// The name of the profile that counts when none is named, and the file that says so.
    #[must_use]
    pub fn default_profile(&self) -> Option<(&str, &Path)> {
        self.content.default.as_deref().zip(self.path.as_deref())
    }

    /// Names and URLs.
    pub fn list(&self) -> impl Iterator<Item = (&str, &str)> {
        self.content.profiles.iter().map(|(name, profile)| (name.as_str(), profile.url.as_str()))
    }

    /// What a profile says; `None` where there is none of this name.
    pub(super) fn layer(&self, name: &str) -> Result<Option<Layer>, Error> {
        let Some(profile) = self.content.profiles.get(name) else { return Ok(None) };
        let source = Source::Profile(name.to_owned());
        let beside = |path: &PathBuf| self.beside(path);
        let client_certificate = ClientCertificate::of(
            profile.client_cert.as_ref().map(beside),
            profile.client_key.as_ref().map(beside),
        )
        .ok_or_else(|| Error::usage(format!("the profile `{name}` has a client_key and no client_cert")))?;
        let sourced = Sourcing(&source);
        Ok(Some(Layer {
            url: sourced.some(profile.url.clone()),
            token: sourced.option(self.token(name, profile)?),
            timeout: sourced.option(profile.timeout.map(|span| span.0)),
            read_timeout: sourced.option(profile.read_timeout.map(|span| span.0)),
            jobs: sourced.option(profile.jobs),
            ca_file: sourced.option(profile.ca_file.as_ref().map(beside)),
            client_certificate: sourced.option(client_certificate),
            insecure: sourced.option(profile.insecure),
            ..Layer::default()
        }))
    }

    fn token(&self, name: &str, profile: &Profile) -> Result<Option<TokenPlace>, Error> {
        let tokens = [
            (TokenKind::Private, &profile.private_token),
            (TokenKind::OAuth, &profile.oauth_token),
            (TokenKind::Job, &profile.job_token),
        ];
        let texts = tokens.into_iter().filter_map(|(kind, secret)| {
            Some(TokenPlace::Text { kind, secret: secret.clone()?, file: self.path.clone() })
        });
        let file = profile.token_file.as_ref().map(|file| TokenPlace::File(self.beside(file)));
        let mut found: Vec<TokenPlace> = texts.chain(file).collect();
        if found.len() > 1 {
            return Err(Error::usage(format!("the profile `{name}` has more than one token"))
                .with_hint("Leave the one to speak with."));
        }
        Ok(found.pop())
    }

    /// A path in the file is seen from the file.
    fn beside(&self, path: &Path) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(path)
    }
}

/// Says of values that they come from here.
struct Sourcing<'a>(&'a Source);

impl Sourcing<'_> {
    fn some<T>(&self, value: T) -> Option<Sourced<T>> {
        Some(Sourced { value, source: self.0.clone() })
    }

    fn option<T>(&self, value: Option<T>) -> Option<Sourced<T>> {
        value.and_then(|value| self.some(value))
    }
}

impl<'de> Deserialize<'de> for SpanOfTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpanVisitor)
    }
}

struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = SpanOfTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time, such as 90, \"30s\" or \"1h 20m\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SpanOfTime, E> {
        duration::parse(text)
            .and_then(duration::limit)
            .map(SpanOfTime)
            .map_err(|problem| E::custom(format!("the span of time {problem}")))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<SpanOfTime, E> {
        let seconds = u64::try_from(seconds).map_err(|_| E::custom("the span of time cannot be negative"))?;
        duration::limit(Duration::from_secs(seconds))
            .map(SpanOfTime)
            .map_err(|problem| E::custom(format!("the span of time {problem}")))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<SpanOfTime, E> {
        duration::from_seconds(seconds)
            .and_then(duration::limit)
            .map(SpanOfTime)
            .map_err(|problem| E::custom(format!("the span of time {problem}")))
    }
}

/// A place in a file. The library's own words would show the line, in which a token may stand.
struct Place<'a> {
    file: &'a Path,
    text: &'a str,
    span: Option<Range<usize>>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        let before = self.span.as_ref().and_then(|span| self.text.get(..span.start));
        let Some(before) = before else { return Ok(()) };
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
        write!(f, " (line {line}, column {column})")
    }
}

/// A profile to be written.
#[derive(Debug)]
pub struct NewProfile<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The server.
    pub url: &'a str,
    /// The private token.
    pub token: &'a Secret,
    /// What the server's certificate needs, as absolute paths.
    pub ca_file: Option<&'a Path>,
    /// The certificate that the server wants to see, as absolute paths.
    pub client_certificate: Option<&'a ClientCertificate>,
}

/// Writes a profile into the file, and leaves all else in it as it is: other profiles, and what a profile of this name says
/// beside its server, its token and the files given here. The first profile becomes the default. Nobody else can read the
/// file afterwards.
///
/// # Errors
///
/// When the file cannot be read or written, or is no TOML.
pub async fn add(path: &Path, new: &NewProfile<'_>) -> Result<(), Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io(&format!("{} cannot be read", path.display()), &error)),
    };
    let text = with_profile(path, &text, new)?;
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)
        .map_err(|error| Error::io(&format!("{} cannot be written", path.display()), &error))?;
    write_private_file(path, text.as_bytes()).await.map(drop)
}

/// The text of the file with the profile in it.
fn with_profile(path: &Path, text: &str, new: &NewProfile<'_>) -> Result<String, Error> {
    let name = new.name;
    let mut document: DocumentMut = text.parse().map_err(|error: TomlError| {
        let place = Place { file: path, text, span: error.span() };
        Error::usage(format!("{place} is no TOML: {}", error.message()))
    })?;
    let no_table = |key: &str| Error::usage(format!("`{key}` in {} is no table", path.display()));
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_mut().ok_or_else(|| no_table("profiles"))?;
    let profile = profiles.entry(name).or_insert_with(|| Item::Table(Table::new()));
    let profile = profile.as_table_like_mut().ok_or_else(|| no_table(&format!("profiles.{name}")))?;
    set(profile, "url", new.url);
    // A profile has one token.
    for other in ["oauth_token", "job_token", "token_file"] {
        profile.remove(other);
    }
    set(profile, "private_token", new.token.expose());
    let certificate = new.client_certificate;
    let files = [
        ("ca_file", new.ca_file),
        ("client_cert", certificate.map(|files| files.certificate.as_path())),
        ("client_key", certificate.map(|files| files.key.as_path())),
    ];
    for (key, file) in files {
        let Some(file) = file else { continue };
        let text = file.to_str().ok_or_else(|| {
            Error::usage(format!("the path {} cannot stand in TOML, which is UTF-8", file.display()))
        })?;
        set(profile, key, text);
    }
    if !document.contains_key("default") {
        document.insert("default", value(name));
    }
    Ok(document.to_string())
}

/// Sets a key to a text; a comment behind the old value stays.
fn set(table: &mut dyn TableLike, key: &str, text: &str) {
    let mut new = Value::from(text);
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(new));
}
