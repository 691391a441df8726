//! Waits of a fixed length, or drawn from a distribution.
//!
//! `2s` · `2s..5s` uniform · `p50=80ms p99=1.5s` log-normal through these two quantiles · `normal(250ms, 50ms)` ·
//! `pareto(100ms, 1.3)` · `ramp(0s..5s over 60s)` by the time the rule's phase has lasted · `any of 20ms, 25ms, 900ms` one of
//! these measurements, or of those in a file beside the scenario: `file(latencies.csv)`.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::document::Value;
use bank_fixtures::duration;

use super::Moment;

/// A wait.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wait {
    Fixed(Duration),
    Uniform {
        from: Duration,
        to: Duration,
    },
    /// Log-normal.
    Quantiles {
        p50: Duration,
        p99: Duration,
    },
    Normal {
        mean: Duration,
        deviation: Duration,
    },
    Pareto {
        scale: Duration,
        shape: f64,
    },
    Ramp {
        from: Duration,
        to: Duration,
        over: Duration,
    },
    /// One of these, each as likely as the others.
    Measured(Arc<[Duration]>),
}

/// What is legal, for diagnostics.
pub(super) const LEGAL: &str = "a duration (250ms, 30s, 1h30m), 2s..5s, p50=80ms p99=1.5s, normal(250ms, 50ms), pareto(100ms, 1.3), ramp(0s..5s over 60s), any of 20ms, 25ms, 900ms, or file(latencies.csv), a file beside the scenario with a duration per line";

/// A file of measurements has no more lines.
const MOST_MEASUREMENTS: usize = 100_000;

/// No wait is longer, whatever the draw.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The 99 % quantile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

impl Wait {
    /// Reads a wait; `legal` says what else could stand there.
    pub(super) fn read(value: Value<'_>, legal: &str) -> Option<Wait> {
        value.parse(legal, |text| match call(text.trim(), "file") {
            Some(name) => Wait::measured(value, name.trim()),
            None => Wait::parse(text).ok_or_else(|| format!("`{text}` is not a wait")),
        })
    }

    /// The measurements in a file beside the scenario. A scenario that did not come from a file of this machine (one that
    /// is sent to a world, or shipped) has nothing beside it: it can name its measurements itself.
    fn measured(value: Value<'_>, name: &str) -> Result<Wait, String> {
        let lines = value.document().beside(name)?;
        let filled = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let read = |(number, line): (usize, &str)| {
            time(line.trim_end_matches(','))
                .ok_or_else(|| format!("`{name}`, line {}: `{line}` is not a duration", number + 1))
        };
        let measured: Vec<Duration> = filled.map(read).collect::<Result<_, String>>()?;
        match measured.len() {
            0 => Err(format!("`{name}` holds no measurement")),
            1..=MOST_MEASUREMENTS => Ok(Wait::Measured(measured.into())),
            many => Err(format!("`{name}` holds {many} measurements; {MOST_MEASUREMENTS} are enough")),
        }
    }

    pub(super) fn parse(text: &str) -> Option<Wait> {
        let text = text.trim();
        if let Some(inner) = call(text, "normal") {
            let (mean, deviation) = inner.split_once(',')?;
            return Some(Wait::Normal { mean: time(mean)?, deviation: time(deviation)? });
        }
        if let Some(inner) = call(text, "pareto") {
            let (scale, shape) = inner.split_once(',')?;
            let shape = shape.trim().parse().ok().filter(|shape: &f64| *shape > 0.0 && shape.is_finite())?;
            return Some(Wait::Pareto { scale: time(scale)?, shape });
        }
        if let Some(inner) = call(text, "ramp") {
            let (range, over) = inner.split_once(" over ")?;
            let (from, to) = range.split_once("..")?;
            let over = time(over).filter(|over| !over.is_zero())?;
            return Some(Wait::Ramp { from: time(from)?, to: time(to)?, over });
        }
        if let Some(list) = text.strip_prefix("any of ") {
            return Some(Wait::Measured(list.split(',').map(time).collect::<Option<Vec<_>>>()?.into()));
        }
        if let Some((p50, p99)) = text.strip_prefix("p50=").and_then(|rest| rest.split_once(" p99=")) {
            let (p50, p99) = (time(p50)?, time(p99)?);
            return (!p50.is_zero() && p50 <= p99).then_some(Wait::Quantiles { p50, p99 });
        }
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (time(from)?, time(to)?);
            return (from <= to).then_some(Wait::Uniform { from, to });
        }
        time(text).map(Wait::Fixed)
    }

    /// No draw is shorter.
    pub(super) fn least(&self) -> Duration {
        match *self {
            Wait::Fixed(length) => length,
            Wait::Uniform { from, .. } => from,
            Wait::Pareto { scale, .. } => scale,
            Wait::Ramp { from, to, .. } => from.min(to),
            Wait::Measured(ref all) => all.iter().min().copied().unwrap_or_default(),
            Wait::Quantiles { .. } | Wait::Normal { .. } => Duration::ZERO,
        }
    }

    /// The wait of one request.
    pub(super) fn at(&self, moment: &Moment<'_>) -> Duration {
        let u = moment.chance.of("wait").unit();
        let drawn = match *self {
            Wait::Measured(ref all) => all[(u * all.len() as f64) as usize].as_secs_f64(),
            Wait::Fixed(length) => length.as_secs_f64(),
            Wait::Uniform { from, to } => from.as_secs_f64() + u * (to - from).as_secs_f64(),
            Wait::Quantiles { p50, p99 } => {
                let sigma = (p99.as_secs_f64() / p50.as_secs_f64()).ln() / Z99;
                p50.as_secs_f64() * (sigma * gaussian(moment)).exp()
            }
            Wait::Normal { mean, deviation } => mean.as_secs_f64() + deviation.as_secs_f64() * gaussian(moment),
            Wait::Pareto { scale, shape } => scale.as_secs_f64() / (1.0 - u).powf(1.0 / shape),
            Wait::Ramp { from, to, over } => {
                let share = (moment.in_phase.as_secs_f64() / over.as_secs_f64()).min(1.0);
                from.as_secs_f64() + share * (to.as_secs_f64() - from.as_secs_f64())
            }
        };
        Duration::from_secs_f64(drawn.clamp(0.0, LONGEST.as_secs_f64()))
    }
}

