use beffroi_desk::sealing;
use beffroi_registry::tenants;
use beffroi_store::{
    Location, alarms,
    desk::{self as counter, GroupKey, NewDesk},
};
use beffroi_town::{
    Agenda, AgendaId, Lang, ServiceId, TenantId,
    agenda::{Day, PeopleTake, Rules},
    oncall::Span,
};

use super::*;
use crate::edge::SystemEntropy;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Paris:20240430T090000\r\n\
    RRULE:FREQ=WEEKLY;COUNT=2\r\nSUMMARY:Camille QZ\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// Thursday 25 April 2024, 11:04 in Gravelines.
const START: Instant = Instant::from_ms(1_714_035_840_000);

fn point() -> Agenda {
    let rules = Rules {
        about_fr: "Carte d’identité".to_owned(),
        about_en: "Identity card".to_owned(),
        place: "Mairie".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h").unwrap(),
        slot_minutes: 20,
        seats: 1,
        people_max: 1,
        people_take: PeopleTake::OneSeat,
        notice_hours: 0,
        days_ahead: 60,
        closures: Vec::new(),
        procedure: None,
        paused: false,
    };
    let service = ServiceId::parse("identity_cards").unwrap();
    Agenda { id: AgendaId::parse("cartes").unwrap(), service, rank: 1, rules, word: None }
}

#[tokio::test]
async fn a_dropped_agenda_is_kept_sealed_and_stands_on_the_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Arc::new(SystemEntropy::new());
    let location = Location::Folder(folder.path().join("data"));
    let store = Store::open(&location, entropy).await.unwrap();
    let (by, tenant) = (Actor::CommandLine, TenantId::parse("59273").unwrap());
    let entry = tenants::resolve("59273").unwrap();
    tenants::add(&store, &by, START, vec![entry]).await.unwrap();
    let scope = TenantScope::for_tenant(&tenant);
    let mut tx = store.begin(std::slice::from_ref(&tenant), &by, START).await.unwrap();
    agendas::save(&mut tx, &tenant, &point()).await.unwrap();
    sources::add(&mut tx, &tenant, &point().id, "cartes.ics").await.unwrap();
    tx.commit().await.unwrap();

    // Neither the file nor the keys are there: the reason is kept, and a day and a half later it is
    // an alarm, once.
    let fetcher = Fetcher::new();
    let at = async |at: Instant| {
        let clock = Still(at);
        round(&store, &clock, (&fetcher, folder.path())).await.unwrap();
    };
    at(START).await;
    let source = sources::list(&mut store.read().await.unwrap(), &scope).await.unwrap().remove(0);
    assert!(source.failure.unwrap().contains("cartes.ics"));
    let later = START.plus_ms(37 * 3_600_000);
    at(later).await;
    at(later.plus_ms(AGAIN_MS)).await;
    let open = alarms::open(&mut store.read().await.unwrap(), &scope).await.unwrap();
    let kinds: Vec<AlarmKind> = open.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [AlarmKind::AgendaStale]);

    std::fs::write(folder.path().join("cartes.ics"), CALENDAR).unwrap();
    let identity = sealing::new_identity();
    let recipient = identity.to_public().to_string();
    let key = GroupKey { group: KeyGroup::CivilStatus, recipient, sealed: "sheet".to_owned() };
    let new = NewDesk { recovery: "age1sheet", check_code: "CODE", keys: &[key] };
    let mut tx = store.begin(std::slice::from_ref(&tenant), &by, later).await.unwrap();
    counter::make(&mut tx, &tenant, &new).await.unwrap();
    assert!(counter::prove(&mut tx, &tenant, "CODE").await.unwrap());
    tx.commit().await.unwrap();
    at(later.plus_ms(3 * AGAIN_MS)).await;
    let mut conn = store.read().await.unwrap();
    let source = sources::list(&mut conn, &scope).await.unwrap().remove(0);
    assert_eq!((source.events, source.failure), (2, None));
    let facts = facts::load(&mut conn, &scope, later).await.unwrap().unwrap();
    let (agenda, day) = (point(), Day::parse("2024-05-07").unwrap());
    let wanted =
        sheet::Wanted { facts: &facts, agenda: &agenda, day, lang: Lang::Fr, printed_at: later };
    let visitors = sheet::visitors(&mut conn, &scope, &wanted, Some(&identity)).await.unwrap();
    assert_eq!((visitors[0].minute, visitors[0].who.as_str()), (540, "Camille QZ"));
    let sealed = sources::of_day(&mut conn, &scope, day).await.unwrap().remove(0).1;
    assert!(!sealed.contains(" QZ"));
}

struct Still(Instant);

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }
}

#[test]
fn a_source_is_pulled_at_night_and_again_an_hour_after_a_failure() {
    let hour = 3_600_000;
    let at = |hours: i64| Instant::from_ms(1_000 * hour + hours * hour);
    let source = |pulled: Option<i64>, tried: Option<i64>| Source {
        tenant: TenantId::parse("59273").unwrap(),
        id: "s".to_owned(),
        agenda: AgendaId::parse("cartes").unwrap(),
        place: "x.ics".to_owned(),
        pulled_at: pulled.map(at),
        events: 0,
        tried_at: tried.map(at),
        failing_since: None,
        failure: None,
        made_at: at(0),
    };
    let (night, noon) = (180, 720);
    assert!(is_due(&source(None, None), at(0), noon));
    assert!(!is_due(&source(Some(0), None), at(5), night));
    assert!(is_due(&source(Some(0), None), at(6), night));
    assert!(!is_due(&source(Some(0), None), at(23), noon));
    assert!(is_due(&source(Some(0), None), at(24), noon));
    assert!(!is_due(&source(Some(0), Some(24)), at(24), noon));
    assert!(is_due(&source(Some(0), Some(24)), at(25), noon));
}

#[test]
fn a_dropped_file_lies_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.ics"), "x").unwrap();
    assert_eq!(dropped(folder.path(), "a.ics").unwrap(), b"x");
    for name in ["../a.ics", "/etc/passwd", ".hidden", "b.ics", "c\\d"] {
        assert!(dropped(folder.path(), name).is_err(), "{name}");
    }
}
