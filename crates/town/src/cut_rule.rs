//! What a town signed beforehand: with nobody there to decide, hosts are cut once two guards on two
//! of them see an attack.
//!
//! Rules:
//! - One guard alone cuts nothing but its own host: whoever holds it, or its key, must not be able
//!   to put out the others.
//! - A person who decides on either alarm is there: the rule rests, and people cut.
//! - One asset at a time, each at most once an attack: what a person put back is not cut again.

use serde::{Deserialize, Serialize};

use crate::{
    Alarm, AlarmId, AlarmKind, AlarmState, Asset, AssetId, AssetState, Cut, CutMeans, Instant,
};

/// Two sightings that nobody has decided on belong to one attack when they came within this time of
/// one another: a night.
pub const TOGETHER_MS: i64 = 12 * 3_600_000;
/// The times between two cuts that a town may choose from, in minutes.
pub const PAUSES: &[u32] = &[2, 5, 10, 30];
/// Most assets that one rule names.
pub const ASSETS_MAX: usize = 40;

/// The rule of one town.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutRule {
    /// What is cut, first to last.
    pub assets: Vec<AssetId>,
    /// Minutes from one cut to the next; one of [`PAUSES`].
    pub pause_minutes: u32,
    /// Since when it holds. Alarms that were there before count for nothing.
    pub signed_at: Instant,
    /// When it last cut something.
    pub cut_at: Option<Instant>,
}

/// What the rule asks for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Rest,
    /// The next cut, at this time if nobody has decided by then.
    Wait(Instant),
    /// This asset is to be cut, because of these two alarms.
    Cut {
        /// What.
        asset: AssetId,
        /// Why.
        alarms: [AlarmId; 2],
    },
}

/// Whether a machine can carry this out without a hand.
pub const fn by_itself(means: &CutMeans) -> bool {
    matches!(means, CutMeans::Guard { .. } | CutMeans::Hook { .. })
}

impl CutRule {
    /// What the rule asks for at `now`, given the town's open alarms, its assets, and its cuts.
    pub fn next(&self, alarms: &[Alarm], assets: &[Asset], cuts: &[Cut], now: Instant) -> Next {
        let Some([first, second]) = self.two_guards(alarms) else { return Next::Rest };
        let since = first.received_at.min(second.received_at);
        let is_left = |id: &&AssetId| {
            let asset = assets.iter().find(|asset| asset.id == **id);
            asset.is_some_and(|asset| {
                asset.state != AssetState::Cut && asset.cut_means.as_ref().is_some_and(by_itself)
            }) && !cuts
                .iter()
                .any(|cut| cut.asset == **id && (cut.ordered_at >= since || is_open(cut)))
        };
        let Some(asset) = self.assets.iter().find(is_left) else { return Next::Rest };
        match self.cut_at.map(|at| at.plus_ms(i64::from(self.pause_minutes) * 60_000)) {
            Some(then) if then > now => Next::Wait(then),
            _ => Next::Cut { asset: asset.clone(), alarms: [first.id.clone(), second.id.clone()] },
        }
    }

    /// Two open alarms of one attack, from two guards on two assets; the earliest such pair.
    fn two_guards<'a>(&self, alarms: &'a [Alarm]) -> Option<[&'a Alarm; 2]> {
        let mut seen: Vec<&Alarm> = alarms.iter().filter(|one| self.counts(one)).collect();
        seen.sort_by_key(|one| one.received_at);
        seen.iter().enumerate().find_map(|(index, first)| {
            let rest = seen.iter().skip(index + 1);
            let mut together =
                rest.take_while(|one| one.received_at.ms_since(first.received_at) <= TOGETHER_MS);
            let second =
                together.find(|one| one.guard != first.guard && one.asset != first.asset)?;
            Some([*first, *second])
        })
    }

    /// Whether an alarm is a guard's sight of an attack that nobody has decided on. A decoy's is
    /// none: it holds nothing that anybody needs, and one file touched there by mistake must not be
    /// half of what puts servers out.
    fn counts(&self, alarm: &Alarm) -> bool {
        alarm.kind.is_attack()
            && alarm.kind != AlarmKind::DecoyTouched
            && alarm.state == AlarmState::Open
            && !alarm.simulated
            && alarm.guard.is_some()
            && alarm.asset.is_some()
            && alarm.received_at >= self.signed_at
            && !went_on(alarm)
    }
}

/// Whether the guard let the actor go on: no second signal came, or a person there said so.
fn went_on(alarm: &Alarm) -> bool {
    let outcome = alarm.detail.get("outcome").and_then(serde_json::Value::as_str);
    matches!(outcome, Some("released" | "let_go"))
}

