//! Where a credential goes when a server sends the client elsewhere: to the configured origin and nowhere
//! else, whatever kind of token it is. Each case runs over real sockets; two recording servers on two
//! ports are two origins.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use rhailab_client::{Error, ErrorKind, Gitlab, ListProjectTriggers, Project, TokenKind, TriggerPipeline};
use rhailab_tests::{Answer, Recorded, RecordingServer, canned};

/// Each kind of token with the header that it travels in.
const KINDS: [(TokenKind, &str, &str); 3] = [
    (TokenKind::Private, "private-token", "glpat-must-stay-home"),
    (TokenKind::Job, "job-token", "glpat-must-stay-home"),
    (TokenKind::OAuth, "authorization", "Bearer glpat-must-stay-home"),
];

const TOKEN: &str = "glpat-must-stay-home";

const PROJECT: &str = "GET /api/v4/projects/1";

const REDIRECTS_OF_READS: [u16; 5] = [301, 302, 303, 307, 308];

#[tokio::test]
async fn footgun_02_no_token_reaches_another_origin() {
    for (kind, header, value) in KINDS {
        for status in REDIRECTS_OF_READS {
            let elsewhere = RecordingServer::start([(PROJECT, canned::project())]);
            let home = redirecting(status, &format!("{}/api/v4/projects/1", elsewhere.url()));
            assert_eq!(project(&home, kind).await.unwrap().id, 1);
            assert_eq!(home.requests()[0].header(header), value, "{kind:?} {status}");
            let strayed = &elsewhere.requests()[0];
            assert_eq!(strayed.credentials(), [""; 0], "{kind:?} {status}");
            assert!(!format!("{strayed:?}").contains(TOKEN), "{kind:?} {status}: {strayed:?}");
        }
    }
}

#[tokio::test]
async fn a_chain_that_left_home_carries_no_token_on_its_way_back() {
    for (kind, header, _) in KINDS {
        let home = RecordingServer::start([]);
        let back = Answer::redirect(302, format!("{}/back", home.url()));
        let elsewhere = RecordingServer::start([("GET /out", back)]);
        home.add(PROJECT, Answer::redirect(302, format!("{}/out", elsewhere.url())));
        home.add("GET /back", Answer::redirect(302, "/at-last"));
        home.add("GET /at-last", canned::project());
        project(&home, kind).await.unwrap();
        let credentials: Vec<_> = home.requests().iter().map(Recorded::credentials).collect();
        assert_eq!(home.lines(), [PROJECT, "GET /back", "GET /at-last"]);
        assert_eq!(credentials, [vec![header], vec![], vec![]], "{kind:?}");
        assert_eq!(elsewhere.requests()[0].credentials(), [""; 0], "{kind:?}");
    }
}

#[tokio::test]
async fn a_redirect_at_home_keeps_the_token() {
    for (kind, header, value) in KINDS {
        let home = RecordingServer::start([
            (PROJECT, Answer::redirect(301, "/api/v4/projects/2")),
            ("GET /api/v4/projects/2", Answer::redirect(302, "{url}/api/v4/projects/3")),
            ("GET /api/v4/projects/3", canned::project()),
        ]);
        project(&home, kind).await.unwrap();
        let sent: Vec<String> =
            home.requests().iter().map(|request| request.header(header).to_owned()).collect();
        assert_eq!(sent, [value; 3], "{kind:?}");
    }
}

#[tokio::test]
async fn a_redirected_post_is_an_error_and_is_not_repeated() {
    for status in REDIRECTS_OF_READS {
        let elsewhere = RecordingServer::start([]);
        for location in ["/api/v4/elsewhere".to_owned(), format!("{}/api/v4/elsewhere", elsewhere.url())] {
            let home = RecordingServer::start([(
                "POST /api/v4/projects/1/trigger/pipeline",
                Answer::redirect(status, location.as_str()),
            )]);
            let trigger = TriggerPipeline::new("master", canned::TRIGGER_TOKEN);
            let error = client(&home, TokenKind::Private)
                .projects()
                .lazy(1)
                .trigger_pipeline(trigger)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Transport, "{status} {location}: {error}");
            assert!(error.message().contains("POST"), "{status} {location}: {error}");
            assert_eq!(home.lines(), ["POST /api/v4/projects/1/trigger/pipeline"], "{status} {location}");
        }
        assert_eq!(elsewhere.lines(), [""; 0], "{status}");
    }
}

