//! The time axis: round distances for its ticks, and lengths of time in words.

/// A tick of the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Seconds from the axis' begin.
    pub(super) at: f64,
    pub(super) label: String,
}

/// What a person calls round, in seconds; beyond it, whole numbers of the last.
const STEPS: [u32; 22] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800, 2_592_000, 31_536_000,
];

/// The ticks of an axis of this length, as many of them as fit: `most` at the most, the one at 0 not counted.
pub(super) fn ticks(span: f64, most: usize) -> Vec<Tick> {
    let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
    let fits = |step: &f64| span / step <= f64::from(most);
    let longest = STEPS.last().map_or(1.0, |step| f64::from(*step));
    let beyond = (span / longest / f64::from(most)).ceil().max(1.0) * longest;
    let step = STEPS.iter().map(|step| f64::from(*step)).find(fits).unwrap_or(beyond);
    (0..=most)
        .map(|count| f64::from(count) * step)
        .take_while(|at| *at <= span)
        .map(|at| Tick { at, label: if at > 0.0 { duration(at) } else { "0".to_owned() } })
        .collect()
}

/// A length of time in its two largest units: `1m 12s`, `3h`, `0.4s`. Nothing here moves any more, and there is little room:
/// unlike the running clock of the live view, it is rounded, shows parts of a second, and leaves out a unit that is 0.
pub(super) fn duration(seconds: f64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    if seconds < 0.95 {
        let tenths = (seconds.max(0.0) * 10.0).round() / 10.0;
        return if tenths > 0.0 { format!("{tenths:.1}s") } else { "0s".to_owned() };
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and what is too large is clamped"
    )]
    let whole = seconds.round() as u64;
    let largest = UNITS.iter().position(|(size, _)| whole >= *size).unwrap_or(UNITS.len() - 1);
    let mut rest = whole;
    let mut parts = Vec::new();
    for (size, unit) in UNITS.iter().skip(largest).take(2) {
        if rest / size > 0 {
            parts.push(format!("{}{unit}", rest / size));
        }
        rest %= size;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(span: f64, most: usize) -> Vec<String> {
        ticks(span, most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_as_many_as_fit() {
        assert_eq!(labels(187.0, 5), ["0", "1m", "2m", "3m"]);
        assert_eq!(labels(187.0, 8), ["0", "30s", "1m", "1m 30s", "2m", "2m 30s", "3m"]);
        assert_eq!(labels(9.0, 4), ["0", "5s"]);
        assert_eq!(labels(60.0, 1), ["0", "1m"]);
        assert_eq!(labels(100_000.0, 6), ["0", "6h", "12h", "18h", "1d"]);
        assert_eq!(labels(0.0, 5), ["0"]);
        let century = labels(100.0 * 366.0 * 86_400.0, 5);
        assert_eq!((century.len(), century[0].as_str()), (5, "0"), "{century:?}");
    }

    #[test]
    fn a_duration_has_two_units_at_most() {
        let cases = [
            (0.0, "0s"),
            (0.04, "0s"),
            (0.44, "0.4s"),
            (0.96, "1s"),
            (59.6, "1m"),
            (72.0, "1m 12s"),
            (3600.0, "1h"),
            (3_700.0, "1h 1m"),
            (90_061.0, "1d 1h"),
            (-1.0, "0s"),
        ];
        for (seconds, words) in cases {
            assert_eq!(duration(seconds), words, "{seconds}");
        }
    }
}
