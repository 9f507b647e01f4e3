//! Where the history of inputs is kept, and which inputs stay out of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use rhailab_client::mask_tokens;

/// The history's file, in the user's directory for state; none where there is no such directory.
pub(super) fn path() -> Option<PathBuf> {
    let directories = etcetera::choose_base_strategy().ok()?;
    let state = directories.state_dir().unwrap_or_else(|| directories.data_dir());
    Some(state.join("rhailab").join("history"))
}

/// Makes sure that the file is there and that nobody else can read it.
///
/// # Errors
///
/// What the system says.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        let file = options.open(path)?;
        file.set_permissions(fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    options.open(path).map(drop)
}

/// Whether an input holds something that may be a secret.
pub(super) fn holds_secret(text: &str) -> bool {
    mask_tokens(text) != text || text.split(|letter: char| !is_token_letter(letter)).any(is_token_like)
}

fn is_token_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// Long, without a space, and mixed as nobody would mix letters: a key, a hash, a random word.
fn is_token_like(word: &str) -> bool {
    const SHORTEST: usize = 20;
    let has = |test: fn(&char) -> bool| word.chars().any(|letter| test(&letter));
    word.len() >= SHORTEST
        && has(char::is_ascii_digit)
        && (has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
            || word.chars().all(|letter| letter.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_token_is_no_history() {
        for secret in [
            "gitlab(url, #{private_token: \"glpat-abc\"})",
            "let t = \"9B0Po6uAaUthCMD4aIPc\"",
            "x.value = \"0123456789abcdef0123456789abcdef\"",
            "let jwt = \"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x\"",
        ] {
            assert!(holds_secret(secret), "{secret}");
        }
        assert!(!holds_secret("project.pipelines.list(#{ref: \"main\", updated_after: \"2026-01-01\"})"));
        assert!(!holds_secret("gl.projects.get(\"group/a-very-long-project-name-of-ours\")"));
        assert!(!holds_secret("let get_or_create_the_trigger_2 = 1"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("rhailab-history-{}", std::process::id()));
        let file = folder.join("a").join("history");
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(&file, "old\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        prepare(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&file).unwrap(), "old\n");
        fs::remove_dir_all(&folder).unwrap();
    }
}
