//! A wait for one pipeline or job: asks GitLab, sleeps, and tells what happened, event by event, so that scripts and
//! live views can act between two looks. What comes next is decided elsewhere; see `wait.rs` and `family.rs`.

mod source;

use std::collections::VecDeque;
use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use self::source::{Live, Source, bridges_of};
use super::asker::Asker;
use super::family::Family;
use super::outage::Outage;
use super::{FailedLog, Wait, Waiter, can_wait, in_time, not_awaitable, not_successful, too_late};
use crate::arguments::Id;
use crate::error::{Error, ErrorKind};
use crate::object::Object;

/// A wait that is under way.
///
/// ```no_run
/// # async fn example(pipeline: rhailab_client::ProjectPipeline) -> Result<(), rhailab_client::Error> {
/// use rhailab_client::{Wait, WaitEvent};
///
/// let mut waiting = pipeline.waiting(Wait::new().children())?;
/// loop {
///     match waiting.next().await? {
///         WaitEvent::Changed(pipeline) => println!("{:?}", pipeline.attribute("status")?),
///         WaitEvent::Note(note) => eprintln!("{note}"),
///         WaitEvent::Done(_) => break,
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Waiting {
    source: Live,
    course: Course,
}

/// What a wait has to tell.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WaitEvent {
    /// The first look, and each that found another status.
    Changed(Object),
    /// A look that found the same status again; see [`Wait::every_look`].
    Unchanged(Object),
    /// With [`Wait::children`], a downstream pipeline that was seen for the first time, has another status, or counts no more.
    /// It comes before the [`WaitEvent::Changed`] of the same look, and after the pipeline that started it.
    Downstream(Downstream),
    /// Something that a person should know, such as that a downstream pipeline cannot be seen.
    Note(String),
    /// How the log of a failed job ends; see [`Wait::failed_logs`].
    FailedLog(FailedLog),
    /// The wait is over; the object in its last state. Nothing comes after this.
    Done(Object),
}

/// A pipeline that a bridge of the pipeline that is waited for has started, or a bridge of one of those, to any depth.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Downstream {
    /// The pipeline as its bridge tells of it: with status, project and URL, but without times.
    pub pipeline: Object,
    /// The name of the bridge.
    pub bridge: String,
    /// The number of the pipeline that the bridge belongs to.
    pub upstream: i64,
    /// How many pipelines are above it: one, where the bridge belongs to the pipeline that is waited for.
    pub depth: usize,
    /// Whether it is waited for no more: its bridge, or one above, was retried, or it was deleted.
    pub is_gone: bool,
}

impl Waiting {
    /// Begins a wait; nothing is sent before [`Waiting::next`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when the object has no status to wait for, or GitLab cannot tell it by itself, or no bridges while [`Wait::children`] are asked
    /// for, or when [`Wait::through`] names a client of another server.
    pub fn new(object: &Object, options: Wait) -> Result<Self, Error> {
        let resource = object.resource();
        if !can_wait(resource) {
            return Err(not_awaitable(resource));
        }
        if options.children && bridges_of(resource).is_none() {
            return Err(Error::usage(format!("a {} has no downstream pipelines to wait for", resource.kind))
                .with_hint("`children` is for pipelines."));
        }
        Ok(Self { source: Live::of(object, options.client.as_ref())?, course: Course::begin(options) })
    }

    /// Waits for the next event. Dropping the future loses at most a look.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Deadline`] when the deadline passes; with [`Wait::check`], [`ErrorKind::Pipeline`] when it ended
    /// other than in success; [`ErrorKind::NotFound`] when it was deleted; else whatever reading it gives. Once it was
    /// seen, a server that fails or cannot be reached is an error after five minutes only. Nothing comes after an error.
    pub async fn next(&mut self) -> Result<WaitEvent, Error> {
        self.course.next(&mut self.source).await
    }

    /// Waits to the end, whatever happens on the way.
    ///
    /// # Errors
    ///
    /// As for [`Waiting::next`].
    pub async fn finish(mut self) -> Result<Object, Error> {
        loop {
            if let WaitEvent::Done(object) = self.next().await? {
                return Ok(object);
            }
        }
    }
}

/// How far a wait has come.
#[derive(Debug)]
struct Course {
    waiter: Waiter,
    started: Option<Instant>,
    family: Option<Family>,
    /// The last look, with its status.
    seen: Option<(Object, String)>,
    /// What the last look found to be under way, with its status.
    under_way: Option<(String, String)>,
    outage: Outage,
    events: VecDeque<WaitEvent>,
    pause: Duration,
    end: Option<Result<(), Error>>,
}

impl Course {
    fn begin(options: Wait) -> Self {
        Self {
            waiter: options.start(),
            started: None,
            family: None,
            seen: None,
            under_way: None,
            outage: Outage::default(),
            events: VecDeque::new(),
            pause: Duration::ZERO,
            end: None,
        }
    }

