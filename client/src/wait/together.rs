//! Waiting for many pipelines, of one project or of hundreds: the projects are asked side by side, each for all of its
//! pipelines together. Which requests that takes is decided in `group.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::time::Instant;

use super::asker::Asker;
use super::group::{Ask, Group, ROWS_PER_PAGE, Row, by_key};
use super::outage::Outage;
use super::summary::{Summary, status};
use super::waiting::deleted;
use super::{Wait, Waiter, can_wait, in_time, not_awaitable, too_late};
use crate::arguments::{Arguments, Id};
use crate::endpoint::{On, Operation};
use crate::error::Error;
use crate::manager::Manager;
use crate::object::{Answer, Object};

/// How many pipelines of one project are read at once where the list does not tell of them. The client's own limit
/// holds beside it.
const AT_ONCE: usize = 16;

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

/// What one round found: objects and errors, by their places.
type Found = Vec<(usize, Result<Object, Arc<Error>>)>;

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
            if !project.group.is_over() {
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

/// Where an object is asked for: with others of its home, one request answers for it.
#[derive(Debug)]
struct Home {
    object: Object,
    owner: Id,
}

impl Home {
    fn of(object: &Object) -> Self {
        // A project has a number and a path; GitLab's answers tell the number.
        let parent = object.resource().parent;
        let told =
            parent.and_then(|parent| object.attribute(parent.context_name).ok().and_then(Id::from_json));
        Self { owner: told.unwrap_or_else(|| object.parent_identity()), object: object.clone() }
    }
}

impl PartialEq for Home {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner
            && std::ptr::eq(self.object.resource(), other.object.resource())
            && self.object.client().is_same(other.object.client())
    }
}

/// The objects of one home, with the way to ask for them.
struct Project {
    group: Group,
    waiter: Waiter,
    started: Instant,
    is_first: bool,
    outage: Outage,
    list: Option<(Manager, &'static Operation)>,
    members: BTreeMap<i64, Member>,
}

/// An object as it is asked for, with its places among those that were given.
struct Member {
    object: Object,
    places: Vec<usize>,
    is_seen: bool,
}

impl Project {
    fn new(members: &[(usize, i64, &Object)], options: &Wait, started: Instant) -> Self {
        let first = members.first().map(|(_, _, object)| *object);
        let tells_changes = |verb: &&Operation| verb.endpoint.param("updated_after").is_some();
        let list = first.and_then(|object| {
            let verb = object.resource().operation(On::Manager, "list").filter(tells_changes)?;
            Some((object.siblings(), verb))
        });
        let mut group = Group::new(options.until, options.refresh, list.is_some());
        let mut known = BTreeMap::new();
        for (place, id, object) in members {
            group.add(*id);
            let member = known.entry(*id).or_insert_with(|| Member {
                object: (*object).clone(),
                places: Vec::new(),
                is_seen: false,
            });
            member.places.push(*place);
        }
        Self {
            group,
            waiter: options.clone().start(),
            started,
            is_first: true,
            outage: Outage::default(),
            list,
            members: known,
        }
    }

    /// Pauses, unless it is the first round, and looks at everybody once.
    async fn round(mut self) -> (Self, Found) {
        let mut found = Found::new();
        if !std::mem::take(&mut self.is_first) && !self.pause(&mut found).await {
            return (self, found);
        }
        let (deadline, started) = (self.waiter.options.deadline, self.started);
        if let Err(deadline) = in_time(deadline, started, self.look(&mut found)).await {
            self.run_out_of_time(deadline, &mut found);
        }
        (self, found)
    }

    async fn look(&mut self, found: &mut Found) {
        self.group.begin();
        loop {
            match self.group.ask() {
                Ask::Nothing => return,
                Ask::Page { number, updated_after } => match self.page(number, updated_after).await {
                    Ok(rows) => {
                        self.outage.end();
                        self.take_page(rows, found);
                    }
                    // The next round asks for the same again.
                    Err(error) if self.is_seen() && self.outage.may_pass(&error) => return,
                    Err(error) => return self.give_up(error, found),
                },
                Ask::Singles(ids) => self.singles(ids, found).await,
            }
        }
    }

    /// Pauses until the next round; false when the deadline has passed, and everybody is given up.
    async fn pause(&mut self, found: &mut Found) -> bool {
        let waited = self.started.elapsed();
        let ids: Vec<i64> = self.group.waiting().collect();
        for id in ids {
            let Some(member) = self.members.get(&id) else { continue };
            match self.waiter.pause(&member.object, status(&member.object), waited) {
                Ok(pause) => {
                    tokio::time::sleep(pause).await;
                    return true;
                }
                Err(late) => {
                    member.tell(Err(Arc::new(late)), found);
                    self.group.drop(id);
                }
            }
        }
        false
    }

