//! Grades a written answer against a rubric.

pub mod model;
pub mod pattern;
pub mod text;
