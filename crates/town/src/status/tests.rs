use super::*;
use crate::{Actor, AssetKind, Criticality, Exposure, Instant, ServiceId, TenantId, asset::Fleet};
use proptest::prelude::*;

fn asset(id: &str, state: AssetState, needs: Vec<Need>) -> Asset {
    Asset {
        id: AssetId::parse(id).unwrap(),
        owner: TenantId::parse("59273").unwrap(),
        shared_with: vec![],
        kind: AssetKind::FileServer,
        name: id.to_uppercase(),
        state,
        state_reason: None,
        state_at: Instant::default(),
        exposure: Exposure::default(),
        cut_means: None,
        needs,
        contact: None,
        fleet: Some(Fleet::default()),
    }
}

fn need(id: &str, strength: Strength, via: Option<&str>) -> Need {
    Need {
        asset: AssetId::parse(id).unwrap(),
        strength,
        via: via.map(|via| AssetId::parse(via).unwrap()),
    }
}

fn service(fallback: FallbackKind, needs: Vec<Need>) -> PublicService {
    PublicService {
        id: ServiceId::parse("canteen").unwrap(),
        rank: 1,
        name_fr: None,
        name_en: None,
        group: "school".into(),
        criticality: Criticality::High,
        max_downtime_minutes: 240,
        fallback: Fallback { kind: fallback, note_fr: None, note_en: None },
        place: None,
        hours: None,
        phone: None,
        needs,
        overridden: None,
    }
}

fn status(service: &PublicService, assets: &[Asset]) -> ServiceStatus {
    views(std::slice::from_ref(service), assets, true)[0].status
}

use AssetState::{Cut, Degraded, Down, Unknown, Up};
use Strength::{Essential, Helpful};

#[test]
fn an_essential_loss_falls_back_or_closes() {
    let needs = vec![need("app", Essential, None)];
    for (state, fallback, expected) in [
        (Up, FallbackKind::None, ServiceStatus::Open),
        (Degraded, FallbackKind::Paper, ServiceStatus::Degraded),
        (Cut, FallbackKind::Paper, ServiceStatus::PaperOnly),
        (Down, FallbackKind::None, ServiceStatus::Closed),
        (Unknown, FallbackKind::None, ServiceStatus::Unknown),
        (Unknown, FallbackKind::Paper, ServiceStatus::PaperOnly),
        (Cut, FallbackKind::Telephone, ServiceStatus::Degraded),
    ] {
        let found = status(&service(fallback, needs.clone()), &[asset("app", state, vec![])]);
        assert_eq!(found, expected, "{state:?} {fallback:?}");
    }
}

#[test]
fn a_helpful_loss_only_disturbs() {
    let canteen = service(FallbackKind::None, vec![need("app", Helpful, None)]);
    for state in [Degraded, Cut, Down, Unknown] {
        assert_eq!(status(&canteen, &[asset("app", state, vec![])]), ServiceStatus::Degraded);
    }
}

#[test]
fn losses_travel_along_the_chain_and_name_their_source() {
    let assets = [
        asset("app", Up, vec![need("server", Essential, None)]),
        asset("server", Up, vec![need("hypervisor", Essential, None)]),
        asset("hypervisor", Down, vec![]),
    ];
    let canteen = service(FallbackKind::Paper, vec![need("app", Essential, None)]);
    let view = &views(std::slice::from_ref(&canteen), &assets, true)[0];
    assert_eq!(view.status, ServiceStatus::PaperOnly);
    assert_eq!(view.causes, [AssetId::parse("hypervisor").unwrap()]);
}

#[test]
fn an_outside_system_stays_safe_when_the_path_to_it_is_cut() {
    let mut state_system = asset("identity", Up, vec![]);
    state_system.exposure.level = DataExposure::Safe;
    let assets = [state_system, asset("network", Cut, vec![])];
    let cards =
        service(FallbackKind::OtherPlace, vec![need("identity", Essential, Some("network"))]);
    let view = &views(std::slice::from_ref(&cards), &assets, true)[0];
    assert_eq!((view.status, view.exposure), (ServiceStatus::Degraded, DataExposure::Safe));
    assert_eq!(view.causes, [AssetId::parse("network").unwrap()]);
}

#[test]
fn what_nobody_mapped_is_unknown_during_an_incident() {
    let hall = service(FallbackKind::Paper, vec![]);
    assert_eq!(views(std::slice::from_ref(&hall), &[], true)[0].status, ServiceStatus::Unknown);
    assert_eq!(views(std::slice::from_ref(&hall), &[], false)[0].status, ServiceStatus::Open);
}

