//! The steps that a job can take: which event leads from which status to which.
//!
//! This file owns GitLab's table of transitions. It knows no time and sets nothing.

use super::status::Status;
use super::status::Status::*;

/// The status that the event leads to, if the job can take that step.
///
/// GitLab refuses other steps silently: the job stays as it is.
pub(crate) fn transition(event: Event, from: Status, traits: Traits) -> Option<Status> {
    STEPS
        .iter()
        .find(|step| step.event == event && step.from.contains(&from) && step.guard.holds(traits))
        .map(|step| step.to)
}

/// What can happen to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Its turn has come.
    Enqueue,
    /// The resource that it waited for is free.
    EnqueueWaitingForResource,
    /// Its prerequisites are met.
    EnqueuePreparing,
    /// Its turn has come, and it waits for somebody to play it.
    Actionize,
    /// Its turn has come, and it starts after a delay.
    Schedule,
    /// It shall not start by itself any more.
    Unschedule,
    /// It gets another turn.
    Process,
    /// A runner picked it.
    Run,
    /// Its script succeeded.
    Success,
    /// It failed.
    Drop,
    /// Somebody canceled it.
    Cancel,
    /// It gets no turn.
    Skip,
}

/// What a step depends on besides the status.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// It has a resource group.
    pub(crate) resource_group: bool,
    /// Something must be prepared before a runner may pick it.
    pub(crate) unmet_prerequisites: bool,
    /// Its runner stops a job gracefully.
    pub(crate) graceful_cancel: bool,
}

struct Step {
    event: Event,
    from: &'static [Status],
    guard: Guard,
    to: Status,
}

/// The trait that a step is for.
#[derive(Clone, Copy)]
enum Guard {
    Always,
    ResourceGroup,
    Prerequisites,
    GracefulCancel,
}

/// Every step, the more special one first.
const STEPS: &[Step] = &[
    step(Event::Enqueue, ENQUEUEABLE, Guard::ResourceGroup, WaitingForResource),
    step(Event::Enqueue, ENQUEUEABLE, Guard::Prerequisites, Preparing),
    step(Event::Enqueue, ENQUEUEABLE, Guard::Always, Pending),
    step(Event::EnqueueWaitingForResource, &[WaitingForResource], Guard::Prerequisites, Preparing),
    step(Event::EnqueueWaitingForResource, &[WaitingForResource], Guard::Always, Pending),
    step(Event::EnqueuePreparing, &[Preparing], Guard::Always, Pending),
    step(Event::Actionize, &[Created], Guard::Always, Manual),
    step(Event::Schedule, &[Created], Guard::Always, Scheduled),
    step(Event::Unschedule, &[Scheduled], Guard::Always, Manual),
    step(Event::Process, &[Skipped, Manual], Guard::Always, Created),
    step(Event::Run, &[Pending], Guard::Always, Running),
    step(Event::Success, ALIVE, Guard::Always, Success),
    step(Event::Success, &[Canceling], Guard::Always, Canceled),
    step(Event::Drop, ALIVE, Guard::Always, Failed),
    step(Event::Drop, &[Manual, Scheduled], Guard::Always, Failed),
    step(Event::Drop, &[Canceling], Guard::Always, Canceled),
    step(Event::Cancel, &[Running], Guard::GracefulCancel, Canceling),
    step(Event::Cancel, ALIVE, Guard::Always, Canceled),
    step(Event::Cancel, &[Manual, Scheduled], Guard::Always, Canceled),
    step(Event::Skip, &[Created, WaitingForResource, Preparing, Pending], Guard::Always, Skipped),
];

const ENQUEUEABLE: &[Status] = &[Created, Skipped, Manual, Scheduled];
const ALIVE: &[Status] = &[Created, WaitingForResource, Preparing, WaitingForCallback, Pending, Running];

const fn step(event: Event, from: &'static [Status], guard: Guard, to: Status) -> Step {
    Step { event, from, guard, to }
}

impl Guard {
    const fn holds(self, traits: Traits) -> bool {
        match self {
            Self::Always => true,
            Self::ResourceGroup => traits.resource_group,
            Self::Prerequisites => traits.unmet_prerequisites,
            Self::GracefulCancel => traits.graceful_cancel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 13] = [
        Created,
        WaitingForResource,
        Preparing,
        WaitingForCallback,
        Pending,
        Running,
        Success,
        Failed,
        Canceling,
        Canceled,
        Skipped,
        Manual,
        Scheduled,
    ];

    /// Asserts where the event leads from each of the 13 statuses.
    fn assert_steps(event: Event, traits: Traits, steps: &[(&[Status], Status)]) {
        for from in ALL {
            let expected = steps.iter().find(|(sources, _)| sources.contains(&from)).map(|(_, to)| *to);
            assert_eq!(transition(event, from, traits), expected, "{event:?} from {from}");
        }
    }

    #[test]
    fn every_event_from_every_status() {
        let plain = Traits::default();
        let before_the_end: &[Status] =
            &[Created, WaitingForResource, Preparing, WaitingForCallback, Pending, Running];
        assert_steps(Event::Enqueue, plain, &[(&[Created, Skipped, Manual, Scheduled], Pending)]);
        assert_steps(Event::EnqueueWaitingForResource, plain, &[(&[WaitingForResource], Pending)]);
        assert_steps(Event::EnqueuePreparing, plain, &[(&[Preparing], Pending)]);
        assert_steps(Event::Actionize, plain, &[(&[Created], Manual)]);
        assert_steps(Event::Schedule, plain, &[(&[Created], Scheduled)]);
        assert_steps(Event::Unschedule, plain, &[(&[Scheduled], Manual)]);
        assert_steps(Event::Process, plain, &[(&[Skipped, Manual], Created)]);
        assert_steps(Event::Run, plain, &[(&[Pending], Running)]);
        assert_steps(Event::Success, plain, &[(before_the_end, Success), (&[Canceling], Canceled)]);
        assert_steps(
            Event::Drop,
            plain,
            &[(before_the_end, Failed), (&[Manual, Scheduled], Failed), (&[Canceling], Canceled)],
        );
        assert_steps(Event::Cancel, plain, &[(before_the_end, Canceled), (&[Manual, Scheduled], Canceled)]);
        assert_steps(Event::Skip, plain, &[(&[Created, WaitingForResource, Preparing, Pending], Skipped)]);
    }

    #[test]
    fn traits_of_the_job_turn_a_step_aside() {
        let resource = Traits { resource_group: true, unmet_prerequisites: true, ..Traits::default() };
        let enqueueable: &[Status] = &[Created, Skipped, Manual, Scheduled];
        assert_steps(Event::Enqueue, resource, &[(enqueueable, WaitingForResource)]);
        assert_steps(Event::EnqueueWaitingForResource, resource, &[(&[WaitingForResource], Preparing)]);

        let unprepared = Traits { unmet_prerequisites: true, ..Traits::default() };
        assert_steps(Event::Enqueue, unprepared, &[(enqueueable, Preparing)]);

        let graceful = Traits { graceful_cancel: true, ..Traits::default() };
        assert_eq!(transition(Event::Cancel, Running, graceful), Some(Canceling));
        assert_eq!(transition(Event::Cancel, Pending, graceful), Some(Canceled));
        assert_eq!(transition(Event::Cancel, Canceling, graceful), None);
    }
}
