//! Hints that name flags and commands of this program, for errors of endpoints, judges and the reply cache.

use std::error::Error;

use super::bank;
use crate::batch::BatchError;
use crate::judge::Halt;
use crate::llm::{AddressError, CacheError, CacheWarning, ClientError, RequestCause, RequestError, SessionError};

/// The hint for an error of an endpoint, a judge or the reply cache; `None` for any other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    // The halt in `BatchError::Halted` is not the source of the error, so it is taken from the variant.
    let batch_halt = error.downcast_ref().and_then(|error| match error {
        BatchError::Halted(halt) => Some(halt),
        _ => None,
    });
    if let Some(halt) = batch_halt.or_else(|| error.downcast_ref()) {
        return halt_hint(halt);
    }
    if let Some(error) = error.downcast_ref::<SessionError>() {
        return session_hint(error);
    }
    if let Some(error) = error.downcast_ref::<RequestError>() {
        return request_hint(error);
    }
    if let Some(error) = error.downcast_ref::<ClientError>() {
        return client_hint(error);
    }
    if let Some(error) = error.downcast_ref::<AddressError>() {
        return address_hint(error);
    }
    let warning_hint = |warning: &CacheWarning| warning.hint();
    let cache_hint = error.downcast_ref::<CacheError>().and_then(CacheError::hint);
    cache_hint.or_else(|| error.downcast_ref().and_then(warning_hint)).map(Into::into)
}

fn halt_hint(halt: &Halt) -> Option<String> {
    match halt {
        Halt::Requested => None,
        Halt::Spent { .. } => Some("raise --max-cost and run the same command again to continue".to_owned()),
        // The cause is not a source of the error, so its hint is looked up here.
        Halt::Failed(cause) => {
            let error = cause.error();
            hint(error).or_else(|| bank::hint(error))
        }
    }
}

fn session_hint(error: &SessionError) -> Option<String> {
    match error {
        SessionError::NotCached { .. } => {
            Some("first run the command without --replay and with the same settings".to_owned())
        }
        SessionError::Unanswered { .. } => Some("`gradus config check` tests the endpoint".to_owned()),
        other => other.hint().map(Into::into),
    }
}

/// The hint for a failed request. `None` if no change of flags or settings would help.
fn request_hint(error: &RequestError) -> Option<String> {
    let RequestError { host, cause, .. } = error.root();
    Some(match cause {
        RequestCause::Tls { is_plain_http: true, .. } => {
            "the server does not use TLS: write http:// in --base-url".to_owned()
        }
        RequestCause::Tls { .. } => {
            "check --base-url; --ca-file names certificates that are trusted in addition to the system's".to_owned()
        }
        RequestCause::Connect(_) => "check that the server is running, and check --base-url".to_owned(),
        RequestCause::Redirect { .. } => "use the new address as --base-url if you trust it".to_owned(),
        RequestCause::ReplayOnly => "leave out --replay".to_owned(),
        _ => match cause.reported_status()? {
            401 | 403 => format!("check that the variable of --api-key-env holds a valid key for {host}"),
            404 => "check --base-url, which usually ends in /v1, and --model".to_owned(),
            _ => return error.hint().map(Into::into),
        },
    })
}

fn client_hint(error: &ClientError) -> Option<String> {
    Some(match error {
        ClientError::CertificateFile { .. } => "--ca-file must name a readable file in PEM format".to_owned(),
        ClientError::NoCertificate(_) => {
            "--ca-file must name a file in PEM format, which starts with -----BEGIN CERTIFICATE-----".to_owned()
        }
        ClientError::Setup(_) => {
            "if the system has no certificates, name a PEM file of certificates with --ca-file".to_owned()
        }
        other @ ClientError::Key(_) => return other.hint().map(Into::into),
    })
}

