//! Tests of the judge through a real HTTP server on this machine that imitates models and network faults.

use gradus_testing::server as endpoint;

mod config_check;
mod cost_limits;
mod endpoint_tests;
mod fallback_limits;
mod injection;
mod interrupted_runs;
mod judged_batches;
mod judged_report;
mod keys;
mod network;
mod partial_replies;
mod protocols;
mod quotes;
mod replies;
mod reply_cache;
mod scripted_judge;
mod secrets;
mod server_errors;
mod settings;
mod several_judges;
mod timeouts;
mod tls_and_proxy;
mod trust;
mod usage;
