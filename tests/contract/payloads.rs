//! The fields that GitLab's answers have, taken from recorded ones and written down here, by the operation that
//! gives them. The document calls every field optional, so its schemas alone would let all of them go missing.

/// The fields of a JSON object.
#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    /// Every object of this kind has these.
    pub always: &'static [&'static str],
    /// Only some objects have these, but the scenario must show one that does.
    pub sometimes: &'static [&'static str],
    /// The shapes behind fields that are objects, or arrays of objects, where they are not null.
    pub inner: &'static [(&'static str, &'static Shape)],
}

/// What an operation answers, where that is JSON; `None` for an operation that is not listed.
pub fn shape_of(operation: &str) -> Option<&'static Shape> {
    Some(match operation {
        "Group.get" => &GROUP,
        "Project.get" => &PROJECT,
        "Version.get" => &VERSION,
        "Metadata.get" => &METADATA,
        "CurrentUser.get" => &CURRENT_USER,
        "ProjectPipeline.get" | "ProjectPipeline.latest" | "ProjectPipeline.update" => &PIPELINE_WITH_NAME,
        "ProjectPipeline.create"
        | "ProjectPipeline.retry"
        | "ProjectPipeline.cancel"
        | "Project.trigger_pipeline"
        | "Project.trigger_build" => &PIPELINE,
        "ProjectPipeline.list" => &PIPELINE_ROW,
        "ProjectPipelineSchedulePipeline.list" => &PIPELINE_BASIC,
        "ProjectPipeline.test_report" => &TEST_REPORT,
        "ProjectPipeline.test_report_summary" => &TEST_REPORT_SUMMARY,
        "ProjectPipelineBridge.list" => &BRIDGE,
        "ProjectPipelineVariable.list" => &PLAIN_VARIABLE,
        "ProjectJob.list"
        | "ProjectJob.get"
        | "ProjectJob.cancel"
        | "ProjectJob.retry"
        | "ProjectJob.play"
        | "ProjectJob.erase"
        | "ProjectJob.keep_artifacts"
        | "ProjectPipelineJob.list"
        | "CurrentJob.get" => &JOB,
        "ProjectArtifact.delete" | "ProjectPipelineSchedule.play" => &MESSAGE,
        "ProjectPipelineSchedule.list" => &SCHEDULE_ROW,
        "ProjectPipelineSchedule.get"
        | "ProjectPipelineSchedule.create"
        | "ProjectPipelineSchedule.update"
        | "ProjectPipelineSchedule.take_ownership" => &SCHEDULE,
        "ProjectTrigger.list" | "ProjectTrigger.get" | "ProjectTrigger.create" | "ProjectTrigger.update" => {
            &TRIGGER
        }
        _ if operation.starts_with("ProjectPipelineScheduleVariable.") => &PLAIN_VARIABLE,
        _ if operation.starts_with("ProjectVariable.") || operation.starts_with("GroupVariable.") => {
            &VARIABLE
        }
        _ if operation.starts_with("Variable.") => &INSTANCE_VARIABLE,
        _ => return None,
    })
}

