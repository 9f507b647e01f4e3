use proptest::prelude::*;

use super::*;

const POLICY: Policy = Policy {
    retries: 5,
    first: Duration::from_millis(500),
    most: Duration::from_secs(30),
    budget: Duration::from_secs(300),
};

fn refused(status: u16) -> Problem {
    Problem::Refused { status, wait: None, locked: false }
}

/// An attempt that fails: the pause before the next one.
fn fails(
    attempts: &mut Attempts,
    idempotency: Idempotency,
    problem: Problem,
    chance: f64,
) -> Option<Duration> {
    attempts.begin();
    attempts.next(idempotency, problem, chance)
}

fn repeats(idempotency: Idempotency, problem: Problem) -> bool {
    fails(&mut Attempts::new(POLICY), idempotency, problem, 0.5).is_some()
}

#[test]
fn what_may_be_repeated_is_a_matter_of_the_operation_and_of_what_happened() {
    use Idempotency::{Idempotent, Never, Safe};
    let locked = Problem::Refused { status: 409, wait: None, locked: true };
    // The problem, and whether a read, a write that may be repeated, and one that must not be are sent again.
    let table = [
        (Problem::NotConnected { known_server: true }, [true, true, true]),
        (Problem::NotConnected { known_server: false }, [true, true, true]),
        (Problem::NoAnswer, [true, true, false]),
        (refused(429), [true, true, true]),
        (refused(500), [true, true, false]),
        (refused(502), [true, true, false]),
        (refused(503), [true, true, false]),
        (refused(504), [true, true, false]),
        (refused(520), [true, true, false]),
        (refused(530), [true, true, false]),
        (locked, [true, true, false]),
        (refused(409), [false, false, false]),
        (refused(501), [false, false, false]),
        (refused(505), [false, false, false]),
        (refused(404), [false, false, false]),
        (refused(401), [false, false, false]),
        (Problem::Permanent, [false, false, false]),
    ];
    for (problem, expected) in table {
        let actual = [Safe, Idempotent, Never].map(|idempotency| repeats(idempotency, problem));
        assert_eq!(actual, expected, "{problem:?}");
    }
}

#[test]
fn pauses_are_jittered_and_double_up_to_a_limit() {
    let mut attempts = Attempts::new(Policy { retries: 9, ..POLICY });
    let pauses: Vec<_> =
        (0..10).map(|_| fails(&mut attempts, Idempotency::Safe, Problem::NoAnswer, 1.0)).collect();
    let seconds: Vec<_> = pauses.iter().flatten().map(Duration::as_secs_f64).collect();
    assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
    assert_eq!(pauses[9], None);
    assert_eq!(attempts.made(), 10);
    assert_eq!(
        fails(&mut Attempts::new(POLICY), Idempotency::Safe, Problem::NoAnswer, 0.0),
        Some(Duration::ZERO)
    );
}

#[test]
fn a_server_that_never_answered_gets_little_patience() {
    let stranger = Problem::NotConnected { known_server: false };
    let mut attempts = Attempts::new(POLICY);
    let pauses: Vec<_> = (0..3).map(|_| fails(&mut attempts, Idempotency::Never, stranger, 1.0)).collect();
    assert_eq!(pauses, [Some(STRANGER.1), Some(STRANGER.1), None]);
}

#[test]
fn the_servers_wish_counts_within_the_budget() {
    let wish =
        |seconds| Problem::Refused { status: 429, wait: Some(Duration::from_secs(seconds)), locked: false };
    let mut attempts = Attempts::new(POLICY);
    assert_eq!(fails(&mut attempts, Idempotency::Never, wish(200), 0.0), Some(Duration::from_secs(200)));
    assert_eq!(fails(&mut attempts, Idempotency::Never, wish(101), 0.0), None);
    assert_eq!(fails(&mut attempts, Idempotency::Never, wish(100), 0.0), Some(Duration::from_secs(100)));
    // Nobody comes back a moment before the time.
    assert!(
        fails(&mut Attempts::new(POLICY), Idempotency::Never, wish(1), 1.0).unwrap() > Duration::from_secs(1)
    );
    assert_eq!(fails(&mut Attempts::new(POLICY), Idempotency::Never, wish(u64::MAX), 1.0), None);
}

