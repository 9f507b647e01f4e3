//! What is shown of secrets that stand inside of other values, in every format: nothing. And what is shown of values
//! that have no data: words, never the name of a Rust type.

use rhailab_tests::{Rhailab, SandboxProcess};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const PROJECT: &str = "let p = gl.projects.get(1, #{lazy: true});";

#[test]
fn secrets_are_masked_however_deep_they_stand() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let values = [
        "#{t: p.triggers.create(#{description: \"x\"})}",
        "[p.triggers.create(#{description: \"x\"}), 1]",
        "[[p.variables.get(\"DEPLOY_TOKEN\")]]",
        "#{a: [p.triggers.list()], b: p.variables.list()}",
        "p.triggers.create(#{description: \"x\"}).attributes",
        "[p.triggers.create(#{description: \"x\"}).token]",
    ];
    for value in values {
        for format in ["auto", "json", "yaml"] {
            let code = format!("{PROJECT} {value}");
            let outcome = Rhailab::new(RHAILAB)
                .server(sandbox.url(), sandbox.token())
                .args(["--output", format, "eval", &code])
                .run();
            assert_eq!(outcome.status, Some(0), "{value}: {outcome:?}");
            assert!(outcome.stdout.contains('•'), "{value} as {format}: {outcome:?}");
            for secret in ["s3cr3t", "glptt-0", "glptt-1", "glptt-2", "glptt-a", "glptt-e"] {
                assert!(!outcome.stdout.contains(secret), "{value} as {format}: {outcome:?}");
            }
            let token = outcome.stdout.split("glptt-").nth(1).and_then(|rest| rest.chars().next());
            assert!(token.is_none_or(|first| first == '•'), "{value} as {format}: {outcome:?}");
        }
    }
}

#[test]
fn what_has_no_data_is_shown_in_words() {
    let cases = [
        ("gl", "Gitlab http://h.test\n"),
        ("gl.projects", "ProjectManager\n"),
        ("[gl.projects, 1]", "- ProjectManager\n- 1\n"),
        ("|x| x", "a closure\n"),
        ("#{f: |x| x, g: Fn(\"sleep\")}", "f: a closure\ng: the function `sleep`\n"),
        ("[open_file(\"/dev/null\", \"w\")]", "- /dev/null\n"),
        (
            "let r; try { to_json(open_file(\"/dev/null\", \"w\")) } catch (e) { r = e.message } r",
            "a value of type File",
        ),
        ("let r; try { gl.nothing } catch (e) { r = #{e: e}.to_json() } r", "\"kind\":\"usage\""),
        ("let r; try { gl.nothing } catch (e) { r = e.to_json() } r", "\"kind\":\"usage\""),
        ("let r; try { gl.nothing } catch (e) { r = to_json([e]) } r", "\"kind\":\"usage\""),
    ];
    for (code, words) in cases {
        let outcome = Rhailab::new(RHAILAB).args(["--url", "http://h.test", "eval", code]).run();
        assert!(outcome.stdout.contains(words), "{code}: {outcome:?}");
        assert!(!outcome.stdout.contains("::"), "{code}: {outcome:?}");
    }
    let outcome = Rhailab::new(RHAILAB).args(["--sandbox", "eval", "throw gl.projects.get(1)"]).run();
    assert!(outcome.stderr.contains("the script threw: Project 1"), "{outcome:?}");
    let thrown = [
        ("throw #{a: gl.projects.get(1), b: [\"x\", ()]}", "#{\"a\": Project 1, \"b\": [\"x\", ()]}"),
        ("throw [gl.projects, |x| x]", "[ProjectManager, a closure]"),
        (
            "gl.projects.get(1).jobs.list().find(|job| job.trace() != \"\").trace(#{action: |chunk| throw [chunk]})",
            "[a chunk of ",
        ),
    ];
    for (code, words) in thrown {
        let outcome = Rhailab::new(RHAILAB).args(["--sandbox", "eval", code]).run();
        assert!(outcome.stderr.contains(&format!("the script threw: {words}")), "{code}: {outcome:?}");
        assert!(!outcome.stderr.contains("::"), "{code}: {outcome:?}");
    }
    let code = "to_json(gl.projects.get(1).pipelines.list()).contains(\"\\\"id\\\":1001\")";
    let outcome = Rhailab::new(RHAILAB).args(["--sandbox", "eval", code]).run();
    assert_eq!(outcome.stdout, "true\n", "{outcome:?}");
}

#[test]
fn a_right_name_with_wrong_arguments_is_told_as_such() {
    let cases = [
        ("let x = 1; fn f() { x } f()", "pass `x` as a parameter"),
        ("sleep(())", "The call is `sleep(duration)`."),
        ("env()", "`env` does not take these arguments"),
    ];
    for (code, words) in cases {
        let outcome = Rhailab::new(RHAILAB).args(["--url", "http://h.test", "eval", code]).run();
        assert!(outcome.stderr.contains(words), "{code}: {}", outcome.stderr);
    }
}