/// A draw of the standard normal distribution (Box–Muller).
fn gaussian(moment: &Moment<'_>) -> f64 {
    let radius = (-2.0 * (1.0 - moment.chance.of("wait").unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * moment.chance.of("angle").unit()).cos()
}

fn call<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')
}

/// A duration; a decimal point is allowed with one unit (`1.5s`).
fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let parsed = match number.split_once('.') {
        None => duration::parse(text).ok()?,
        Some((whole, fraction)) if fraction.len() <= 6 => {
            let unit = duration::parse(&format!("1{unit}")).ok()?;
            let digits: u32 = format!("{whole}{fraction}").parse().ok()?;
            unit.checked_mul(digits)? / 10u32.pow(fraction.len() as u32)
        }
        Some(_) => return None,
    };
    (parsed <= LONGEST).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use bank_fixtures::document;
    use bank_fixtures::seed::Seed;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::fault::Stage;

    fn moment(n: u64, in_phase: Duration) -> Moment<'static> {
        let chance = Seed::new(1).at(n);
        Moment {
            now: Timestamp::UNIX_EPOCH,
            stage: Stage::Head,
            n,
            chance,
            in_phase,
            window_end: None,
            limit_wait: None,
            rule: "r",
        }
    }

    fn quantile(wait: &str, share: f64) -> f64 {
        let wait = Wait::parse(wait).unwrap();
        let mut drawn: Vec<f64> = (0..20_000).map(|n| wait.at(&moment(n, Duration::ZERO)).as_secs_f64()).collect();
        drawn.sort_by(f64::total_cmp);
        drawn[(share * 20_000.0) as usize]
    }

    #[test]
    fn distributions_have_their_quantiles() {
        let near = |is: f64, should: f64| assert!((is / should - 1.0).abs() < 0.05, "{is} should be {should}");
        near(quantile("2s..5s", 0.5), 3.5);
        near(quantile("p50=80ms p99=1.5s", 0.5), 0.08);
        near(quantile("p50=80ms p99=1.5s", 0.99), 1.5);
        near(quantile("normal(250ms, 50ms)", 0.5), 0.25);
        near(quantile("normal(250ms, 50ms)", 0.8413), 0.3);
        near(quantile("any of 1s, 2s, 3s, 4s", 0.6), 3.0);
        near(quantile("any of 1s, 2s, 3s, 4s", 0.01), 1.0);
        near(quantile("pareto(100ms, 1.3)", 0.5), 0.1 * 2f64.powf(1.0 / 1.3));
    }

    #[test]
    fn a_ramp_follows_the_phase() {
        let ramp = Wait::parse("ramp(0s..5s over 60s)").unwrap();
        let at = |seconds| ramp.at(&moment(1, Duration::from_secs(seconds)));
        assert_eq!([at(0), at(30), at(60), at(90)].map(|wait| wait.as_millis()), [0, 2500, 5000, 5000]);
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [
            "",
            "5",
            "5s..2s",
            "p50=2s p99=1s",
            "normal(1s)",
            "pareto(1s, -1)",
            "ramp(0s..5s over 0s)",
            "25h",
            "1..2",
            "any of",
            "any of 1s,",
        ] {
            assert_eq!(Wait::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn measurements_lie_beside_the_scenario() {
        let read = |beside: &'static str, text: &str| {
            let beside = document::Beside::found_by(move |name| match name {
                "latencies.csv" => Ok(beside.to_owned()),
                _ => Err(format!("`{name}` is not there")),
            });
            let read = document::read_beside("s.yaml", text, beside, |value| Wait::read(value, LEGAL));
            read.map_err(|wrong| wrong.to_string())
        };
        let measured = [Duration::from_millis(20), Duration::from_millis(1500)];
        let text = "file(latencies.csv)";
        assert_eq!(read("# measured\n20ms\n\n1.5s\n", text).unwrap(), Wait::Measured(measured.into()));
        assert!(read("20ms\nsoon\n", text).unwrap_err().contains("line 2: `soon` is not a duration"));
        assert!(read("# none\n", text).unwrap_err().contains("holds no measurement"));
        assert!(read("", "file(other.csv)").unwrap_err().contains("`other.csv` is not there"));
        let alone = document::read("s.yaml", text, |value| Wait::read(value, LEGAL)).unwrap_err().to_string();
        assert!(alone.contains("was not read from a folder"), "{alone}");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(normal|pareto|ramp|p50=|any of )?[(0-9a-z.,% =]{0,16}\\)?", n in any::<u64>()) {
            if let Some(wait) = Wait::parse(&text) {
                prop_assert!(wait.at(&moment(n, Duration::from_secs(1))) <= LONGEST);
            }
        }
    }
}
