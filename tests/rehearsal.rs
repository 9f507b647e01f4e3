//! `--dry-run`: each example runs to its end, reads what it wants to read, writes nothing, and tells what it would have
//! written. The requests are counted on the wire.

use std::path::Path;

use rhailab_tests::{Folder, Outcome, RecordingProxy, Rhailab, SandboxProcess, repository};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

fn rehearse(proxy: &RecordingProxy, token: &str, example: &Path, folder: &Folder) -> Outcome {
    Rhailab::new(RHAILAB).within(folder.path()).arg("--dry-run").arg(example).server(proxy.url(), token).run()
}

#[test]
fn no_example_writes_anything_under_dry_run_and_each_tells_its_plan() {
    let sandbox = SandboxProcess::start(RHAILAB, 1_000_000);
    let mut examples: Vec<_> = std::fs::read_dir(repository().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rhai"))
        .collect();
    examples.sort();
    assert!(examples.len() >= 10, "{examples:?}");
    for example in examples {
        let (proxy, folder) = (RecordingProxy::start(sandbox.url()), Folder::new());
        let outcome = rehearse(&proxy, sandbox.token(), &example, &folder);
        let name = example.file_name().unwrap().to_str().unwrap();
        let lines = proxy.lines();
        let written: Vec<&String> = lines.iter().filter(|line| !line.starts_with("GET ")).collect();
        assert!(written.is_empty(), "{name} wrote {written:?}");
        assert_eq!(outcome.status, Some(0), "{name}: {outcome:?}");
        let plan: Vec<&str> =
            outcome.stderr.lines().filter_map(|line| line.strip_prefix("would send ")).collect();
        let only_reads = ["slowest_jobs.rhai"].contains(&name);
        assert_eq!(plan.is_empty(), only_reads, "{name}: {}", outcome.stderr);
        for line in plan {
            let (method, rest) = line.split_once(' ').unwrap();
            assert!(["POST", "PUT", "DELETE", "PATCH"].contains(&method), "{name}: {line}");
            assert!(rest.starts_with(&format!("{}/api/v4/", proxy.url())), "{name}: {line}");
        }
        assert!(!outcome.stderr.contains(sandbox.token()), "{name}");
    }
}

#[test]
fn a_plan_tells_method_address_and_body() {
    let sandbox = SandboxProcess::start(RHAILAB, 1_000_000);
    let (proxy, folder) = (RecordingProxy::start(sandbox.url()), Folder::new());
    let example = repository().join("examples/trigger_and_wait_short.rhai");
    let outcome = rehearse(&proxy, sandbox.token(), &example, &folder);
    let plan = outcome.stderr.replace(proxy.url(), "URL");
    let plan: Vec<&str> = plan.lines().filter(|line| line.starts_with("would send ")).collect();
    let [create, trigger] = plan[..] else { panic!("{outcome:?}") };
    assert!(
        create.starts_with("would send POST URL/api/v4/projects/1/triggers {\"description\":"),
        "{create}"
    );
    assert!(trigger.starts_with("would send POST URL/api/v4/projects/1/trigger/pipeline {"), "{trigger}");
    assert!(trigger.contains("\"token\":\"••••\""), "{trigger}");
}

/// What a script prints in a rehearsal. Waits have a deadline, so that one that would never end is seen.
fn rehearsed(sandbox: &SandboxProcess, code: &str) -> String {
    let code = format!(
        "let project = gl.projects.get(\"demo/app\");\n\
         let pipelines = project.pipelines;\n{code}"
    );
    let outcome = Rhailab::new(RHAILAB)
        .server(sandbox.url(), sandbox.token())
        .args(["--dry-run", "eval", code.as_str()])
        .run();
    assert_eq!(outcome.status, Some(0), "{code}\n{outcome:?}");
    outcome.stdout
}

#[test]
fn what_is_started_in_a_rehearsal_ends() {
    let sandbox = SandboxProcess::start(RHAILAB, 1);
    for (code, expected) in [
        // A blocked pipeline goes on when its manual jobs are played.
        (
            r#"let p = pipelines.get(1005);
               for job in p.jobs.list().filter(|job| job.status == "manual") { job.play(); }
               print(p.wait(#{until: "final", check: true, timeout: "10s"}).status)"#,
            "success\n",
        ),
        (
            r#"let job = pipelines.get(1005).jobs.list().find(|job| job.status == "manual");
               print(job.play().status);
               print(job.wait(#{check: true, timeout: "10s"}).status);
               print(project.jobs.get(job.id).status);
               print(pipelines.get(1005).jobs.list().find(|row| row.id == job.id).status)"#,
            "success\nsuccess\nsuccess\nsuccess\n",
        ),
        // Of a job that was never read, only the server knows the pipeline.
        (
            r#"let job = pipelines.get(1005).jobs.list().find(|job| job.status == "manual");
               project.jobs.get(job.id, #{lazy: true}).play();
               print(pipelines.get(1005).status)"#,
            "success\n",
        ),
        (
            r#"let p = pipelines.get(1007);
               print(p.status);
               print(p.retry().wait(#{check: true, timeout: "10s"}).status);
               print(wait_all([pipelines.get(1007, #{lazy: true})], #{check: true, timeout: "10s"}).counts)"#,
            "failed\nsuccess\n#{\"success\": 1}\n",
        ),
        (
            r#"let job = pipelines.get(1007).jobs.list().find(|job| job.status == "failed");
               let again = job.retry();
               print(`${again.name == job.name} ${again.id == job.id} ${again.status}`);
               print(`${project.jobs.get(again.id).name == job.name} ${pipelines.get(1007).status}`)"#,
            "true false success\ntrue success\n",
        ),
        (
            r#"let p = pipelines.create(#{ref: "main"});
               print(p.cancel().status);
               print(pipelines.get(p.id).status);
               print(pipelines.get(1005).cancel().status);
               print(pipelines.list().find(|row| row.id == 1005).status)"#,
            "canceled\ncanceled\ncanceled\ncanceled\n",
        ),
    ] {
        assert_eq!(rehearsed(&sandbox, code), expected, "{code}");
    }
}

#[test]
fn what_is_deleted_in_a_rehearsal_is_gone() {
    let sandbox = SandboxProcess::start(RHAILAB, 1);
    let code = r#"
        let p = pipelines.get(1005);
        p.delete();
        for look in [|| p.refresh(), || pipelines.get(1005), || p.jobs.list().len(), || p.wait(#{timeout: "10s"}), || p.delete()] {
            try { look.call(); print("found") } catch (e) { print(`${e.kind}: ${e.message}`) }
        }
        print(pipelines.list().any(|row| row.id == 1005));
        print(pipelines.list().any(|row| row.id == 1007))"#;
    let gone = "not_found: it was deleted in this rehearsal\n";
    assert_eq!(rehearsed(&sandbox, code), format!("{}false\ntrue\n", gone.repeat(5)));
}

#[test]
fn what_is_made_in_a_rehearsal_is_found_again_and_nothing_else() {
    let sandbox = SandboxProcess::start(RHAILAB, 1);
    for (code, expected) in [
        (
            r#"project.variables.create(#{key: "NEW", value: "x"});
               let variable = project.variables.get("NEW");
               print(variable.value);
               variable.value = "y";
               variable.save();
               print(project.variables.get("NEW").value);
               variable.delete();
               try { project.variables.get("NEW") } catch (e) { print(e.kind) }"#,
            "x\ny\nnot_found\n",
        ),
        (
            r#"let p = pipelines.create(#{ref: "main"});
               let job = p.jobs.list().first();
               print(`${pipelines.get(p.id).ref} ${p.project_id} ${project.jobs.get(job.id).id == job.id}`);
               print(p.jobs.list().first() == job)"#,
            "main 1 true\ntrue\n",
        ),
        (
            r#"let made = project.triggers.create(#{description: "mine"});
               print(project.triggers.get(made.token).description)"#,
            "mine\n",
        ),
        (
            r#"pipelines.create(#{ref: "main"});
               for look in [|| gl.projects.get("placeholder"), || gl.projects.get(-5000), || pipelines.get(-5000)] {
                   try { look.call(); print("found") } catch (e) { print(`${e.kind} ${e.status}`) }
               }"#,
            "not_found 404\nnot_found 404\nnot_found 404\n",
        ),
    ] {
        assert_eq!(rehearsed(&sandbox, code), expected, "{code}");
    }
}
