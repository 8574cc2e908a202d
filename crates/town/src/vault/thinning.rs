//! Thinning: what a keeper is offered, what it proposes, and who must agree.
//!
//! Rules:
//! - A plan is a list of names. What stands in it is never taken from a name that it does not list.
//! - Two agree, one account of the tenant and one of the operator. Neither may have been made, reset
//!   or promoted of late: who takes over an account waits in plain sight.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Instant, Role, TenantId, asset::coded, vault::retention::Standing};

/// The most names that one plan may hold: some terabytes of packs.
pub const NAMES_MAX: usize = 400_000;
/// The longest plan as it is sent: each name with what stands around it.
pub const PLAN_BYTES_MAX: usize = NAMES_MAX * 72 + 1_024;
/// How long an account must have been as it is, to agree to a thinning: 14 days.
pub const SETTLED_MS: i64 = 14 * 24 * 3_600_000;
/// A lock that was received so lately means that a backup may be under way: restic renews one each
/// five minutes and takes it for dead after thirty.
pub const LOCK_LIVES_MS: i64 = 30 * 60_000;

/// A snapshot, and whether it may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// When it was received.
    pub received_at: Instant,
    /// Whether it may go.
    pub standing: Standing,
}

/// What the vault tells a keeper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Every snapshot, oldest first.
    pub snapshots: Vec<Offered>,
    /// Packs that must not go yet.
    pub young_packs: Vec<String>,
    /// Index objects that must not go yet.
    pub young_index: Vec<String>,
    /// What was proposed and is not over, if anything.
    pub standing: Option<Proposed>,
    /// What lies in the trash and must be checked before it is emptied.
    pub unchecked: Vec<String>,
}

/// A thinning under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Its identifier.
    pub id: String,
    /// How far it has come.
    pub step: Step,
    /// From when on it may be carried out, once both have agreed.
    pub due_at: Option<Instant>,
    /// What it is about to drop.
    pub plan: Plan,
}

/// What is to be dropped, by name, and what takes the place of the dropped index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Snapshots.
    pub snapshots: Vec<String>,
    /// Index objects.
    pub index: Vec<String>,
    /// Packs.
    pub packs: Vec<String>,
    /// Index objects that were sent for it: they name what stays of the dropped ones.
    pub new_index: Vec<String>,
}

/// What a keeper knows when it asks that a plan be carried out: nothing else may have come since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Every snapshot that it looked through, those of the plan included.
    pub snapshots: Vec<String>,
    /// Every index object that it read.
    pub index: Vec<String>,
}

/// A check of a repository after a thinning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// Every snapshot that was looked through.
    pub snapshots: Vec<String>,
    /// Whether every content was read, and not only looked for.
    pub read_data: bool,
    /// How many things are damaged or missing; none: it passed.
    pub faults: u64,
}

impl Plan {
    /// Puts it into the one form whose bytes everybody agrees to.
    pub fn sort(&mut self) {
        for names in [&mut self.snapshots, &mut self.index, &mut self.packs, &mut self.new_index] {
            names.sort();
            names.dedup();
        }
    }

    /// Whether it can be one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let all = [&self.snapshots, &self.index, &self.packs, &self.new_index];
        if all.iter().map(|names| names.len()).sum::<usize>() > NAMES_MAX {
            return Err("it names too many objects: thin in several steps");
        }
        if self.snapshots.is_empty() && self.packs.is_empty() {
            return Err("it drops nothing");
        }
        let sorted =
            |names: &Vec<String>| names.iter().zip(names.iter().skip(1)).all(|(a, b)| a < b);
        if !all.iter().all(|names| sorted(names)) {
            return Err("its names are not in order, or one stands there twice");
        }
        if !all.iter().copied().flatten().all(|name| is_object_name(name)) {
            return Err("one of its names is no name of an object");
        }
        if self.new_index.iter().any(|name| self.index.binary_search(name).is_ok()) {
            return Err("an index object is both dropped and new");
        }
        Ok(())
    }
}

/// Whether a text is an object's name: SHA-256 in small hexadecimal digits.
pub fn is_object_name(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(hex)
}

