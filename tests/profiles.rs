//! Profiles: `rhailab login` tries a token and keeps it where nobody else can read it, and options and the environment
//! decide which profile speaks. And the options that keep a script from writing.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use rhailab_tests::{Answer, Folder, RecordingServer, Rhailab, canned};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TOKEN: &str = "glpat-profile-token-0001";

fn gitlab() -> RecordingServer {
    let user = json!({"id": 1, "username": "mira.olden", "name": "Mira Olden"});
    RecordingServer::start([
        ("GET /api/v4/user", Answer::json(200, &user)),
        ("GET /api/v4/projects/1", canned::project()),
    ])
}

/// Runs with this configuration file.
fn call(folder: &Folder, args: &[&str]) -> Rhailab {
    let config = folder.path().join("conf/rhailab.toml");
    Rhailab::new(RHAILAB).env("RHAILAB_CONFIG", config.to_str().unwrap()).args(args)
}

#[test]
fn a_login_is_tried_and_then_kept() {
    let (server, folder) = (gitlab(), Folder::new());
    let login = call(&folder, &["--url", server.url(), "login", "work"]).stdin(&format!("{TOKEN}\n")).run();
    assert_eq!(login.status, Some(0), "{login:?}");
    assert!(login.stderr.contains("as mira.olden"), "{login:?}");
    assert!(!format!("{login:?}").contains(TOKEN), "{login:?}");
    assert_eq!(server.lines(), ["GET /api/v4/user"]);

    let file = folder.path().join("conf/rhailab.toml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("default = \"work\"") && written.contains("[profiles.work]"), "{written}");

    // The first profile is the default; the token goes with it, and is never shown.
    let run = call(&folder, &["eval", "gl.projects.get(1).id"]).run();
    assert_eq!(run.stdout, "1\n", "{run:?}");
    assert_eq!(server.requests().last().unwrap().header("private-token"), TOKEN);
    let config = call(&folder, &["--output", "json", "config"]).run();
    assert!(config.stdout.contains("profile work") && !config.stdout.contains(TOKEN), "{config:?}");

    // What is in the file stays there.
    std::fs::write(&file, format!("# mine\n{written}")).unwrap();
    let second = call(&folder, &["--url", server.url(), "login", "other"]).stdin("glpat-2\n").run();
    assert_eq!(second.status, Some(0), "{second:?}");
    let both = std::fs::read_to_string(&file).unwrap();
    assert!(both.starts_with("# mine\n") && both.contains("[profiles.other]"), "{both}");
    assert!(both.contains("default = \"work\""), "{both}");
}

#[test]
fn a_login_that_is_repeated_changes_the_token_and_nothing_else() {
    let (server, folder) = (gitlab(), Folder::new());
    std::fs::create_dir(folder.path().join("conf")).unwrap();
    let rest = "timeout = \"2m\" # slow\njobs = 4\nca_file = \"work.pem\"\ninsecure = true\n\n\
                [profiles.other]\nurl = \"https://other.test\"\n";
    for old in
        ["private_token = \"old\"", "oauth_token = \"old\"", "job_token = \"old\"", "token_file = \"old\""]
    {
        let before = format!(
            "default = \"other\"\n\n[profiles.work]\nurl = \"https://old.test\" # ours\n{old}\n{rest}"
        );
        let file = folder.write("conf/rhailab.toml", &before);
        let login =
            call(&folder, &["--url", server.url(), "login", "work"]).stdin(&format!("{TOKEN}\n")).run();
        assert_eq!(login.status, Some(0), "{login:?}");
        let after = std::fs::read_to_string(file).unwrap();
        let order = |text: &str| {
            // Where the token stands in its profile means nothing.
            let mut parts: Vec<Vec<String>> =
                text.split("\n\n").map(|part| part.lines().map(str::to_owned).collect()).collect();
            parts.iter_mut().for_each(|part| part.sort());
            parts
        };
        let expected = before
            .replace("https://old.test", server.url())
            .replace(old, &format!("private_token = \"{TOKEN}\""));
        assert_eq!(order(&after), order(&expected), "{old}");
    }
}

