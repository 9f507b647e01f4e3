//! Profiles: servers with a name, in `rhailab.toml`. Reads the file and adds to it; which profile is meant is decided
//! elsewhere, and nothing is sent.
//!
//! ```toml
//! default = "work"
//!
//! [profiles.work]
//! url = "https://gitlab.example.com"
//! private_token = "…"        # or oauth_token, job_token, or token_file = "path"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use rhailab_client::{Error, Secret, TokenKind, nearest};
use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table, value};

use super::{Settings, Source, Sourced, Token, read_token};

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
}

/// Where the file is: as the option says, or the variable `RHAILAB_CONFIG`, or in the user's directory for configuration.
#[must_use]
pub fn path(option: Option<&Path>, environment: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = option.map(Path::to_owned).or_else(|| environment("RHAILAB_CONFIG").map(PathBuf::from));
    named.or_else(|| {
        Some(etcetera::choose_base_strategy().ok()?.config_dir().join("rhailab").join("rhailab.toml"))
    })
}

impl Profiles {
    /// Reads the profiles; a file that nobody named and that is not there has none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not what it should be, with line and column.
    pub fn read(option: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let path = path(option, &environment);
        let Some(place) = &path else {
            return Ok(Self { path, content: Content::default() });
        };
        let text = match fs::read_to_string(place) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && option.is_none() => String::new(),
            Err(error) => {
                return Err(Error::io(
                    &format!("the configuration {} cannot be read", place.display()),
                    &error,
                ));
            }
        };
        let content = toml_edit::de::from_str(&text).map_err(|error| {
            Error::usage(format!("the configuration {} cannot be used: {error}", place.display()))
        })?;
        Ok(Self { path, content })
    }

    /// The name of the profile that counts when none is named.
    #[must_use]
    pub fn default_name(&self) -> Option<&str> {
        self.content.default.as_deref()
    }

    /// Names and URLs.
    pub fn list(&self) -> impl Iterator<Item = (&str, &str)> {
        self.content.profiles.iter().map(|(name, profile)| (name.as_str(), profile.url.as_str()))
    }

    /// The settings of a profile.
    ///
    /// # Errors
    ///
    /// When there is no such profile, it has more than one token, or its token file cannot be read.
    pub fn settings(&self, name: &str) -> Result<Settings, Error> {
        let profile = self.content.profiles.get(name).ok_or_else(|| {
            let known = self.content.profiles.keys().map(String::as_str);
            let error = Error::usage(format!("there is no profile `{name}`"));
            match (nearest(name, known.clone()), self.content.profiles.len()) {
                (Some(near), _) => error.with_hint(format!("Did you mean `{near}`?")),
                (None, 0) => error.with_hint("`rhailab login` makes one."),
                (None, _) => error.with_hint(format!("There are {}.", known.collect::<Vec<_>>().join(", "))),
            }
        })?;
        let source = Source::Profile(name.to_owned());
        let tokens = [
            (TokenKind::Private, &profile.private_token),
            (TokenKind::OAuth, &profile.oauth_token),
            (TokenKind::Job, &profile.job_token),
        ];
        let mut found: Vec<Token> = tokens
            .into_iter()
            .filter_map(|(kind, secret)| Some(Token { kind, secret: secret.clone()? }))
            .collect();
        if let Some(file) = &profile.token_file {
            let base = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
            found.push(read_token(&base.join(file))?.value);
        }
        if found.len() > 1 {
            return Err(Error::usage(format!("the profile `{name}` has more than one token"))
                .with_hint("Leave the one to speak with."));
        }
        Ok(Settings {
            url: Sourced { value: profile.url.clone(), source: source.clone() },
            token: found.pop().map(|value| Sourced { value, source }),
            profile: Some(name.to_owned()),
        })
    }
}

/// Writes a profile with a private token into the file, and leaves all else in it as it is. The first profile becomes
/// the default. Nobody else can read the file afterwards.
///
/// # Errors
///
/// When the file cannot be read or written, or is no TOML.
pub fn add(path: &Path, name: &str, url: &str, token: &Secret) -> Result<(), Error> {
    let failed = |error: &io::Error| Error::io(&format!("{} cannot be written", path.display()), error);
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io(&format!("{} cannot be read", path.display()), &error)),
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error| Error::usage(format!("{} is no TOML: {error}", path.display())))?;
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let mut profile = Table::new();
    profile.insert("url", value(url));
    profile.insert("private_token", value(token.expose()));
    match profiles.as_table_mut() {
        Some(profiles) => profiles.insert(name, Item::Table(profile)),
        None => return Err(Error::usage(format!("`profiles` in {} is no table", path.display()))),
    };
    if !document.contains_key("default") {
        document.insert("default", value(name));
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    // Written beside the file and then renamed: a full disk must not cost what was there.
    let beside = path.with_extension("toml.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).map_err(|error| failed(&error))?;
    file.write_all(document.to_string().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| failed(&error))
}
