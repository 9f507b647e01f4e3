//! Which source counts, with an environment that is passed in and files that the test writes.

use std::path::Path;

use super::*;

/// The settings of these options in an environment of these variables and no other. Without a file of the test's own the
/// machine's python-gitlab configuration stays out.
fn settings(options: &Options, variables: &[(&str, &str)]) -> Result<Settings, Error> {
    let environment = |name: &str| {
        let mut all =
            variables.iter().chain(&[("PYTHON_GITLAB_CFG", "/dev/null"), ("RHAILAB_CONFIG", "/dev/null")]);
        all.find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    Settings::find(options, environment)
}

fn find(
    options: &Options,
    variables: &[(&str, &str)],
) -> (String, Source, Option<(TokenKind, String, Source)>) {
    let settings = settings(options, variables).unwrap();
    let token =
        settings.token.map(|token| (token.value.kind, token.value.secret.expose().to_owned(), token.source));
    (settings.url.value, settings.url.source, token)
}

#[test]
fn without_anything_it_is_gitlab_com_and_anonymous() {
    assert_eq!(find(&Options::default(), &[]), (DEFAULT_URL.to_owned(), Source::Default, None));
    assert_eq!(
        find(&Options::default(), &[("GITLAB_URL", ""), ("GITLAB_TOKEN", " ")]),
        (DEFAULT_URL.to_owned(), Source::Default, None)
    );
}

#[test]
fn the_first_name_that_is_set_counts() {
    let options = Options::default();
    let all = [
        ("GITLAB_URL", "https://a.test"),
        ("GITLAB_HOST", "b.test"),
        ("CI_SERVER_URL", "https://c.test"),
        ("GITLAB_TOKEN", "t1"),
        ("GITLAB_PRIVATE_TOKEN", "t2"),
        ("GITLAB_OAUTH_TOKEN", "t3"),
        ("CI_JOB_TOKEN", "t4"),
    ];
    let url = |from: usize| find(&options, &all[from..]).0;
    assert_eq!([url(0), url(1), url(2)], ["https://a.test", "https://b.test", "https://c.test"]);
    let token = |from: usize| find(&options, &[&all[2..3], &all[from..]].concat()).2.unwrap().1;
    assert_eq!([token(3), token(4), token(5), token(6)], ["t1", "t2", "t3", "t4"]);
    let asked = Options { url: Some("https://o.test".to_owned()), ..Options::default() };
    assert_eq!(find(&asked, &all).1, Source::Option("--url"));
}

#[test]
fn a_job_token_goes_to_its_own_server_only() {
    let job = [("CI_SERVER_URL", "https://c.test"), ("CI_JOB_TOKEN", "j")];
    let own = find(&Options::default(), &job);
    assert_eq!(own.2, Some((TokenKind::Job, "j".to_owned(), Source::Environment("CI_JOB_TOKEN"))));
    let other = Options { url: Some("https://o.test".to_owned()), ..Options::default() };
    assert_eq!(find(&other, &job).2, None);
    let same = Options { url: Some("https://c.test/api/v4".to_owned()), ..Options::default() };
    assert!(find(&same, &job).2.is_some());
    assert_eq!(find(&Options::default(), &[("CI_JOB_TOKEN", "j")]).2, None);
}

/// Files of one test: `rhailab.toml` and python-gitlab's.
struct Files(tempfile::TempDir);

impl Files {
    fn new(profiles: &str, python: &str) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("rhailab.toml"), profiles).unwrap();
        std::fs::write(folder.path().join("python.cfg"), python).unwrap();
        std::fs::write(folder.path().join("token"), "glpat-of-file\n").unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn settings(&self, options: &Options, variables: &[(&str, &str)]) -> Result<Settings, Error> {
        let (profiles, python) = (self.path("rhailab.toml"), self.path("python.cfg"));
        let own = [("RHAILAB_CONFIG", profiles.as_str()), ("PYTHON_GITLAB_CFG", python.as_str())];
        settings(options, &[variables, &own].concat())
    }
}

const PROFILES: &str = r#"
default = "work"
[profiles.work]
url = "https://a.test"
private_token = "glpat-work"
timeout = "2m"
read_timeout = 5
jobs = 4
ca_file = "work.pem"
client_cert = "own.pem"
[profiles.lab]
url = "https://b.test/"
insecure = true
client_cert = "cert.pem"
client_key = "/keys/lab.pem"
timeout = 1.5
"#;

const PYTHON: &str = "
[global]
default = home
timeout = 7
ssl_verify = /etc/home.pem
[home]
url = https://c.test
oauth_token = glpat-home
[open]
url = https://b.test
ssl_verify = off
timeout: 9
[work]
url = https://d.test
";

