//! The promises of [`Engine`], offline and with a scripted judge.

use super::{Engine, NamedCalibration, NamedCalibrationError, OpenError};
use crate::model::{Answer, Status};
use crate::score::{VERSION, Workspace};

const TEXT: &str = "The budget is what is left of one hundred percent under the objective. We spend it on releases. \
                    When it is gone we stop shipping features, and the product owner signs that.";

fn engine() -> Engine {
    Engine::shipped().expect("the shipped bank has no faults")
}

fn calibration() -> NamedCalibration {
    let text = format!("schema = 1\nscorer = {VERSION}\ncurve = [[0.0, 0.5], [1.0, 0.5]]\n");
    NamedCalibration::parse("half".to_owned(), &text).expect("a calibration")
}

#[test]
fn an_offline_grade_equals_the_grade_of_the_scorer() {
    let engine = engine();
    let question = engine.question("error-budget").expect("a question");
    let answer = Answer::new("mine", TEXT);
    let grade = engine.grade(question, &answer).expect("a grade");
    assert_eq!(grade, question.scorer().grade(&answer, &mut Workspace::new()));
    assert_eq!((grade.usage, engine.usage().prompt_tokens), (None, 0));
}

#[test]
fn a_calibration_adds_a_score_and_leaves_the_rest_of_the_grade() {
    let (plain, calibrated) = (engine(), engine().with_calibration(calibration()).expect("the offline scorer grades"));
    let grade = |engine: &Engine| {
        let question = engine.question("error-budget").expect("a question");
        let grade = engine.grade(question, &Answer::new("mine", TEXT)).expect("a grade");
        (
            grade.score(),
            grade.calibrated.as_ref().map(|calibrated| (calibrated.score.as_f64(), calibrated.by.to_string())),
        )
    };
    let ((score, none), (same_score, by)) = (grade(&plain), grade(&calibrated));
    assert_eq!((score, none, by), (same_score, None, Some((50.0, "half".to_owned()))));
}

#[test]
fn grade_all_keeps_the_order_and_gives_no_grade_without_a_question() {
    let engine = engine();
    let question = |id| Some(engine.question(id).expect("a question"));
    let answers = [
        (question("p95-win"), Answer::new("first", TEXT)),
        (None, Answer::new("second", TEXT)),
        (question("error-budget"), Answer::new("third", TEXT)),
    ];
    let mut graded = Vec::new();
    let take = |place, grade: Option<crate::model::Grade<'_>>| {
        graded.push((place, grade.map(|grade| (grade.id.to_string(), grade.question.to_string()))));
    };
    engine.grade_all(&answers, take).expect("grades");
    let named = |id: &str, question: &str| Some((id.to_owned(), question.to_owned()));
    assert_eq!(graded, [(0, named("first", "p95-win")), (1, None), (2, named("third", "error-budget"))]);
}

#[test]
fn references_are_given_for_unmet_criteria_only() {
    let engine = engine();
    let question = engine.question("error-budget").expect("a question");
    let grade = engine.grade(question, &Answer::new("mine", TEXT)).expect("a grade");
    let references = engine.references(question, &grade).expect("references");
    let is_open = |id: &str| grade.criteria.iter().any(|one| *one.id == *id && one.status != Status::Met);
    assert!(!references.is_empty() && references.iter().all(|reference| is_open(&reference.criterion)));
    let mut all_met = grade.clone();
    all_met.criteria.iter_mut().for_each(|criterion| criterion.status = Status::Met);
    assert_eq!(engine.references(question, &all_met).expect("references"), []);
}

