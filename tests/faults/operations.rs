//! The operations that every fault is tried with, and the answers that they get without one.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use rhailab_client::{
    CreateProjectPipeline, Error, Gitlab, ListProjectPipelines, ProjectPipeline, TriggerPipeline,
};
use rhailab_tests::canned;
use rhailab_tests::chaos::Answered;
use serde_json::{Value, json};

pub(crate) const ACCESS_TOKEN: &str = "glpat-faults-access-token";
pub(crate) const TRIGGER_TOKEN: &str = canned::TRIGGER_TOKEN;

type Running = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// An operation as a user of the client writes it. It fails the test when it answers anything but what it should.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Gitlab, PathBuf) -> Running,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "list",
        run: |gl, _| {
            Box::pin(async move {
                let rows = gl.projects().lazy(1).pipelines().list(ListProjectPipelines::new()).all().await?;
                assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [105, 104, 103]);
                Ok(())
            })
        },
    },
    Operation {
        name: "get",
        run: |gl, _| {
            Box::pin(async move {
                let pipeline = gl.projects().lazy(1).pipelines().get(104).await?;
                assert_eq!(pipeline.id, 104);
                Ok(())
            })
        },
    },
    Operation {
        name: "create",
        run: |gl, _| {
            Box::pin(async move {
                let pipelines = gl.projects().lazy(1).pipelines();
                let pipeline = pipelines.create(CreateProjectPipeline::new("main")).await?;
                assert_eq!(pipeline.id, 104);
                Ok(())
            })
        },
    },
    Operation {
        name: "trigger",
        run: |gl, _| {
            Box::pin(async move {
                let trigger = TriggerPipeline::new("main", TRIGGER_TOKEN).variable("ZONE", "eu");
                let pipeline: ProjectPipeline = gl.projects().lazy(1).trigger_pipeline(trigger).await?;
                assert_eq!(pipeline.id, 104);
                Ok(())
            })
        },
    },
    Operation {
        name: "delete",
        run: |gl, _| Box::pin(async move { gl.projects().lazy(1).pipelines().delete(104).await }),
    },
    Operation {
        name: "download",
        run: |gl, target| {
            Box::pin(async move {
                let written = gl.projects().lazy(1).jobs().lazy(8).artifacts().to_file(&target).await?;
                assert_eq!(written.size, archive().len() as u64);
                assert_eq!(std::fs::read(target).unwrap(), archive());
                Ok(())
            })
        },
    },
    Operation {
        name: "trace",
        run: |gl, _| {
            Box::pin(async move {
                let log = gl.projects().lazy(1).jobs().lazy(8).trace().text().await?;
                assert_eq!(log, trace());
                Ok(())
            })
        },
    },
];

pub(crate) fn routes() -> Vec<(&'static str, Answered)> {
    let row = |id: i64| json!({"id": id, "iid": id, "project_id": 1, "status": "success", "ref": "main"});
    let page = |rows: &[Value], next: &str| {
        let mut answer = json_answer(200, &rows.to_vec().into());
        answer.headers.push(("x-next-page", next.to_owned()));
        if !next.is_empty() {
            let link =
                format!("<{{url}}/api/v4/projects/1/pipelines?page={next}&per_page=100>; rel=\"next\"");
            answer.headers.push(("link", link));
        }
        answer
    };
    vec![
        ("GET /api/v4/projects/1/pipelines?page=1", page(&[row(105), row(104)], "2")),
        ("GET /api/v4/projects/1/pipelines?page=2", page(&[row(103)], "")),
        ("GET /api/v4/projects/1/pipelines/104", json_answer(200, &canned::pipeline("running"))),
        ("POST /api/v4/projects/1/pipeline", json_answer(201, &canned::pipeline("created"))),
        ("POST /api/v4/projects/1/trigger/pipeline", json_answer(201, &canned::pipeline("created"))),
        (
            "DELETE /api/v4/projects/1/pipelines/104",
            Answered { status: 204, headers: Vec::new(), body: Vec::new() },
        ),
        ("GET /api/v4/projects/1/jobs/8/artifacts", plain("application/octet-stream", archive())),
        ("GET /api/v4/projects/1/jobs/8/trace", plain("text/plain", trace().into_bytes())),
    ]
}

fn json_answer(status: u16, body: &Value) -> Answered {
    Answered { status, ..plain("application/json", body.to_string().into_bytes()) }
}

fn plain(media_type: &str, body: Vec<u8>) -> Answered {
    Answered { status: 200, headers: vec![("content-type", media_type.to_owned())], body }
}

/// Bytes of which no half looks like the other.
fn archive() -> Vec<u8> {
    (0_u32..50_000).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

fn trace() -> String {
    (0..400).map(|line| format!("line {line} of the log\n")).collect()
}
