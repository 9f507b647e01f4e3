//! Waiting for many pipelines, of one project or of hundreds: the projects are asked side by side, and what their rounds
//! find is put into the order of the pipelines that were given. How one project is asked is written in
//! `together/project.rs`.

mod project;

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use self::project::{Found, Home, Project};
use super::group::by_key;
use super::summary::{Summary, status};
use super::{Wait, can_wait, not_awaitable};
use crate::arguments::Id;
use crate::error::Error;
use crate::object::Object;

/// Begins to wait for many pipelines, in one project or in hundreds. One request per project and round answers for all
/// of its pipelines, where GitLab's list can. Nothing is sent before [`WaitingAll::next`].
///
/// ```no_run
/// # async fn example(pipelines: Vec<rhailab_client::ProjectPipeline>) -> Result<(), rhailab_client::Error> {
/// use rhailab_client::{Wait, wait_all};
///
/// let objects = pipelines.iter().map(|pipeline| pipeline.object().clone());
/// let summary = wait_all(objects, Wait::new())?.finish().await;
/// println!("{:?}", summary.counts());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`crate::ErrorKind::Usage`] when one of the objects has no status to wait for, when the options ask for children or logs, or
/// when [`Wait::through`] names a client of another server.
pub fn wait_all(objects: impl IntoIterator<Item = Object>, options: Wait) -> Result<WaitingAll, Error> {
    if options.children || options.failed_logs {
        return Err(Error::usage("waiting for many pipelines at once follows neither children nor logs")
            .with_hint("Wait for each of them by itself: `par_map(list, |p| p.wait(#{children: true}))`."));
    }
    let objects: Vec<Object> = objects.into_iter().collect();
    let mut askers = Vec::with_capacity(objects.len());
    for (place, object) in objects.iter().enumerate() {
        let Id::Number(id) = *object.identity() else {
            return Err(Error::usage(format!("{object} goes by a name; it takes its number to wait for it")));
        };
        if !can_wait(object.resource()) {
            return Err(not_awaitable(object.resource()));
        }
        let asker = match &options.client {
            Some(client) => object.through(client)?,
            None => object.clone(),
        };
        askers.push((place, id, asker));
    }
    let keyed = askers.iter().map(|(place, id, object)| (Home::of(object), (*place, *id, object)));
    let started = Instant::now();
    let rounds: FuturesUnordered<RoundOf> = by_key(keyed)
        .into_iter()
        .map(|(_, members)| Box::pin(Project::new(&members, &options, started).round()) as RoundOf)
        .collect();
    let told = vec![None; objects.len()];
    Ok(WaitingAll { objects, options, rounds, told, changes: VecDeque::new(), errors: BTreeMap::new() })
}

/// A wait for many objects that is under way.
pub struct WaitingAll {
    objects: Vec<Object>,
    options: Wait,
    rounds: FuturesUnordered<RoundOf>,
    /// The statuses that were told, by place.
    told: Vec<Option<String>>,
    /// What was found and not told yet.
    changes: VecDeque<Change>,
    errors: BTreeMap<usize, Arc<Error>>,
}

type RoundOf = Pin<Box<dyn Future<Output = (Project, Found)> + Send>>;

/// An object that this wait sees for the first time, or in another status than before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// Its place among the objects that are waited for.
    pub place: usize,
    /// The object as it was seen: a row of a list, unless it was read by itself.
    pub object: Object,
}

impl WaitingAll {
    /// The next change; `None` when all are over or were given up.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            if let Some(change) = self.changes.pop_front() {
                return Some(change);
            }
            let (project, found) = self.rounds.next().await?;
            self.take_in(found);
            if !project.is_over() {
                self.rounds.push(Box::pin(project.round()));
            }
        }
    }

    /// Waits to the end, whatever changes on the way.
    pub async fn finish(mut self) -> Summary {
        while self.next().await.is_some() {}
        self.summary()
    }

    /// How far it has come.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary { objects: self.objects.clone(), errors: self.errors.clone() }
    }

    /// With [`Wait::check`], whether all of them succeeded: see [`Summary::check`].
    ///
    /// # Errors
    ///
    /// What [`Summary::check`] says; none without [`Wait::check`].
    pub fn verdict(&self) -> Result<(), Error> {
        if self.options.check { self.summary().check() } else { Ok(()) }
    }

    fn take_in(&mut self, found: Found) {
        for (place, found) in found {
            let own = self.objects[place].client().clone();
            match found.and_then(|object| object.through(&own).map_err(Arc::new)) {
                Ok(object) => {
                    let status = Some(status(&object).to_owned());
                    self.objects[place] = object.clone();
                    if self.told[place] != status {
                        self.told[place] = status;
                        self.changes.push_back(Change { place, object });
                    }
                }
                Err(error) => {
                    self.errors.insert(place, error);
                }
            }
        }
    }
}

impl std::fmt::Debug for WaitingAll {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitingAll").field("objects", &self.objects.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::Gitlab;
    use crate::error::ErrorKind;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_does_not_outlive_the_deadline() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        let client = Gitlab::builder(&url).build().unwrap();
        let pipeline = |project: i64| client.projects().lazy(project).pipelines().lazy(104).object().clone();
        let started = Instant::now();
        let options = Wait::new().deadline(Duration::from_secs(1));
        let summary = wait_all([pipeline(1), pipeline(2)], options).unwrap().finish().await;
        let errors: Vec<_> = summary.errors.values().map(|error| (error.kind(), error.message())).collect();
        assert_eq!(errors, [(ErrorKind::Deadline, "ProjectPipeline 104 was not seen within 1s"); 2]);
        assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    }
}
