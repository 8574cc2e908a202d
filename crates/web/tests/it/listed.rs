//! What guards list of the files touched under an alarm: taken in, kept apart by town, handed out.

use axum::http::StatusCode;
use beffroi_town::{
    AlarmId, Role,
    watch::{
        ALARM_PATH, AlarmOutcome, AlarmReport, LISTED_IN_ALL_MAX, LISTED_MAX, LISTED_PATH, Listed,
        ListedFile, PATH_BYTES_MAX, Suspicion, Touch, TouchCounts, Vitals,
    },
};

use crate::{
    browser::Browser,
    guards_door::{ask, enrolled, sent},
    sample::{OTHER, Sample, TOWN},
};

/// A piece of the list of what was touched under an alarm.
fn piece(alarm: &str, before: u64, paths: &[&str]) -> Listed {
    let file = |path: &&str| ListedFile {
        number: 1,
        path: (*path).to_owned(),
        how: Touch::Rewritten,
        at: Sample::START,
        session: "user 1000 session 7".to_owned(),
        user: Some(1000),
        process: Some(4242),
        program: Some("/usr/bin/python3.11".to_owned()),
        client: None,
        bytes: 9_000,
        sha256: Some("ab".repeat(32)),
        recoverable: true,
    };
    Listed {
        alarm: AlarmId::parse(alarm).unwrap(),
        before,
        files: paths.iter().map(file).collect(),
    }
}

#[tokio::test]
async fn all_that_was_touched_is_listed_piece_by_piece() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, _) = enrolled(&sample, &router, 3, TOWN).await;
    let post = async |piece: &Listed, ms: i64| {
        let said = sent(LISTED_PATH, Sample::START.plus_ms(ms), piece);
        ask(&router, guard.request(&said)).await.0
    };
    // Of an alarm that nobody raised: taken, so that the guard goes on, and not kept.
    assert_eq!(post(&piece("a-1", 0, &["/s/a"]), 1).await, StatusCode::OK);
    let report = AlarmReport {
        id: AlarmId::parse("a-1").unwrap(),
        revision: 1,
        kind: Suspicion::MassRewriting,
        first_touch_at: Sample::START,
        raised_at: Sample::START,
        stopped_at: None,
        outcome: AlarmOutcome::Observed,
        actor: None,
        counts: TouchCounts::default(),
        reasons: vec![],
        touched: vec![],
        touched_total: 3,
        vitals: Vitals::default(),
        simulated: false,
    };
    let raised = sent(ALARM_PATH, Sample::START.plus_ms(2), &report);
    assert_eq!(ask(&router, guard.request(&raised)).await.0, StatusCode::OK);
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let files = "/console/alarms/a-1/files";
    assert_eq!(browser.open(files).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.open("/console/alarms/a-1").await.body.contains(files));

    assert_eq!(post(&piece("a-1", 0, &["/s/a", "/s/b"]), 3).await, StatusCode::OK);
    assert_eq!(post(&piece("a-1", 2, &["/s/c"]), 4).await, StatusCode::OK);
    // Told again, since the answer was lost.
    assert_eq!(post(&piece("a-1", 2, &["/s/c"]), 5).await, StatusCode::OK);
    let list = browser.open(files).await;
    assert_eq!(list.status, StatusCode::OK);
    let lines: Vec<ListedFile> =
        list.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let paths: Vec<&str> = lines.iter().map(|line| line.path.as_str()).collect();
    assert_eq!(paths, ["/s/a", "/s/b", "/s/c"]);
    assert!(browser.open("/console/alarms/a-1").await.body.contains(files));
    let journal = browser.open("/console/journal").await.body;
    assert_eq!(journal.matches("Fichiers d’une alarme listés").count(), 2, "{journal}");

    // Beyond the bounds.
    let long = "x".repeat(PATH_BYTES_MAX + 1);
    assert_eq!(post(&piece("a-1", 3, &[&long]), 6).await, StatusCode::BAD_REQUEST);
    let many = vec!["/s/d"; LISTED_MAX + 1];
    assert_eq!(post(&piece("a-1", 3, &many), 7).await, StatusCode::BAD_REQUEST);
    let beyond = piece("a-1", LISTED_IN_ALL_MAX, &["/s/e"]);
    assert_eq!(post(&beyond, 8).await, StatusCode::BAD_REQUEST);
    // Another town's people see nothing of it.
    let mut other = Browser::new(&router);
    other.enter(&sample.code(OTHER, Role::Technician)).await;
    assert_eq!(other.open(files).await.status, StatusCode::NOT_FOUND);
}
