//! The judge, asked through a real HTTP server on this machine that plays what models and networks do.

mod broken_off;
mod commands;
mod configured;
mod dialects;
mod endpoint;
mod fallback_limits;
mod front;
mod injection;
mod kept;
mod keys;
mod many;
mod network;
mod panels;
mod partial;
mod played;
mod quotes;
mod replies;
mod scripted;
mod secrets;
mod spending;
mod troubles;
mod trust;
mod usage;
mod waits;
mod whole;