#[test]
fn a_second_search_uses_the_index_of_the_first_and_ignores_its_own_folder() {
    let cache = tempfile::tempdir().expect("a folder");
    let (first, second) = (cache.path().join("first"), cache.path().join("second"));
    let bank = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = bank.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("writes");
    };
    write("rubrics/observability/error-budget.toml", include_str!("../../rubrics/observability/error-budget.toml"));
    write("corpus/observability/error-budget.md", include_str!("../../corpus/observability/error-budget.md"));
    let engine = Engine::open(bank.path()).expect("a bank");
    let search = |folder: &std::path::Path| engine.search("budget", 2, Some(folder)).expect("passages");
    let (one, other) = (search(&first), search(&second));
    assert!(!one.found.is_empty() && one.found == other.found);
    assert!(first.is_dir() && !second.exists());
}

#[cfg(feature = "llm")]
mod judged {
    use std::future::Future;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};
    use std::time::Duration;

    use gradus_testing::server::{self, Action, ChatRequest};

    use super::super::{Engine, Estimate, Judges, JudgesError, NamedCalibrationError};
    use super::{TEXT, calibration, engine};
    use crate::judge::{Halt, Member, Panel};
    use crate::llm::{CacheUse, Endpoint, Limits, PoolOptions, Prices, Provider, address};
    use crate::model::{Answer, Source, Vote};

    /// Gives full credit for the first criterion and none for the others.
    fn reply(request: &ChatRequest) -> Action {
        let criteria = request.criteria();
        let verdicts = criteria.iter().enumerate().map(|(place, id)| match place {
            0 => (id.as_str(), "full", "We spend it on releases", "it is said"),
            _ => (id.as_str(), "none", "", ""),
        });
        Action::Reply(server::verdicts(&request.token(), &verdicts.collect::<Vec<_>>()))
    }

    fn judges(url: &str, prices: Option<Prices>, max_cost: Option<f64>) -> Result<Judges, JudgesError> {
        let endpoint = Endpoint {
            provider: Provider::OpenAi,
            base_url: address(url, false).expect("an address"),
            model: "m".to_owned(),
            key: None,
            temperature: Some(0.0),
            seed: None,
            max_tokens: 1000,
            context: 100_000,
            prices,
            limits: Limits { concurrency: 2, requests_per_minute: None, tokens_per_minute: None },
            timeout: Duration::from_secs(20),
            attempts: 1,
            ca_file: None,
        };
        let member = Member {
            provider: endpoint.provider.name().to_owned(),
            model: endpoint.model.clone(),
            parameters: endpoint.parameters(),
            room: endpoint.max_prompt_tokens(),
        };
        let panel = Panel {
            members: vec![member],
            samples: 1,
            vote: Vote::Median,
            escalates: false,
            shows_references: false,
            cross_checks: false,
        };
        Judges::open(vec![endpoint], panel, None, max_cost, pool_options())
    }

    /// Two judges with three samples, the second one asked only after disagreement.
    fn escalating_judges() -> Judges {
        let one = judges("http://127.0.0.1:9/v1", None, None).expect("judges");
        let endpoints = one.pool().endpoints().flat_map(|endpoint| [endpoint.clone(), endpoint.clone()]).collect();
        let members = one.panel().members.iter().flat_map(|member| [member.clone(), member.clone()]).collect();
        let panel = Panel { members, samples: 3, escalates: true, ..one.panel().clone() };
        Judges::open(endpoints, panel, None, None, pool_options()).expect("judges")
    }

    fn pool_options() -> PoolOptions {
        PoolOptions {
            deadline: Duration::from_mins(1),
            cache_use: CacheUse::UseAndStore,
            stops_on_failure: false,
            stop: Arc::default(),
        }
    }

    fn judged(server: &server::Endpoint) -> Engine {
        let prices = Some(Prices { prompt: 1.0, completion: 1.0 });
        engine().with_judges(judges(&server.url(), prices, None).expect("judges")).expect("no calibration")
    }

    fn scripted() -> server::Endpoint {
        server::Endpoint::new(|_, request| reply(request))
    }

    /// Compiles only for futures that can move between threads.
    fn assert_send<F: Future + Send>(future: F) -> F {
        future
    }

    #[test]
    fn an_asynchronous_grade_equals_the_blocking_grade() {
        let (server, other_server) = (scripted(), scripted());
        let (blocking, engine) = (judged(&server), judged(&other_server));
        let answer = Answer::new("mine", TEXT);
        let expected =
            blocking.grade(blocking.question("error-budget").expect("a question"), &answer).expect("a grade");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let question = engine.question("error-budget").expect("a question");
        let grade = runtime.block_on(assert_send(engine.grade_async(question, &answer))).expect("a grade");
        assert!(grade.criteria.iter().all(|one| one.source == Source::Llm), "{:?}", grade.fallback);
        assert_eq!(
            (&grade.criteria, grade.usage, engine.usage()),
            (&expected.criteria, expected.usage, blocking.usage())
        );
        assert_eq!(other_server.requests().len(), 1);
        let offline = super::engine();
        let question = offline.question("error-budget").expect("a question");
        let grade = runtime.block_on(offline.grade_async(question, &answer)).expect("a grade");
        assert_eq!(grade, offline.grade(question, &answer).expect("a grade"));
    }

    #[test]
    fn usage_is_the_sum_over_all_grades() {
        let server = scripted();
        let engine = judged(&server);
        let question = engine.question("error-budget").expect("a question");
        let answers: Vec<_> = ["a", "b", "c"].map(|id| (Some(question), Answer::new(id, TEXT))).into();
        let mut usages = Vec::new();
        engine.grade_all(&answers, |_, grade| usages.extend(grade.and_then(|grade| grade.usage))).expect("grades");
        assert_eq!(usages.len(), 3);
        let usage = engine.usage();
        assert_eq!(usage.prompt_tokens, usages.iter().map(|usage| usage.prompt_tokens).sum::<u64>());
        assert_eq!(usage.completion_tokens, usages.iter().map(|usage| usage.completion_tokens).sum::<u64>());
        assert!(usage.prompt_tokens > 0 && usage.cost.is_some());
    }

    #[test]
    fn no_more_threads_start_than_there_are_answers() {
        let judges = judges("http://127.0.0.1:9/v1", None, None).expect("judges");
        assert_eq!([0, 1, 2, 9].map(|answers| judges.threads_for(answers)), [0, 1, 2, 2]);
        let (grades, outcome) = judges.grade_all(&[], |_, _| Err(Halt::Requested));
        assert!(grades.is_empty() && outcome.is_ok());
    }

    #[test]
    fn an_error_keeps_the_grades_of_finished_answers() {
        let (engine, judges) = (engine(), judges("http://127.0.0.1:9/v1", None, None).expect("judges"));
        let question = engine.question("error-budget").expect("a question");
        let answers = ["0", "1"].map(|id| (Some(question), Answer::new(id, TEXT)));
        let both_run = Barrier::new(2);
        let (grades, outcome) = judges.grade_all(&answers, |question, answer| {
            both_run.wait();
            if answer.id == "0" { Err(Halt::Requested) } else { engine.grade(question, answer) }
        });
        assert!(matches!(outcome, Err(Halt::Requested)));
        assert_eq!(grades.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_panic_while_grading_keeps_its_message_and_stops_the_other_answers() {
        let (engine, judges) = (engine(), judges("http://127.0.0.1:9/v1", None, None).expect("judges"));
        let question = engine.question("error-budget").expect("a question");
        let ids: Vec<String> = (0..20).map(|id: u32| id.to_string()).collect();
        let answers: Vec<_> = ids.iter().map(|id| (Some(question), Answer::new(id, TEXT))).collect();
        let message = |slow: &(dyn Fn() -> Result<(), Halt> + Sync)| {
            let both_run = Barrier::new(2);
            let graded = catch_unwind(AssertUnwindSafe(|| {
                judges.grade_all(&answers, |question, answer| {
                    if ["0", "1"].contains(&answer.id) {
                        both_run.wait();
                    }
                    assert!(answer.id != "1", "answer 1 is faulty");
                    slow()?;
                    engine.grade(question, answer)
                })
            }));
            graded.expect_err("a panic").downcast_ref::<&str>().map(|message| (*message).to_owned())
        };
        let graded = AtomicUsize::new(0);
        let slow = || {
            graded.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
            Ok(())
        };
        assert_eq!(message(&slow).as_deref(), Some("answer 1 is faulty"));
        assert!(graded.into_inner() < answers.len() - 1);
        assert_eq!(
            message(&|| Err(Halt::Requested)).as_deref(),
            Some("answer 1 is faulty"),
            "a panic precedes an error"
        );
    }

    #[test]
    fn an_estimate_counts_requests_and_stays_empty_without_judges() {
        let server = scripted();
        let (offline, engine) = (engine(), judged(&server));
        let answer = Answer::new("mine", TEXT);
        let mut estimate = Estimate::default();
        offline
            .estimate(&mut estimate, offline.question("error-budget").expect("a question"), &answer)
            .expect("estimates");
        assert_eq!(estimate.answers(), 0);
        let question = engine.question("error-budget").expect("a question");
        for _ in 0..2 {
            engine.estimate(&mut estimate, question, &answer).expect("estimates");
        }
        let each = estimate.judges(engine.judges().expect("judges"));
        assert_eq!((estimate.answers(), each.len(), each[0].requests), (2, 1, 2));
        assert!(each[0].prompt_tokens > 0 && each[0].cost.is_some());
        assert_eq!(server.requests().len(), 0, "an estimate sends nothing");
    }

    #[test]
    fn an_estimate_asks_the_last_resort_once() {
        let engine = engine().with_judges(escalating_judges()).expect("no calibration");
        let question = engine.question("error-budget").expect("a question");
        let mut estimate = Estimate::default();
        engine.estimate(&mut estimate, question, &Answer::new("mine", TEXT)).expect("estimates");
        let [first, last] = &estimate.judges(engine.judges().expect("judges"))[..] else { panic!("two judges") };
        assert_eq!((first.requests, first.is_last_resort, last.requests, last.is_last_resort), (3, false, 1, true));
        assert_eq!(first.prompt_tokens, 3 * last.prompt_tokens);
    }

    #[test]
    fn a_calibration_is_refused_if_judges_grade() {
        let refused = judged(&scripted()).with_calibration(calibration());
        assert!(matches!(refused, Err(NamedCalibrationError::Judged { name }) if name == "half"));
        let calibrated = engine().with_calibration(calibration()).expect("the offline scorer grades");
        let refused = calibrated.with_judges(escalating_judges());
        assert!(matches!(refused, Err(NamedCalibrationError::Judged { name }) if name == "half"));
    }

    #[test]
    fn a_limit_on_the_cost_needs_prices() {
        let opened = judges("http://127.0.0.1:9/v1", None, Some(1.0));
        assert!(matches!(opened, Err(JudgesError::NoPrices { model }) if model == "m"));
    }
}

#[test]
fn errors_of_the_engine_have_hints_for_any_caller() {
    let name = || "c.toml".to_owned();
    for (error, hint) in [
        (NamedCalibrationError::Judged { name: name() }, "grade offline, or leave the calibration out"),
        (
            NamedCalibrationError::Invalid { name: name(), fault: "line 3".to_owned() },
            "use a file that a calibration wrote",
        ),
        (NamedCalibrationError::Outdated { name: name(), fitted: 1 }, "calibrate again"),
    ] {
        assert_eq!(error.hint(), hint, "{error}");
    }
    let empty = OpenError::NoRubric { folder: "bank".into() };
    assert_eq!(empty.hint().as_deref(), Some("write a rubric into rubrics/<topic>/<id>.toml"));
    let missing = Engine::open(std::path::Path::new("no-such-folder")).err().expect("there is no such folder");
    assert!(missing.hint().is_some_and(|hint| !hint.contains("--")), "{missing}");
}
