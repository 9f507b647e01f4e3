//! The part of a wait for many that concerns one home, such as a project: its rounds of looks and pauses, and what they
//! find, until everybody of it is over or was given up. Which requests a round takes is decided in `wait/group.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::arguments::{Arguments, Id};
use crate::endpoint::{On, Operation};
use crate::error::Error;
use crate::manager::Manager;
use crate::object::{Answer, Object};
use crate::wait::asker::Asker;
use crate::wait::group::{Ask, Group, ROWS_PER_PAGE, Row};
use crate::wait::outage::Outage;
use crate::wait::summary::status;
use crate::wait::waiting::deleted;
use crate::wait::{Wait, Waiter, in_time, too_late};

/// How many pipelines of one project are read at once where the list does not tell of them. The client's own limit
/// holds beside it.
const AT_ONCE: usize = 16;

/// What one round found: objects and errors, by their places.
pub(super) type Found = Vec<(usize, Result<Object, Arc<Error>>)>;

/// The objects of one home, with the way to ask for them.
pub(super) struct Project {
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
    pub(super) fn new(members: &[(usize, i64, &Object)], options: &Wait, started: Instant) -> Self {
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

    /// Whether nobody is waited for any more.
    pub(super) fn is_over(&self) -> bool {
        self.group.is_over()
    }

    /// Pauses, unless it is the first round, and looks at everybody once.
    pub(super) async fn round(mut self) -> (Self, Found) {
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

/// Where an object is asked for: with others of its home, one request answers for it.
#[derive(Debug)]
pub(super) struct Home {
    object: Object,
    owner: Id,
}

impl Home {
    pub(super) fn of(object: &Object) -> Self {
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