#[cfg(unix)]
#[test]
fn a_login_writes_where_the_configuration_is_and_nowhere_else() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let (server, folder) = (gitlab(), Folder::new());
    std::fs::create_dir(folder.path().join("conf")).unwrap();
    std::fs::create_dir(folder.path().join("dotfiles")).unwrap();
    // Many keep their configuration elsewhere, and lead to it by links.
    let real = folder.write("dotfiles/rhailab.toml", "# mine\ndefault = \"work\"\n");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o644)).unwrap();
    let link = folder.path().join("conf/rhailab.toml");
    symlink("../dotfiles/rhailab.toml", &link).unwrap();
    let precious = folder.write("precious", "not to be touched");
    for place in ["conf/rhailab.toml.new", "dotfiles/rhailab.toml.new"] {
        symlink(&precious, folder.path().join(place)).unwrap();
    }

    let login = call(&folder, &["--url", server.url(), "login", "work"]).stdin(&format!("{TOKEN}\n")).run();
    assert_eq!(login.status, Some(0), "{login:?}");
    assert_eq!(std::fs::read_to_string(precious).unwrap(), "not to be touched");
    assert!(link.is_symlink(), "the link was replaced");
    let written = std::fs::read_to_string(&real).unwrap();
    assert!(written.starts_with("# mine\n") && written.contains(TOKEN), "{written}");
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    for directory in ["conf", "dotfiles"] {
        assert_eq!(std::fs::read_dir(folder.path().join(directory)).unwrap().count(), 2, "{directory}");
    }
}

#[test]
fn a_configuration_that_is_named_must_be_there() {
    let (server, folder) = (gitlab(), Folder::new());
    let code = ["eval", "gl.projects.get(1).id"];
    let missing = call(&folder, &code).run();
    assert_eq!(missing.status, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("conf/rhailab.toml cannot be read"), "{missing:?}");
    assert!(missing.stderr.contains("RHAILAB_CONFIG"), "{missing:?}");

    // A variable that is set to nothing is not set: the usual file counts, whether it is there or not.
    let home = folder.path().join("home");
    let at_home = |code: &[&str]| {
        let call = Rhailab::new(RHAILAB).env("HOME", &home).env("XDG_CONFIG_HOME", home.join("conf"));
        call.env("RHAILAB_CONFIG", "").args(code).run()
    };
    assert_eq!(at_home(&["eval", "1"]).stdout, "1\n");
    std::fs::create_dir_all(home.join("conf/rhailab")).unwrap();
    let text = format!("default = \"work\"\n[profiles.work]\nurl = \"{}\"\n", server.url());
    folder.write("home/conf/rhailab/rhailab.toml", &text);
    assert_eq!(at_home(&code).stdout, "1\n");
    assert_eq!(server.lines(), ["GET /api/v4/projects/1"]);
}

#[test]
fn a_token_that_is_refused_is_not_kept() {
    let server = RecordingServer::start([(
        "GET /api/v4/user",
        Answer::json(401, &json!({"message": "401 Unauthorized"})),
    )]);
    let folder = Folder::new();
    let login = call(&folder, &["--url", server.url(), "login"]).stdin(&format!("{TOKEN}\n")).run();
    assert_eq!(login.status, Some(1), "{login:?}");
    assert!(login.stderr.contains("GitLab answered 401"), "{login:?}");
    assert!(!folder.path().join("conf/rhailab.toml").exists());
    for (url, name, words) in
        [("http://h.test", "a b", "letters, digits"), ("h.test", "work", "it lacks https://")]
    {
        let wrong = call(&folder, &["--url", url, "login", name]).stdin("x\n").run();
        assert!(wrong.stderr.contains(words), "{wrong:?}");
    }
}