coded! {
    /// How far a thinning has come.
    Step {
        /// Proposed: two must agree.
        Proposed = "proposed",
        /// Both agreed: it waits, and then for its keeper.
        Agreed = "agreed",
        /// Being moved to the trash.
        Moving = "moving",
        /// In the trash.
        Trashed = "trashed",
        /// Being put back.
        Undoing = "undoing",
        /// Put back.
        Undone = "undone",
        /// Being taken out of the trash for good.
        Emptying = "emptying",
        /// Gone for good.
        Emptied = "emptied",
        /// Called off before anything was moved.
        Cancelled = "cancelled",
    }
}

impl Step {
    /// Whether nothing more becomes of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Undone | Self::Emptied | Self::Cancelled)
    }

    /// Whether nothing was moved yet: it can be called off.
    pub const fn may_cancel(self) -> bool {
        matches!(self, Self::Proposed | Self::Agreed)
    }

    /// Whether what was moved can be put back.
    pub const fn may_undo(self) -> bool {
        matches!(self, Self::Moving | Self::Trashed)
    }

    /// Whether files are to be moved now, by whoever finds it so.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Moving | Self::Undoing | Self::Emptying)
    }
}

/// How long after a thinning a check counts: a backup under way at that time has ended by then.
const CHECK_AFTER_MS: i64 = 24 * 3_600_000;

/// A check as far as it matters for the trash.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// When it was told.
    pub at: Instant,
    /// Whether everything was there.
    pub passed: bool,
    /// Whether the credential that proposed the thinning told it.
    pub by_proposer: bool,
}

/// Why the trash is not emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Its grace has not ended.
    Grace {
        /// When it does.
        until: Instant,
    },
    /// Nobody but who proposed it has looked through the repository since, a day later at least.
    Unchecked,
    /// The last check found something missing or damaged.
    Failed,
}

/// Whether what went to the trash may be emptied for good. The vault holds no key: that nothing which
/// is needed was dropped, somebody with a key must have seen, and not the one who proposed it.
///
/// # Errors
/// [`Kept`] says why not.
pub fn may_empty(
    moved_at: Instant,
    now: Instant,
    grace_ms: i64,
    looks: &[Look],
) -> Result<(), Kept> {
    let until = moved_at.plus_ms(grace_ms);
    if now < until {
        return Err(Kept::Grace { until });
    }
    let since = |one: &&Look| one.at > moved_at;
    if looks.iter().filter(since).max_by_key(|one| one.at).is_some_and(|last| !last.passed) {
        return Err(Kept::Failed);
    }
    let counts =
        |one: &Look| one.passed && !one.by_proposer && one.at.ms_since(moved_at) >= CHECK_AFTER_MS;
    if looks.iter().any(counts) { Ok(()) } else { Err(Kept::Unchecked) }
}

coded! {
    /// For whom somebody agrees.
    Side {
        /// For the tenant.
        Tenant = "tenant",
        /// For the operator of the deployment.
        Operator = "operator",
    }
}

/// Somebody who wants to agree.
#[derive(Clone, Debug)]
pub struct Approver<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// Its role.
    pub role: Role,
    /// Since when nothing has changed about who it is, what it may do and how it enters.
    pub settled_since: Instant,
}

/// Why somebody cannot agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoConsent {
    /// Neither a director of that tenant nor an operator.
    Role,
    /// Made, reset or promoted of late; from then on it may.
    Young {
        /// When.
        until: Instant,
    },
    /// That side has agreed already.
    Already,
    /// The same account agreed for the other side.
    SamePerson,
}

