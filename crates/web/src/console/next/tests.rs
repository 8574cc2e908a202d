//! The next decision as a bad day goes on.

use super::*;
use beffroi_town::{
    Actor, AlarmId, AssetId, CutMeans, Exposure, IncidentId, Instant, NoticeId, Tenant, TenantId,
    catalogue,
    incident::Nature,
    notice::{NoticeText, NoticeVersion},
};
use serde_json::Value;

fn calm() -> TownFacts {
    let id = TenantId::parse("59273").unwrap();
    let (services, assets) = catalogue::start(&id, Instant::default()).unwrap();
    let tenant = Tenant {
        id,
        name: "Gravelines".to_owned(),
        department: None,
        region: None,
        population: None,
        siren: None,
        postcodes: Vec::new(),
        epci: None,
        opened_at: Instant::default(),
        closed_at: None,
    };
    TownFacts {
        tenant,
        services,
        assets,
        lines: Vec::new(),
        open_alarms: Vec::new(),
        incidents: Vec::new(),
        notices: Vec::new(),
        receives: false,
        true_at: Instant::default(),
    }
}

fn alarm(id: &str, kind: AlarmKind, at: i64) -> Alarm {
    let at = Instant::from_ms(at);
    Alarm {
        id: AlarmId::parse(id).unwrap(),
        tenant: TenantId::parse("59273").unwrap(),
        kind,
        guard: None,
        asset: None,
        first_at: at,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: Value::Null,
        state: AlarmState::Open,
    }
}

fn notice(published: bool) -> Notice {
    let text = NoticeText { title: "t".to_owned(), body: "b".to_owned() };
    let published_at = published.then(Instant::default);
    let version = NoticeVersion { fr: text.clone(), en: text, published_at };
    let id = NoticeId::parse("n1").unwrap();
    Notice { id, incident: None, versions: vec![version], ended_at: None }
}

fn hand_cut(asset: &AssetId) -> Cut {
    let means = CutMeans::Hand { room: String::new(), rack: String::new(), label: "A".to_owned() };
    Cut {
        id: "c1".to_owned(),
        asset: asset.clone(),
        means,
        ordered_at: Instant::default(),
        confirmed_at: None,
        failed: None,
        lifted_at: None,
    }
}

#[test]
fn the_gravest_suspicion_comes_before_everything_else() {
    let mut facts = calm();
    assert_eq!(of(&facts, &[]), Next::Nothing);
    facts.open_alarms = vec![
        alarm("device", AlarmKind::NewDevice, 1),
        alarm("later", AlarmKind::FilesVanishing, 3),
        alarm("files", AlarmKind::FilesRewritten, 2),
    ];
    assert!(matches!(of(&facts, &[]), Next::Alarm(one) if one.id.as_str() == "files"));
}

#[test]
fn as_the_day_goes_on() {
    let mut facts = calm();
    let asset = facts.assets[0].id.clone();
    facts.assets[0].state = AssetState::Down;
    facts.assets[0].exposure = Exposure { whose: Whose::Nobody, ..Exposure::default() };
    assert!(matches!(of(&facts, &[]), Next::Disturbed(_)));
    let id = IncidentId::parse("i1").unwrap();
    facts.incidents.push(Incident {
        id,
        owner: facts.tenant.id.clone(),
        tenants: vec![facts.tenant.id.clone()],
        nature: Nature::Unknown,
        phase: Phase::Declared,
        noticed_at: Instant::default(),
        declared_at: Instant::default(),
        declared_by: Actor::CommandLine,
        phase_at: Instant::default(),
    });
    let mut cut = hand_cut(&asset);
    assert!(matches!(of(&facts, &[cut.clone()]), Next::HandCut(one) if one.id == asset));
    cut.failed = Some("no_means".to_owned());
    assert!(matches!(of(&facts, &[cut]), Next::FailedCut(_)));
    assert_eq!(of(&facts, &[]), Next::Draft);
    facts.open_alarms = vec![alarm("device", AlarmKind::NewDevice, 1)];
    assert_eq!(of(&facts, &[]), Next::Draft, "residents come before a log-in");
    facts.notices = vec![notice(true)];
    assert!(matches!(of(&facts, &[]), Next::Alarm(_)));
    facts.open_alarms.clear();
    facts.notices = vec![notice(false)];
    assert!(matches!(of(&facts, &[]), Next::Publish(_)));
    facts.notices = vec![notice(true)];
    assert!(matches!(of(&facts, &[]), Next::Phase(_, Phase::Contained)));
    facts.assets[0].exposure.whose = Whose::Residents;
    assert!(matches!(of(&facts, &[]), Next::UnknownData(_, 1)));
    facts.assets[1].state = AssetState::Unknown;
    assert!(matches!(of(&facts, &[]), Next::UnknownState(_, 1)));
}