    async fn next(&mut self, source: &mut impl Source) -> Result<WaitEvent, Error> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            if let Some(end) = self.end.take() {
                end?;
                if let Some((object, _)) = &self.seen {
                    return Ok(WaitEvent::Done(object.clone()));
                }
            }
            tokio::time::sleep(self.pause).await;
            let started = *self.started.get_or_insert_with(Instant::now);
            let deadline = self.waiter.options.deadline;
            match in_time(deadline, started, self.look(started, source)).await {
                Ok(Ok(())) => self.outage.end(),
                Ok(Err(error)) => self.pass_over(error, started)?,
                Err(_) if self.end.is_some() => {
                    let note = "the logs of failed jobs did not come before the deadline".to_owned();
                    self.events.push_back(WaitEvent::Note(note));
                }
                Err(deadline) => {
                    let (what, status) = self.under_way.take().unzip();
                    let what = what.unwrap_or_else(|| source.name());
                    return Err(too_late(&what, status.as_deref(), deadline));
                }
            }
        }
    }

    /// Goes on after a look that failed, if what failed is likely to pass.
    fn pass_over(&mut self, error: Error, started: Instant) -> Result<(), Error> {
        let is_known = self.outage.is_known();
        let Some((what, status)) = self.under_way.as_ref().filter(|_| self.outage.may_pass(&error)) else {
            return Err(error);
        };
        self.pause = self.waiter.pause(what, status, started.elapsed())?;
        if !is_known {
            let note = format!("GitLab cannot be asked, and is asked again: {error}");
            self.events.push_back(WaitEvent::Note(note));
        }
        Ok(())
    }

    async fn look(&mut self, started: Instant, source: &mut impl Source) -> Result<(), Error> {
        let object = source.look().await.map_err(|error| self.explain(error, source.asker()))?;
        let status = object.text("status")?.to_owned();
        let name = object.to_string();
        if self.waiter.options.children {
            self.look_at_family(&object, &status, source).await?;
        }
        if self.seen.as_ref().is_none_or(|(_, before)| *before != status) {
            self.events.push_back(WaitEvent::Changed(object.clone()));
        } else if self.waiter.options.every_look {
            self.events.push_back(WaitEvent::Unchanged(object.clone()));
        }
        self.seen = Some((object, status.clone()));
        let until = self.waiter.options.until;
        let child = self.family.as_ref().and_then(|family| family.under_way(until));
        let (what, status_of_it) = match child {
            _ if !self.waiter.is_over(&status) => (name, status),
            Some(child) => (format!("{name} was {status}, but {child}"), child.status.clone()),
            None => {
                self.end = Some(self.verdict(&name, &status));
                self.tell_failed_logs(&status, source).await;
                return Ok(());
            }
        };
        self.pause = self.waiter.pause(&what, &status_of_it, started.elapsed())?;
        self.under_way = Some((what, status_of_it));
        Ok(())
    }

    async fn look_at_family(
        &mut self,
        object: &Object,
        status: &str,
        source: &mut impl Source,
    ) -> Result<(), Error> {
        let family = match &mut self.family {
            Some(family) => family,
            unknown => unknown.insert(family_of(object)?),
        };
        family.begin(status);
        while let Some(place) = family.next_to_list() {
            let member = family.member(place);
            match source.bridges(member).await {
                Ok(bridges) => {
                    let gone = family.listed(place, bridges).into_iter().map(|member| {
                        WaitEvent::Note(format!(
                            "{member} is gone: its bridge was retried, or it was deleted"
                        ))
                    });
                    self.events.extend(gone);
                }
                Err(error) if error.is_hidden() && place > 0 => {
                    let note = format!(
                        "{member} cannot be looked into ({}): its status counts, but what it starts is not waited for",
                        error.kind()
                    );
                    self.events.push_back(WaitEvent::Note(note));
                    family.hidden(place);
                }
                Err(error) => return Err(source.asker().explain(error)),
            }
        }
        for place in family.news() {
            let (member, (upstream, depth)) = (family.member(place), family.lineage(place));
            self.events.push_back(WaitEvent::Downstream(Downstream {
                pipeline: source.descendant(member)?,
                bridge: member.bridge.clone(),
                upstream,
                depth,
                is_gone: member.is_gone,
            }));
        }
        Ok(())
    }

    /// Logs explain a failure, and are no reason for another one.
    async fn tell_failed_logs(&mut self, status: &str, source: &mut impl Source) {
        if !self.waiter.options.failed_logs {
            return;
        }
        let children = self.family.iter().flat_map(Family::failed).map(Some);
        let own = (status != "success").then_some(None);
        for member in own.into_iter().chain(children) {
            match source.failed_logs(member).await {
                Ok(logs) => self.events.extend(logs.into_iter().map(WaitEvent::FailedLog)),
                Err(error) => {
                    let note = format!("the logs of failed jobs cannot be read: {error}");
                    self.events.push_back(WaitEvent::Note(note));
                }
            }
        }
    }

    fn verdict(&self, name: &dyn Display, status: &str) -> Result<(), Error> {
        let child = self.family.as_ref().and_then(Family::unsuccessful);
        match child.filter(|_| self.waiter.options.check) {
            Some(child) if status == "success" || status == "failed" => {
                let what = match status {
                    "success" => format!("{name} succeeded, but {child}"),
                    _ => format!("{name} failed, and {child}"),
                };
                Err(not_successful(&what, &child.status))
            }
            _ => self.waiter.check(name, status),
        }
    }

    /// A look that failed, in words of the wait.
    fn explain(&self, error: Error, asker: &Asker) -> Error {
        match &self.seen {
            None => asker.explain(error),
            Some((object, status)) => deleted(error, object, status),
        }
    }
}

/// What is not found any more, although it was seen, was deleted. Other failures stay what they are.
pub(super) fn deleted(error: Error, object: &Object, status: &str) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let words = format!("{object} was deleted while it was waited for; it was {status}");
    error.rephrased(words).with_hint("It, or its project, is gone: nobody can tell how it would have ended.")
}

fn family_of(object: &Object) -> Result<Family, Error> {
    let number = object.attribute(object.resource().identity)?.as_i64().unwrap_or_default();
    let project = object.attribute("project_id").ok().and_then(Id::from_json);
    Ok(Family::of(number, project.unwrap_or_else(|| object.parent_identity())))
}

#[cfg(test)]
mod tests;