#[test]
fn a_failed_write_may_have_been_done_unless_it_was_refused() {
    let after = |problem| {
        let mut attempts = Attempts::new(POLICY);
        fails(&mut attempts, Idempotency::Idempotent, problem, 0.0);
        attempts.is_uncertain()
    };
    assert!(after(Problem::NoAnswer) && after(refused(502)));
    assert!(!after(refused(429)) && !after(Problem::NotConnected { known_server: true }));
}

fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
    rows.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

#[test]
fn every_way_to_ask_for_a_pause_is_read() {
    let at = |text| httpdate::parse_http_date(text).unwrap();
    let now = at("Wed, 25 Nov 2026 12:00:00 GMT");
    let asked = |rows: &[(&'static str, &str)]| {
        asked_pause(StatusCode::TOO_MANY_REQUESTS, &headers(rows), now).map(|pause| pause.as_secs())
    };
    assert_eq!(asked(&[("retry-after", "7")]), Some(7));
    assert_eq!(asked(&[("retry-after", " 7 ")]), Some(7));
    assert_eq!(asked(&[("retry-after", "Wed, 25 Nov 2026 12:00:30 GMT")]), Some(30));
    assert_eq!(asked(&[("retry-after", "Wednesday, 25-Nov-26 12:00:30 GMT")]), Some(30));
    assert_eq!(asked(&[("retry-after", "Wed, 25 Nov 2026 11:00:00 GMT")]), Some(0));
    assert_eq!(asked(&[("ratelimit-reset", "1795608060")]), Some(60));
    assert_eq!(asked(&[("ratelimit-resettime", "Wed, 25 Nov 2026 12:01:00 GMT")]), Some(60));
    assert_eq!(asked(&[("retry-after", "7"), ("ratelimit-reset", "1795608060")]), Some(7));
    for nonsense in ["", "soon", "-1", "1.5"] {
        assert_eq!(asked(&[("retry-after", nonsense)]), None, "{nonsense:?}");
    }
    assert_eq!(asked(&[]), None);
    assert_eq!(asked(&[("retry-after", "99999999999999999999999")]), Some(u64::MAX));
    let overloaded =
        |rows: &[(&'static str, &str)]| asked_pause(StatusCode::SERVICE_UNAVAILABLE, &headers(rows), now);
    assert_eq!(
        overloaded(&[("retry-after", "7"), ("ratelimit-reset", "1795608060")]),
        Some(Duration::from_secs(7))
    );
    assert_eq!(overloaded(&[("ratelimit-reset", "1795608060")]), None);
    assert_eq!(asked_pause(StatusCode::BAD_GATEWAY, &headers(&[("retry-after", "7")]), now), None);
}

#[test]
fn our_own_clock_may_be_wrong_by_years() {
    let date = ("date", "Wed, 25 Nov 2026 12:00:00 GMT");
    let until = headers(&[("retry-after", "Wed, 25 Nov 2026 12:00:30 GMT"), date]);
    let reset = headers(&[("ratelimit-reset", "1795608060"), date]);
    for now in [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000)] {
        assert_eq!(asked_pause(StatusCode::TOO_MANY_REQUESTS, &until, now), Some(Duration::from_secs(30)));
        assert_eq!(asked_pause(StatusCode::TOO_MANY_REQUESTS, &reset, now), Some(Duration::from_secs(60)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_header_leads_to_a_panic_or_beyond_the_budget(
        retry_after in "[ -~]{0,40}|[0-9]{1,25}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
        reset in "[ -~]{0,20}|[0-9]{1,25}",
        chance in 0.0..=1.0,
    ) {
        let headers = headers(&[("retry-after", &retry_after), ("ratelimit-reset", &reset)]);
        let wait = asked_pause(StatusCode::TOO_MANY_REQUESTS, &headers, SystemTime::UNIX_EPOCH);
        let problem = Problem::Refused { status: 429, wait, locked: false };
        let mut attempts = Attempts::new(POLICY);
        let mut paused = Duration::ZERO;
        while let Some(pause) = fails(&mut attempts, Idempotency::Never, problem, chance) {
            paused += pause;
        }
        prop_assert!(paused <= POLICY.budget);
        prop_assert!(attempts.made() <= POLICY.retries + 1);
    }
}
