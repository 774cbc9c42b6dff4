//! The settings of the program: flags override the environment, the environment overrides files, files override
//! defaults. Every setting keeps its origin.
//!
//! Settings are resolved once, before a command runs. Commands and the printer depend on them, not the reverse.

mod environment;
mod file;
mod file_table;
mod general;
mod judge_options;
mod judge_tables;
mod judge_values;
mod judges;
mod key_names;
mod origin;
mod resolve;
mod setting_value;
mod similar_name;
mod source;
mod unknown_variables;
mod untrusted;
mod written_values;

pub(super) use environment::Environment;
pub(super) use file::SettingsFile;
pub(super) use general::SHIPPED;
pub(super) use judge_options::{EndpointSettings, PanelSettings};
pub(super) use judge_values::{KeyVariable, OnFailure, Temperature};
pub(super) use key_names::{display_name, mask_key};
pub(super) use origin::{Origin, Setting};
pub(super) use resolve::Settings;
pub(super) use setting_value::one_line;
