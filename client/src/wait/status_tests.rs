//! Every status, every option, without a clock.

use super::*;

fn ends(options: Wait, status: &str) -> Result<bool, ErrorKind> {
    match options.start().step(&"pipeline 1", status, Duration::ZERO) {
        Ok(Step::Done) => Ok(true),
        Ok(Step::Pause(_)) => Ok(false),
        Err(error) => Err(error.kind()),
    }
}

#[test]
fn every_status_is_decided_by_itself() {
    let moving = [
        "created",
        "waiting_for_resource",
        "preparing",
        "waiting_for_callback",
        "pending",
        "running",
        "canceling",
        "scheduled",
        "a_status_of_next_year",
    ];
    for status in moving {
        assert_eq!(ends(Wait::new(), status), Ok(false), "{status}");
        assert_eq!(ends(Wait::new().until(Until::Final), status), Ok(false), "{status}");
    }
    for status in ["success", "failed", "canceled", "skipped"] {
        assert_eq!(ends(Wait::new(), status), Ok(true), "{status}");
        assert_eq!(ends(Wait::new().until(Until::Final), status), Ok(true), "{status}");
    }
    assert_eq!(ends(Wait::new(), "manual"), Ok(true));
    assert_eq!(ends(Wait::new().until(Until::Final), "manual"), Ok(false));
}

#[test]
fn a_check_accepts_success_alone() {
    assert_eq!(ends(Wait::new().check(), "success"), Ok(true));
    for status in ["failed", "canceled", "skipped", "manual"] {
        assert_eq!(ends(Wait::new().check(), status), Err(ErrorKind::Pipeline), "{status}");
    }
    assert_eq!(ends(Wait::new().check(), "running"), Ok(false));
}

#[test]
fn no_pause_is_too_long() {
    let mut waiter = Wait::new().poll(Duration::MAX, Duration::MAX).start();
    for _ in 0..2 {
        let Step::Pause(pause) = waiter.step(&"pipeline 1", "running", Duration::MAX).unwrap() else {
            panic!("it is over");
        };
        assert!(pause > Duration::MAX / 2, "{pause:?}");
    }
}

#[test]
fn pauses_grow_to_their_limit_and_never_pass_the_deadline() {
    let (first, most) = (Duration::from_secs(1), Duration::from_secs(15));
    let mut waiter = Wait::new().poll(first, most).deadline(Duration::from_secs(100)).start();
    let mut waited = Duration::ZERO;
    let mut bound = first;
    let error = loop {
        match waiter.step(&"pipeline 1", "running", waited) {
            Ok(Step::Pause(pause)) => {
                assert!(pause <= bound, "{pause:?} > {bound:?}");
                assert!(waited + pause <= Duration::from_secs(100));
                waited += pause;
                bound = (bound * 3 / 2).min(most);
            }
            Ok(Step::Done) => unreachable!("it still runs"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(error.message(), "pipeline 1 was still running after 1m 40s");
    assert_eq!(error.pipeline_status(), Some("running"));
    assert_eq!(waited, Duration::from_secs(100));
}

#[test]
fn no_wait_is_without_pauses() {
    let mut waiter = Wait::new().poll(Duration::ZERO, Duration::ZERO).start();
    let step = waiter.step(&"it", "running", Duration::ZERO).unwrap();
    assert!(matches!(step, Step::Pause(pause) if !pause.is_zero()), "{step:?}");
}
