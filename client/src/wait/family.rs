//! A pipeline and the pipelines that its bridges started, as far as they are known: whose bridges are to be listed in a
//! round of looks, who is still under way, who did not succeed. Decides from rows that are passed in; sends nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use super::{Progress, Until};
use crate::arguments::Id;

/// A pipeline with its descendants. The first member is the pipeline itself.
#[derive(Debug)]
pub(super) struct Family {
    members: Vec<Member>,
    /// The numbers of all members: a pipeline that starts one of its ancestors must not be walked for ever.
    known: BTreeSet<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) pipeline: i64,
    pub(super) project: Id,
    pub(super) status: String,
    /// What its bridge tells of it; nothing of the first member.
    pub(super) row: Map<String, Value>,
    /// The bridge that started it; empty for the first member.
    pub(super) bridge: String,
    parent: Option<usize>,
    may_fail: bool,
    bridges: Bridges,
    /// Whether its bridges were listed in this round.
    listed: bool,
    /// Whether its bridge has let go of it: the bridge was retried, or the pipeline was deleted.
    pub(super) is_gone: bool,
    /// The status that was told last, and whether it was told that it is gone.
    told: Option<(String, bool)>,
}

/// What is known of a pipeline's bridges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bridges {
    Unknown,
    /// They were listed; `at_end` tells whether that was after the pipeline had ended.
    Listed {
        any: bool,
        at_end: bool,
    },
    /// The caller may not see them.
    Hidden,
}

/// A bridge, as the list of a pipeline's bridges tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bridge {
    name: String,
    may_fail: bool,
    downstream: Option<Started>,
}

/// The pipeline that a bridge started.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Started {
    pipeline: i64,
    project: Id,
    status: String,
    row: Map<String, Value>,
}

impl Bridge {
    /// Reads a row of the list; what it lacks is taken for absent.
    pub(super) fn read(row: &Map<String, Value>) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let downstream = row.get("downstream_pipeline").and_then(|started| {
            let row = started.as_object()?;
            let project = row.get("project_id").and_then(Id::from_json)?;
            let pipeline = row.get("id")?.as_i64()?;
            Some(Started { pipeline, project, status: text(row.get("status")), row: row.clone() })
        });
        Self {
            name: text(row.get("name")),
            may_fail: row.get("allow_failure").and_then(Value::as_bool).unwrap_or(false),
            downstream,
        }
    }
}

impl Family {
    /// The family of a pipeline of which nothing is known yet.
    pub(super) fn of(pipeline: i64, project: Id) -> Self {
        let first = Member {
            pipeline,
            project,
            status: String::new(),
            row: Map::new(),
            bridge: String::new(),
            parent: None,
            may_fail: false,
            bridges: Bridges::Unknown,
            listed: false,
            is_gone: false,
            told: None,
        };
        Self { members: vec![first], known: BTreeSet::from([pipeline]) }
    }

    /// Begins a round of looks, with the status that the first member has.
    pub(super) fn begin(&mut self, status: &str) {
        for member in &mut self.members {
            member.listed = false;
        }
        self.members[0].becomes(status);
    }

    /// The next member whose bridges are to be listed in this round.
    pub(super) fn next_to_list(&self) -> Option<usize> {
        (0..self.members.len()).find(|place| self.must_be_listed(*place))
    }

    /// The member at a place that [`Family::next_to_list`] told.
    pub(super) fn member(&self, place: usize) -> &Member {
        &self.members[place]
    }

    /// Takes in the bridges of a member; answers the descendants that none of them stands for any more.
    pub(super) fn listed(&mut self, place: usize, bridges: Vec<Bridge>) -> Vec<String> {
        let member = &mut self.members[place];
        member.listed = true;
        member.bridges = Bridges::Listed { any: !bridges.is_empty(), at_end: ended(&member.status) };
        let may_fail = member.may_fail;
        let mut abandoned: BTreeSet<i64> =
            self.children(place).map(|child| self.members[child].pipeline).collect();
        for bridge in bridges {
            let Some(Started { pipeline, project, status, row }) = bridge.downstream else { continue };
            abandoned.remove(&pipeline);
            if self.known.insert(pipeline) {
                self.members.push(Member {
                    pipeline,
                    project,
                    status,
                    row,
                    bridge: bridge.name,
                    parent: Some(place),
                    // What a bridge may start and fail with, that may fail with all that it starts.
                    may_fail: may_fail || bridge.may_fail,
                    bridges: Bridges::Unknown,
                    listed: false,
                    is_gone: false,
                    told: None,
                });
            } else if let Some(child) = self
                .members
                .iter_mut()
                .find(|member| member.pipeline == pipeline && member.parent == Some(place))
            {
                child.becomes(&status);
                child.row = row;
            }
        }
        let mut told = Vec::new();
        for member in self.members.iter_mut().filter(|member| abandoned.contains(&member.pipeline)) {
            member.is_gone = true;
            told.push(member.to_string());
        }
        told
    }

