//! What each noun promises, on both databases.

pub(crate) mod agenda;
pub(crate) mod bell;
mod crisis;
pub(crate) mod desk;
pub(crate) mod envelope;
mod packs;
pub(crate) mod printer;
mod staff;
pub(crate) mod thinning;
mod town;
pub(crate) mod vault;
mod work;

use beffroi_store::{Error, Store, journal, notices};
use beffroi_town::{
    Alarm, AlarmId, AlarmKind, AlarmState, AssetId, Incident, IncidentId, Instant, Phase,
    incident::Nature,
    notice::NoticeText,
    watch::{EnrolRequest, HostFacts, Letter, Level},
};
use serde_json::json;

use crate::world::{ACTOR, Place, asset_id, code, scope};

pub(crate) fn alarm(id: &str, town: &str, at: Instant) -> Alarm {
    Alarm {
        id: AlarmId::parse(id).unwrap(),
        tenant: code(town),
        kind: AlarmKind::FilesVanishing,
        guard: None,
        asset: Some(asset_id(town, "file_server")),
        first_at: at.plus_ms(-5_000),
        raised_at: at.plus_ms(-1_000),
        received_at: at,
        repeats: 0,
        touched: 40,
        stopped_at: None,
        simulated: false,
        detail: json!({ "vanished": 40 }),
        state: AlarmState::Open,
    }
}

pub(crate) fn words(text: &str) -> notices::Words {
    let one = |lang: &str| NoticeText {
        title: format!("{lang} {text}"),
        body: format!("Mairie « {text} »\n\n{lang}"),
    };
    notices::Words { fr: one("fr"), en: one("en") }
}

pub(crate) fn enrol_request(token: &str, asset: &AssetId) -> EnrolRequest {
    EnrolRequest {
        token: token.to_owned(),
        asset: asset.clone(),
        public_key: "key".into(),
        host: HostFacts {
            hostname: "srv-fichiers".into(),
            system: "Debian 12".into(),
            kernel: "6.1".into(),
            guard_version: "0.1.0".into(),
        },
        level: Level { letter: Letter::C, holes: vec![] },
    }
}

pub(crate) fn an_incident(id: &str, towns: &[&str], at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse(id).unwrap(),
        owner: code(towns[0]),
        tenants: towns.iter().map(|town| code(town)).collect(),
        nature: Nature::Unknown,
        phase: Phase::Declared,
        noticed_at: at.plus_ms(-60_000),
        declared_at: at,
        declared_by: ACTOR,
        phase_at: at,
    }
}

pub(crate) async fn begin(place: &Place, store: &Store, towns: &[&str]) -> beffroi_store::Tx {
    let ids: Vec<_> = towns.iter().map(|town| code(town)).collect();
    store.begin(&ids, &ACTOR, place.now()).await.unwrap()
}

pub(crate) async fn newest_entry(store: &Store, town: &str) -> journal::Entry {
    let mut conn = store.read().await.unwrap();
    let mut newest = journal::newest(&mut conn, &scope(town), None, 1).await.unwrap();
    newest.remove(0)
}

pub(crate) fn refused<T: std::fmt::Debug>(result: beffroi_store::Result<T>) {
    match result {
        Err(Error::Refused { .. }) => {}
        other => panic!("{other:?}"),
    }
}

pub(crate) fn absent<T: std::fmt::Debug>(result: beffroi_store::Result<T>) {
    match result {
        Err(Error::Absent { .. }) => {}
        other => panic!("{other:?}"),
    }
}
