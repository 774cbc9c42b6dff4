//! What the cache keeps, what it survives, and what it leaves alone.

mod chosen;
mod damage;
mod given;
mod keeping;
mod reading;
mod sharing;
