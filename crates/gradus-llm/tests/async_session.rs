//! The asynchronous API, called inside tokio runtimes, against the scripted server.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gradus_core::bank::{Bank, BuiltIn, Files};
use gradus_core::judge::{
    Brief, Chat, Failure, Halt, Judge, JudgeId, Member, Message, Panel, ReplySchema, Request, Role, Rounds,
};
use gradus_core::model::{Answer, Source, Vote};
use gradus_core::score::Workspace;
use gradus_core::text::KnownWords;
use gradus_llm::{
    Cache, CacheUse, Endpoint, Limits, Meter, PathOrigin, Pool, PoolOptions, Prices, Provider, RequestCause,
    RequestError, SessionError, address, probe,
};
use gradus_testing::server::{self, Action, ChatRequest};
use tokio::runtime::{Builder, Runtime};

const ANSWER: &str = "The budget is what is left of one hundred percent under the objective. We spend it on releases. \
                      When it is gone we stop shipping features, and the product owner signs that.";

fn runtimes() -> [(&'static str, Runtime); 2] {
    let single = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let multi = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    [("current thread", single), ("multi-thread", multi)]
}

fn endpoint(url: &str, model: &str) -> Endpoint {
    Endpoint {
        provider: Provider::OpenAi,
        base_url: address(url, false).expect("an address"),
        model: model.to_owned(),
        key: None,
        temperature: Some(0.0),
        seed: None,
        max_tokens: 1000,
        context: 100_000,
        prices: Some(Prices { prompt: 1.0, completion: 1.0 }),
        limits: Limits { concurrency: 4, requests_per_minute: None, tokens_per_minute: None },
        timeout: Duration::from_secs(5),
        attempts: 1,
        ca_file: None,
    }
}

fn pool(urls: &[(&str, &str)], meter: &Arc<Meter>, stops: bool) -> Pool {
    cached_pool(urls, meter, stops, (None, CacheUse::UseAndStore))
}

fn cached_pool(
    urls: &[(&str, &str)],
    meter: &Arc<Meter>,
    stops: bool,
    (cache, cache_use): (Option<Cache>, CacheUse),
) -> Pool {
    let options =
        PoolOptions { deadline: Duration::from_secs(20), cache_use, stops_on_failure: stops, stop: Arc::default() };
    let endpoints = urls.iter().map(|(url, model)| endpoint(url, model)).collect();
    Pool::new(endpoints, cache, Arc::clone(meter), options).expect("a pool")
}

fn panel(pool: &Pool) -> Panel {
    let member = |endpoint: &Endpoint| Member {
        provider: endpoint.provider.name().to_owned(),
        model: endpoint.model.clone(),
        parameters: endpoint.parameters(),
        room: endpoint.max_prompt_tokens(),
    };
    Panel {
        members: pool.endpoints().map(member).collect(),
        samples: 2,
        vote: Vote::Median,
        escalates: false,
        shows_references: true,
        cross_checks: false,
    }
}

fn bank() -> Bank {
    let files = gradus_testing::shipped_files();
    let words = KnownWords::of(files.iter().map(|(_, text)| *text));
    let words: &'static KnownWords = Box::leak(Box::new(words));
    Bank::new(Files::of_built_in(BuiltIn { files, words: words.lines() }))
}

/// The first reply is unusable, so that a second round is needed.
fn say(asked: &ChatRequest) -> Action {
    let criteria = asked.criteria();
    let verdicts = criteria.iter().enumerate().map(|(place, id)| match place {
        0 => (id.as_str(), "full", "We spend it on releases", "it is said"),
        _ => (id.as_str(), "none", "", ""),
    });
    let all: Vec<_> = verdicts.collect();
    Action::Reply(server::verdicts(&asked.token(), &all))
}

fn script() -> impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static {
    let unusable = AtomicUsize::new(0);
    move |_, asked| match unusable.fetch_add(1, Ordering::Relaxed) {
        0 => Action::Reply("I cannot say.".to_owned()),
        _ => say(asked),
    }
}

fn request(judge: usize) -> Request {
    let message = |role, text: &str| Message { role, text: text.into() };
    let reply_schema =
        ReplySchema { name: "ready", description: "Whether it works", schema: r#"{"type":"object"}"#.into() };
    Request {
        judge: JudgeId(judge),
        sample: 0,
        messages: vec![message(Role::System, "Judge."), message(Role::User, "This.")],
        reply_schema: Arc::new(reply_schema),
    }
}

/// Compiles only for futures that can move between threads.
fn assert_send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn an_answer_is_graded_inside_any_runtime_as_by_the_blocking_judge() {
    let bank = bank();
    let entry = bank.entry("error-budget").expect("known");
    let scorer = bank.scorer(entry, &bank.vocabulary().expect("sound")).expect("sound");
    let brief = Brief::new(scorer.question(), &bank.samples(entry).expect("sound"));
    let answer = Answer::new("mine", ANSWER);
    let offline = scorer.fingerprint_of(&answer);
    let blocking = {
        let server = server::Endpoint::new(script());
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false);
        let (session, panel) = (pool.session("mine".to_owned()), panel(&pool));
        let judge = Judge { panel: &panel, chat: &session, count: pool.tokens() };
        let grade = judge.grade(&scorer, &brief, &answer, offline, &mut Workspace::new()).expect("a grade");
        assert_eq!(server.requests().len(), 3, "two samples, one of them asked again");
        format!("{:?} {:?}", grade.criteria, grade.usage)
    };
    for (name, runtime) in runtimes() {
        let server = server::Endpoint::new(script());
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false);
        let (session, panel) = (pool.session("mine".to_owned()), panel(&pool));
        let mut workspace = Workspace::new();
        let rounds = Rounds::new(&panel, pool.tokens(), &scorer, &brief, &answer, offline, &mut workspace);
        let grade = runtime.block_on(assert_send(session.grade_async(rounds))).expect("a grade");
        assert!(grade.fallback.is_none() && grade.criteria.iter().all(|one| one.source == Source::Llm), "{name}");
        assert_eq!(server.requests().len(), 3, "{name}");
        // The address differs from run to run; everything else is the same.
        assert_eq!(format!("{:?} {:?}", grade.criteria, grade.usage), blocking, "{name}");
    }
}