/// What the settings say in short, for a table.
fn told(settings: &Settings, folder: &Path) -> String {
    let mut words = vec![settings.url.value.clone()];
    let mut tell = |name: &str, value: Option<(String, &Source)>| {
        if let Some((value, source)) = value {
            words.push(format!("{name}={} ({source})", value.replace(folder.to_str().unwrap(), "~")));
        }
    };
    let own = |text: &dyn std::fmt::Debug| format!("{text:?}");
    tell(
        "token",
        settings.token.as_ref().map(|token| (token.value.secret.expose().to_owned(), &token.source)),
    );
    tell("timeout", settings.timeout.as_ref().map(|time| (own(&time.value), &time.source)));
    tell("read_timeout", settings.read_timeout.as_ref().map(|time| (own(&time.value), &time.source)));
    tell("jobs", settings.jobs.as_ref().map(|jobs| (own(&jobs.value), &jobs.source)));
    tell("ca", settings.ca_file.as_ref().map(|path| (path.value.display().to_string(), &path.source)));
    let certificate = settings.client_certificate.as_ref();
    tell(
        "cert",
        certificate.map(|files| {
            (format!("{}+{}", files.value.certificate.display(), files.value.key.display()), &files.source)
        }),
    );
    tell("insecure", settings.insecure.as_ref().map(|source| ("yes".to_owned(), source)));
    words.join("; ")
}

/// Options, variables, and what the settings say.
type Case<'a> = (Options, &'a [(&'a str, &'a str)], String);

#[test]
fn every_value_comes_from_the_highest_source_that_has_it() {
    let files = Files::new(PROFILES, PYTHON);
    let token_file = files.path("token");
    let named = |name: &str| Options { profile: Some(name.to_owned()), ..Options::default() };
    let all_options = Options {
        url: Some("https://a.test/api/v4/".to_owned()),
        token_file: Some(token_file.into()),
        timeout: Some(Duration::from_secs(3)),
        jobs: NonZeroUsize::new(9),
        ca_file: Some("o.pem".into()),
        client_cert: Some("oc.pem".into()),
        client_key: Some("ok.pem".into()),
        insecure: true,
        ..Options::default()
    };
    let work = "timeout=120s (profile work); read_timeout=5s (profile work); jobs=4 (profile work); \
                ca=~/work.pem (profile work); cert=~/own.pem+~/own.pem (profile work)";
    let lab =
        "timeout=1.5s (profile lab); cert=~/cert.pem+/keys/lab.pem (profile lab); insecure=yes (profile lab)";
    let home = "section home of python-gitlab's configuration";
    let open = "section open of python-gitlab's configuration";
    let job =
        [("CI_SERVER_URL", "https://a.test"), ("CI_JOB_TOKEN", "j"), ("CI_SERVER_TLS_CA_FILE", "/ci.pem")];
    let certificates = [
        ("CI_SERVER_URL", "https://e.test"),
        ("CI_SERVER_TLS_CA_FILE", "/ci.pem"),
        ("CI_SERVER_TLS_CERT_FILE", "/cert.pem"),
        ("CI_SERVER_TLS_KEY_FILE", "/key.pem"),
    ];
    let cases: [Case<'_>; 13] = [
        (Options::default(), &[], format!("https://a.test; token=glpat-work (profile work); {work}")),
        (Options::default(), &[("GITLAB_TOKEN", "t")], format!("https://a.test; token=t (environment variable GITLAB_TOKEN); {work}")),
        // A profile is for its server, and so is a section.
        (Options::default(), &[("GITLAB_URL", "https://x.test")], "https://x.test".to_owned()),
        (
            Options::default(),
            &[("GITLAB_URL", "https://c.test/")],
            format!("https://c.test/; token=glpat-home ({home}); read_timeout=7s ({home}); ca=/etc/home.pem ({home})"),
        ),
        (Options::default(), &[("RHAILAB_PROFILE", "lab")], format!("https://b.test/; {lab}")),
        (named("lab"), &[("GITLAB_TOKEN", "t"), ("GITLAB_URL", "https://x.test")], format!("https://b.test/; {lab}")),
        (
            named("open"),
            &[],
            format!("https://b.test; read_timeout=9s ({open}); insecure=yes ({open})"),
        ),
        // The name stands in both files.
        (named("work"), &[], format!("https://a.test; token=glpat-work (profile work); {work}")),
        (
            all_options,
            &[("GITLAB_TOKEN", "t"), ("GITLAB_CA_FILE", "/env.pem")],
            "https://a.test/api/v4/; token=glpat-of-file (option --token-file); timeout=3s (option --timeout); \
             read_timeout=5s (profile work); jobs=9 (option --jobs); ca=o.pem (option --ca-file); \
             cert=oc.pem+ok.pem (option --client-cert); insecure=yes (option --insecure)"
                .to_owned(),
        ),
        (
            named("lab"),
            &[("GITLAB_CA_FILE", "/env.pem")],
            lab.replace("; cert", "; ca=/env.pem (environment variable GITLAB_CA_FILE); cert")
                .replacen("timeout", "https://b.test/; timeout", 1),
        ),
        (
            Options::default(),
            &job,
            format!("https://a.test; token=j (environment variable CI_JOB_TOKEN); {work}")
                .replace("~/work.pem (profile work)", "/ci.pem (environment variable CI_SERVER_TLS_CA_FILE)"),
        ),
        (
            Options::default(),
            &certificates,
            "https://e.test; ca=/ci.pem (environment variable CI_SERVER_TLS_CA_FILE); \
             cert=/cert.pem+/key.pem (environment variable CI_SERVER_TLS_CERT_FILE)"
                .to_owned(),
        ),
        // A job's certificates are for the job's server.
        (
            Options { url: Some("https://x.test".to_owned()), ..Options::default() },
            &certificates,
            "https://x.test".to_owned(),
        ),
    ];
    for (options, variables, expected) in cases {
        let found = files.settings(&options, variables).unwrap();
        assert_eq!(told(&found, files.0.path()), expected, "{options:?} {variables:?}");
    }
}

