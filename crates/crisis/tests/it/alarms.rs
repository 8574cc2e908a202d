//! A machine suspects; a person decides.

use beffroi_crisis::{
    alarms,
    incidents::{self, Declaration},
};
use beffroi_store::{alarms as kept, guards, texts};
use beffroi_town::{
    AlarmId, AlarmKind, AlarmState, Instant,
    facts::Mood,
    incident::Nature,
    watch::{
        AlarmOutcome, AlarmReport, Beat, Letter, Level, Mode, ReserveUse, Suspicion, Touch,
        TouchCounts, Touched, Vitals,
    },
};

use crate::world::{ELEVEN, World, after};

pub(crate) fn report(id: &str, files: usize) -> AlarmReport {
    let touched = (0..files).map(|number| Touched {
        path: format!("social/dossier de Jeanne {number}.odt"),
        how: Touch::Deleted,
        at: ELEVEN,
        recoverable: true,
    });
    AlarmReport {
        id: AlarmId::parse(id).unwrap(),
        revision: 1,
        kind: Suspicion::MassDisappearance,
        first_touch_at: ELEVEN,
        raised_at: after(1),
        stopped_at: Some(after(1)),
        outcome: AlarmOutcome::Stopped,
        actor: None,
        counts: TouchCounts { vanished: 20, ..TouchCounts::default() },
        reasons: vec![],
        touched: touched.collect(),
        touched_total: u64::try_from(files).unwrap(),
        vitals: Vitals { simulated: true, ..Vitals::default() },
        simulated: true,
    }
}

#[tokio::test]
async fn a_report_is_an_alarm_and_never_an_incident() {
    let world = World::new().await;
    let guard = world.guard().await;
    for _ in 0..3 {
        alarms::receive(&world.store, &guard, after(1), &report("a1", 20)).await.unwrap();
    }
    let facts = world.facts(&world.town).await;
    assert_eq!((facts.mood(), facts.open_alarms.len()), (Mood::Checking, 1));
    assert!(facts.incident().is_none());
    let alarm = &facts.open_alarms[0];
    assert_eq!((alarm.kind, alarm.touched, alarm.simulated), (AlarmKind::FilesVanishing, 20, true));
    assert_eq!(world.written(&world.town, "alarm_raised").await, 1, "the same report counts once");
}

#[tokio::test]
async fn names_of_files_are_sealed_and_bounded() {
    let world = World::new().await;
    let guard = world.guard().await;
    alarms::receive(&world.store, &guard, after(1), &report("a1", 1_000)).await.unwrap();
    let facts = world.facts(&world.town).await;
    let detail = facts.open_alarms[0].detail.to_string();
    assert!(!detail.contains("Jeanne"), "{detail}");
    let id = facts.open_alarms[0].detail["touched_text"].as_str().unwrap();
    let mut conn = world.store.read().await.unwrap();
    let text = texts::open(&mut conn, &world.town, id).await.unwrap().unwrap().words.unwrap();
    assert!(text.contains("Jeanne 0") && text.ends_with(')') && text.contains("(+"));
    assert!(texts::open(&mut conn, &world.stranger, id).await.unwrap().is_none());
}

#[tokio::test]
async fn an_alarm_is_declared_merged_or_dismissed_once() {
    let world = World::new().await;
    let guard = world.guard().await;
    for id in ["a1", "a2", "a3"] {
        let mut one = report(id, 5);
        one.kind = match id {
            "a1" => Suspicion::MassDisappearance,
            "a2" => Suspicion::MassRewriting,
            _ => Suspicion::VitalSigns,
        };
        alarms::receive(&world.store, &guard, after(1), &one).await.unwrap();
    }
    let alarm = |id: &str| AlarmId::parse(id).unwrap();
    let deed = world.deed(&world.town, 5);
    let what = Declaration {
        nature: Nature::Unknown,
        noticed_at: ELEVEN,
        others: vec![],
        alarm: Some(alarm("a1")),
        states: vec![],
    };
    let incident = incidents::declare(&deed, &what).await.unwrap();
    alarms::merge(&deed, &alarm("a2"), &incident).await.unwrap();
    alarms::dismiss(&deed, &alarm("a3"), "un test de climatisation").await.unwrap();
    let mut conn = world.store.read().await.unwrap();
    for (id, state) in [
        ("a1", AlarmState::Declared { incident: incident.clone() }),
        ("a2", AlarmState::Merged { incident: incident.clone() }),
        ("a3", AlarmState::Dismissed),
    ] {
        assert_eq!(
            kept::get(&mut conn, &world.town, &alarm(id)).await.unwrap().unwrap().state,
            state
        );
    }
    drop(conn);
    assert!(alarms::dismiss(&deed, &alarm("a1"), "x").await.is_err());
    assert!(alarms::dismiss(&world.deed(&world.stranger, 6), &alarm("a2"), "x").await.is_err());
    // What was declared from cannot be declared from again.
    assert!(incidents::declare(&deed, &what).await.is_err());
    assert_eq!(world.facts(&world.town).await.incidents.len(), 1, "all of it was undone");
}

async fn beat(world: &World, guard: &guards::Guard, sequence: u64, at: Instant) {
    let beat = Beat {
        at,
        sequence,
        started_at: ELEVEN,
        mode: Mode::Protect,
        level: Level { letter: Letter::A, holes: vec![] },
        vitals: Vitals::default(),
        watched: vec![],
        reserve: ReserveUse::default(),
        cut: false,
        waiting_reports: 0,
        lets_go: true,
        maintenance: Some(Vec::new()),
        lifted: None,
        cut_alone: None,
        acknowledgements: vec![],
        heads: vec![],
    };
    let mut book = world.store.bookkeeping().await.unwrap();
    guards::beat(&mut book, &guard.id, &beat, at).await.unwrap();
    book.commit().await.unwrap();
}

#[tokio::test]
async fn each_silence_of_a_guard_is_one_alarm_within_a_minute() {
    let world = World::new().await;
    let guard = world.guard().await;
    beat(&world, &guard, 1, after(1)).await;
    let open = async || world.facts(&world.town).await.open_alarms;
    alarms::notice_silence(&world.store, after(1).plus_ms(30_000)).await.unwrap();
    assert!(open().await.is_empty(), "not yet");
    for seconds in [50, 55, 60, 300] {
        alarms::notice_silence(&world.store, after(1).plus_ms(seconds * 1_000)).await.unwrap();
    }
    let alarms_now = open().await;
    assert_eq!(alarms_now.len(), 1);
    assert_eq!((alarms_now[0].kind, alarms_now[0].repeats), (AlarmKind::GuardSilent, 0));
    assert_eq!(world.facts(&world.town).await.mood(), Mood::Calm, "no resident is told of that");
    const { assert!(alarms::SILENCE_MS_MAX + 5_000 <= 60_000, "looked for every five seconds") };
    beat(&world, &guard, 2, after(10)).await;
    alarms::notice_silence(&world.store, after(12)).await.unwrap();
    assert_eq!(
        world.written(&world.town, "alarm_repeated").await,
        1,
        "a second silence is another"
    );
}