#[tokio::test]
async fn a_loop_ends_with_an_error() {
    let home = redirecting(302, "/api/v4/projects/1");
    let error = project(&home, TokenKind::Private).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert!(error.message().contains("redirects more than"), "{error}");
    // The request itself, and as many hops as a chain may have.
    assert_eq!(home.lines(), [PROJECT; 6]);
}

#[tokio::test]
async fn a_loop_between_two_origins_ends_with_an_error() {
    let home = RecordingServer::start([]);
    let pong = Answer::redirect(302, format!("{}/api/v4/projects/1", home.url()));
    let elsewhere = RecordingServer::start([("GET /ping", pong)]);
    home.add(PROJECT, Answer::redirect(302, format!("{}/ping", elsewhere.url())));
    let error = project(&home, TokenKind::Private).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!((home.requests().len(), elsewhere.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_next_page_on_another_host_is_refused_and_not_asked_for() {
    for (kind, ..) in KINDS {
        let elsewhere = RecordingServer::start([("GET /api/v4/projects/2/triggers", canned::no_rows())]);
        let link = format!("<{}/api/v4/projects/2/triggers?page=2>; rel=\"next\"", elsewhere.url());
        let rows = serde_json::json!([canned::trigger("first")]);
        let home = RecordingServer::start([(
            "GET /api/v4/projects/1/triggers",
            Answer::json(200, &rows).with_header("link", link),
        )]);
        let project = client(&home, kind).projects().lazy(1);
        let mut triggers = project.triggers().list(ListProjectTriggers::new()).stream();
        assert!(triggers.try_next().await.unwrap().is_some());
        let error = triggers.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.message().contains(elsewhere.url()), "{error}");
        assert_eq!(elsewhere.lines(), [""; 0]);
        assert_eq!(home.requests().len(), 1);
    }
}

/// A proxy that rewrites the host leaves GitLab's own name in the links. What they add to the list's own path is their query.
#[tokio::test]
async fn a_next_page_of_the_same_list_on_another_host_is_asked_for_at_home() {
    for (kind, header, value) in KINDS {
        let elsewhere = RecordingServer::start([("GET /api/v4/projects/1/triggers", canned::no_rows())]);
        let link = format!("<{}/api/v4/projects/1/triggers?page=2>; rel=\"next\"", elsewhere.url());
        let rows = serde_json::json!([canned::trigger("first")]);
        let home = RecordingServer::start([
            ("GET /api/v4/projects/1/triggers", Answer::json(200, &rows).with_header("link", link)),
            ("GET /api/v4/projects/1/triggers", canned::no_rows()),
        ]);
        let project = client(&home, kind).projects().lazy(1);
        assert_eq!(project.triggers().list(ListProjectTriggers::new()).all().await.unwrap().len(), 1);
        assert_eq!(elsewhere.lines(), [""; 0]);
        let requests = home.requests();
        assert_eq!((requests[1].query.as_str(), requests[1].header(header)), ("page=2", value));
    }
}

#[tokio::test]
async fn a_next_page_at_home_is_followed_with_the_token() {
    for (kind, header, value) in KINDS {
        let rows = serde_json::json!([canned::trigger("first")]);
        let mut second = canned::trigger("second");
        second["id"] = 8.into();
        let more = serde_json::json!([second]);
        let next = "<{url}/api/v4/projects/1/triggers?cursor=x>; rel=\"next\"";
        let home = RecordingServer::start([
            ("GET /api/v4/projects/1/triggers", Answer::json(200, &rows).with_header("link", next)),
            ("GET /api/v4/projects/1/triggers", Answer::json(200, &more)),
        ]);
        let triggers = client(&home, kind)
            .projects()
            .lazy(1)
            .triggers()
            .list(ListProjectTriggers::new())
            .all()
            .await
            .unwrap();
        assert_eq!(triggers.len(), 2);
        let requests = home.requests();
        assert_eq!(requests[1].query, "cursor=x");
        assert_eq!(requests[1].header(header), value);
    }
}

/// A server that sends whoever asks for the project 1 elsewhere.
fn redirecting(status: u16, location: &str) -> RecordingServer {
    RecordingServer::start([(PROJECT, Answer::redirect(status, location))])
}

fn client(server: &RecordingServer, kind: TokenKind) -> Gitlab {
    Gitlab::builder(server.url()).token(kind, TOKEN).build().unwrap()
}

async fn project(server: &RecordingServer, kind: TokenKind) -> Result<Project, Error> {
    client(server, kind).projects().get(1).await
}
