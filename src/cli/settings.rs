//! What the program is told, resolved once: flags over environment over files over defaults.
//!
//! Every setting keeps where its value comes from, so that `config show` can say so.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use etcetera::BaseStrategy;
use serde::Deserialize;

use super::args::{self, Color, Format, Global, GraderChoice, JudgeArgs};
use super::judge::{Llm, Table, Values, Withheld, needing_trust, rejected};
use super::owner::is_foreign;
use super::project::{self, State, Trust};

/// Names the shipped bank where a folder could be named; a folder of this name is `./shipped`.
pub(super) const SHIPPED: &str = "shipped";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    /// A bank in the current folder or one above.
    Found(PathBuf),
    File(PathBuf),
    Environment(&'static str),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Found(folder) => write!(f, "found in {}", folder.display()),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

/// Everything that is settled before a command runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) bank: Setting<Option<PathBuf>>,
    pub(super) format: Setting<Format>,
    pub(super) color: Setting<Color>,
    pub(super) quiet: Setting<bool>,
    pub(super) fail_under: Setting<Option<f64>>,
    pub(super) grader: Setting<GraderChoice>,
    pub(super) llm: Llm,
    /// Project files that are not used because they belong to another user.
    pub(super) passed_over: Vec<PathBuf>,
}

/// One layer of settings: what it says, and nothing of what it does not.
#[derive(Debug, Default)]
struct Layer {
    bank: Option<PathBuf>,
    format: Option<Format>,
    color: Option<Color>,
    quiet: Option<bool>,
    fail_under: Option<f64>,
    grader: Option<GraderChoice>,
}

/// A file: a layer, and what it says of judges.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    bank: Option<PathBuf>,
    #[serde(default, deserialize_with = "named")]
    format: Option<Format>,
    #[serde(default, deserialize_with = "named")]
    color: Option<Color>,
    quiet: Option<bool>,
    #[serde(default, deserialize_with = "score")]
    fail_under: Option<f64>,
    #[serde(default, deserialize_with = "named")]
    grader: Option<GraderChoice>,
    llm: Option<Table>,
    judge: Option<Vec<Table>>,
}

/// What surrounds the process, so that tests need not change it.
pub(super) struct Surroundings {
    variable: fn(&str) -> Option<OsString>,
    folder: PathBuf,
    config: Option<PathBuf>,
}

impl Surroundings {
    pub(super) fn of_process() -> anyhow::Result<Self> {
        let folder = env::current_dir().context("cannot tell the current folder")?;
        let config =
            etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("gradus").join("config.toml"));
        Ok(Self { variable: |name| env::var_os(name), folder, config })
    }

    /// The folder that the program runs in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The project files that the user trusts; `None` where there is no configuration folder to keep the list in.
    pub(super) fn trust(&self) -> Option<Trust> {
        self.config.as_deref().and_then(Path::parent).map(Trust::below)
    }

    /// What a variable says, if anything.
    fn text(&self, name: &str) -> anyhow::Result<Option<String>> {
        match (self.variable)(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => match value.into_string() {
                Ok(text) => Ok(Some(text)),
                Err(_) => bail!("{name} is not UTF-8"),
            },
        }
    }
}

impl Settings {
    /// Merges all layers. A flag that belongs to one command alone is merged by that command.
    ///
    /// # Errors
    /// A setting that makes no sense, an unreadable file, and a project file of another user in the current folder,
    /// unless `passes_over` says that the command works without it.
    pub(super) fn resolve(
        global: &Global,
        color: Option<Color>,
        passes_over: bool,
        around: &Surroundings,
    ) -> anyhow::Result<Self> {
        let mut settings = Self::defaults();
        if let Some(path) = &around.config
            && let Some(text) = project::read(path)?
        {
            let Said { layer, llm } = Said::of_file(path, &text)?;
            settings.apply(layer, |_| Origin::File(path.clone()));
            settings.llm.apply_file(llm);
        }
        let project::Search { found, passed_over } = project::find(&around.folder);
        settings.passed_over = passed_over;
        match found {
            Some(path) if passes_over && is_foreign(&path).unwrap_or(false) => settings.passed_over.push(path),
            Some(path) => settings.apply_project(&path, around)?,
            None => {}
        }
        settings.apply(Layer::from_environment(around)?, |names| Origin::Environment(names.variable));
        settings.llm.apply_environment(|name| around.text(name))?;
        let flags = Layer {
            bank: global.bank.clone(),
            format: None,
            color,
            quiet: global.quiet.then_some(true),
            fail_under: None,
            grader: None,
        };
        settings.apply(flags, |names| Origin::Flag(names.flag));
        Ok(settings)
    }

