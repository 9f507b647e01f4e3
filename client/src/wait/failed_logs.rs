//! The last lines of what failed jobs wrote. A log is read piece by piece and only its end is kept, however long it is.

use std::collections::VecDeque;

use crate::error::Error;
use crate::object::Object;
use crate::{Download, JobStatus, ListProjectPipelineJobs, ProjectJob, ProjectPipeline, ProjectPipelineJob};

/// How many lines of a log are kept.
const LINES: usize = 20;

/// A line is kept up to this many bytes: progress bars are lines, too.
const LONGEST: usize = 4096;

/// How the log of a failed job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedLog {
    /// The job's number.
    pub job: i64,
    /// The job's name.
    pub name: String,
    /// The stage that it belongs to.
    pub stage: String,
    /// The last lines, without GitLab's section markers and without colours; other control characters are as the job
    /// wrote them. Masked values are masked by GitLab.
    pub lines: Vec<String>,
}

/// The failed jobs of a pipeline, in the order in which they were created.
pub(super) async fn of_pipeline(pipeline: Object) -> Result<Vec<FailedLog>, Error> {
    let jobs = ProjectPipeline::lazy(pipeline).jobs();
    let failed = ListProjectPipelineJobs::new().scope([JobStatus::Failed]);
    let mut jobs: Vec<ProjectPipelineJob> = jobs.list(failed).all().await?;
    jobs.sort_by_key(|job| job.id);
    let mut logs = Vec::with_capacity(jobs.len());
    for job in &jobs {
        logs.push(read(job.object(), job.trace()).await?);
    }
    Ok(logs)
}

/// A job that failed itself.
pub(super) async fn of_job(job: Object) -> Result<FailedLog, Error> {
    let trace = ProjectJob::lazy(job.clone()).trace();
    read(&job, trace).await
}

async fn read(job: &Object, trace: Download) -> Result<FailedLog, Error> {
    let text = |name| job.text(name).unwrap_or_default().to_owned();
    let mut end = End::default();
    let mut chunks = trace.start().await?;
    while let Some(chunk) = chunks.next().await? {
        end.push(&chunk);
    }
    let id = job.attribute("id").ok().and_then(serde_json::Value::as_i64).unwrap_or_default();
    Ok(FailedLog { job: id, name: text("name"), stage: text("stage"), lines: end.finish() })
}

/// The last lines of a text that comes in pieces.
#[derive(Debug, Default)]
struct End {
    lines: VecDeque<String>,
    line: Vec<u8>,
}

impl End {
    fn push(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = readable(&String::from_utf8_lossy(&self.line));
        self.line.clear();
        // Markers of sections leave nothing behind, and blank lines tell nothing.
        if !line.is_empty() {
            self.lines.push_back(line);
        }
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.end_line();
        self.lines.into()
    }
}

/// A line as it looks in the end: what a carriage return overwrote is gone, and so are colours.
fn readable(line: &str) -> String {
    let line = line.trim_end();
    let shown = line.rsplit('\r').next().unwrap_or(line);
    let mut text = String::with_capacity(shown.len());
    let mut letters = shown.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' && letters.next_if_eq(&'[').is_some() {
            // A control sequence ends with its first letter from this range.
            letters.by_ref().find(|letter| ('\u{40}'..='\u{7e}').contains(letter));
        } else {
            text.push(letter);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(pieces: &[&str]) -> Vec<String> {
        let mut end = End::default();
        for piece in pieces {
            end.push(piece.as_bytes());
        }
        end.finish()
    }

    #[test]
    fn only_the_last_lines_are_kept_however_they_come() {
        let whole: String = (1..=50).map(|line| format!("line {line}\n")).collect();
        let expected: Vec<String> = (31..=50).map(|line| format!("line {line}")).collect();
        assert_eq!(end(&[&whole]), expected);
        let pieces: Vec<&str> = whole.split_inclusive(' ').collect();
        assert_eq!(end(&pieces), expected);
    }

    #[test]
    fn what_only_steers_the_screen_is_left_out() {
        let log = [
            "section_start:1:build\r\u{1b}[0K\u{1b}[0;33mBuilding\u{1b}[0;m\n",
            "10 %\r50 %\r100 %\r\n\n",
            "section_end:2:build\r\u{1b}[0K",
            "\u{1b}[31;1mERROR: Job failed: exit code 1\u{1b}[0;m",
        ];
        assert_eq!(end(&log), ["Building", "100 %", "ERROR: Job failed: exit code 1"]);
    }

    #[test]
    fn a_line_without_an_end_takes_no_more_memory_than_any_other() {
        let piece = "x".repeat(1000);
        let pieces = vec![piece.as_str(); 100];
        assert_eq!(end(&pieces).iter().map(String::len).collect::<Vec<_>>(), [LONGEST]);
    }
}
