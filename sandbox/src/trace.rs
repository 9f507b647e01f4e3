//! The log of a job, as a runner writes it: colours, sections, progress, growing while the job runs.
//!
//! This file owns its words. It is written when somebody asks for it, up to the time of the question.

use jiff::Timestamp;

use crate::draw::Draw;
use crate::expand::{expand, mask};
use crate::simulation::Status;
use crate::store::Job;

/// What the log of a job says so far; nothing before it starts and after it was erased.
pub(crate) fn trace(job: &Job, draw: Draw, now: Timestamp) -> String {
    let Some(started_at) = job.started_at.filter(|_| job.erased_at.is_none() && !job.is_bridge()) else {
        return String::new();
    };
    let start = started_at.as_millisecond();
    let length = draw.duration("run", job.id, &job.plan.duration).as_millis() as f64;
    let end = job.finished_at.unwrap_or(now).as_millisecond();
    let mut log = Log { start, length, end, text: String::new() };
    write(job, &mut log);
    if let Some(last) = last_line(job) {
        log.text.push_str(&last);
    }
    mask(&log.text, &job.environment)
}

/// A log that takes lines only until its end.
struct Log {
    start: i64,
    length: f64,
    end: i64,
    text: String,
}

fn write(job: &Job, log: &mut Log) {
    log.line(0.0, format!("{PLAIN}Running with gitlab-runner 18.2.0 (0f3ab112){RESET}"));
    log.line(0.0, format!("{PLAIN}  on sandbox runner s_4f1c77a, system ID: s_4f1c77a20b9d{RESET}"));
    log.section(0.01, 0.05, "prepare_executor", "Preparing the \"docker\" executor", |log| {
        log.line(0.02, format!("{PLAIN}Using Docker executor with image alpine:3.22 ...{RESET}"));
        log.line(0.04, format!("{PLAIN}Pulling docker image alpine:3.22 ...{RESET}"));
    });
    log.section(0.05, 0.15, "get_sources", "Getting source from Git repository", |log| {
        log.line(0.06, format!("{GREEN}Fetching changes with git depth set to 20...{RESET}"));
        for percent in [25, 50, 75] {
            // A terminal writes each of these over the one before.
            log.put(
                0.06 + 0.001 * f64::from(percent),
                &format!("Receiving objects: {percent:3}% ({percent}/100)\r"),
            );
        }
        log.line(0.14, "Receiving objects: 100% (100/100), done.".to_owned());
        log.line(
            0.145,
            expand("Checking out $CI_COMMIT_SHORT_SHA as $CI_COMMIT_REF_NAME...", &job.environment),
        );
    });
    log.section(0.15, 0.9, "step_script", "Executing \"step_script\" stage of the job script", |log| {
        let lines = script(job);
        for (index, line) in lines.iter().enumerate() {
            let share = 0.16 + 0.72 * index as f64 / lines.len() as f64;
            log.line(share, line.clone());
        }
    });
    if job.plan.artifacts.is_some() && job.status != Status::Failed {
        log.section(
            0.9,
            0.99,
            "upload_artifacts_on_success",
            "Uploading artifacts for successful job",
            |log| {
                log.line(0.91, format!("{GREEN}Uploading artifacts...{RESET}"));
                log.line(0.98, "Uploading artifacts as \"archive\" to coordinator... 201 Created".to_owned());
            },
        );
    }
}

/// What the job's script is, and what it prints.
fn script(job: &Job) -> Vec<String> {
    let command = format!("{GREEN}$ ./ci/{}{RESET}", job.plan.name.replace(' ', "_"));
    let printed: Vec<String> = if job.plan.log.is_empty() {
        (1..=5).map(|step| format!("{}: step {step} of 5", job.plan.name)).collect()
    } else {
        job.plan.log.iter().map(|line| expand(line, &job.environment)).collect()
    };
    [command].into_iter().chain(printed).collect()
}

/// What the runner says at the end.
fn last_line(job: &Job) -> Option<String> {
    Some(match job.status {
        Status::Success => format!("{GREEN}Job succeeded{RESET}\n"),
        Status::Failed if job.failure_reason.as_deref() == Some("script_failure") => {
            format!("{RED}ERROR: Job failed: exit code 1{RESET}\n")
        }
        Status::Failed => {
            let reason = job.failure_reason.as_deref().unwrap_or_default();
            format!("{RED}ERROR: Job failed: {}{RESET}\n", reason.replace('_', " "))
        }
        Status::Canceled => format!("{RED}ERROR: Job failed: canceled{RESET}\n"),
        _ => return None,
    })
}