#[test]
fn only_the_token_that_counts_is_read_and_warned_of() {
    let profiles = "default = \"w\"\n[profiles.w]\nurl = \"https://a.test\"\ntoken_file = \"missing\"\n";
    let files = Files::new(profiles, "");
    let unused = files.settings(&Options::default(), &[("GITLAB_TOKEN", "t")]).unwrap();
    assert_eq!(unused.warnings, [""; 0]);
    let error = files.settings(&Options::default(), &[]).unwrap_err();
    assert!(error.to_string().contains("missing cannot be read"), "{error}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_words() {
    let two = "private_token = \"glpat-1\"\njob_token = \"glpat-2\"";
    let profile = |line: &str| format!("default = \"w\"\n[profiles.w]\nurl = \"https://a.test\"\n{line}\n");
    let server = |line: &str| format!("[global]\ndefault = s\n[s]\nurl = https://s.test\n{line}\n");
    let cases = [
        (profile(two), String::new(), "the profile `w` has more than one token"),
        (profile("client_key = \"k\""), String::new(), "has a client_key and no client_cert"),
        (profile("timeout = \"soon\""), String::new(), "the span of time cannot be \"soon\""),
        (profile("timeout = -1"), String::new(), "the span of time cannot be negative"),
        (profile("timeout = 0"), String::new(), "the span of time must be longer than 0"),
        (profile("timeout = \"0s\""), String::new(), "the span of time must be longer than 0"),
        (profile("read_timeout = 0.0"), String::new(), "the span of time must be longer than 0"),
        (profile("timeout = true"), String::new(), "such as 90, \"30s\""),
        (profile("jobs = 0"), String::new(), "nonzero"),
        ("default = \"x\"".to_owned(), String::new(), "there is no profile `x`"),
        (
            String::new(),
            server("private_token = glpat-1\noauth_token = glpat-2"),
            "section [s] of python-gitlab's configuration has more than one token",
        ),
        (String::new(), server("timeout = soon"), "must be a whole number of seconds"),
        (String::new(), server("timeout = 0"), "must be a whole number of seconds"),
        (String::new(), server("api_version = 3"), "must be 4"),
        (String::new(), server("private_token = %(x)s"), "has a % in it"),
        (
            String::new(),
            server("private_token = a\nPRIVATE_TOKEN = b"),
            "line 6: the key `private_token` stands here for the second time",
        ),
        (String::new(), server("glpat-1"), "line 5: this is neither a section"),
        (String::new(), "[global]\ndefault = x\n".to_owned(), "names `x`, and there is no such section"),
        (String::new(), "[global]\ndefault = s\n[s]\n".to_owned(), "has no url"),
    ];
    for (profiles, python, words) in cases {
        let files = Files::new(&profiles, &python);
        let error = files.settings(&Options::default(), &[]).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert!(!error.contains("glpat-"), "{error}");
    }
    let files = Files::new(PROFILES, PYTHON);
    let wrong = Options { profile: Some("opne".to_owned()), ..Options::default() };
    let error = files.settings(&wrong, &[]).unwrap_err();
    assert_eq!(error.hint(), Some("Did you mean `open`?"));
    let error = settings(&Options::default(), &[("PYTHON_GITLAB_CFG", "/nowhere/p.cfg")]).unwrap_err();
    assert!(error.to_string().contains("PYTHON_GITLAB_CFG names /nowhere/p.cfg"), "{error}");
    let alone = Options { client_key: Some("k".into()), ..Options::default() };
    assert!(settings(&alone, &[]).unwrap_err().to_string().contains("--client-key needs --client-cert"));
}
