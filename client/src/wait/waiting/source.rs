//! Where a wait's looks come from: what it needs to know of GitLab, as questions, and how GitLab is asked them. A test
//! answers them from a table. When they are asked, and what follows from the answers, is not its business.

use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::{On, Outcome, Resource};
use crate::error::Error;
use crate::object::{Answer, Object};
use crate::wait::asker::Asker;
use crate::wait::failed_logs::{self, FailedLog};
use crate::wait::family::{Bridge, Member};

/// Where looks come from: GitLab, or a test's table.
pub(super) trait Source {
    /// The object as it is now.
    async fn look(&mut self) -> Result<Object, Error>;

    /// The bridges of a member of the family.
    async fn bridges(&mut self, member: &Member) -> Result<Vec<Bridge>, Error>;

    /// A descendant as its bridge tells of it.
    fn descendant(&self, member: &Member) -> Result<Object, Error>;

    /// The ends of the logs of failed jobs: those of the object, or of a member of its family.
    async fn failed_logs(&mut self, member: Option<&Member>) -> Result<Vec<FailedLog>, Error>;

    /// What is looked at, in words.
    fn name(&self) -> String {
        self.asker().name.clone()
    }

    /// Who looks.
    fn asker(&self) -> &Asker;
}

/// Looks at GitLab.
#[derive(Debug)]
pub(super) struct Live {
    /// The object, through the client that asks.
    asker: Object,
    who: Asker,
    /// The client that the object came from.
    own: Gitlab,
}

impl Live {
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when the client that is to ask is one of another server.
    pub(super) fn of(object: &Object, client: Option<&Gitlab>) -> Result<Self, Error> {
        let asker = match client {
            Some(client) => object.through(client)?,
            None => object.clone(),
        };
        let who = Asker::of(&asker);
        Ok(Self { own: object.client().clone(), asker, who })
    }

    /// A member of the family, which may be in another project.
    fn pipeline(&self, member: &Member) -> Object {
        self.asker
            .client()
            .projects()
            .lazy(member.project.clone())
            .pipelines()
            .lazy(member.pipeline)
            .object()
            .clone()
    }
}

impl Source for Live {
    async fn look(&mut self) -> Result<Object, Error> {
        self.asker.refresh().await?;
        self.asker.through(&self.own)
    }

    async fn bridges(&mut self, member: &Member) -> Result<Vec<Bridge>, Error> {
        let pipeline = self.pipeline(member);
        let resource = bridges_of(pipeline.resource());
        let list = resource.and_then(|bridges| bridges.operation(On::Manager, "list"));
        let (Some(resource), Some(list)) = (resource, list) else { return Ok(Vec::new()) };
        let mut bridges = Vec::new();
        if let Answer::Rows(mut pages) = pipeline.manager(resource).call(list, Arguments::new()).await? {
            while let Some(page) = pages.next().await? {
                for row in &page.rows {
                    bridges.extend(row.attributes()?.map(Bridge::read));
                }
            }
        }
        Ok(bridges)
    }

    fn descendant(&self, member: &Member) -> Result<Object, Error> {
        self.pipeline(member).with_row(&member.row)?.through(&self.own)
    }

    async fn failed_logs(&mut self, member: Option<&Member>) -> Result<Vec<FailedLog>, Error> {
        let has_log = |resource: &Resource| {
            let mut verbs = resource.operations.iter();
            verbs.any(|verb| verb.on == On::Object && matches!(verb.endpoint.outcome, Outcome::Text))
        };
        match member {
            Some(member) => failed_logs::of_pipeline(self.pipeline(member)).await,
            None if has_log(self.asker.resource()) => {
                let failed = self.asker.text("status")? == "failed";
                match failed {
                    true => failed_logs::of_job(self.asker.clone()).await.map(|log| vec![log]),
                    false => Ok(Vec::new()),
                }
            }
            None if bridges_of(self.asker.resource()).is_some() => {
                failed_logs::of_pipeline(self.asker.clone()).await
            }
            None => Ok(Vec::new()),
        }
    }

    fn asker(&self) -> &Asker {
        &self.who
    }
}

/// The resource of the bridges that objects of a resource have: what starts downstream pipelines.
pub(super) fn bridges_of(resource: &'static Resource) -> Option<&'static Resource> {
    resource.children.iter().copied().find(|child| child.field("downstream_pipeline").is_some())
}
