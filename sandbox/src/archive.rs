//! The archive that a job leaves behind: a zip file with directories and files.
//!
//! This file owns its content. It is made when somebody asks for it, and equal jobs of equal seeds make
//! equal bytes. It knows neither the store nor the time.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{Cursor, Write as _};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::digest::{SHA256, digest};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::draw::Draw;
use crate::expand::expand;
use crate::plan::{ArtifactFile, FileContent};
use crate::store::Job;

/// The name of the archive.
pub(crate) const FILE_NAME: &str = "artifacts.zip";

/// The archive of a job that left one behind.
pub(crate) fn pack(job: &Job, draw: Draw) -> Option<Bytes> {
    let files = &job.plan.artifacts.as_ref()?.files;
    match write(job, draw, files) {
        Ok(bytes) => Some(bytes.into()),
        Err(error) => {
            tracing::error!(%error, job = job.id, "an archive could not be written");
            None
        }
    }
}

/// The archive that was asked for last: clients come back for the parts of a large one.
#[derive(Debug, Default)]
pub(crate) struct Last(Mutex<Option<Packed>>);

/// An archive with its hash.
#[derive(Clone)]
pub(crate) struct Packed {
    job: i64,
    pub(crate) bytes: Bytes,
    /// By which the archive is known.
    pub(crate) hash: String,
}

impl Last {
    /// The archive of a job that left one behind and has ended, after which it never changes.
    pub(crate) fn pack(&self, job: &Job, draw: Draw) -> Option<Packed> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packed) = last.as_ref().filter(|packed| packed.job == job.id) {
            return Some(packed.clone());
        }
        let bytes = pack(job, draw)?;
        let packed = Packed { job: job.id, hash: sha256(&bytes), bytes };
        *last = Some(packed.clone());
        Some(packed)
    }
}

/// Shows whose archive it is. Its bytes would fill many screens.
impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("job", &self.job).finish_non_exhaustive()
    }
}

/// One file out of the archive.
pub(crate) fn file(job: &Job, draw: Draw, path: &str) -> Option<Bytes> {
    let files = &job.plan.artifacts.as_ref()?.files;
    let index = files.iter().position(|file| file.path == path)?;
    Some(content(job, draw, index, files.get(index)?).into())
}

fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(job: &Job, draw: Draw, files: &[ArtifactFile]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(written_at(job.finished_at));
    for directory in directories(files) {
        zip.add_directory(directory, options.unix_permissions(0o755))?;
    }
    for (index, file) in files.iter().enumerate() {
        // What was drawn has no pattern that compression could use.
        let (method, mode) = match file.content {
            FileContent::Text(_) => (CompressionMethod::Deflated, 0o644),
            FileContent::Drawn(_) => (CompressionMethod::Stored, 0o755),
        };
        zip.start_file(&file.path, options.compression_method(method).unix_permissions(mode))?;
        zip.write_all(&content(job, draw, index, file))?;
    }
    zip.finish().map(Cursor::into_inner)
}

fn content(job: &Job, draw: Draw, index: usize, file: &ArtifactFile) -> Vec<u8> {
    match &file.content {
        FileContent::Text(text) => expand(text, &job.environment).into_bytes(),
        FileContent::Drawn(size) => draw.bytes(&format!("artifact {index}"), job.id, *size),
    }
}

/// Each directory above a file, a directory before those inside it.
fn directories(files: &[ArtifactFile]) -> BTreeSet<&str> {
    files.iter().flat_map(|file| file.path.match_indices('/').map(|(end, _)| &file.path[..end])).collect()
}

/// The time as zip files have it: local, without a zone, in steps of two seconds.
fn written_at(time: Option<Timestamp>) -> zip::DateTime {
    let written = time.and_then(|time| {
        let local = time.to_zoned(TimeZone::UTC).datetime();
        let [month, day, hour, minute, second] =
            [local.month(), local.day(), local.hour(), local.minute(), local.second()].map(i8::unsigned_abs);
        let year = u16::try_from(local.year()).ok()?;
        zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
    });
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::simulation::{Status, World, test_world};

    fn compiled(world: &World) -> &Job {
        let jobs = world.store.jobs.values();
        jobs.rev().find(|job| job.plan.name == "compile" && job.status == Status::Success).unwrap()
    }

    #[test]
    fn an_archive_is_a_zip_file_with_directories_and_files() {
        let world = test_world();
        let job = compiled(&world);
        let bytes = pack(job, world.draw).unwrap();
        assert_eq!(bytes, pack(job, world.draw).unwrap());
        assert_eq!(job.output.unwrap().archive, Some(bytes.len() as u64));
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let expected = [
            "build/",
            "reports/",
            "README.txt",
            "build/app.bin",
            "build/manifest.json",
            "build/version.txt",
            "reports/index.html",
            "reports/size & speed 100%.csv",
        ];
        assert_eq!(names, expected);
        for name in names.iter().filter(|name| !name.ends_with('/')) {
            let mut content = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut content).unwrap();
            assert_eq!(file(job, world.draw, name).unwrap(), content, "{name}");
        }
        assert_eq!(file(job, world.draw, "build/app.bin").unwrap().len(), 200_000);
        assert_eq!(file(job, world.draw, "build"), None);
    }

    #[test]
    fn the_last_archive_is_that_of_the_job_that_is_asked_for() {
        let world = test_world();
        let compiled: Vec<&Job> = world
            .store
            .jobs
            .values()
            .filter(|job| job.plan.name == "compile" && job.status == Status::Success)
            .take(2)
            .collect();
        for job in [compiled[0], compiled[0], compiled[1], compiled[0]] {
            let packed = world.last_archive.pack(job, world.draw).unwrap();
            assert_eq!(packed.bytes, pack(job, world.draw).unwrap());
            assert_eq!(packed.hash, sha256(&packed.bytes));
        }
    }

    #[test]
    fn files_tell_of_the_job_that_wrote_them() {
        let world = test_world();
        let job = compiled(&world);
        let manifest = file(job, world.draw, "build/manifest.json").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!((&manifest["job"], &manifest["pipeline"]), (&job.id.into(), &job.pipeline.into()));
        assert_eq!(manifest["sha"].as_str().unwrap().len(), 40);
    }

    #[test]
    fn the_hash_is_that_of_everybody() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}
