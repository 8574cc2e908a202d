//! Cyber envelopes: printed with two codes for each person, and told as stale when they no longer
//! hold what they should.
//!
//! Rules: an envelope is stale when it is older than [`MONTHS_MAX`] months, when a code of it was
//! used or taken back, when somebody joined, left or changed role, or when anything it was printed
//! from changed. Disabled accounts and responders are in no envelope. Whoever asks for its age
//! (the console, `doctor`) asks [`standing`].

use beffroi_pages::{
    PageError,
    kit::{self, Kit, KitFacts, KitPerson, KitPrint},
};
use beffroi_store::{
    Conn, Store, TenantScope, Tx, accounts, assets, emergency, kits as kept, phones, roster,
    tenants,
};
use beffroi_town::{Actor, Instant, Lang, Role};
use data_encoding::HEXLOWER;
use ring::digest;

use crate::{
    RegistryError,
    accounts::{Account, code::OneTimeCode, printed_secret},
    sheets::outside,
};

pub use beffroi_pages::kit::MONTHS_MAX;

/// How many codes each person has in an envelope.
pub const CODES: usize = 2;
const DAY_MS: i64 = 24 * 3_600_000;
/// Six months, as days: half a year.
const DAYS_MAX: i64 = 183;

/// What can go wrong with an envelope.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// The tenant is not here, or the register failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// There is nobody to print codes for.
    #[error(
        "nobody of {0} has an account: add a person first, with: beffroi staff add {0} NAME --role director"
    )]
    Nobody(beffroi_town::TenantId),
    /// It could not be put together.
    #[error(transparent)]
    Page(#[from] PageError),
    /// What it is printed from cannot be written down.
    #[error(
        "the facts of the envelope cannot be written down: {0}; this is a fault of the program"
    )]
    Facts(#[from] serde_json::Error),
}

impl From<beffroi_store::Error> for KitError {
    fn from(error: beffroi_store::Error) -> Self {
        Self::Registry(error.into())
    }
}

/// Why an envelope is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Older than [`MONTHS_MAX`] months.
    Old,
    /// So many of its codes were used: it was opened.
    Used(usize),
    /// The codes of so many people were taken back.
    TakenBack(usize),
    /// So many people are not in it.
    Joined(usize),
    /// So many people in it may no longer enter.
    Left(usize),
    /// So many people have another role than it says.
    Role(usize),
    /// A number, a place, an address or the list of people is not what it was.
    Facts,
}

/// How the envelope that counts stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The envelope.
    pub kit: kept::Kit,
    /// How old it is, milliseconds.
    pub age_ms: i64,
    /// Why it is stale; nothing: it is good.
    pub stale: Vec<Stale>,
}

/// An envelope about to be printed: the one before counts until this one is kept. Its codes stand
/// nowhere else.
pub struct Draft {
    /// What is printed.
    pub print: KitPrint,
    kit: kept::Kit,
    tx: Tx,
}

impl Draft {
    /// From here on this envelope counts. What it is printed on was made before: what cannot be
    /// shown must not replace the one before.
    ///
    /// # Errors
    /// The store's: then nothing changed.
    pub async fn keep(self) -> Result<kept::Kit, KitError> {
        self.tx.commit().await?;
        Ok(self.kit)
    }
}

/// Who may be in an envelope: whoever may enter, but for outsiders of one incident.
fn is_holder(account: &Account) -> bool {
    account.disabled_at.is_none() && account.role != Role::Responder
}

/// What an envelope printed now would be printed from. `public_url`: where the public reaches the
/// platform, as configured; empty when nobody said.
async fn facts(
    conn: &mut Conn,
    scope: &TenantScope,
    public_url: &str,
) -> Result<KitFacts, KitError> {
    let tenant = tenants::get(conn, scope).await?;
    let tenant = tenant.ok_or_else(|| RegistryError::NotHere(scope.tenant().clone()))?;
    let lines = phones::list(conn, scope).await?;
    let mut all_forwards = phones::forwards(conn, scope).await?;
    let forwards = lines
        .into_iter()
        .filter_map(|line| Some((line.label, line.number, all_forwards.remove(&line.id)?)));
    let firms = assets::list(conn, scope).await?;
    let firms = firms.into_iter().filter_map(|asset| Some((asset.name, asset.contact?)));
    let base = outside(public_url);
    Ok(KitFacts {
        console_url: base.map(|url| format!("{url}/console/")),
        page_url: base.map(|url| format!("{url}{}", tenant.id.path())),
        emergency: emergency::get(conn, scope).await?.facts,
        firms: firms.collect(),
        forwards: forwards.collect(),
        roster: roster::list(conn, scope).await?,
        tenant,
    })
}