    async fn page(&self, number: usize, updated_after: Option<Timestamp>) -> Result<Vec<Object>, Error> {
        let Some((manager, list)) = &self.list else { return Ok(Vec::new()) };
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let arguments = Arguments::new()
            .with("page", whole(number))
            .with("per_page", whole(ROWS_PER_PAGE))
            .with_some("updated_after", updated_after);
        match manager.call(list, arguments).await? {
            Answer::Rows(mut pages) => Ok(pages.next().await?.map(|page| page.rows).unwrap_or_default()),
            _ => Ok(Vec::new()),
        }
    }

    fn take_page(&mut self, objects: Vec<Object>, found: &mut Found) {
        let mut rows = Vec::with_capacity(objects.len());
        for object in objects {
            let Id::Number(id) = *object.identity() else { continue };
            let updated_at = object.text("updated_at").ok().and_then(|time| time.parse().ok());
            rows.push(Row { id, status: status(&object).to_owned(), updated_at });
            if self.group.is_waited_for(id)
                && let Some(member) = self.members.get_mut(&id)
            {
                // Without a status nobody could tell when it is over.
                let problem = object.text("status").err();
                member.is_seen = true;
                member.object = object.clone();
                if problem.is_some() {
                    self.group.drop(id);
                }
                member.tell(problem.map_or(Ok(object), |error| Err(Arc::new(error))), found);
            }
        }
        self.group.page(&rows);
    }

    async fn singles(&mut self, ids: Vec<i64>, found: &mut Found) {
        let known = ids.into_iter().filter_map(|id| Some((id, self.members.get(&id)?.object.clone())));
        let known: Vec<(i64, Object)> = known.collect();
        let looks = known.into_iter().map(|(id, mut object)| async move {
            let looked = object.refresh().await;
            (id, looked.and_then(|()| object.text("status").map(drop)).map(|()| object))
        });
        // What was answered counts, even when the deadline cuts the rest short.
        let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
        while let Some((id, looked)) = looks.next().await {
            let Some(member) = self.members.get_mut(&id) else { continue };
            match looked {
                Ok(object) => {
                    self.outage.end();
                    self.group.single(id, status(&object));
                    member.is_seen = true;
                    member.object = object.clone();
                    member.tell(Ok(object), found);
                }
                Err(error) if member.is_seen && self.outage.may_pass(&error) => {}
                Err(error) => {
                    self.group.drop(id);
                    let error = member.explain(error);
                    member.tell(Err(Arc::new(error)), found);
                }
            }
        }
    }

    /// Whether any of them was seen.
    fn is_seen(&self) -> bool {
        self.members.values().any(|member| member.is_seen)
    }

    /// No answer came before the deadline, so that everybody is given up who is still waited for.
    fn run_out_of_time(&mut self, deadline: Duration, found: &mut Found) {
        let ids: Vec<i64> = self.group.waiting().collect();
        for id in ids {
            self.group.drop(id);
            if let Some(member) = self.members.get(&id) {
                let status = Some(status(&member.object)).filter(|status| !status.is_empty());
                member.tell(Err(Arc::new(too_late(&member.object, status, deadline))), found);
            }
        }
    }

    /// The list cannot be read, and with it none of those that are waited for.
    fn give_up(&mut self, error: Error, found: &mut Found) {
        let ids: Vec<i64> = self.group.waiting().collect();
        let is_seen = self.is_seen();
        let asker = self.members.values().next().map(|member| Asker::of(&member.object));
        let error = Arc::new(match asker {
            Some(asker) if !is_seen => asker.explain(error),
            _ => error,
        });
        for id in ids {
            self.group.drop(id);
            if let Some(member) = self.members.get(&id) {
                member.tell(Err(Arc::clone(&error)), found);
            }
        }
    }
}

impl Member {
    fn tell(&self, what: Result<Object, Arc<Error>>, found: &mut Found) {
        found.extend(self.places.iter().map(|place| (*place, what.clone())));
    }

    fn explain(&self, error: Error) -> Error {
        match self.is_seen {
            true => deleted(error, &self.object, status(&self.object)),
            false => Asker::of(&self.object).explain(error),
        }
    }
}

#[cfg(test)]
mod tests {
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