impl Log {
    /// Adds text at this share of the run, if that has come.
    fn put(&mut self, share: f64, text: &str) {
        if self.time(share) <= self.end {
            self.text.push_str(text);
        }
    }

    fn line(&mut self, share: f64, text: String) {
        self.put(share, &(text + "\n"));
    }

    fn section(&mut self, from: f64, to: f64, name: &str, header: &str, body: impl FnOnce(&mut Self)) {
        let second = |log: &Self, share| log.time(share).div_euclid(1000);
        let begin = second(self, from);
        self.line(from, format!("section_start:{begin}:{name}\r{PLAIN}{CYAN}{header}{RESET}"));
        body(self);
        let end = second(self, to);
        self.put(to, &format!("section_end:{end}:{name}\r{PLAIN}"));
    }

    /// The time of a share of the run, in milliseconds.
    fn time(&self, share: f64) -> i64 {
        self.start + (share * self.length) as i64
    }
}

const PLAIN: &str = "\u{1b}[0K";
const CYAN: &str = "\u{1b}[36;1m";
const GREEN: &str = "\u{1b}[32;1m";
const RED: &str = "\u{1b}[31;1m";
const RESET: &str = "\u{1b}[0;m";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::simulation::{World, test_world};

    fn job<'a>(world: &'a World, name: &str, status: Status) -> &'a Job {
        world.store.jobs.values().find(|job| job.plan.name == name && job.status == status).unwrap()
    }

    #[test]
    fn a_log_has_colours_sections_and_progress() {
        let world = test_world();
        let job = job(&world, "compile", Status::Success);
        let text = trace(job, world.draw, world.now());
        assert_eq!(text.len() as u64, job.output.unwrap().trace);
        for part in [
            "\u{1b}[0KRunning with gitlab-runner 18.2.0",
            ":step_script\r\u{1b}[0K\u{1b}[36;1mExecuting",
            "Receiving objects:  50% (50/100)\r",
            "compile: step 5 of 5\n",
            "\u{1b}[32;1mJob succeeded\u{1b}[0;m\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text:?}");
        }
        assert_eq!(text.matches("section_start:").count(), text.matches("section_end:").count());
    }

    #[test]
    fn a_log_grows_while_the_job_runs() {
        let world = test_world();
        let record = job(&world, "compile", Status::Success);
        let start = record.started_at.unwrap();
        let mut seen = String::new();
        for second in [0, 5, 20, 50] {
            let running = Job { status: Status::Running, finished_at: None, ..copy(record) };
            let text = trace(&running, world.draw, start.checked_add(Duration::from_secs(second)).unwrap());
            assert!(text.len() > seen.len() && text.starts_with(&seen), "{second}: {text:?}");
            seen = text;
        }
        assert!(trace(record, world.draw, world.now()).starts_with(&seen));
    }

    #[test]
    fn what_has_not_started_or_was_erased_has_no_log() {
        let world = test_world();
        let skipped = job(&world, "deploy", Status::Skipped);
        assert_eq!(trace(skipped, world.draw, world.now()), "");
        let erased = Job { erased_at: Some(world.now()), ..copy(job(&world, "lint", Status::Success)) };
        assert_eq!(trace(&erased, world.draw, world.now()), "");
    }

    #[test]
    fn a_failure_and_a_secret_look_like_in_gitlab() {
        let world = test_world();
        let failed = trace(job(&world, "unit", Status::Failed), world.draw, world.now());
        assert!(failed.ends_with("ERROR: Job failed: exit code 1\u{1b}[0;m\n"), "{failed:?}");
        let deployed = trace(job(&world, "deploy", Status::Success), world.draw, world.now());
        assert!(deployed.contains("with [MASKED]\n"), "{deployed:?}");
    }

    fn copy(job: &Job) -> Job {
        let fresh = Job::new(
            job.id,
            job.project,
            job.pipeline,
            job.stage,
            job.plan.clone(),
            job.user,
            job.created_at,
        );
        Job {
            status: job.status,
            started_at: job.started_at,
            finished_at: job.finished_at,
            environment: job.environment.clone(),
            ..fresh
        }
    }
}