#[test]
fn a_dependency_that_is_not_on_record_is_unknown() {
    let hall = service(FallbackKind::None, vec![need("lost", Essential, None)]);
    assert_eq!(status(&hall, &[]), ServiceStatus::Unknown);
}

#[test]
fn a_circle_is_refused_by_name() {
    let assets = [
        asset("a", Up, vec![need("b", Essential, None)]),
        asset("b", Up, vec![need("c", Helpful, None)]),
        asset("c", Up, vec![need("x", Essential, Some("b"))]),
        asset("x", Up, vec![]),
    ];
    assert_eq!(check_acyclic(&assets), Err(Cycle(vec!["B".into(), "C".into(), "B".into()])));
    assert_eq!(check_acyclic(&assets[..2]), Ok(()));
}

fn any_state() -> impl Strategy<Value = AssetState> {
    prop::sample::select(AssetState::ALL)
}

fn any_strength() -> impl Strategy<Value = Strength> {
    prop::sample::select(Strength::ALL)
}

type Link = (prop::sample::Index, Strength, Option<prop::sample::Index>);

fn any_link() -> impl Strategy<Value = Link> {
    (any::<prop::sample::Index>(), any_strength(), any::<Option<prop::sample::Index>>())
}

/// Up to 12 assets, each depending only on later ones, and a service on some of them.
fn any_town() -> impl Strategy<Value = (Vec<Asset>, PublicService)> {
    let links = || prop::collection::vec(any_link(), 0..4);
    let one = (any_state(), links());
    (prop::collection::vec(one, 1..12), links(), prop::sample::select(FallbackKind::ALL)).prop_map(
        |(raw, wanted, fallback)| {
            let count = raw.len();
            let pick = |from: usize, index: &prop::sample::Index| {
                (from < count).then(|| format!("n{:02}", from + index.index(count - from)))
            };
            let needs = |from: usize, links: &[Link]| {
                links
                    .iter()
                    .filter_map(|(target, strength, via)| {
                        let via = via.as_ref().and_then(|via| pick(from, via));
                        Some(need(&pick(from, target)?, *strength, via.as_deref()))
                    })
                    .collect::<Vec<_>>()
            };
            let assets = raw
                .iter()
                .enumerate()
                .map(|(at, (state, links))| {
                    asset(&format!("n{at:02}"), *state, needs(at + 1, links))
                })
                .collect();
            (assets, service(fallback, needs(0, &wanted)))
        },
    )
}

const fn severity(state: AssetState) -> u8 {
    match state {
        Up => 0,
        Degraded => 1,
        Cut | Down | Unknown => 2,
    }
}

proptest! {
    #[test]
    fn a_worse_asset_never_improves_a_service(
        (assets, wanted) in any_town(), which in any::<prop::sample::Index>(), to in any_state(),
    ) {
        let mut worse = assets.clone();
        let at = which.index(worse.len());
        prop_assume!(severity(to) >= severity(worse[at].state));
        worse[at].state = to;
        prop_assert!(status(&wanted, &worse).severity() >= status(&wanted, &assets).severity());
    }

    #[test]
    fn order_never_matters((assets, wanted) in any_town(), seed in any::<u64>()) {
        let mut mixed = assets.clone();
        let count = mixed.len();
        for at in 0..count {
            mixed.swap(at, usize::try_from(seed.rotate_left(u32::try_from(at).unwrap()) % count as u64).unwrap());
        }
        let mut turned = wanted.clone();
        turned.needs.reverse();
        prop_assert_eq!(
            views(std::slice::from_ref(&wanted), &assets, true)[0].clone().causes,
            views(std::slice::from_ref(&turned), &mixed, true)[0].clone().causes
        );
        prop_assert_eq!(status(&wanted, &assets), status(&turned, &mixed));
    }

    #[test]
    fn an_override_always_wins_and_always_shows(
        (assets, mut wanted) in any_town(), word in prop::sample::select(ServiceStatus::ALL),
    ) {
        let computed = status(&wanted, &assets);
        wanted.overridden = Some(Override {
            status: word, reason: "seen at the counter".into(), author: Actor::CommandLine, at: Instant::default(),
        });
        let view = &views(std::slice::from_ref(&wanted), &assets, true)[0];
        prop_assert_eq!(view.status, word);
        prop_assert_eq!(view.computed, computed);
        prop_assert!(view.overridden.is_some());
    }
}
