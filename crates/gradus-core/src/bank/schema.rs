//! JSON Schemas, so that editors complete and check the files.

use schemars::{Schema, schema_for};

use super::tables::RubricFile;
use crate::model::Grade;

/// Of a rubric file.
pub fn rubric_schema() -> Schema {
    schema_for!(RubricFile)
}

/// Of a result.
pub fn result_schema() -> Schema {
    schema_for!(Grade<'static>)
}
