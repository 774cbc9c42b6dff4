//! Merges the layers of settings: flags over environment over files over defaults.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::file::SettingsFile;
use super::general::{BANK, COLOR, FAIL_UNDER, FORMAT, GRADER, GeneralOptions, QUIET, SHIPPED};
use super::judges::JudgeSettings;
use super::origin::{Names, Origin, Setting};
use super::unknown_variables::{self, IgnoredVariables};
use crate::cli::args::{self, Color, Format, Global, GraderChoice, JudgeArgs};
use crate::cli::owner::is_foreign;
use crate::cli::project::{self, TrustState};

/// All settings of one run.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Settings {
    /// The folder of the bank; `None` for the shipped one.
    pub(in crate::cli) bank: Setting<Option<PathBuf>>,
    pub(in crate::cli) format: Setting<Format>,
    pub(in crate::cli) color: Setting<Color>,
    pub(in crate::cli) quiet: Setting<bool>,
    /// From 0 to 100.
    pub(in crate::cli) fail_under: Setting<Option<f64>>,
    pub(in crate::cli) grader: Setting<GraderChoice>,
    pub(in crate::cli) llm: JudgeSettings,
    /// Project files that are ignored because they belong to another user.
    pub(in crate::cli) ignored_files: Vec<PathBuf>,
}

impl Settings {
    /// Merges all layers except flags that only some commands take. Those commands apply them.
    ///
    /// # Errors
    /// A rejected value, an unreadable file, and a project file of another user in the current folder, unless
    /// `skips_file_of_other_user` says that the command works without it.
    pub(in crate::cli) fn resolve(
        global: &Global,
        color: Option<Color>,
        skips_file_of_other_user: bool,
        environment: &Environment,
    ) -> anyhow::Result<Self> {
        let mut settings = Self::defaults();
        if let Some(path) = &environment.settings_file
            && let Some(text) = project::read(path)?
        {
            let SettingsFile { general, judges } = SettingsFile::parse(path, &text)?;
            settings.apply(general, |_| Origin::File(path.clone()));
            settings.llm.apply_file(judges, path);
        }
        let project::Search { found, ignored } = project::find(environment.folder());
        settings.ignored_files = ignored;
        match found {
            Some(path) if skips_file_of_other_user && is_foreign(&path).unwrap_or(false) => {
                settings.ignored_files.push(path);
            }
            Some(path) => settings.apply_project(&path, environment)?,
            None => {}
        }
        settings.apply(environment.general()?, |names| Origin::Environment(names.variable));
        settings.llm.apply_environment(|name| environment.text(name))?;
        let flags = GeneralOptions {
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

    /// A copy of these settings with the bank that was found in `folder`.
    pub(in crate::cli) fn with_found_bank(self, folder: PathBuf) -> Self {
        Self { bank: Setting { value: Some(folder.clone()), origin: Origin::Found(folder) }, ..self }
    }

    /// Applies a project file. Its judge settings apply only if the user trusts the file.
    fn apply_project(&mut self, path: &Path, environment: &Environment) -> anyhow::Result<()> {
        let text = project::read_own(path)?;
        let file = SettingsFile::parse(path, &text)?;
        let state = match environment.trust() {
            // A file without judge settings needs no trust, so the list is not even read.
            _ if file.needing_trust().is_empty() => TrustState::Trusted,
            Some(trust) => trust.state(path, &text)?,
            None => TrustState::Unknown,
        };
        let SettingsFile { general, judges } = file;
        self.apply(general, |_| Origin::File(path.to_owned()));
        match state {
            TrustState::Trusted => self.llm.apply_file(judges, path),
            TrustState::Changed => self.llm.record_untrusted(&judges, path, true),
            TrustState::Unknown => self.llm.record_untrusted(&judges, path, false),
        }
        Ok(())
    }

    /// A copy of these settings with the flags of a command that may ask a judge.
    ///
    /// # Errors
    /// A flag with a rejected value.
    pub(in crate::cli) fn with_judge_flags(&self, args: &JudgeArgs, cross_check: bool) -> anyhow::Result<Self> {
        let llm = self.llm.with_flags(&args.endpoint, &args.panel, cross_check)?;
        let mut settings = Self { llm, ..self.clone() };
        let flags = GeneralOptions { grader: args.grader, ..GeneralOptions::default() };
        settings.apply(flags, |names| Origin::Flag(names.flag));
        Ok(settings)
    }

    /// A copy of these settings with the flags that only `grade` takes.
    pub(in crate::cli) fn with_grade_flags(&self, args: &args::Grade) -> Self {
        let mut settings = self.clone();
        let flags = GeneralOptions { format: args.format, fail_under: args.fail_under, ..GeneralOptions::default() };
        settings.apply(flags, |names| Origin::Flag(names.flag));
        let by_extension = args.output.as_deref().and_then(Format::of_extension);
        if let (None, Some(value)) = (args.format, by_extension) {
            settings.format = Setting { value, origin: Origin::Flag("--output") };
        }
        settings
    }

    /// The name of the flag, variable or settings file that sets the threshold for scores.
    pub(in crate::cli) fn fail_under_source(&self) -> String {
        match &self.fail_under.origin {
            Origin::File(path) => format!("{} in {}", FAIL_UNDER.key, path.display()),
            Origin::Environment(variable) => (*variable).to_owned(),
            Origin::Default | Origin::Found(_) | Origin::Flag(_) => FAIL_UNDER.flag.to_owned(),
        }
    }

    /// The warnings about variables that look like settings and are ignored. Variables that hold the keys of judges are
    /// used: these settings and the flag `--api-key-env` name them.
    pub(in crate::cli) fn ignored_variables(
        &self,
        environment: &Environment,
        api_key_flag: Option<&str>,
    ) -> Vec<IgnoredVariables> {
        let in_use: Vec<&str> = self.llm.key_variables().chain(api_key_flag).collect();
        unknown_variables::warnings(environment.names(), &in_use)
    }

    fn defaults() -> Self {
        Self {
            bank: Setting::default_value(None),
            format: Setting::default_value(Format::Text),
            color: Setting::default_value(Color::Auto),
            quiet: Setting::default_value(false),
            fail_under: Setting::default_value(None),
            grader: Setting::default_value(GraderChoice::Auto),
            llm: JudgeSettings::default(),
            ignored_files: Vec::new(),
        }
    }

    fn apply(&mut self, options: GeneralOptions, origin: impl Fn(Names) -> Origin) {
        fn set<T>(setting: &mut Setting<T>, value: Option<T>, origin: Origin) {
            if let Some(value) = value {
                *setting = Setting { value, origin };
            }
        }
        let GeneralOptions { bank, format, color, quiet, fail_under, grader } = options;
        set(&mut self.bank, bank.map(|bank| (bank.as_os_str() != SHIPPED).then_some(bank)), origin(BANK));
        set(&mut self.format, format, origin(FORMAT));
        set(&mut self.color, color, origin(COLOR));
        set(&mut self.quiet, quiet, origin(QUIET));
        set(&mut self.fail_under, fail_under.map(Some), origin(FAIL_UNDER));
        set(&mut self.grader, grader, origin(GRADER));
    }
}