    /// With the bank that was found in `folder`.
    pub(super) fn with_found_bank(self, folder: PathBuf) -> Self {
        Self { bank: Setting { value: Some(folder.clone()), origin: Origin::Found(folder) }, ..self }
    }

    /// Takes what a project file says: what it says of judges only where the file is trusted.
    fn apply_project(&mut self, path: &Path, around: &Surroundings) -> anyhow::Result<()> {
        let text = project::read_own(path)?;
        let said = Said::of_file(path, &text)?;
        let state = match around.trust() {
            Some(trust) if !said.needing_trust().is_empty() => trust.state(path, &text)?,
            None if !said.needing_trust().is_empty() => State::Unknown,
            _ => State::Trusted,
        };
        let Said { layer, llm } = said;
        self.apply(layer, |_| Origin::File(path.to_owned()));
        match state {
            State::Trusted => self.llm.apply_file(llm),
            State::Changed => self.llm.withhold(&llm, path, true),
            State::Unknown => self.llm.withhold(&llm, path, false),
        }
        Ok(())
    }

    /// The flags of everything that may ask a judge.
    pub(super) fn with_judge_flags(&self, args: &JudgeArgs, cross_check: bool) -> anyhow::Result<Self> {
        let llm = self.llm.with_flags(&args.endpoint, &args.panel, cross_check)?;
        let mut settings = Self { llm, ..self.clone() };
        let flags = Layer { grader: args.grader, ..Layer::default() };
        settings.apply(flags, |names| Origin::Flag(names.flag));
        Ok(settings)
    }

    /// The flags that `grade` alone takes.
    pub(super) fn with_grade_flags(&self, args: &args::Grade) -> Self {
        let mut settings = self.clone();
        let flags = Layer { format: args.format, fail_under: args.fail_under, ..Layer::default() };
        settings.apply(flags, |names| Origin::Flag(names.flag));
        let by_name = args.output.as_deref().and_then(Format::of_extension);
        if let (None, Some(value)) = (args.format, by_name) {
            settings.format = Setting { value, origin: Origin::Flag("--output") };
        }
        settings
    }

    fn defaults() -> Self {
        fn default<T>(value: T) -> Setting<T> {
            Setting { value, origin: Origin::Default }
        }
        Self {
            bank: default(None),
            format: default(Format::Text),
            color: default(Color::Auto),
            quiet: default(false),
            fail_under: default(None),
            grader: default(GraderChoice::Auto),
            llm: Llm::default(),
            passed_over: Vec::new(),
        }
    }

    fn apply(&mut self, layer: Layer, origin: impl Fn(Names) -> Origin) {
        fn set<T>(setting: &mut Setting<T>, value: Option<T>, origin: Origin) {
            if let Some(value) = value {
                *setting = Setting { value, origin };
            }
        }
        let Layer { bank, format, color, quiet, fail_under, grader } = layer;
        set(&mut self.bank, bank.map(|bank| (bank.as_os_str() != SHIPPED).then_some(bank)), origin(BANK));
        set(&mut self.format, format, origin(FORMAT));
        set(&mut self.color, color, origin(COLOR));
        set(&mut self.quiet, quiet, origin(QUIET));
        set(&mut self.fail_under, fail_under.map(Some), origin(FAIL_UNDER));
        set(&mut self.grader, grader, origin(GRADER));
    }
}

/// What a setting is called where.
#[derive(Clone, Copy)]
struct Names {
    variable: &'static str,
    flag: &'static str,
}

