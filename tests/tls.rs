//! Connections: whose certificate is trusted, which one is shown, and which proxy is used. The servers have certificates
//! of an authority that the test makes, and speak TLS over real sockets; the program is the real one.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

#[path = "tls/authority.rs"]
mod authority;
#[path = "tls/proxy.rs"]
mod proxy;
#[path = "tls/server.rs"]
mod server;

use std::path::PathBuf;

use authority::{Authority, Identity};
use proxy::TunnelProxy;
use rhailab_client::Gitlab;
use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, canned};
use server::{ClientCertificates, Seen, TlsServer};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Neither a token nor a proxy's password looks like one of GitLab's: what masks by looks cannot help.
const TOKEN: &str = "kz7wq9-private";
const PROXY_PASSWORD: &str = "vx4-proxy-password";

const PROJECT: &str = "gl.projects.get(1).id";

/// An authority, with its certificate and one for a client in files.
struct World {
    folder: Folder,
    authority: Authority,
}

impl World {
    fn new() -> Self {
        let (folder, authority) = (Folder::new(), Authority::new());
        folder.write("ca.pem", &authority.pem());
        let client = authority.issue(&Identity::named("mira"));
        folder.write("client.pem", &client.certificate_pem);
        folder.write("client.key", &client.key_pem);
        folder.write("both.pem", &format!("{}{}", client.certificate_pem, client.key_pem));
        Self { folder, authority }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn server(&self) -> TlsServer {
        self.server_that(&Identity::named("127.0.0.1"), ClientCertificates::Ignored)
    }

    fn server_that(&self, identity: &Identity, clients: ClientCertificates) -> TlsServer {
        TlsServer::start(&self.authority, &self.authority.issue(identity), clients, TlsServer::project())
    }

    /// A file of settings.
    fn config(&self, name: &str, text: &str) -> String {
        self.folder.write(name, text).to_str().unwrap().to_owned()
    }
}

fn call(url: &str, args: &[&str]) -> Rhailab {
    Rhailab::new(RHAILAB).server(url, TOKEN).args(args)
}

/// Arguments and variables.
type Way<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

#[test]
fn a_private_authority_is_trusted_wherever_its_file_is_named() {
    let world = World::new();
    let server = world.server();
    let (url, ca) = (server.url(), world.path("ca.pem"));
    let profile = world.config(
        "rhailab.toml",
        &format!("default = \"w\"\n[profiles.w]\nurl = \"{url}\"\nca_file = \"ca.pem\"\nprivate_token = \"{TOKEN}\"\n"),
    );
    let python = world.config(
        "python.cfg",
        &format!("[global]\ndefault = s\nssl_verify = {ca}\n[s]\nurl = {url}\nprivate_token = {TOKEN}\n"),
    );
    let code =
        format!("gitlab(\"{url}\", #{{ca_file: \"{ca}\", private_token: \"{TOKEN}\"}}).projects.get(1).id");
    let environment = [("GITLAB_URL", url), ("GITLAB_TOKEN", TOKEN), ("GITLAB_CA_FILE", ca.as_str())];
    let job = [("CI_SERVER_URL", url), ("CI_JOB_TOKEN", TOKEN), ("CI_SERVER_TLS_CA_FILE", ca.as_str())];
    let ways: [Way<'_>; 6] = [
        (&["--ca-file", &ca, "eval", PROJECT], &environment[..2]),
        (&["eval", PROJECT], &environment),
        (&["eval", PROJECT], &[("RHAILAB_CONFIG", &profile)]),
        (&["eval", PROJECT], &[("PYTHON_GITLAB_CFG", &python)]),
        (&["eval", PROJECT], &job),
        (&["eval", &code], &[]),
    ];
    for (args, variables) in ways {
        let mut run = Rhailab::new(RHAILAB).args(args);
        for (name, value) in variables {
            run = run.env(name, value);
        }
        let outcome = run.run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{args:?}: {outcome:?}");
        let seen = server.take();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(seen[0].head.contains(TOKEN), "{seen:?}");
        assert!(!format!("{outcome:?}").contains(TOKEN), "{outcome:?}");
    }
}

#[test]
fn the_rust_client_takes_an_authority_and_a_certificate_from_memory_and_from_files() {
    let world = World::new();
    let server = world.server_that(&Identity::named("127.0.0.1"), ClientCertificates::Demanded);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = Gitlab::builder(server.url())
        .private_token(TOKEN)
        .client_identity(world.path("client.pem"), world.path("client.key"));
    for builder in [builder.clone().ca_pem(world.authority.pem()), builder.ca_file(world.path("ca.pem"))] {
        let client = builder.build().unwrap();
        let project = runtime.block_on(client.projects().get(1)).unwrap();
        assert_eq!(project.id, 1);
    }
}

/// What is refused: the server's certificate, and words that must be told of it.
#[test]
fn a_certificate_that_proves_nothing_is_refused_with_what_to_do() {
    let world = World::new();
    let named = Identity::named("127.0.0.1");
    let cases: [(Identity, bool, &[&str]); 4] = [
        (named.clone(), false, &["UnknownIssuer", "--ca-file FILE"]),
        (named.clone().until(2020), true, &["expired", "must be renewed"]),
        (named.from(2090), true, &["not valid yet", "this machine's clock"]),
        (Identity::named("gitlab.test"), true, &["not valid for name", "Use the name in the URL"]),
    ];
    for (identity, with_ca, words) in cases {
        let server = world.server_that(&identity, ClientCertificates::Ignored);
        let mut run = call(server.url(), &["eval", PROJECT]);
        if with_ca {
            run = run.args(["--ca-file", &world.path("ca.pem")]);
        }
        let outcome = run.run();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        let told = unwrapped(&outcome.stderr);
        assert!(told.contains("no secure connection to https://127.0.0.1:"), "{told}");
        for word in words {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert_eq!(server.take(), []);
    }
}

#[test]
fn insecure_takes_any_certificate_and_says_so_loudly_each_time() {
    let world = World::new();
    let server = world.server_that(&Identity::named("gitlab.test").until(2020), ClientCertificates::Ignored);
    let url = server.url();
    let profile = world.config(
        "rhailab.toml",
        &format!("default = \"w\"\n[profiles.w]\nurl = \"{url}\"\ninsecure = true\n"),
    );
    let python =
        world.config("python.cfg", &format!("[global]\ndefault = s\n[s]\nurl = {url}\nssl_verify = false\n"));
    let code = format!("gitlab(\"{url}\", #{{insecure: true}}).projects.get(1).id");
    let ways: [(Way<'_>, &str); 4] = [
        ((&["--insecure", "eval", PROJECT], &[("GITLAB_URL", url)]), "option --insecure"),
        ((&["eval", PROJECT], &[("RHAILAB_CONFIG", &profile)]), "profile w"),
        (
            (&["eval", PROJECT], &[("PYTHON_GITLAB_CFG", &python)]),
            "section s of python-gitlab's configuration",
        ),
        ((&["eval", &code], &[]), "insecure of gitlab("),
    ];
    for ((args, variables), source) in ways {
        let mut run = Rhailab::new(RHAILAB).args(args);
        for (name, value) in variables {
            run = run.env(name, value);
        }
        let outcome = run.run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{outcome:?}");
        let warnings: Vec<&str> =
            outcome.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
        assert_eq!(warnings.len(), 1, "{outcome:?}");
        assert!(warnings[0].contains("certificates are NOT checked"), "{outcome:?}");
        assert!(warnings[0].contains(source), "{outcome:?}");
    }
}

#[test]
fn a_client_certificate_is_shown_to_its_server_and_to_no_other() {
    let world = World::new();
    let named = Identity::named("127.0.0.1");
    let server = world.server_that(&named, ClientCertificates::Demanded);
    let (ca, certificate, key, both) =
        (world.path("ca.pem"), world.path("client.pem"), world.path("client.key"), world.path("both.pem"));
    let shown: [&[&str]; 2] =
        [&["--client-cert", &certificate, "--client-key", &key], &["--client-cert", &both]];
    for files in shown {
        let outcome = call(server.url(), files).args(["--ca-file", &ca, "eval", PROJECT]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{outcome:?}");
        assert!(server.take().iter().all(|seen| seen.has_certificate));
    }
    let outcome = call(server.url(), &["--ca-file", &ca, "eval", PROJECT]).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    let told = unwrapped(&outcome.stderr);
    assert!(told.contains("--client-cert FILE with --client-key FILE"), "{told}");
    assert_eq!(server.take(), []);

    // A stranger asks for a certificate, too.
    let stranger = world.server_that(&named, ClientCertificates::Welcome);
    let place = format!("{}/api/v4/projects/1", stranger.url());
    let redirecting = TlsServer::start(
        &world.authority,
        &world.authority.issue(&named),
        ClientCertificates::Demanded,
        format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n"),
    );
    let outcome =
        call(redirecting.url(), &["--client-cert", &both]).args(["--ca-file", &ca, "eval", PROJECT]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{outcome:?}");
    assert!(redirecting.take()[0].has_certificate);
    let Seen { head, has_certificate } = &stranger.take()[0];
    assert!(!has_certificate && !head.contains(TOKEN), "{head}");
}

#[test]
fn a_file_that_holds_no_certificate_is_told_before_anything_is_sent() {
    let world = World::new();
    let other_key = world.authority.issue(&Identity::named("other")).key_pem;
    world.folder.write("other.key", &other_key);
    world.folder.write("empty.pem", "");
    world.folder.write("text.pem", "no certificate");
    world.folder.write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let path = |name: &str| world.path(name);
    let cases: [(Vec<String>, &[&str]); 8] = [
        (vec!["--ca-file".into(), path("none.pem")], &["the CA file", "none.pem cannot be read"]),
        (vec!["--ca-file".into(), path("")], &["the CA file", "cannot be read"]),
        (
            vec!["--ca-file".into(), path("empty.pem")],
            &["empty.pem has no certificate in it", "BEGIN CERTIFICATE"],
        ),
        (vec!["--ca-file".into(), path("text.pem")], &["text.pem has no certificate in it"]),
        (vec!["--ca-file".into(), path("bad.pem")], &["bad.pem has something in it that is no certificate"]),
        (
            vec!["--client-cert".into(), path("client.pem")],
            &["client.pem", "cannot be used", "its key without a password"],
        ),
        (
            vec!["--client-cert".into(), path("client.pem"), "--client-key".into(), path("other.key")],
            &["client.pem", "other.key cannot be used"],
        ),
        (vec!["--client-key".into(), path("client.key")], &["--client-key needs --client-cert"]),
    ];
    for (args, words) in cases {
        let outcome = call("https://127.0.0.1:1", &[]).args(&args).args(["eval", "1"]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}: {outcome:?}");
        let told = unwrapped(&outcome.stderr);
        for word in words {
            assert!(told.contains(word), "{word}: {told}");
        }
    }
}

#[test]
fn a_login_keeps_what_the_servers_certificate_needs() {
    let world = World::new();
    let server = TlsServer::start(
        &world.authority,
        &world.authority.issue(&Identity::named("127.0.0.1")),
        ClientCertificates::Demanded,
        TlsServer::json(r#"{"id": 1, "username": "mira.olden"}"#),
    );
    let config: PathBuf = world.folder.path().join("rhailab.toml");
    let login = Rhailab::new(RHAILAB)
        .within(world.folder.path())
        .env("RHAILAB_CONFIG", &config)
        .args([
            "--url",
            server.url(),
            "--ca-file",
            "ca.pem",
            "--client-cert",
            "client.pem",
            "--client-key",
            "client.key",
        ])
        .args(["login", "work"])
        .stdin(&format!("{TOKEN}\n"))
        .run();
    assert_eq!(login.status, Some(0), "{login:?}");
    let run =
        Rhailab::new(RHAILAB).env("RHAILAB_CONFIG", &config).args(["eval", "gl.user.get().username"]).run();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("mira.olden\n", ""), "{run:?}");
}

#[test]
fn requests_go_through_the_proxy_of_the_environment() {
    // To an http server a proxy is asked for the whole URL; the recording server answers to any host.
    let proxy = RecordingServer::start([("GET /api/v4/projects/1", canned::project())]);
    let address = proxy.url().trim_start_matches("http://");
    let with_password = format!("http://mira:{PROXY_PASSWORD}@{address}");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let outcome = call("http://gitlab.test", &["-vv", "eval", PROJECT]).env(name, &with_password).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{outcome:?}");
        let request = proxy.requests().pop().unwrap();
        assert_eq!((request.header("host"), request.header("private-token")), ("gitlab.test", TOKEN));
        assert!(request.header("proxy-authorization").starts_with("Basic "), "{request:?}");
        shows_no_secret(&outcome);

        let config = call("http://gitlab.test", &["config"]).env(name, &with_password).run();
        let line = config.stdout.lines().find(|line| line.starts_with("proxy")).unwrap();
        assert!(line.contains(address) && line.contains(name), "{line}");
        shows_no_secret(&config);
    }
    // A server that is excepted is asked directly, and a simulated one always.
    let server = RecordingServer::start([("GET /api/v4/projects/1", canned::project())]);
    let before = proxy.requests().len();
    let by_name = server.url().replace("127.0.0.1", "localhost");
    for (url, excepted) in [
        (server.url(), "127.0.0.1"),
        (&by_name, "*"),
        (server.url(), "other.test, *"),
        (server.url(), "other.test, 127.0.0.0/8"),
    ] {
        let run = call(url, &["eval", PROJECT]).env("HTTP_PROXY", &with_password).env("NO_PROXY", excepted);
        assert_eq!(run.run().stdout, "1\n");
    }
    let sandbox =
        Rhailab::new(RHAILAB).env("HTTP_PROXY", &with_password).args(["--sandbox", "eval", PROJECT]).run();
    assert_eq!(sandbox.stdout, "1\n", "{sandbox:?}");
    assert_eq!((server.requests().len(), proxy.requests().len()), (4, before));
    assert_eq!(server.requests()[0].credentials(), ["private-token"]);
    let config = call(server.url(), &["--output", "json", "config"])
        .env("HTTP_PROXY", &with_password)
        .env("NO_PROXY", "*")
        .run();
    let config: serde_json::Value = serde_json::from_str(&config.stdout).unwrap();
    assert_eq!(
        config["proxy"],
        serde_json::json!({"value": null, "source": "environment variable NO_PROXY"})
    );
}

#[test]
fn through_a_proxy_tls_still_ends_at_the_server() {
    let world = World::new();
    let server = world.server_that(&Identity::named("gitlab.test"), ClientCertificates::Ignored);
    let proxy = TunnelProxy::start(server.address());
    let with_password = format!("http://mira:{PROXY_PASSWORD}@{}", proxy.address());
    let run = call("https://gitlab.test", &["-vv", "--ca-file", &world.path("ca.pem"), "eval", PROJECT]);
    let outcome = run.env("HTTPS_PROXY", &with_password).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "1\n"), "{outcome:?}");
    let asked = proxy.take();
    assert!(asked[0].starts_with("CONNECT gitlab.test:443 HTTP/1.1\r\n"), "{asked:?}");
    assert!(asked[0].to_lowercase().contains("proxy-authorization: basic "), "{asked:?}");
    assert!(!asked.concat().contains(TOKEN), "{asked:?}");
    let seen = server.take();
    assert!(seen[0].head.contains(TOKEN) && !seen[0].head.to_lowercase().contains("proxy-"), "{seen:?}");
    shows_no_secret(&outcome);
}

#[test]
fn a_proxy_that_refuses_is_told_without_its_password() {
    let proxy = TunnelProxy::refusing();
    let with_password = format!("http://mira:{PROXY_PASSWORD}@{}", proxy.address());
    let outcome =
        call("https://gitlab.test", &["-vv", "eval", PROJECT]).env("HTTPS_PROXY", &with_password).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("cannot connect to https://gitlab.test"), "{outcome:?}");
    shows_no_secret(&outcome);
    assert_eq!(proxy.take().len(), 1);
    let said = unwrapped(&outcome.stderr);
    let words =
        format!("through the proxy http://{}/: the proxy wants a user and a password", proxy.address());
    assert!(said.contains(&words) && said.contains("variable HTTPS_PROXY names the proxy"), "{outcome:?}");

    // To an http server the proxy itself answers.
    let proxy = RecordingServer::start([("GET /api/v4/projects/1", Answer::text(407, "who are you?"))]);
    let outcome = call("http://gitlab.test", &["eval", PROJECT]).env("http_proxy", proxy.url()).run();
    let said = unwrapped(&outcome.stderr);
    assert!(said.contains("the proxy wants a user and a password"), "{outcome:?}");
    assert!(said.contains("variable http_proxy names the proxy"), "{outcome:?}");
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named() {
    // Bound and not listened on, the port stays closed: no other test can be given it meanwhile.
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = closed.local_addr().unwrap();
    let said = |variable: &str, scheme: &str| {
        let proxy = format!("{scheme}://mira:{PROXY_PASSWORD}@{address}");
        let outcome = call("https://gitlab.test", &["eval", PROJECT]).env(variable, &proxy).run();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        shows_no_secret(&outcome);
        unwrapped(&outcome.stderr)
    };
    let dead = said("HTTPS_PROXY", "http");
    let words = format!(
        "cannot connect to https://gitlab.test through the proxy http://{address}/: Connection refused"
    );
    assert!(dead.contains(&words), "{dead}");
    for words in ["variable HTTPS_PROXY names the proxy", "is the proxy up", "It was tried 3 times."] {
        assert!(dead.contains(words), "{dead}");
    }
    let socks = said("ALL_PROXY", "socks5");
    assert!(
        socks.contains(&format!("the proxy socks5://{address}/: proxies of this kind are not supported")),
        "{socks}"
    );
    assert!(
        socks.contains("variable ALL_PROXY names the proxy") && !socks.contains("It was tried"),
        "{socks}"
    );
}

/// What was said, as one line: the diagnostic breaks lines where the terminal ends.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

fn shows_no_secret(outcome: &Outcome) {
    let shown = format!("{outcome:?}");
    for secret in [TOKEN, PROXY_PASSWORD, "bWlyYTp2eDQ"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