#[test]
fn requests_of_one_call_are_sent_at_the_same_time() {
    for (name, runtime) in runtimes() {
        let pause = Duration::from_millis(300);
        let server = server::Endpoint::new(move |_, _| Action::After(pause, Box::new(Action::Reply("yes".to_owned()))));
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false);
        let session = pool.session("mine".to_owned());
        let requests: Vec<Request> = (0..4).map(|sample| Request { sample, ..request(0) }).collect();
        let start = std::time::Instant::now();
        let replies = runtime.block_on(assert_send(session.ask_async(&requests)));
        assert!(replies.iter().all(|reply| reply.as_ref().is_ok_and(|reply| reply.text == "yes")), "{name}");
        assert!(start.elapsed() < 3 * pause, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_missing_reply_has_the_typed_error_of_the_request() {
    let server = server::Endpoint::new(|_, _| Action::Status(401, Vec::new(), "who are you".to_owned()));
    for (name, runtime) in runtimes() {
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false);
        let session = pool.session("mine".to_owned());
        let ask = || runtime.block_on(session.ask_async(&[request(0)])).pop().expect("a result");
        let cause = match ask() {
            Err(Failure::Unanswered(cause)) => cause,
            other => panic!("{name}: {other:?}"),
        };
        let error: &RequestError = cause.error().downcast_ref().expect("a typed error");
        assert!(matches!(error.cause, RequestCause::Status { code: 401, .. }), "{name}: {error:?}");
        let Err(Failure::Unanswered(again)) = ask() else { panic!("{name}: a reply") };
        let error: &RequestError = again.error().downcast_ref().expect("a typed error");
        assert!(matches!(error.cause, RequestCause::Suspended(_)), "a rejected key is not sent again: {error:?}");
        assert_eq!(error.root().cause.status(), Some(401));
    }
}

#[test]
fn a_server_without_tls_is_recognised() {
    let server = server::Endpoint::new(|_, _| Action::Reply("yes".to_owned()));
    let url = server.url().replace("http://", "https://");
    for (name, runtime) in runtimes() {
        let pool = pool(&[(&url, "m")], &Arc::new(Meter::new(None)), false);
        let reply = runtime.block_on(pool.session("mine".to_owned()).ask_async(&[request(0)])).pop();
        let Some(Err(Failure::Unanswered(cause))) = reply else { panic!("{name}: {reply:?}") };
        let error: &RequestError = cause.error().downcast_ref().expect("a typed error");
        assert!(matches!(error.cause, RequestCause::Tls { is_plain_http: true, .. }), "{name}: {error:?}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_missing_reply_stops_grading_if_the_pool_is_set_to_stop() {
    let server = server::Endpoint::new(|_, _| Action::Status(400, Vec::new(), "no quota".to_owned()));
    for (name, runtime) in runtimes() {
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), true);
        let session = pool.session("mine".to_owned());
        let mut replies = runtime.block_on(session.ask_async(&[request(0), request(7)]));
        let mut cause = || match replies.pop() {
            Some(Err(Failure::Halted(Halt::Failed(cause)))) => cause,
            other => panic!("{name}: {other:?}"),
        };
        let is_unknown = |error: &SessionError| matches!(error, SessionError::UnknownJudge(JudgeId(7)));
        assert!(cause().error().downcast_ref().is_some_and(is_unknown), "{name}");
        let is_unanswered = |error: &SessionError| matches!(error, SessionError::Unanswered { .. });
        assert!(cause().error().downcast_ref().is_some_and(is_unanswered), "{name}");
    }
}

#[test]
fn blocking_calls_work_inside_any_runtime() {
    let server = server::Endpoint::new(|_, _| Action::Reply("yes".to_owned()));
    for (name, runtime) in runtimes() {
        let pool = Arc::new(pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false));
        let ask = {
            let pool = Arc::clone(&pool);
            move || pool.session("mine".to_owned()).ask(&[request(0)])[0].is_ok()
        };
        assert!(runtime.block_on(async { ask() }), "{name}: in the main task");
        assert!(runtime.block_on(runtime.spawn_blocking(ask.clone())).expect("no panic"), "{name}: in spawn_blocking");
        let task = ask.clone();
        assert!(runtime.block_on(runtime.spawn(async move { task() })).expect("no panic"), "{name}: in a task");
        let report = runtime.block_on(runtime.spawn_blocking(move || probe(&pool, JudgeId(0)))).expect("no panic");
        assert!(report.expect("a report").reply.is_ok(), "{name}: a probe");
        assert!(ask(), "{name}: outside");
    }
}

