//! `docs/from-python-gitlab.md`, which people port their scripts with: what stands in its Rhai column is Rhai, and no
//! operation of the page is missing.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may stop where it is")]

use rhailab::engine::syntax::Syntax;
use rhailab_tests::repository;

/// The rows of all tables: Python, Rhai, Rust. A bar inside of code is written `\\|` there.
fn rows() -> Vec<[String; 3]> {
    let text = std::fs::read_to_string(repository().join("docs/from-python-gitlab.md")).unwrap();
    let is_row = |line: &&str| {
        line.starts_with('|') && !line.starts_with("| python-gitlab ") && !line.starts_with("|---")
    };
    let rows = text.lines().filter(is_row);
    rows.map(|line| {
        let line = line.trim_matches(['|', ' ']).replace("\\|", "\u{0}");
        let cells: Vec<String> = line.split(" | ").map(|cell| cell.replace('\u{0}', "|")).collect();
        cells.try_into().unwrap_or_else(|cells| panic!("a row has three columns: {cells:?}"))
    })
    .collect()
}

#[test]
fn what_stands_in_the_rhai_column_is_rhai() {
    let rows = rows();
    assert!(rows.len() > 50, "{}", rows.len());
    let syntax = Syntax::default();
    for [_, rhai, _] in rows {
        let code = rhai.trim_matches('`');
        // `return` stands in a function on the page.
        let function = if code.starts_with("fn ") { code.to_owned() } else { format!("fn f() {{ {code} }}") };
        let read = syntax.read(&function, Vec::new());
        assert!(read.is_ok(), "{code}: {read:?}");
    }
}

#[test]
fn every_call_of_the_page_has_a_row() {
    let python: String = rows().into_iter().map(|[python, ..]| python + "\n").collect();
    for call in [
        "project.pipelines.list()",
        "project.pipelines.get(pipeline_id)",
        "pipeline.variables.list()",
        "project.pipelines.create({'ref': 'master'})",
        "pipeline.retry()",
        "pipeline.cancel()",
        "pipeline.delete()",
        "project.triggers.list()",
        "project.triggers.get(trigger_token)",
        "project.triggers.create({'description'",
        "project.triggers.delete(trigger_token)",
        "trigger.delete()",
        "trigger_decription",
        "def get_or_create_trigger(project)",
        "return project.triggers.create({'description'",
        "trigger = get_or_create_trigger(project)",
        "project.trigger_pipeline(",
        "while pipeline.finished_at is None",
        "gitlab.Gitlab(URL)",
        "gl.projects.get(project_id, lazy=True)",
        "project.pipelineschedules.list()",
        "project.pipelineschedules.get(schedule_id)",
        "projects.pipelineschedules.get(schedule_id)",
        "project.pipelineschedules.create({",
        "sched.cron = '1 2 * * *'",
        "sched.delete()",
        "sched.attributes['variables']",
        "sched.variables.create({",
        "var.value = 'new_value'",
        "var.delete()",
        "p_variables = project.variables.list()",
        "group.variables.list()",
        "project.variables.get('key_name')",
        "group.variables.get('key_name')",
        "project.variables.create({",
        "group.variables.create({",
        "project.variables.delete('key_name')",
        "group.variables.delete('key_name')",
        "project.trigger_build(",
        "project.jobs.list()",
        "project.jobs.get(job_id)",
        "pipeline.jobs.list()",
        "pipeline_job.id, lazy=True",
        "job.artifacts()",
        "streamed=True, action=target",
        "streamed=True, action=f.write",
        "subprocess.run",
        "os.unlink(zipfn)",
        "job.artifact('path/to/file')",
        "project.artifact('branch'",
        "keep_artifacts()",
        "delete_artifacts()",
        "job.trace()",
        "job.cancel(); build_or_job.retry()",
        "job.play()",
        "job.erase()",
    ] {
        assert!(python.contains(call), "no row has {call}");
    }
}