fn address_hint(error: &AddressError) -> Option<String> {
    Some(match error {
        AddressError::Unencrypted(_) => "use https, or pass --allow-http (`allow_http = true`)".to_owned(),
        AddressError::Password(_) => {
            "put the key into an environment variable and name it with --api-key-env".to_owned()
        }
        other => return other.hint().map(Into::into),
    })
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::cli::hints::with_hint;
    use crate::judge::{Cause, JudgeId};
    use crate::llm::UnreadableBody;

    fn request(cause: RequestCause) -> RequestError {
        RequestError { host: "llm.test".to_owned(), cause, attempts: 1 }
    }

    fn status(code: u16) -> RequestError {
        request(RequestCause::Status { code, message: String::new(), retry_after: None, refused: None })
    }

    fn tls(is_plain_http: bool) -> RequestError {
        request(RequestCause::Tls { message: String::new(), is_plain_http })
    }

    #[test]
    fn failed_requests_have_hints_with_flags() {
        let key = "check that the variable of --api-key-env holds a valid key for llm.test";
        let later = "try again later, and check the limits of the account";
        let busy = UnreadableBody::Error { message: String::new(), code: Some(503) };
        for (error, expected) in [
            (tls(true), Some("the server does not use TLS: write http:// in --base-url")),
            (
                tls(false),
                Some("check --base-url; --ca-file names certificates that are trusted in addition to the system's"),
            ),
            (
                request(RequestCause::Connect(String::new())),
                Some("check that the server is running, and check --base-url"),
            ),
            (
                request(RequestCause::Redirect { code: 302, target: String::new() }),
                Some("use the new address as --base-url if you trust it"),
            ),
            (request(RequestCause::ReplayOnly), Some("leave out --replay")),
            (status(401), Some(key)),
            (status(404), Some("check --base-url, which usually ends in /v1, and --model")),
            (status(429), Some(later)),
            (status(503), Some(later)),
            (status(400), None),
            (request(RequestCause::Unreadable(busy)), Some(later)),
            (request(RequestCause::Suspended(Box::new(status(403)))), Some(key)),
            (request(RequestCause::Timeout(Duration::ZERO)), None),
            (request(RequestCause::TooLarge), None),
        ] {
            assert_eq!(hint(&error).as_deref(), expected, "{error}");
        }
    }

    #[test]
    fn halts_have_the_hints_of_their_causes() {
        let not_cached =
            SessionError::NotCached { answer: String::new(), model: String::new(), sample: 1, is_repeated: false };
        let unanswered = SessionError::Unanswered { answer: String::new(), cause: Cause::new(status(401)) };
        let failed = |error: SessionError| Halt::Failed(Cause::new(error));
        for (halt, expected) in [
            (Halt::Requested, None),
            (
                Halt::Spent { spent: 1.0, limit: 1.0, next: 1.0 },
                Some("raise --max-cost and run the same command again to continue"),
            ),
            (failed(not_cached), Some("first run the command without --replay and with the same settings")),
            (failed(unanswered), Some("`gradus config check` tests the endpoint")),
            (failed(SessionError::UnknownJudge(JudgeId(0))), None),
            (failed(SessionError::Runtime(Arc::new(io::Error::other("none")))), None),
            (Halt::Failed(Cause::new("anything")), None),
        ] {
            assert_eq!(hint(&halt).as_deref(), expected, "{halt}");
            assert_eq!(hint(&BatchError::Halted(halt)).as_deref(), expected);
        }
    }

    #[test]
    fn errors_of_clients_addresses_and_caches_have_hints() {
        let path = PathBuf::from("a");
        let pem = "--ca-file must name a file in PEM format, which starts with -----BEGIN CERTIFICATE-----";
        let file = ClientError::CertificateFile { path: path.clone(), error: io::Error::other("none") };
        let cases: [(Box<dyn Error>, &str); 8] = [
            (Box::new(file), "--ca-file must name a readable file in PEM format"),
            (Box::new(ClientError::NoCertificate(path.clone())), pem),
            (Box::new(ClientError::Key(String::new())), "look for line breaks in the key"),
            (
                Box::new(ClientError::Setup(String::new())),
                "if the system has no certificates, name a PEM file of certificates with --ca-file",
            ),
            (
                Box::new(AddressError::Unencrypted(String::new())),
                "use https, or pass --allow-http (`allow_http = true`)",
            ),
            (
                Box::new(AddressError::Password(String::new())),
                "put the key into an environment variable and name it with --api-key-env",
            ),
            (Box::new(AddressError::NotAUrl(String::new())), "write it as https://host/v1"),
            (Box::new(CacheError::Damaged { path: path.clone() }), "delete it, or replace it by a good copy"),
        ];
        for (error, expected) in &cases {
            assert_eq!(hint(&**error).as_deref(), Some(*expected), "{error}");
        }
        let warning = CacheWarning::NotStored(CacheError::Damaged { path: path.clone() });
        assert_eq!(hint(&warning).as_deref(), Some("delete it, or replace it by a good copy"));
        let expected = "replies are not cached: a is damaged\nhint: delete it, or replace it by a good copy";
        assert_eq!(with_hint(warning), expected);
        assert_eq!(hint(&CacheWarning::SetAside(path)), None);
        assert_eq!(hint(&io::Error::other("another area")), None);
    }
}
