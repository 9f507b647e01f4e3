//! What a job leaves behind: the files of its archive and the results of its tests.
//!
//! This file owns the description. How an archive is packed is the business of [`crate::archive`].

use std::time::Duration;

/// The artifacts of a successful run of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifacts {
    /// How long after the run they go away, in virtual time; never without a value.
    pub expire_in: Option<Duration>,
    /// The files in the archive. Their directories are in it, too.
    pub files: Vec<ArtifactFile>,
}

/// One file of a job's artifacts.
#[derive(Clone, Debug, PartialEq)]
pub struct ArtifactFile {
    /// The path inside the archive, with slashes.
    pub path: String,
    /// What is in it.
    pub content: FileContent,
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileContent {
    /// This text. `$NAME` and `${NAME}` stand for the job's CI/CD variables.
    Text(String),
    /// So many bytes, drawn from the seed and the job's number: a stand-in for a program.
    Drawn(usize),
}

/// The result of one test of a job's JUnit report.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// The test's name.
    pub name: String,
    /// The class or module that it is in.
    pub classname: String,
    /// The file that it is in.
    pub file: Option<String>,
    /// How long it takes, in seconds.
    pub seconds: f64,
    /// What comes out of it.
    pub status: TestStatus,
}

/// What comes out of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestStatus {
    /// It could not be run.
    Error,
    /// It failed.
    Failed,
    /// It passed. Of a run that fails, the first such test counts as failed if no other test did.
    Success,
    /// It was left out.
    Skipped,
}

impl Artifacts {
    /// How long GitLab keeps artifacts when the configuration does not say.
    pub const DEFAULT_STAY: Duration = Duration::from_secs(30 * 24 * 3600);

    /// The artifacts of the demo: a program of 200,000 bytes, and a few small files in two directories.
    #[must_use]
    pub fn demo() -> Self {
        let text = |path: &str, text: &str| ArtifactFile::new(path, FileContent::Text(text.to_owned()));
        Self {
            expire_in: Some(Self::DEFAULT_STAY),
            files: vec![
                text("README.txt", "Built by job $CI_JOB_ID for $CI_COMMIT_REF_NAME.\n"),
                ArtifactFile::new("build/app.bin", FileContent::Drawn(200_000)),
                text(
                    "build/manifest.json",
                    "{\"job\": $CI_JOB_ID, \"pipeline\": $CI_PIPELINE_ID, \"sha\": \"$CI_COMMIT_SHA\"}\n",
                ),
                text("build/version.txt", "1.0.0\n"),
                text("reports/index.html", "<!DOCTYPE html>\n<title>Size</title>\n<p>200000 bytes</p>\n"),
                // A path that does not survive careless encoding.
                text("reports/size & speed 100%.csv", "what,value\nsize,200000\nspeed,12\n"),
            ],
        }
    }

    /// What is wrong with the files, if anything is.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let mut paths: Vec<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        paths.sort_unstable();
        if paths.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("two artifacts share a path");
        }
        if !self.files.iter().all(ArtifactFile::stays_inside) {
            return Some("an artifact's path leaves the archive");
        }
        let large = |file: &ArtifactFile| matches!(file.content, FileContent::Drawn(size) if size > LARGEST);
        if self.files.iter().any(large) {
            return Some("an artifact is larger than 100 MB");
        }
        None
    }
}

impl ArtifactFile {
    /// A file with this content.
    #[must_use]
    pub fn new(path: impl Into<String>, content: FileContent) -> Self {
        Self { path: path.into(), content }
    }

    /// Whether the path is one within the archive.
    pub(crate) fn stays_inside(&self) -> bool {
        let plain = |part: &str| !matches!(part, "" | "." | "..");
        self.path.split('/').all(plain) && !self.path.contains(['\0', '\\'])
    }
}

impl TestCase {
    /// A test that passes in half a second.
    #[must_use]
    pub fn new(name: impl Into<String>, classname: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            classname: classname.into(),
            file: None,
            seconds: 0.5,
            status: TestStatus::Success,
        }
    }
}

impl TestStatus {
    /// The name on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Success => "success",
            Self::Skipped => "skipped",
        }
    }
}

/// The largest file, in bytes.
const LARGEST: usize = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(paths: &[&str]) -> Option<&'static str> {
        let file = |path: &&str| ArtifactFile::new(*path, FileContent::Drawn(1));
        Artifacts { expire_in: None, files: paths.iter().map(file).collect() }.fault()
    }

    #[test]
    fn paths_stay_inside_and_are_unique() {
        assert_eq!(Artifacts::demo().fault(), None);
        assert_eq!(fault(&["a", "b/a"]), None);
        assert_eq!(fault(&["a", "a"]), Some("two artifacts share a path"));
        for path in ["", "/a", "a/", "../a", "a/./b", "a\\b"] {
            assert_eq!(fault(&[path]), Some("an artifact's path leaves the archive"), "{path}");
        }
    }
}
