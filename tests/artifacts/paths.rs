//! Paths of files inside artifacts, and branches, on their way into a URL: each segment is encoded for itself, and
//! what could lead elsewhere is refused before any request.

use rhailab_client::ErrorKind;
use rhailab_tests::{Answer, Folder, RecordingServer};

use super::super::{block_on, client, job, script};

const REFUSED: [&str; 9] = ["", ".", "..", "../x", "a/../b", "a/..", "/etc/passwd", "a//b", "a\n"];

#[test]
fn footgun_13_a_path_that_could_lead_elsewhere_is_refused_before_any_request() {
    let (server, folder) = (RecordingServer::start([]), Folder::new());
    for path in REFUSED {
        let error = block_on(job(&server).artifact(path).bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{path:?}");
        assert_eq!(error.message(), format!("`artifact_path` cannot be {path:?}"));
        let quoted = path.replace('\n', "\\n");
        for call in [
            format!("job.artifact(\"{quoted}\")"),
            format!("project.artifact(\"main\", \"{quoted}\", \"job\")"),
            format!("project.artifacts.raw(\"main\", \"{quoted}\", \"job\")"),
        ] {
            let problem = script(&server, &folder, &call).unwrap_err();
            assert!(problem.starts_with(&format!("`artifact_path` cannot be {path:?}")), "{call}: {problem}");
        }
    }
    for ref_name in ["", ".", "..", "a/../b"] {
        let call = format!("project.artifacts.download(\"{ref_name}\", \"job\")");
        let problem = script(&server, &folder, &call).unwrap_err();
        assert!(problem.starts_with(&format!("`ref_name` cannot be {ref_name:?}")), "{call}: {problem}");
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn footgun_13_each_segment_is_encoded_for_itself() {
    const ONE: &str = "GET /api/v4/projects/1/jobs/7/artifacts/my%20dir/%C3%BC%23%3F.txt";
    const BY_REF: &str =
        "GET /api/v4/projects/1/jobs/artifacts/feature%2Fx/raw/..a/b%25.txt?job=build%20%26%20test";
    let server = RecordingServer::start([
        (ONE, Answer::text(200, "one")),
        (BY_REF.split('?').next().unwrap(), Answer::text(200, "by ref")),
    ]);
    assert_eq!(block_on(job(&server).artifact("my dir/ü#?.txt").bytes()).unwrap(), "one");
    let artifacts = client(&server).projects().lazy(1).artifacts();
    assert_eq!(block_on(artifacts.raw("feature/x", "..a/b%.txt", "build & test").bytes()).unwrap(), "by ref");
    let folder = Folder::new();
    let _ =
        script(&server, &folder, r#"project.artifact("feature/x", "..a/b%.txt", "build & test")"#).unwrap();
    assert_eq!(server.lines(), [ONE, BY_REF, BY_REF]);
}
