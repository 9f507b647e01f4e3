//! Where the document is wrong about GitLab, or tells less than GitLab does. Each row says what is overridden and
//! why; a row that no longer matches anything fails the test, so that the table stays true.

use crate::finding::{Finding, Side};

/// Departures from the document that are right.
#[derive(Debug)]
pub struct Override {
    pub operations: &'static [&'static str],
    pub side: Side,
    /// The findings' places. Each must occur in each of the operations.
    pub places: &'static [&'static str],
    pub why: &'static str,
}

/// What the table leaves, and what it has too much.
#[derive(Debug, Default)]
pub struct Judged {
    pub overridden: Vec<Finding>,
    pub left: Vec<Finding>,
    /// Rows, or parts of rows, that overrode nothing.
    pub stale: Vec<String>,
}

/// Takes what is overridden out of the findings.
pub fn apply(overrides: &[Override], findings: Vec<Finding>) -> Judged {
    let mut judged = Judged::default();
    for row in overrides {
        for operation in row.operations {
            for place in row.places {
                let used = findings.iter().any(|finding| {
                    covers(row, finding) && finding.operation == *operation && finding.place == *place
                });
                if !used {
                    judged.stale.push(format!("{operation} {:?} {place}: {}", row.side, row.why));
                }
            }
        }
    }
    for finding in findings {
        let known = overrides.iter().any(|row| covers(row, &finding));
        if known { judged.overridden.push(finding) } else { judged.left.push(finding) }
    }
    judged
}

fn covers(row: &Override, finding: &Finding) -> bool {
    row.side == finding.side
        && row.operations.contains(&finding.operation)
        && row.places.contains(&finding.place.as_str())
}
pub const OVERRIDES: &[Override] = &[
    Override {
        operations: &[
            "ProjectArtifact.download",
            "ProjectArtifact.raw",
            "Project.artifact",
            "ProjectJob.artifacts",
            "ProjectJob.artifact",
        ],
        side: Side::Request,
        places: &["query $.job_token"],
        why: "a job token is the client's credential and goes into a header, where no log of URLs shows it",
    },
    Override {
        operations: &["ProjectJob.list"],
        side: Side::Request,
        places: &["query $.pagination", "query $.order_by", "query $.sort", "query $.cursor"],
        why: "they choose keyset pages, which know one order only; the client pages by number and follows links",
    },
    Override {
        operations: &["ProjectJob.list"],
        side: Side::Request,
        places: &["query $.scope"],
        why: "it is the same parameter as `scope[]`, which the client sends",
    },
    Override {
        operations: &["ProjectPipelineJob.list", "ProjectPipelineBridge.list"],
        side: Side::Request,
        places: &["query $.scope", "query $.scope[]"],
        why: "GitLab takes several statuses here as in the jobs of a project; the document names one status alone",
    },
    Override {
        operations: &["ProjectPipelineSchedule.create", "ProjectPipelineSchedule.update"],
        side: Side::Request,
        places: &["body $.inputs[].value"],
        why: "the value of an input may be any JSON, as the configuration declares it; the document says text",
    },
    Override {
        operations: &["ProjectPipelineSchedulePipeline.list"],
        side: Side::Request,
        places: &["query $.page", "query $.per_page"],
        why: "the list comes in pages like all others, and the document itself names the headers of pages",
    },
    Override {
        operations: &[
            "GroupVariable.get",
            "GroupVariable.update",
            "GroupVariable.delete",
            "ProjectVariable.update",
        ],
        side: Side::Request,
        places: &["query $.filter[environment_scope]"],
        why: "one of several variables of a key is chosen like that in all of get, update and delete; the document \
              has it in the query of a project's get and delete alone",
    },
    Override {
        operations: &["ProjectVariable.update"],
        side: Side::Request,
        places: &["body $.filter"],
        why: "GitLab takes it from the query as well, where get and delete have it",
    },
    Override {
        operations: &["Project.trigger_build"],
        side: Side::Request,
        places: &["required variables"],
        why: "under its old name the operation has its variables as the third argument, not as an option",
    },
    Override {
        operations: &["CurrentUser.get"],
        side: Side::Response,
        places: &[
            "$.last_sign_in_at",
            "$.confirmed_at",
            "$.last_activity_on",
            "$.email",
            "$.theme_id",
            "$.color_scheme_id",
            "$.projects_limit",
            "$.current_sign_in_at",
            "$.identities",
            "$.can_create_group",
            "$.can_create_project",
            "$.two_factor_enabled",
            "$.external",
            "$.private_profile",
            "$.commit_email",
        ],
        why: "users are told more of themselves than of others; the document has no schema for that",
    },
    Override {
        operations: &["ProjectPipeline.list"],
        side: Side::Response,
        places: &["$[].name"],
        why: "rows of this list have the pipeline's name beside the fields of the basic pipeline",
    },
    Override {
        operations: &["ProjectPipeline.cancel"],
        side: Side::Response,
        places: &["status 200"],
        why: "canceling a pipeline answers 200; the document has the 201 that most actions answer",
    },
    Override {
        operations: &["ProjectJob.keep_artifacts"],
        side: Side::Response,
        places: &["status 200"],
        why: "keeping artifacts answers 200; the document has the 201 that most actions answer",
    },
    Override {
        operations: &["ProjectJob.play"],
        side: Side::Response,
        places: &[
            "$.tag_list",
            "$.runner",
            "$.runner_manager",
            "$.artifacts",
            "$.artifacts_expire_at",
            "$.archived",
        ],
        why: "playing answers the whole job; the document says that it answers the basic one",
    },
    Override {
        operations: &["ProjectPipelineSchedule.take_ownership"],
        side: Side::Response,
        places: &["status 200"],
        why: "who owns the schedule already gets 200; the document knows the 201 of a new owner alone",
    },
    Override {
        operations: &["ProjectPipelineSchedule.play", "ProjectArtifact.delete"],
        side: Side::Response,
        places: &["body"],
        why: "a message confirms what will be done later; the document knows of no body",
    },
];
