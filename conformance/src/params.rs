//! Parameters of a check: declared with defaults by the check, set by a scenario or a suite.
//!
//! Owns their kinds, their texts and the refusal of unknown names. Knows nothing of what a parameter means.

use std::fmt;
use std::time::Duration;

/// A parameter a check understands.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Name in files, snake_case.
    pub name: &'static str,
    /// Value when nobody sets it; also fixes the kind.
    pub default: ParamValue,
    /// What it does, with its unit.
    pub about: &'static str,
}

/// A value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParamValue {
    /// A whole number: `5`.
    Count(u64),
    /// A share or factor: `0.5`, `50%`.
    Ratio(f64),
    /// A length of time: `250ms`, `2s`, `5m`.
    Duration(Duration),
}

/// The values of one check in one case: every declared parameter has one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params(Vec<(&'static str, ParamValue)>);

/// Why a parameter is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// The check has no such parameter.
    #[error("no parameter `{name}`; legal: {legal}")]
    Unknown {
        /// What was given.
        name: String,
        /// The names that exist, or "none".
        legal: String,
    },
    /// The text is not of the parameter's kind.
    #[error("`{name}: {text}` is not {kind}")]
    Kind {
        /// Which parameter.
        name: String,
        /// What was given.
        text: String,
        /// What is legal.
        kind: &'static str,
    },
}

impl Params {
    /// The declared defaults.
    pub fn defaults(declared: &[Param]) -> Params {
        Params(declared.iter().map(|param| (param.name, param.default)).collect())
    }

    /// The declared defaults with the given texts in their place.
    ///
    /// # Errors
    /// Every unknown name and every text of the wrong kind, in the order given.
    pub fn resolve<'a>(
        declared: &[Param],
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Params, Vec<ParamError>> {
        let mut params = Params::defaults(declared);
        let mut errors = Vec::new();
        for (name, text) in given {
            match params.0.iter_mut().find(|(known, _)| *known == name) {
                None => errors.push(ParamError::Unknown { name: name.to_owned(), legal: legal_names(declared) }),
                Some((_, value)) => match value.parse_like(text) {
                    Some(parsed) => *value = parsed,
                    None => errors.push(ParamError::Kind {
                        name: name.to_owned(),
                        text: text.to_owned(),
                        kind: value.kind(),
                    }),
                },
            }
        }
        if errors.is_empty() { Ok(params) } else { Err(errors) }
    }

    /// A declared whole number.
    ///
    /// # Panics
    /// If the check did not declare it as one: a mistake in the check, found by its first test.
    pub fn count(&self, name: &str) -> u64 {
        match self.value(name) {
            ParamValue::Count(count) => count,
            other => panic!("parameter `{name}` is declared as {}", other.kind()),
        }
    }

    /// A declared share or factor.
    ///
    /// # Panics
    /// As [`Params::count`].
    pub fn ratio(&self, name: &str) -> f64 {
        match self.value(name) {
            ParamValue::Ratio(ratio) => ratio,
            other => panic!("parameter `{name}` is declared as {}", other.kind()),
        }
    }

    /// A declared length of time.
    ///
    /// # Panics
    /// As [`Params::count`].
    pub fn duration(&self, name: &str) -> Duration {
        match self.value(name) {
            ParamValue::Duration(duration) => duration,
            other => panic!("parameter `{name}` is declared as {}", other.kind()),
        }
    }

    fn value(&self, name: &str) -> ParamValue {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).unwrap_or_else(|| panic!("the check declares no parameter `{name}`"))
    }
}

impl ParamValue {
    fn kind(self) -> &'static str {
        match self {
            ParamValue::Count(_) => "a whole number (5)",
            ParamValue::Ratio(_) => "a share (0.5 or 50%)",
            ParamValue::Duration(_) => "a length of time (250ms, 2s, 5m)",
        }
    }

    fn parse_like(self, text: &str) -> Option<ParamValue> {
        let finite = |number: &str| number.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        match self {
            ParamValue::Count(_) => text.trim().parse().ok().map(ParamValue::Count),
            ParamValue::Ratio(_) => match text.trim().strip_suffix('%') {
                Some(percent) => finite(percent).map(|n| ParamValue::Ratio(n / 100.0)),
                None => finite(text).map(ParamValue::Ratio),
            },
            ParamValue::Duration(_) => {
                let text = text.trim();
                let (number, seconds_per_unit) = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)]
                    .iter()
                    .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))?;
                Duration::try_from_secs_f64(finite(number)? * seconds_per_unit).ok().map(ParamValue::Duration)
            }
        }
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamValue::Count(count) => write!(f, "{count}"),
            ParamValue::Ratio(ratio) => write!(f, "{ratio}"),
            ParamValue::Duration(duration) => write!(f, "{duration:?}"),
        }
    }
}

fn legal_names(declared: &[Param]) -> String {
    if declared.is_empty() {
        return "none".to_owned();
    }
    declared.iter().map(|param| param.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &[Param] = &[
        Param { name: "at_most", default: ParamValue::Count(5), about: "attempts" },
        Param { name: "slack", default: ParamValue::Duration(Duration::from_millis(50)), about: "tolerance" },
        Param { name: "growth", default: ParamValue::Ratio(1.5), about: "factor" },
    ];

    #[test]
    fn given_texts_replace_defaults() {
        let params = Params::resolve(DECLARED, [("slack", "2s"), ("growth", "150%")]).unwrap();
        assert_eq!(params.count("at_most"), 5);
        assert_eq!(params.duration("slack"), Duration::from_secs(2));
        assert!((params.ratio("growth") - 1.5).abs() < 1e-9);
    }

    #[test]
    fn every_error_is_reported_at_once() {
        let errors = Params::resolve(DECLARED, [("atmost", "3"), ("slack", "2"), ("growth", "NaN")]).unwrap_err();
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "no parameter `atmost`; legal: at_most, slack, growth",
                "`slack: 2` is not a length of time (250ms, 2s, 5m)",
                "`growth: NaN` is not a share (0.5 or 50%)",
            ]
        );
    }
}
