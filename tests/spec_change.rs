//! GitLab's API changes, somebody edits the spec, and one `cargo build` is all it takes: a new filter and
//! a new field reach scripts and the Rust API with no other edit. A mistake in the spec stops the build and
//! names its place. Both are tried on copies of this repository, built by the real Cargo.

use std::process::Command;

use rhailab_tests::{Folder, RecordingServer, Rhailab, Workspace, canned, repository, run};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");
const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");

const SPEC: &str = "spec/pipelines.yaml";

/// One build of the binary and of an example. Naming the workspace, an example and the generator makes Cargo
/// settle on the same features and flags as for this test's own build, and take over what that has compiled.
const BUILD: [&str; 7] =
    ["build", "--workspace", "--bin", "rhailab", "--bin", "rhailab-codegen", "--example"];

/// Compiles only with the new setter and the new field.
const SNIPPET: &str = r#"//! Uses what the changed spec describes.

use rhailab_client::{Gitlab, ListProjectPipelines};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gl = Gitlab::builder(std::env::var("GITLAB_URL")?).build()?;
    let request = ListProjectPipelines::new().milestone("2026.3");
    let pipeline = gl.projects().lazy(1).pipelines().list(request).first().await?.ok_or("no pipeline")?;
    let weather: Option<String> = pipeline.weather.clone();
    println!("{}", weather.unwrap_or_default());
    Ok(())
}
"#;

const SCRIPT: &str = r#"
let project = gl.projects.get(1, #{lazy: true});
for pipeline in project.pipelines.list(#{milestone: "2026.3"}) {
    print(pipeline.weather);
}
"#;

#[test]
fn a_new_filter_and_a_new_field_need_one_build() {
    let spec = std::fs::read_to_string(repository().join(SPEC)).unwrap();
    let spec = with_line_after(
        &spec,
        "        yaml_errors: bool - ",
        "        milestone: string - Only those of this milestone.",
    );
    let spec = with_line_after(
        &spec,
        "      yaml_errors: string? - ",
        "      weather: string? - How the project has been doing.",
    );
    let snippet = ("client/examples/changed_spec.rs", SNIPPET.to_owned());
    let workspace = Workspace::copy(SCRATCH, "changed_spec", &[(SPEC, spec), snippet]);
    let build = workspace.cargo(&[&BUILD[..], &["changed_spec"]].concat());
    assert_eq!(build.status, Some(0), "{}", build.stderr);

    let folder = Folder::new();
    let script = folder.write("weather.rhai", SCRIPT);
    let asked = "GET /api/v4/projects/1/pipelines?milestone=2026.3&page=1&per_page=100";

    let server = gitlab();
    let changed = Rhailab::new(workspace.built("rhailab").to_str().unwrap())
        .env("GITLAB_URL", server.url())
        .arg(&script)
        .run();
    assert_eq!((changed.status, changed.stdout.as_str()), (Some(0), "sunny\n"), "{changed:?}");
    assert_eq!(server.lines(), [asked]);

    let server = gitlab();
    let mut example = Command::new(workspace.built("examples/changed_spec"));
    let typed = run(example.env_clear().env("GITLAB_URL", server.url()));
    assert_eq!((typed.status, typed.stdout.as_str()), (Some(0), "sunny\n"), "{typed:?}");
    assert_eq!(server.lines(), [asked]);

    let server = gitlab();
    let unchanged = Rhailab::new(RHAILAB).env("GITLAB_URL", server.url()).arg(&script).run();
    assert_eq!((unchanged.status, unchanged.stdout.as_str()), (Some(1), ""), "{unchanged:?}");
    assert!(
        unchanged.stderr.contains("ProjectPipeline.list has no parameter `milestone`"),
        "{}",
        unchanged.stderr
    );
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn a_mistake_stops_the_build_with_its_place() {
    let spec = std::fs::read_to_string(repository().join(SPEC)).unwrap();
    let spec = with_line_after(
        &spec,
        "        yaml_errors: bool - ",
        "        milestone: strng - Only those of this milestone.",
    );
    let line = 1 + spec.lines().position(|line| line.contains("strng")).unwrap();
    let column = 1 + "        milestone: ".len();
    let workspace = Workspace::copy(SCRATCH, "mistaken_spec", &[(SPEC, spec)]);
    let build = workspace.cargo(&[&BUILD[..], &["trigger_and_wait"]].concat());
    assert_eq!(build.status, Some(101), "{build:?}");
    let place = format!("{SPEC}:{line}:{column}");
    for words in [&*place, "strng", "string"] {
        assert!(build.stderr.contains(words), "{words} is missing in\n{}", build.stderr);
    }
}

fn gitlab() -> RecordingServer {
    let mut row = canned::pipeline("success");
    row["weather"] = "sunny".into();
    RecordingServer::start([("GET /api/v4/projects/1/pipelines", canned::rows(&[row]))])
}

/// The text with one more line after the only one that begins like this.
fn with_line_after(text: &str, beginning: &str, new: &str) -> String {
    let mut found = 0;
    let mut changed = String::new();
    for line in text.lines() {
        changed.push_str(line);
        changed.push('\n');
        if line.starts_with(beginning) {
            found += 1;
            changed.push_str(new);
            changed.push('\n');
        }
    }
    assert_eq!(found, 1, "{SPEC} has no place that begins with {beginning:?}, or several");
    changed
}
