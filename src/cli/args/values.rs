//! What single values are read as.

use super::evaluation::Threshold;
use crate::agreement::{Cut, Metric};
use crate::model::{Kind, Level};

pub(in crate::cli) fn score(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 100".to_owned()),
    }
}

pub(in crate::cli) fn cut(text: &str) -> Result<Cut, String> {
    match text.strip_prefix("fit:") {
        Some("") => Err("expected the name of a split after `fit:`".to_owned()),
        Some(split) => Ok(Cut::FittedOn(split.to_owned())),
        None => score(text).map(|score| Cut::At(score / 100.0)).map_err(|error| format!("{error}, or fit:SPLIT")),
    }
}

pub(in crate::cli) fn threshold(text: &str) -> Result<Threshold, String> {
    let expected = || {
        let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        format!("expected METRIC=VALUE, where METRIC is one of {}", names.join(", "))
    };
    let (left, right) = text.rsplit_once('=').ok_or_else(expected)?;
    let (split, name) = left.rsplit_once(':').map_or((None, left), |(split, name)| (Some(split.to_owned()), name));
    let metric = Metric::from_name(name).ok_or_else(expected)?;
    let least = right.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(expected)?;
    Ok(Threshold { split, metric, least })
}

pub(in crate::cli) fn limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number from 1".to_owned()),
        Ok(limit) => Ok(limit),
    }
}

pub(in crate::cli) fn kind(text: &str) -> Result<Kind, String> {
    const ALL: [Kind; 5] = [Kind::Design, Kind::Process, Kind::Behavioural, Kind::Concept, Kind::Motivation];
    named(&ALL, Kind::name, text)
}

pub(in crate::cli) fn level(text: &str) -> Result<Level, String> {
    named(&[Level::Core, Level::Advanced], Level::name, text)
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    all.iter().copied().find(|value| name(*value) == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
        format!("expected one of: {}", names.join(", "))
    })
}
