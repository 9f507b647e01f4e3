//! The section "Project pipelines" of the page.

use rhailab_client::{CreateProjectPipeline, ListProjectPipelineVariables, ListProjectPipelines};

use super::row::Row;

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "P01",
        page: "pipelines = project.pipelines.list()",
        rhai: "let pipelines = project.pipelines.list(); for p in pipelines { p.id; }",
        rust: |given| {
            Box::pin(async move {
                let mut pipelines = given.project.pipelines().list(ListProjectPipelines::new()).stream();
                while pipelines.try_next().await?.is_some() {}
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/pipelines", "")],
    },
    Row {
        id: "P02",
        page: "pipeline = project.pipelines.get(pipeline_id)",
        rhai: "let pipeline = project.pipelines.get(pipeline_id); pipeline.status",
        rust: |given| {
            Box::pin(async move {
                given.project.pipelines().get(45).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/pipelines/45", "")],
    },
    Row {
        id: "P03",
        page: "variables = pipeline.variables.list()",
        rhai: "
            let pipeline = project.pipelines.get(pipeline_id, #{lazy: true});
            let variables = pipeline.variables.list(); variables.len()",
        rust: |given| {
            Box::pin(async move {
                let pipeline = given.project.pipelines().lazy(45);
                pipeline.variables().list(ListProjectPipelineVariables::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/pipelines/45/variables", "")],
    },
    Row {
        id: "P04",
        page: "pipeline = project.pipelines.create({'ref': 'master'})",
        rhai: r#"let pipeline = project.pipelines.create(#{ref: "master"}); pipeline.id"#,
        rust: |given| {
            Box::pin(async move {
                given.project.pipelines().create(CreateProjectPipeline::new("master")).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/pipeline", r#"{"ref": "master"}"#)],
    },
    Row {
        id: "P05",
        page: "pipeline.retry()",
        rhai: "let pipeline = project.pipelines.get(101, #{lazy: true}); pipeline.retry();",
        rust: |given| {
            Box::pin(async move {
                given.project.pipelines().lazy(101).retry().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/pipelines/101/retry", "{}")],
    },
    Row {
        id: "P06",
        page: "pipeline.cancel()",
        rhai: "let pipeline = project.pipelines.get(101, #{lazy: true}); pipeline.cancel();",
        rust: |given| {
            Box::pin(async move {
                given.project.pipelines().lazy(101).cancel().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/pipelines/101/cancel", "{}")],
    },
    Row {
        id: "P07",
        page: "pipeline.delete()",
        rhai: "let pipeline = project.pipelines.get(101, #{lazy: true}); pipeline.delete();",
        rust: |given| Box::pin(async move { given.project.pipelines().lazy(101).delete().await }),
        before: &[],
        facts: &[("DELETE /api/v4/projects/1/pipelines/101", "")],
    },
];
