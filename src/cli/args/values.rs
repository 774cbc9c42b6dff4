//! Parsers of single values. Each error says what was expected.

use super::limits::{AnswerLimit, ScoreLimit, Threshold};
use crate::agreement::{Cut, Metric};
use crate::batch::Shard;
use crate::model::{Level, QuestionKind};

pub(in crate::cli) fn score(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 100".to_owned()),
    }
}

pub(in crate::cli) fn cost(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err("expected a number, at least 0".to_owned()),
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
    let bound = right.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(expected)?;
    Ok(Threshold { split, metric, bound })
}

pub(in crate::cli) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number, at least 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// Parses a whole number that may be 0.
pub(in crate::cli) fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number, at least 0".to_owned())
}

pub(in crate::cli) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

pub(in crate::cli) fn resamples(text: &str) -> Result<u32, String> {
    const MOST: u32 = 100_000;
    let number = text.parse().ok().filter(|number| *number <= MOST);
    number.ok_or_else(|| format!("expected a whole number from 0 to {MOST}"))
}

pub(in crate::cli) fn threads(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|threads| (1..=1024).contains(threads))
        .ok_or_else(|| "expected a whole number from 1 to 1024".to_owned())
}

pub(in crate::cli) fn kind(text: &str) -> Result<QuestionKind, String> {
    const ALL: [QuestionKind; 5] = [
        QuestionKind::Design,
        QuestionKind::Process,
        QuestionKind::Behavioural,
        QuestionKind::Concept,
        QuestionKind::Motivation,
    ];
    named(&ALL, QuestionKind::name, text)
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

pub(in crate::cli) fn score_or_mean(text: &str) -> Result<ScoreLimit, String> {
    match text.strip_prefix("mean=") {
        Some(mean) => score(mean).map(ScoreLimit::Mean),
        None => score(text).map(ScoreLimit::Each).map_err(|error| format!("{error}, or mean=N")),
    }
}

pub(in crate::cli) fn answer_limit(text: &str) -> Result<AnswerLimit, String> {
    let expected = "expected a number of answers, or a percentage from 0% to 100%";
    match text.strip_suffix('%') {
        Some(percent) => score(percent).map(AnswerLimit::Percent).map_err(|_| expected.to_owned()),
        None => text.parse().map(AnswerLimit::Answers).map_err(|_| expected.to_owned()),
    }
}

pub(in crate::cli) fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((part, of)) if (1..=of).contains(&part) && of <= 10_000 => Ok(Shard { part, of }),
        _ => Err("expected I/N, such as 1/3, 2/3 or 3/3, with at most 10000 parts".to_owned()),
    }
}