    /// The descendants of which something is to be told: that they are there, have another status, or are gone. Parents come
    /// before what they started.
    pub(super) fn news(&mut self) -> Vec<usize> {
        let news = (1..self.members.len()).filter(|place| {
            let (member, is_gone) = (&self.members[*place], !self.belongs(*place));
            match &member.told {
                None => !is_gone,
                Some((status, told)) => is_gone != *told || !is_gone && *status != member.status,
            }
        });
        let news: Vec<usize> = news.collect();
        for place in &news {
            let is_gone = !self.belongs(*place);
            let member = &mut self.members[*place];
            member.is_gone |= is_gone;
            member.told = Some((member.status.clone(), is_gone));
        }
        news
    }

    /// The pipeline whose bridge started a descendant, and how many pipelines are above it.
    pub(super) fn lineage(&self, place: usize) -> (i64, usize) {
        let mut ancestors =
            std::iter::successors(self.members[place].parent, |place| self.members[*place].parent);
        let upstream = ancestors.clone().next().map_or(0, |parent| self.members[parent].pipeline);
        (upstream, ancestors.by_ref().count())
    }

    /// Takes in that the caller may not see a member's bridges.
    pub(super) fn hidden(&mut self, place: usize) {
        self.members[place].bridges = Bridges::Hidden;
    }

    /// A descendant that is to be waited for.
    pub(super) fn under_way(&self, until: Until) -> Option<&Member> {
        self.descendants().find(|member| !until.is_over(&member.status))
    }

    /// A descendant that did not succeed and had to: one that failed before others, and the one with which it began
    /// before those that failed because of it.
    pub(super) fn unsuccessful(&self) -> Option<&Member> {
        let bad = |member: &&Member| !member.may_fail && member.status != "success";
        let failed = |member: &&Member| member.status == "failed";
        let Some(mut culprit) = self.descendants().filter(bad).find(failed) else {
            return self.descendants().find(bad);
        };
        while let Some(cause) = self.descendants().filter(bad).filter(failed).find(|member| {
            member.parent.is_some_and(|parent| self.members[parent].pipeline == culprit.pipeline)
        }) {
            culprit = cause;
        }
        Some(culprit)
    }

    /// The descendants that failed and can be looked into.
    pub(super) fn failed(&self) -> impl Iterator<Item = &Member> {
        let seen = |member: &&Member| member.status == "failed" && member.bridges != Bridges::Hidden;
        self.descendants().filter(seen)
    }

    /// The members but the first that their bridges still stand for.
    fn descendants(&self) -> impl Iterator<Item = &Member> {
        (1..self.members.len()).filter(|place| self.belongs(*place)).map(|place| &self.members[place])
    }

    /// The places of the pipelines that a member's bridges stand for.
    fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        (1..self.members.len())
            .filter(move |child| self.members[*child].parent == Some(place) && !self.members[*child].is_gone)
    }

    fn belongs(&self, place: usize) -> bool {
        let ancestors = std::iter::successors(Some(place), |place| self.members[*place].parent);
        ancestors.into_iter().all(|place| !self.members[place].is_gone)
    }

    /// A pipeline has all its bridges from the beginning, so that one without any needs no second look; but a look at the
    /// very beginning may come before they are there, and so there is one more at the end.
    fn must_be_listed(&self, place: usize) -> bool {
        let member = &self.members[place];
        if member.listed || !self.belongs(place) {
            return false;
        }
        match member.bridges {
            Bridges::Unknown => true,
            Bridges::Hidden => false,
            Bridges::Listed { any, at_end } => {
                let ended = ended(&member.status);
                let has_live_child =
                    || self.children(place).any(|child| !self::ended(&self.members[child].status));
                ended && !at_end || any && (!ended || has_live_child())
            }
        }
    }
}

impl Member {
    fn becomes(&mut self, status: &str) {
        if self.status != status {
            status.clone_into(&mut self.status);
            // A pipeline that goes on after its end, by a retry, can start others again.
            if let Bridges::Listed { at_end, .. } = &mut self.bridges
                && !ended(status)
            {
                *at_end = false;
            }
        }
    }
}

/// Number, project and bridge: what is needed to find it.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the downstream pipeline {} of project {}", self.pipeline, self.project)?;
        if !self.bridge.is_empty() {
            write!(f, ", which `{}` started,", self.bridge)?;
        }
        Ok(())
    }
}

fn ended(status: &str) -> bool {
    Progress::of(status) == Progress::Ended
}
