//! Stored replies, damaged files, shared files and foreign files.

mod chosen;
mod damage;
mod fixtures;
mod keeping;
mod open_to_read;
mod sharing;