const BANK: Names = Names { variable: "GRADUS_BANK", flag: "--bank" };
const FORMAT: Names = Names { variable: "GRADUS_FORMAT", flag: "--format" };
const COLOR: Names = Names { variable: "GRADUS_COLOR", flag: "--color" };
const QUIET: Names = Names { variable: "GRADUS_QUIET", flag: "--quiet" };
const FAIL_UNDER: Names = Names { variable: "GRADUS_FAIL_UNDER", flag: "--fail-under" };
const GRADER: Names = Names { variable: "GRADUS_GRADER", flag: "--grader" };

/// What a file says.
pub(super) struct Said {
    layer: Layer,
    /// `[llm]` and `[[judge]]`.
    llm: (Values, Option<Vec<Values>>),
}

impl Said {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// A setting that does not exist or a value that makes no sense, with its line. Values that may be keys are not
    /// repeated.
    pub(super) fn of_file(path: &Path, text: &str) -> anyhow::Result<Self> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
            let message = error.message().trim_end().replace('\n', ", ");
            // `llm = "sk-..."` is a key in the wrong place.
            let is_judges = ["llm", "judge"].iter().any(|table| {
                let found = text.lines().nth(line - 1).and_then(|line| line.trim_start().strip_prefix(table));
                found.is_some_and(|rest| rest.trim_start().starts_with('='))
            });
            let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, "));
            let message = match unknown {
                Some((name, known)) => format!("unknown field `{}`, {known}", rejected(name)),
                None => message,
            };
            let message = if is_judges { "expected a table".to_owned() } else { message };
            anyhow::anyhow!("{}:{line}: {message}\nhint: correct the line, or remove it", path.display())
        })?;
        let Written { bank, format, color, quiet, fail_under, grader, llm, judge } = written;
        let beside = path.parent().unwrap_or(Path::new(""));
        let bank = bank.map(|bank| if bank.as_os_str() == SHIPPED { bank } else { beside.join(bank) });
        let layer = Layer { bank, format, color, quiet, fail_under, grader };
        Ok(Self { layer, llm: Llm::of_file(llm, judge, (path, text))? })
    }

    /// The settings that need trust.
    pub(super) fn needing_trust(&self) -> Vec<Withheld> {
        let (base, judges) = &self.llm;
        needing_trust(base, judges.as_deref())
    }
}

impl Layer {
    fn from_environment(around: &Surroundings) -> anyhow::Result<Self> {
        let text = |names: Names| around.text(names.variable);
        Ok(Self {
            bank: (around.variable)(BANK.variable).filter(|value| !value.is_empty()).map(PathBuf::from),
            format: text(FORMAT)?.map(|value| choice(FORMAT.variable, &value)).transpose()?,
            color: text(COLOR)?.map(|value| choice(COLOR.variable, &value)).transpose()?,
            quiet: text(QUIET)?.map(|value| truth(QUIET.variable, &value)).transpose()?,
            fail_under: text(FAIL_UNDER)?
                .map(|value| {
                    args::score(&value).map_err(|error| anyhow::anyhow!("{}={value}: {error}", FAIL_UNDER.variable))
                })
                .transpose()?,
            grader: text(GRADER)?.map(|value| choice(GRADER.variable, &value)).transpose()?,
        })
    }
}

fn names<T: ValueEnum>() -> String {
    let all: Vec<String> = T::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
        .collect();
    all.join(", ")
}

fn choice<T: ValueEnum>(variable: &str, value: &str) -> anyhow::Result<T> {
    T::from_str(value, false).map_err(|_| anyhow::anyhow!("{variable}={value}: expected one of {}", names::<T>()))
}

fn truth(variable: &str, value: &str) -> anyhow::Result<bool> {
    match value {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => bail!("{variable}={value}: expected true or false"),
    }
}

fn score<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = f64::deserialize(deserializer)?;
    args::score(&value.to_string())
        .map(Some)
        .map_err(|error| serde::de::Error::custom(format!("fail_under = {value}, {error}")))
}

fn named<'de, T: ValueEnum, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let name = String::deserialize(deserializer)?;
    T::from_str(&name, false)
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("`{}`, expected one of {}", rejected(&name), names::<T>())))
}