/// The hash of what stands in an envelope, its codes apart.
fn hash(facts: &KitFacts) -> Result<String, KitError> {
    let named = (&facts.tenant.id, &facts.tenant.name, facts);
    let text = serde_json::to_vec(&named)?;
    Ok(HEXLOWER.encode(digest::digest(&digest::SHA256, &text).as_ref()))
}

/// Makes an envelope: two codes for each person that may enter. The envelope before is worthless
/// once this one is [kept](Draft::keep); of two printed at once, one is.
///
/// Whoever calls this for a person has asked for a second factor.
///
/// # Errors
/// [`KitError::Nobody`]; the store's: then nothing changed.
pub async fn draft(
    store: &Store,
    (actor, at): (&Actor, Instant),
    scope: &TenantScope,
    public_url: &str,
    lang: Lang,
) -> Result<Draft, KitError> {
    let tenant = scope.tenant();
    crate::tenants::get(store, tenant).await?;
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let facts = facts(tx.conn(), scope, public_url).await?;
    let mut accounts = accounts::list(tx.conn(), scope).await?;
    accounts.retain(is_holder);
    if accounts.is_empty() {
        return Err(KitError::Nobody(tenant.clone()));
    }
    let (mut people, mut holders) = (Vec::new(), Vec::new());
    for account in accounts {
        let codes = [(); CODES].map(|()| OneTimeCode::generate(tenant, store.entropy()));
        let holder = kept::Holder { account: account.id, role: account.role };
        holders.push((holder, codes.iter().map(printed_secret).collect::<Vec<_>>()));
        let codes = codes.iter().map(OneTimeCode::printed).collect();
        people.push(KitPerson { name: account.name, role: account.role, codes });
    }
    let kit = kept::record(&mut tx, tenant, &hash(&facts)?, &holders).await?;
    let envelope = Kit {
        facts: &facts,
        people: &people,
        number: kit.number,
        printed_at: at,
        stale_at: stale_at(at),
    };
    let print = kit::kit(&envelope, lang)?;
    Ok(Draft { print, kit, tx })
}

const fn stale_at(printed_at: Instant) -> Instant {
    printed_at.plus_ms(DAYS_MAX * DAY_MS)
}

/// How the envelope that counts stands, and why it is stale, if it is; none: none was ever printed.
///
/// # Errors
/// The store's.
pub async fn standing(
    store: &Store,
    at: Instant,
    scope: &TenantScope,
    public_url: &str,
) -> Result<Option<Standing>, KitError> {
    let mut conn = store.read().await?;
    let Some(kit) = kept::newest(&mut conn, scope).await? else { return Ok(None) };
    let codes = kept::codes(&mut conn, scope, &kit.id).await?;
    let accounts = accounts::list(&mut conn, scope).await?;
    let now = hash(&facts(&mut conn, scope, public_url).await?)?;
    drop(conn);
    let current = |holder: &kept::Holder| {
        accounts.iter().find(|one| one.id == holder.account).filter(|one| is_holder(one))
    };
    let count = |wanted: &dyn Fn(&kept::Holder) -> bool| {
        kit.holders.iter().filter(|holder| wanted(holder)).count()
    };
    let made = |holder: &kept::Holder| codes.get(&holder.account).map_or(0, |codes| codes.made);
    let used: u32 = codes.values().map(|codes| codes.used).sum();
    let is_new = |one: &&Account| {
        is_holder(one) && !kit.holders.iter().any(|holder| holder.account == one.id)
    };
    let role = |holder: &kept::Holder| current(holder).is_some_and(|one| one.role != holder.role);
    let taken_back = count(&|holder| {
        current(holder).is_some() && usize::try_from(made(holder)).unwrap_or(0) < CODES
    });
    let reasons = [
        (at >= stale_at(kit.printed_at)).then_some(Stale::Old),
        some(usize::try_from(used).unwrap_or(usize::MAX), Stale::Used),
        some(taken_back, Stale::TakenBack),
        some(accounts.iter().filter(is_new).count(), Stale::Joined),
        some(count(&|holder| current(holder).is_none()), Stale::Left),
        some(count(&role), Stale::Role),
        (now != kit.facts_hash).then_some(Stale::Facts),
    ];
    let stale = reasons.into_iter().flatten().collect();
    Ok(Some(Standing { age_ms: at.ms_since(kit.printed_at).max(0), stale, kit }))
}

fn some(count: usize, reason: fn(usize) -> Stale) -> Option<Stale> {
    (count > 0).then(|| reason(count))
}

#[cfg(test)]
mod tests;
