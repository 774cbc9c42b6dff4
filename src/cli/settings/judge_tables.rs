//! The tables `[llm]` and `[[judge]]` of a settings file, parsed.

use super::file_table::FileTable;
use super::judge_options::{EndpointOptions, EndpointTexts, PanelOptions, PanelTexts};
use super::untrusted::WithheldSetting;

/// The judge settings of one file.
#[derive(Debug, Default)]
pub(super) struct JudgeTables {
    pub(super) endpoint: EndpointOptions,
    pub(super) panel: PanelOptions,
    /// The options of each `[[judge]]`. `judge = []` is an empty list, which removes the judges of files with lower
    /// priority.
    pub(super) judges: Option<Vec<EndpointOptions>>,
}

impl JudgeTables {
    /// Parses the tables of a file.
    ///
    /// # Errors
    /// A key that does not exist or a value that is rejected, with its line and column.
    pub(super) fn parse(llm: Option<FileTable<'_>>, judges: Option<Vec<FileTable<'_>>>) -> anyhow::Result<Self> {
        let (endpoint, panel) = match llm {
            Some(mut table) => {
                let endpoint = EndpointTexts::collect(|names| table.take_text(names))?;
                let panel = PanelTexts::collect(|names| table.take_text(names))?;
                let known = EndpointOptions::NAMES.iter().chain(PanelOptions::NAMES);
                table.reject_rest("[llm]", known.map(|names| names.key))?;
                (endpoint.parse(&table.source())?, panel.parse(&table.source())?)
            }
            None => Default::default(),
        };
        let judge = |mut table: FileTable<'_>| {
            let texts = EndpointTexts::collect(|names| table.take_text(names))?;
            table.reject_rest("[[judge]]", EndpointOptions::NAMES.iter().map(|names| names.key))?;
            texts.parse(&table.source())
        };
        let judges = judges.map(|judges| judges.into_iter().map(judge).collect::<anyhow::Result<_>>()).transpose()?;
        Ok(Self { endpoint, panel, judges })
    }

    /// The settings that need trust, which are all of them.
    pub(super) fn needing_trust(&self) -> Vec<WithheldSetting> {
        let rows = self.endpoint.rows().into_iter().chain(self.panel.rows());
        let mut withheld: Vec<_> =
            rows.map(|(key, value)| WithheldSetting { name: format!("llm.{key}"), value }).collect();
        for (number, judge) in (1..).zip(self.judges.iter().flatten()) {
            let table = format!("judge.{number}");
            let rows = judge.rows();
            if rows.is_empty() {
                // An empty table is still a judge that is asked.
                withheld.push(WithheldSetting { name: table.clone(), value: "empty".to_owned() });
            }
            let setting = |(key, value)| WithheldSetting { name: format!("{table}.{key}"), value };
            withheld.extend(rows.into_iter().map(setting));
        }
        if self.judges.as_ref().is_some_and(Vec::is_empty) {
            // An empty list removes the judges of the user's own file.
            withheld.push(WithheldSetting { name: "judge".to_owned(), value: "none".to_owned() });
        }
        withheld
    }

    /// Whether the file names an endpoint or has `[[judge]]` tables.
    pub(super) fn names_judges(&self) -> bool {
        self.endpoint.names_endpoint() || self.judges.as_ref().is_some_and(|judges| !judges.is_empty())
    }
}