#[test]
fn the_token_of_a_profile_stays_with_its_server() {
    let (own, other, folder) = (gitlab(), gitlab(), Folder::new());
    let text = format!(
        "default = \"work\"\n[profiles.work]\nurl = \"{}\"\nprivate_token = \"{TOKEN}\"\n",
        own.url()
    );
    std::fs::create_dir(folder.path().join("conf")).unwrap();
    folder.write("conf/rhailab.toml", &text);
    let code = ["eval", "gl.projects.get(1).id"];
    assert_eq!(call(&folder, &code).run().stdout, "1\n");
    // Another server gets nothing, whoever names it.
    assert_eq!(call(&folder, &[&["--url", other.url()], &code[..]].concat()).run().stdout, "1\n");
    assert_eq!(call(&folder, &code).env("GITLAB_URL", other.url()).run().stdout, "1\n");
    for request in other.requests() {
        assert_eq!(request.credentials(), [""; 0], "{request:?}");
    }
    // A profile that is named outright comes before the environment.
    let named =
        call(&folder, &[&["--profile", "work"], &code[..]].concat()).server(other.url(), "glpat-env").run();
    assert_eq!(named.stdout, "1\n");
    assert_eq!(own.requests().last().unwrap().header("private-token"), TOKEN);

    let cases = [
        (vec!["--profile", "wrok"], "Did you mean `work`?"),
        (vec!["--config", "/nowhere/rhailab.toml"], "/nowhere/rhailab.toml cannot be read"),
    ];
    for (args, words) in cases {
        let wrong = call(&folder, &[&args[..], &code[..]].concat()).run();
        assert_eq!(wrong.status, Some(2), "{wrong:?}");
        assert!(wrong.stderr.contains(words), "{wrong:?}");
    }
    folder.write("conf/rhailab.toml", "[profiles.work]\nulr = \"x\"\n");
    let broken = call(&folder, &code).run();
    assert!(broken.stderr.contains("field `ulr`") && broken.stderr.contains("2, column 1"), "{broken:?}");
    // A token whose quotes were forgotten is a token all the same.
    for (token, words) in
        [("987654321012", "expected text"), ("glpat-unquoted", "2, column 17"), ("true", "")]
    {
        folder.write("conf/rhailab.toml", &format!("[profiles.work]\nprivate_token = {token}\n"));
        let broken = call(&folder, &code).run();
        assert_eq!(broken.status, Some(2), "{broken:?}");
        assert!(broken.stderr.contains(words) && !broken.stderr.contains(token), "{broken:?}");
    }
}

#[test]
fn a_script_can_be_kept_from_writing() {
    let (server, folder) = (gitlab(), Folder::new());
    std::fs::create_dir(folder.path().join("conf")).unwrap();
    folder.write("conf/rhailab.toml", "");
    let create = "let p = gl.projects.get(1); p.triggers.create(#{description: \"x\"}).description";
    let refused = call(&folder, &["--read-only", "eval", create]).server(server.url(), TOKEN).run();
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("ProjectTrigger.create would write"), "{refused:?}");
    let caught =
        "let k; try { gl.projects.get(1).triggers.create(#{description: \"x\"}) } catch (e) { k = e.kind } k";
    let caught = call(&folder, &["--read-only", "eval", caught]).server(server.url(), TOKEN).run();
    assert_eq!(caught.stdout, "read_only\n", "{caught:?}");

    let planned = call(&folder, &["--dry-run", "eval", create]).server(server.url(), TOKEN).run();
    assert_eq!((planned.status, planned.stdout.as_str()), (Some(0), "x\n"), "{planned:?}");
    let line =
        format!("would send POST {}/api/v4/projects/1/triggers {{\"description\":\"x\"}}\n", server.url());
    assert_eq!(planned.stderr, line);
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", server.lines());
    let both = call(&folder, &["--read-only", "--dry-run", "eval", "1"]).run();
    assert_eq!(both.status, Some(2), "{both:?}");
}
