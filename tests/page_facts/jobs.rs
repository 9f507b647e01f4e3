//! The section "Jobs" of the page, as far as it is about jobs themselves; artifacts have a file of their own.

use rhailab_client::{ListProjectJobs, ListProjectPipelineJobs, TriggerBuild, TriggerPipeline};
use rhailab_tests::canned::TRIGGER_TOKEN;

use super::row::{Fact, Row};

/// The variables of J01.
const EXTRA: [(&str, &str); 2] = [("extra_var1", "foo"), ("extra_var2", "bar")];

const TRIGGERED: &[Fact] = &[(
    "POST /api/v4/projects/1/trigger/pipeline",
    r#"{"ref": "master", "token": "glptt-ffffffffffffffffffffffffffffffffffffffff",
        "variables": {"extra_var1": "foo", "extra_var2": "bar"}, "inputs": {}}"#,
)];

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "J01",
        page: "project.trigger_build('master', trigger_token,\n    \
                   {'extra_var1': 'foo', 'extra_var2': 'bar'})",
        rhai: r#"
            project.trigger_build("master", trigger_token,
                                  #{extra_var1: "foo", extra_var2: "bar"});"#,
        rust: |given| {
            Box::pin(async move {
                given.project.trigger_build(TriggerBuild::new("master", TRIGGER_TOKEN, EXTRA)).await?;
                Ok(())
            })
        },
        before: &[],
        facts: TRIGGERED,
    },
    Row {
        id: "J01b",
        page: "project.trigger_pipeline('master', trigger_token, {'extra_var1': 'foo', 'extra_var2': 'bar'})",
        rhai: r#"
            let variables = #{extra_var1: "foo", extra_var2: "bar"};
            project.trigger_pipeline("master", trigger_token, #{variables: variables});"#,
        rust: |given| {
            Box::pin(async move {
                let request = TriggerPipeline::new("master", TRIGGER_TOKEN).variables(EXTRA);
                given.project.trigger_pipeline(request).await?;
                Ok(())
            })
        },
        before: &[],
        facts: TRIGGERED,
    },
    Row {
        id: "J02",
        page: "jobs = project.jobs.list()",
        rhai: "let jobs = project.jobs.list(); jobs.len()",
        rust: |given| {
            Box::pin(async move {
                given.project.jobs().list(ListProjectJobs::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/jobs", "")],
    },
    Row {
        id: "J03",
        page: "project.jobs.get(job_id)",
        rhai: "project.jobs.get(job_id)",
        rust: |given| {
            Box::pin(async move {
                given.project.jobs().get(7).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/jobs/7", "")],
    },
    Row {
        id: "J04",
        page: "project = gl.projects.get(project_id)\n\
               pipeline = project.pipelines.get(pipeline_id)\n\
               jobs = pipeline.jobs.list()",
        rhai: "
            let project = gl.projects.get(project_id);
            let pipeline = project.pipelines.get(pipeline_id);
            let jobs = pipeline.jobs.list();
            jobs.len()",
        rust: |given| {
            Box::pin(async move {
                let project = given.gl.projects().get(1).await?;
                let pipeline = project.pipelines().get(45).await?;
                pipeline.jobs().list(ListProjectPipelineJobs::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[
            ("GET /api/v4/projects/1", ""),
            ("GET /api/v4/projects/1/pipelines/45", ""),
            ("GET /api/v4/projects/1/pipelines/45/jobs", ""),
        ],
    },
    Row {
        id: "J05",
        page: "pipeline_job = pipeline.jobs.list()[0]\n\
               job = project.jobs.get(pipeline_job.id, lazy=True)\n\
               job.retry()",
        rhai: "
            let pipeline = project.pipelines.get(pipeline_id, #{lazy: true});
            let pipeline_job = pipeline.jobs.list()[0];
            let job = project.jobs.get(pipeline_job.id, #{lazy: true});
            let retried = job.retry();
            if retried.id != 9 || job.id != 7 { throw retried; }",
        // A pipeline's job is a job: the way round by its number is not needed.
        rust: |given| {
            Box::pin(async move {
                let pipeline = given.project.pipelines().lazy(45);
                let jobs = pipeline.jobs().list(ListProjectPipelineJobs::new()).all().await?;
                assert_eq!(jobs[0].retry().await?.id, 9);
                Ok(())
            })
        },
        before: &[],
        facts: &[
            ("GET /api/v4/projects/1/pipelines/45/jobs", ""),
            ("POST /api/v4/projects/1/jobs/7/retry", "{}"),
        ],
    },
    Row {
        id: "J13",
        page: "build_or_job.trace()",
        rhai: r#"if build_or_job.trace() != "$ make\n" { throw "the log is another" }"#,
        rust: |given| {
            Box::pin(async move {
                assert_eq!(given.project.jobs().lazy(7).trace().text().await?, "$ make\n");
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/jobs/7/trace", "")],
    },
    Row {
        id: "J14",
        page: "build_or_job.cancel()\nbuild_or_job.retry()",
        rhai: "build_or_job.cancel(); build_or_job.retry();",
        rust: |given| {
            Box::pin(async move {
                let job = given.project.jobs().lazy(7);
                job.cancel().await?;
                job.retry().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[
            ("POST /api/v4/projects/1/jobs/7/cancel", "{}"),
            ("POST /api/v4/projects/1/jobs/7/retry", "{}"),
        ],
    },
    Row {
        id: "J15",
        page: "build_or_job.play()",
        rhai: r#"
            let build_or_job = project.jobs.get(8, #{lazy: true});
            build_or_job.play();
            if build_or_job.status != "pending" { throw build_or_job.status; }"#,
        rust: |given| {
            Box::pin(async move {
                given.project.jobs().lazy(8).play().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/jobs/8/play", "{}")],
    },
    Row {
        id: "J16",
        page: "build_or_job.erase()",
        rhai: "let build_or_job = project.jobs.get(8, #{lazy: true}); build_or_job.erase();",
        rust: |given| {
            Box::pin(async move {
                given.project.jobs().lazy(8).erase().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/jobs/8/erase", "{}")],
    },
];
