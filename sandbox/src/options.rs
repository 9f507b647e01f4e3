//! What a sandbox can be asked for, and which wishes are refused.
//!
//! This file owns the options and their limits. It opens nothing and starts nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;

use crate::faults::Faults;
use crate::plan::{self, InputPlan, JobPlan};
use crate::scenario::Scenario;
use crate::store::Visibility;

/// How a sandbox is set up. [`Options::default`] is the demo.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. The default is a free port of 127.0.0.1.
    pub listen: SocketAddr,
    /// How many virtual seconds pass in a real one. With the default of 30, the demo pipeline takes
    /// about six real seconds.
    pub speed: f64,
    /// What tokens, hashes and durations are drawn from. Equal seeds make equal worlds.
    pub seed: u64,
    /// How long each answer is held back, in real time.
    pub latency: Duration,
    /// The access token of the project's owner. Without one, it is drawn from the seed.
    pub token: Option<String>,
    /// The virtual time at the start. Without one, it is the time at which the sandbox starts.
    pub start: Option<Timestamp>,
    /// Who can see the project and its group.
    pub visibility: Visibility,
    /// The jobs of each pipeline of `demo/app`. The default is [`JobPlan::demo`].
    pub pipeline: Vec<JobPlan>,
    /// The inputs that the configuration of `demo/app` declares. The default is [`InputPlan::demo`].
    pub inputs: Vec<InputPlan>,
    /// The jobs of each pipeline of `demo/downstream`. The default is [`JobPlan::demo_downstream`].
    pub downstream_pipeline: Vec<JobPlan>,
    /// Whether the newest successful pipeline of a branch or tag keeps its artifacts beyond their time,
    /// as GitLab does unless a project's settings say otherwise.
    pub keep_latest_artifact: bool,
    /// Whether archives of artifacts are kept at another address, to which downloads are redirected, as
    /// on GitLab.com. It is another port of the same machine.
    pub object_storage: bool,
    /// Whether the instance has a Premium licence. With one, variables of groups have scopes.
    pub premium: bool,
    /// More groups and projects than the demo's. One that describes `demo/app` or `demo/downstream` takes
    /// its place. See [`Scenario::options`].
    pub scenario: Option<Scenario>,
    /// What goes wrong on purpose. The default is nothing.
    pub faults: Faults,
}

/// Why [`Options`] were refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// The speed is not a number above 0 and up to a million.
    #[error("the speed must be above 0 and at most {FASTEST}, not {0}")]
    Speed(f64),
    /// The latency is longer than a minute.
    #[error("the latency must be at most {} seconds, not {}", SLOWEST.as_secs(), .0.as_secs_f64())]
    Latency(Duration),
    /// The token is empty or cannot stand in a header.
    #[error("the token must be one or more visible ASCII characters")]
    Token,
    /// The start is too far from the present.
    #[error("the virtual time must start between the years 2000 and 3000, not at {0}")]
    Start(Timestamp),
    /// The pipeline cannot be run.
    #[error("the pipeline cannot be run: {0}")]
    Pipeline(&'static str),
    /// The chances of faults add up to more than all requests.
    #[error("the chances of faults add up to more than 100%; at most one fault meets a request")]
    Faults,
    /// A fault lasts too long.
    #[error("a fault may stall or ask for a pause of at most {} seconds", SLOWEST.as_secs())]
    FaultTime,
    /// The inputs contradict themselves.
    #[error("the inputs cannot be declared: {0}")]
    Inputs(String),
}

impl Options {
    /// Refuses values that no sandbox can work with.
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        if !is_speed(self.speed) {
            return Err(OptionsError::Speed(self.speed));
        }
        if self.latency > SLOWEST {
            return Err(OptionsError::Latency(self.latency));
        }
        if self
            .token
            .as_ref()
            .is_some_and(|token| token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(OptionsError::Token);
        }
        if let Some(start) = self.start
            && !(YEAR_2000..YEAR_3000).contains(&start.as_second())
        {
            return Err(OptionsError::Start(start));
        }
        if self.faults.exceed_certainty() {
            return Err(OptionsError::Faults);
        }
        if self.faults.stall.max(self.faults.retry_after) > SLOWEST {
            return Err(OptionsError::FaultTime);
        }
        if let Some(fault) = plan::fault(&self.pipeline).or_else(|| plan::fault(&self.downstream_pipeline)) {
            return Err(OptionsError::Pipeline(fault));
        }
        plan::input_fault(&self.inputs).map_or(Ok(()), |fault| Err(OptionsError::Inputs(fault)))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            speed: 30.0,
            seed: 0,
            latency: Duration::ZERO,
            token: None,
            start: None,
            visibility: Visibility::Private,
            pipeline: JobPlan::demo(),
            inputs: InputPlan::demo(),
            downstream_pipeline: JobPlan::demo_downstream(),
            keep_latest_artifact: true,
            object_storage: false,
            premium: false,
            scenario: None,
            faults: Faults::default(),
        }
    }
}

/// Whether time can pass so fast.
pub(crate) fn is_speed(speed: f64) -> bool {
    speed > 0.0 && speed <= FASTEST
}

const FASTEST: f64 = 1_000_000.0;
/// The longest time that an answer may be held back.
pub(crate) const SLOWEST: Duration = Duration::from_secs(60);
const YEAR_2000: i64 = 946_684_800;
const YEAR_3000: i64 = 32_503_680_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_accepted() {
        assert_eq!(Options::default().check(), Ok(()));
    }

    #[test]
    fn bad_values_are_refused() {
        for speed in [0.0, -1.0, f64::INFINITY, 2e6] {
            assert_eq!(Options { speed, ..Default::default() }.check(), Err(OptionsError::Speed(speed)));
        }
        assert!(Options { speed: f64::NAN, ..Default::default() }.check().is_err());
        let latency = Duration::from_secs(61);
        assert_eq!(Options { latency, ..Default::default() }.check(), Err(OptionsError::Latency(latency)));
        for token in ["", "two words", "snow\u{2603}"] {
            let options = Options { token: Some(token.into()), ..Default::default() };
            assert_eq!(options.check(), Err(OptionsError::Token));
        }
        let start = Timestamp::MAX;
        assert_eq!(
            Options { start: Some(start), ..Default::default() }.check(),
            Err(OptionsError::Start(start))
        );
        let options = Options { pipeline: Vec::new(), ..Default::default() };
        assert_eq!(options.check(), Err(OptionsError::Pipeline("it has no job")));
        let options = Options { downstream_pipeline: Vec::new(), ..Default::default() };
        assert_eq!(options.check(), Err(OptionsError::Pipeline("it has no job")));
        let inputs = [InputPlan::demo(), InputPlan::demo()].concat();
        let expected = OptionsError::Inputs("two are named `strategy`".to_owned());
        assert_eq!(Options { inputs, ..Default::default() }.check(), Err(expected));
    }

    #[test]
    fn refusals_name_the_limits() {
        assert_eq!(
            OptionsError::Speed(0.0).to_string(),
            "the speed must be above 0 and at most 1000000, not 0"
        );
        let latency = OptionsError::Latency(Duration::from_millis(90_500));
        assert_eq!(latency.to_string(), "the latency must be at most 60 seconds, not 90.5");
    }
}