const fn is_open(cut: &Cut) -> bool {
    cut.failed.is_none() && cut.lifted_at.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssetKind, Exposure, GuardId, TenantId};

    const START: i64 = 1_700_000_000_000;

    fn minute(minute: i64) -> Instant {
        Instant::from_ms(START + minute * 60_000)
    }

    fn id(name: &str) -> AssetId {
        AssetId::parse(name).unwrap()
    }

    fn sight(guard: &str, asset: &str, at: i64) -> Alarm {
        Alarm {
            id: AlarmId::parse(&format!("{guard}-{asset}-{at}")).unwrap(),
            tenant: TenantId::parse("59273").unwrap(),
            kind: AlarmKind::FilesVanishing,
            guard: Some(GuardId::parse(guard).unwrap()),
            asset: Some(id(asset)),
            first_at: minute(at),
            raised_at: minute(at),
            received_at: minute(at),
            repeats: 0,
            touched: 20,
            stopped_at: None,
            simulated: false,
            detail: serde_json::Value::Null,
            state: AlarmState::Open,
        }
    }

    fn asset(name: &str, means: CutMeans) -> Asset {
        Asset {
            id: id(name),
            owner: TenantId::parse("59273").unwrap(),
            shared_with: Vec::new(),
            kind: AssetKind::FileServer,
            name: name.to_owned(),
            state: AssetState::Up,
            state_reason: None,
            state_at: minute(0),
            exposure: Exposure::default(),
            cut_means: Some(means),
            needs: Vec::new(),
            contact: None,
            fleet: None,
        }
    }

    fn hook() -> CutMeans {
        CutMeans::Hook { hook: "pare-feu".to_owned() }
    }

    fn hand() -> CutMeans {
        let text = String::new;
        CutMeans::Hand { room: text(), rack: text(), label: text() }
    }

    fn cut(asset: &str, at: i64) -> Cut {
        Cut {
            id: format!("cut-{asset}"),
            asset: id(asset),
            means: hook(),
            ordered_at: minute(at),
            confirmed_at: None,
            failed: None,
            lifted_at: None,
        }
    }

    fn rule() -> CutRule {
        CutRule {
            assets: vec![id("paper"), id("files"), id("network")],
            pause_minutes: 5,
            signed_at: minute(0),
            cut_at: None,
        }
    }

    fn town() -> Vec<Asset> {
        vec![asset("network", hook()), asset("files", hook()), asset("paper", hand())]
    }

    fn asks(rule: &CutRule, alarms: &[Alarm], cuts: &[Cut], at: i64) -> Option<String> {
        match rule.next(alarms, &town(), cuts, minute(at)) {
            Next::Cut { asset, .. } => Some(asset.to_string()),
            Next::Wait(until) => Some(format!("wait {}", until.ms_since(minute(0)) / 60_000)),
            Next::Rest => None,
        }
    }

    #[test]
    fn two_guards_on_two_hosts_are_asked_for() {
        let one = sight("g1", "files", 1);
        let two = sight("g2", "mail", 10);
        assert_eq!(asks(&rule(), std::slice::from_ref(&one), &[], 11), None, "one guard");
        let again = sight("g1", "mail", 2);
        assert_eq!(asks(&rule(), &[one.clone(), again], &[], 11), None, "one guard twice");
        let beside = sight("g2", "files", 2);
        assert_eq!(asks(&rule(), &[one.clone(), beside], &[], 11), None, "one host");
        let late = sight("g2", "mail", 722);
        assert_eq!(asks(&rule(), &[one.clone(), late], &[], 723), None, "a night apart");
        // What only a hand can cut is passed over.
        assert_eq!(asks(&rule(), &[two, one], &[], 11).as_deref(), Some("files"));
    }

    #[test]
    fn what_is_played_old_decided_or_no_attack_counts_for_nothing() {
        let spoil: [fn(&mut Alarm); 7] = [
            |alarm| alarm.kind = AlarmKind::DecoyTouched,
            |alarm| alarm.simulated = true,
            |alarm| alarm.received_at = minute(-1),
            |alarm| alarm.state = AlarmState::Dismissed,
            |alarm| alarm.kind = AlarmKind::VitalSigns,
            |alarm| alarm.guard = None,
            |alarm| alarm.detail = serde_json::json!({ "outcome": "released" }),
        ];
        for (index, spoil) in spoil.into_iter().enumerate() {
            let mut alarms = [sight("g1", "files", 1), sight("g2", "mail", 2)];
            assert!(asks(&rule(), &alarms, &[], 3).is_some());
            spoil(&mut alarms[1]);
            assert_eq!(asks(&rule(), &alarms, &[], 3), None, "{index}");
        }
    }

    #[test]
    fn one_at_a_time_each_once_and_then_it_rests() {
        let alarms = [sight("g1", "files", 1), sight("g2", "mail", 2)];
        let after = CutRule { cut_at: Some(minute(3)), ..rule() };
        let first = cut("files", 3);
        let cuts = std::slice::from_ref(&first);
        assert_eq!(asks(&after, &alarms, cuts, 4).as_deref(), Some("wait 8"));
        assert_eq!(asks(&after, &alarms, cuts, 8).as_deref(), Some("network"));
        let both = [first.clone(), cut("network", 8)];
        assert_eq!(asks(&after, &alarms, &both, 20), None);
        // Put back by a person, or failed: not again for the same attack.
        let lifted = Cut { lifted_at: Some(minute(9)), ..first.clone() };
        assert_eq!(asks(&after, &alarms, &[lifted, cut("network", 8)], 20), None);
        // A cut of long ago that was lifted does not count; one that still stands does.
        let old = Cut { lifted_at: Some(minute(-5)), ..cut("files", -9) };
        assert_eq!(asks(&rule(), &alarms, &[old], 3).as_deref(), Some("files"));
        assert_eq!(asks(&rule(), &alarms, &[cut("files", -9)], 3).as_deref(), Some("network"));
    }
}