const fn plain(name: &'static str, always: &'static [&'static str]) -> Shape {
    Shape { name, always, sometimes: &[], inner: &[] }
}

static MESSAGE: Shape = plain("message", &["message"]);
static VERSION: Shape = plain("version", &["version", "revision"]);
static AGENT_SERVER: Shape =
    plain("metadata's kas", &["enabled", "externalUrl", "externalK8sProxyUrl", "version"]);
static METADATA: Shape = Shape {
    inner: &[("kas", &AGENT_SERVER)],
    ..plain("metadata", &["version", "revision", "kas", "enterprise"])
};

static USER_BASIC: Shape = plain(
    "basic user",
    &["id", "username", "public_email", "name", "state", "locked", "avatar_url", "web_url"],
);
#[rustfmt::skip]
static USER: Shape = plain("user", &[
    "id", "username", "public_email", "name", "state", "locked", "avatar_url", "web_url", "created_at", "bio",
    "location", "linkedin", "twitter", "discord", "website_url", "github", "job_title", "pronouns", "organization",
    "bot", "work_information", "followers", "following", "local_time",
]);
#[rustfmt::skip]
static CURRENT_USER: Shape = plain("current user", &[
    "id", "username", "public_email", "name", "state", "locked", "avatar_url", "web_url", "created_at", "bio",
    "location", "linkedin", "twitter", "discord", "website_url", "github", "job_title", "pronouns", "organization",
    "bot", "work_information", "followers", "following", "local_time", "last_sign_in_at", "confirmed_at",
    "last_activity_on", "email", "theme_id", "color_scheme_id", "projects_limit", "current_sign_in_at", "identities",
    "can_create_group", "can_create_project", "two_factor_enabled", "external", "private_profile", "commit_email",
]);

#[rustfmt::skip]
static GROUP: Shape = plain("group", &[
    "id", "web_url", "name", "path", "description", "visibility", "full_name", "full_path", "created_at",
    "parent_id", "avatar_url", "projects", "shared_projects", "shared_with_groups",
]);
static NAMESPACE: Shape =
    plain("namespace", &["id", "name", "path", "kind", "full_path", "parent_id", "avatar_url", "web_url"]);
static PERMISSIONS: Shape = plain("project's permissions", &["project_access", "group_access"]);
#[rustfmt::skip]
static PROJECT: Shape = Shape {
    inner: &[("namespace", &NAMESPACE), ("permissions", &PERMISSIONS)],
    ..plain("project", &[
        "id", "description", "name", "name_with_namespace", "path", "path_with_namespace", "created_at",
        "default_branch", "tag_list", "topics", "ssh_url_to_repo", "http_url_to_repo", "web_url", "readme_url",
        "forks_count", "avatar_url", "star_count", "last_activity_at", "visibility", "namespace", "empty_repo",
        "archived", "creator_id", "jobs_enabled", "builds_access_level", "public_jobs", "ci_config_path",
        "keep_latest_artifact", "ci_pipeline_variables_minimum_override_role", "permissions",
    ])
};

#[rustfmt::skip]
static PIPELINE_BASIC: Shape = plain("basic pipeline", &[
    "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url",
]);
#[rustfmt::skip]
static PIPELINE_ROW: Shape = plain("pipeline in a list", &[
    "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url", "name",
]);
#[rustfmt::skip]
static PIPELINE: Shape = Shape {
    inner: &[("user", &USER_BASIC), ("detailed_status", &DETAILED_STATUS)],
    ..plain("pipeline", &[
        "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url",
        "before_sha", "tag", "yaml_errors", "user", "started_at", "finished_at", "committed_at", "duration",
        "queued_duration", "coverage", "detailed_status",
    ])
};
#[rustfmt::skip]
static PIPELINE_WITH_NAME: Shape = Shape {
    inner: &[("user", &USER_BASIC), ("detailed_status", &DETAILED_STATUS)],
    ..plain("pipeline with its name", &[
        "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url",
        "before_sha", "tag", "yaml_errors", "user", "started_at", "finished_at", "committed_at", "duration",
        "queued_duration", "coverage", "detailed_status", "name",
    ])
};
#[rustfmt::skip]
static DETAILED_STATUS: Shape = plain("detailed status", &[
    "icon", "text", "label", "group", "tooltip", "has_details", "details_path", "illustration", "favicon",
]);

#[rustfmt::skip]
static TEST_REPORT: Shape = Shape {
    inner: &[("test_suites", &TEST_SUITE)],
    ..plain("test report", &[
        "total_time", "total_count", "success_count", "failed_count", "skipped_count", "error_count", "test_suites",
    ])
};
#[rustfmt::skip]
static TEST_SUITE: Shape = Shape {
    inner: &[("test_cases", &TEST_CASE)],
    ..plain("test suite", &[
        "name", "total_time", "total_count", "success_count", "failed_count", "skipped_count", "error_count",
        "suite_error", "test_cases",
    ])
};
#[rustfmt::skip]
static TEST_CASE: Shape = plain("test case", &[
    "status", "name", "classname", "file", "execution_time", "system_output", "stack_trace", "recent_failures",
]);
static TEST_REPORT_SUMMARY: Shape = Shape {
    inner: &[("total", &TEST_TOTALS), ("test_suites", &TEST_SUITE_SUMMARY)],
    ..plain("test report summary", &["total", "test_suites"])
};
static TEST_TOTALS: Shape =
    plain("summary's totals", &["time", "count", "success", "failed", "skipped", "error", "suite_error"]);
#[rustfmt::skip]
static TEST_SUITE_SUMMARY: Shape = plain("summary of a test suite", &[
    "name", "total_time", "total_count", "success_count", "failed_count", "skipped_count", "error_count", "build_ids",
    "suite_error",
]);

#[rustfmt::skip]
static COMMIT: Shape = plain("commit", &[
    "id", "short_id", "created_at", "parent_ids", "title", "message", "author_name", "author_email", "authored_date",
    "committer_name", "committer_email", "committed_date", "trailers", "extended_trailers", "web_url",
]);
static JOB_PROJECT: Shape = plain("job's project", &["ci_job_token_scope_enabled"]);
#[rustfmt::skip]
static RUNNER: Shape = plain("runner", &[
    "id", "description", "ip_address", "active", "paused", "is_shared", "runner_type", "name", "online", "created_by",
    "created_at", "status", "job_execution_status",
]);
#[rustfmt::skip]
static RUNNER_MANAGER: Shape = plain("runner manager", &[
    "id", "system_id", "version", "revision", "platform", "architecture", "created_at", "contacted_at", "ip_address",
    "status", "job_execution_status",
]);
static ARTIFACT: Shape = plain("artifact", &["file_type", "size", "filename", "file_format"]);
static ARTIFACTS_FILE: Shape = plain("artifacts file", &["filename", "size"]);
#[rustfmt::skip]
static JOB: Shape = Shape {
    name: "job",
    always: &[
        "id", "status", "stage", "name", "ref", "tag", "coverage", "allow_failure", "created_at", "started_at",
        "finished_at", "erased_at", "duration", "queued_duration", "user", "commit", "pipeline", "web_url", "project",
        "artifacts", "runner", "runner_manager", "artifacts_expire_at", "archived", "tag_list",
    ],
    sometimes: &["failure_reason", "artifacts_file"],
    inner: &[
        ("user", &USER), ("commit", &COMMIT), ("pipeline", &PIPELINE_BASIC), ("project", &JOB_PROJECT),
        ("runner", &RUNNER), ("runner_manager", &RUNNER_MANAGER), ("artifacts", &ARTIFACT),
        ("artifacts_file", &ARTIFACTS_FILE),
    ],
};
#[rustfmt::skip]
static BRIDGE: Shape = Shape {
    inner: &[
        ("user", &USER), ("commit", &COMMIT), ("pipeline", &PIPELINE_BASIC), ("project", &JOB_PROJECT),
        ("downstream_pipeline", &PIPELINE_BASIC),
    ],
    ..plain("bridge", &[
        "id", "status", "stage", "name", "ref", "tag", "coverage", "allow_failure", "created_at", "started_at",
        "finished_at", "erased_at", "duration", "queued_duration", "user", "commit", "pipeline", "web_url", "project",
        "downstream_pipeline",
    ])
};

#[rustfmt::skip]
static VARIABLE: Shape = plain("variable of a project or group", &[
    "variable_type", "key", "value", "hidden", "protected", "masked", "raw", "environment_scope", "description",
]);
#[rustfmt::skip]
static INSTANCE_VARIABLE: Shape = plain("variable of the instance", &[
    "variable_type", "key", "value", "protected", "masked", "raw", "description",
]);
static PLAIN_VARIABLE: Shape =
    plain("variable of a pipeline or schedule", &["variable_type", "key", "value", "raw"]);

#[rustfmt::skip]
static TRIGGER: Shape = Shape {
    inner: &[("owner", &USER_BASIC)],
    ..plain("trigger", &[
        "id", "token", "description", "created_at", "updated_at", "last_used", "expires_at", "owner",
    ])
};
#[rustfmt::skip]
static SCHEDULE_ROW: Shape = Shape {
    inner: &[("owner", &USER_BASIC), ("inputs", &SCHEDULE_INPUT)],
    ..plain("schedule in a list", &[
        "id", "description", "ref", "cron", "cron_timezone", "next_run_at", "active", "created_at", "updated_at",
        "owner", "inputs",
    ])
};
#[rustfmt::skip]
static SCHEDULE: Shape = Shape {
    inner: &[
        ("owner", &USER_BASIC), ("inputs", &SCHEDULE_INPUT), ("last_pipeline", &PIPELINE_BASIC),
        ("variables", &PLAIN_VARIABLE),
    ],
    ..plain("schedule", &[
        "id", "description", "ref", "cron", "cron_timezone", "next_run_at", "active", "created_at", "updated_at",
        "owner", "inputs", "last_pipeline", "variables",
    ])
};
static SCHEDULE_INPUT: Shape = plain("schedule's input", &["name", "value"]);