#[test]
fn a_pool_that_made_a_blocking_call_can_be_dropped_inside_a_runtime() {
    let server = server::Endpoint::new(|_, _| Action::Reply("yes".to_owned()));
    for (name, runtime) in runtimes() {
        let pool = pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false);
        assert!(pool.session("mine".to_owned()).ask(&[request(0)])[0].is_ok(), "{name}");
        runtime.block_on(async move { drop(pool) });
    }
}

#[test]
fn a_reply_is_cached_while_another_request_hangs() {
    let server = server::Endpoint::new(|_, asked| {
        if asked.prompt().contains("Hang.") { Action::Hang } else { Action::Reply("yes".to_owned()) }
    });
    let hanging = {
        let message = |role, text: &str| Message { role, text: text.into() };
        Request { messages: vec![message(Role::System, "Judge."), message(Role::User, "Hang.")], ..request(0) }
    };
    for (name, runtime) in runtimes() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |cache_use| {
            let cache = Cache::open(&folder.path().join("cache.db"), PathOrigin::Default).expect("a cache").cache;
            cached_pool(&[(&server.url(), "m")], &Arc::new(Meter::new(None)), false, (Some(cache), cache_use))
        };
        let pool = open(CacheUse::UseAndStore);
        let session = pool.session("mine".to_owned());
        let requests = [hanging.clone(), request(0)];
        runtime.block_on(async {
            let mut asked = Box::pin(session.ask_async(&requests));
            let replies = tokio::time::timeout(Duration::from_millis(500), &mut asked).await;
            assert!(replies.is_err(), "{name}: the first request hangs");
            // The future still exists, as in a process that is killed at this point.
            let replies = open(CacheUse::ReplayOnly).session("mine".to_owned()).ask_async(&requests).await;
            assert!(replies[0].is_err(), "{name}: no reply arrived");
            assert!(replies[1].as_ref().is_ok_and(|reply| reply.text == "yes"), "{name}: {:?}", replies[1]);
        });
    }
}

#[test]
fn a_dropped_request_releases_its_reserved_cost() {
    for (name, runtime) in runtimes() {
        let server =
            server::Endpoint::new(|number, _| if number == 0 { Action::Hang } else { Action::Reply("yes".to_owned()) });
        // Enough for one request at a time: at most 1,000 tokens of the reply and 12 bytes of the prompt.
        let meter = Arc::new(Meter::new(Some(0.001_5)));
        let pool = pool(&[(&server.url(), "m")], &meter, false);
        let session = pool.session("mine".to_owned());
        runtime.block_on(async {
            let first = tokio::time::timeout(Duration::from_millis(300), session.ask_async(&[request(0)])).await;
            assert!(first.is_err(), "{name}: the first request hangs");
            let second = tokio::time::timeout(Duration::from_secs(5), session.ask_async(&[request(0)])).await;
            assert!(second.is_ok_and(|replies| replies[0].is_ok()), "{name}");
        });
    }
}