impl Approver<'_> {
    /// For whom this account agrees to a thinning of that tenant; `given` are those who did.
    ///
    /// # Errors
    /// [`NoConsent`] says why it cannot.
    pub fn side(
        &self,
        tenant: &TenantId,
        given: [Option<&AccountId>; 2],
        now: Instant,
    ) -> Result<Side, NoConsent> {
        let side = match self.role {
            Role::Operator => Side::Operator,
            Role::Director if self.tenant == tenant => Side::Tenant,
            _ => return Err(NoConsent::Role),
        };
        let until = self.settled_since.plus_ms(SETTLED_MS);
        if now < until {
            return Err(NoConsent::Young { until });
        }
        let [by_tenant, by_operator] = given;
        let (own, other) = match side {
            Side::Tenant => (by_tenant, by_operator),
            Side::Operator => (by_operator, by_tenant),
        };
        if other == Some(self.account) {
            return Err(NoConsent::SamePerson);
        }
        if own.is_some() {
            return Err(NoConsent::Already);
        }
        Ok(side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_order_is_a_plan() {
        let name = |digit: char| digit.to_string().repeat(64);
        let mut plan = Plan { packs: vec![name('b'), name('a'), name('a')], ..Plan::default() };
        assert!(plan.check().is_err());
        plan.sort();
        assert_eq!(plan.check(), Ok(()));
        for bad in ["", "../x", &"A".repeat(64), &"a".repeat(63)] {
            let plan = Plan { packs: vec![bad.to_owned()], ..Plan::default() };
            assert!(plan.check().is_err(), "{bad}");
        }
        assert!(Plan::default().check().is_err());
        let both = vec![name('c')];
        let turned = Plan { index: both.clone(), new_index: both, ..plan };
        assert!(turned.check().is_err());
        let many = Plan { packs: vec![name('a'); NAMES_MAX + 1], ..Plan::default() };
        assert!(many.check().is_err());
    }

    #[test]
    fn the_trash_waits_for_its_grace_and_for_somebody_else_s_look() {
        let (day, at) = (24 * 3_600_000, Instant::from_ms);
        let look =
            |days: i64, passed, by_proposer| Look { at: at(days * day), passed, by_proposer };
        let asked = |looks: &[Look]| may_empty(at(0), at(40 * day), 30 * day, looks);
        let late = may_empty(at(0), at(30 * day - 1), 30 * day, &[look(2, true, false)]);
        assert_eq!(late, Err(Kept::Grace { until: at(30 * day) }));
        assert_eq!(asked(&[]), Err(Kept::Unchecked));
        assert_eq!(asked(&[look(2, true, true)]), Err(Kept::Unchecked));
        assert_eq!(asked(&[look(-1, true, false)]), Err(Kept::Unchecked));
        let early = Look { at: at(day - 1), ..look(0, true, false) };
        assert_eq!(asked(&[early]), Err(Kept::Unchecked));
        assert_eq!(asked(&[look(2, true, false)]), Ok(()));
        // What fails later counts, whoever says so; what passes after that counts again.
        assert_eq!(asked(&[look(2, true, false), look(3, false, true)]), Err(Kept::Failed));
        let mended = [look(4, true, false), look(2, true, false), look(3, false, true)];
        assert_eq!(asked(&mended), Ok(()));
    }

    #[test]
    fn two_agree_and_neither_is_new() {
        let (town, other) = (TenantId::parse("59273").unwrap(), TenantId::parse("59272").unwrap());
        let (one, two) = (AccountId::parse("a1").unwrap(), AccountId::parse("a2").unwrap());
        let now = Instant::from_ms(SETTLED_MS * 3);
        let old = Instant::from_ms(SETTLED_MS);
        let who =
            |account, role, settled_since| Approver { account, tenant: &town, role, settled_since };
        let director = who(&one, Role::Director, old);
        assert_eq!(director.side(&town, [None, None], now), Ok(Side::Tenant));
        assert_eq!(director.side(&other, [None, None], now), Err(NoConsent::Role));
        let operator = who(&two, Role::Operator, old);
        assert_eq!(operator.side(&other, [None, None], now), Ok(Side::Operator));
        assert_eq!(operator.side(&town, [Some(&one), None], now), Ok(Side::Operator));
        assert_eq!(operator.side(&town, [None, Some(&one)], now), Err(NoConsent::Already));
        // Promoted meanwhile, the same person would stand on both sides.
        assert_eq!(operator.side(&town, [Some(&two), None], now), Err(NoConsent::SamePerson));
        for role in [Role::Technician, Role::Clerk, Role::Reader, Role::Responder] {
            assert_eq!(who(&one, role, old).side(&town, [None, None], now), Err(NoConsent::Role));
        }
        let young = who(&two, Role::Operator, now.plus_ms(-SETTLED_MS + 1));
        let until = now.plus_ms(1);
        assert_eq!(young.side(&town, [None, None], now), Err(NoConsent::Young { until }));
        assert_eq!(young.side(&town, [None, None], until), Ok(Side::Operator));
        // A clock that was ahead when the account was made lets nobody in early.
        let ahead = who(&two, Role::Operator, now.plus_ms(5));
        assert!(matches!(ahead.side(&town, [None, None], now), Err(NoConsent::Young { .. })));
    }
}
