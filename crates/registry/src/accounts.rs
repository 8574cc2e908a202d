//! Accounts of staff: who may come in, by which ways, and what is kept of it.
//!
//! Rules:
//! - A new account has one *first code*, good once and for 14 days; with it the person sets up a
//!   generated pass-phrase, an authenticator and ten printed codes.
//! - Ways in: tenant, name, pass-phrase and a second code; or one printed code alone.
//! - Every refusal takes as long and reads the same, whether or not the name exists.
//! - Two codes of each person lie in the town's cyber envelope ([`crate::kits`]): they are printed
//!   codes beside the ten, which only a newer envelope or a reset takes back.
//! - Failures are counted by account and by address; many of them, and a device not seen before,
//!   raise an alarm for the tenant's own people.
//! - Pure parts apart: [`code`], [`phrase`], [`password`], [`totp`].

mod alarm;
pub mod code;
mod login;
pub mod own_key;
pub mod password;
pub mod phrase;
pub mod sessions;
pub mod throttle;
pub mod totp;

use beffroi_store::{
    Store, TenantScope, accounts as kept, incidents, kits, own_keys, sessions as kept_sessions,
};
use beffroi_town::{AccountId, Actor, Instant, Role};

pub use beffroi_store::accounts::Account;
pub use login::{
    Answer, Entered, Phrase, SecondFactor, second_factor, unlock, with_code, with_phrase,
};
pub use own_key::OwnSecret;

use code::OneTimeCode;

/// How many printed codes a person has.
pub const PRINTED_CODES: usize = 10;
/// How long a first code is good for.
pub const FIRST_CODE_DAYS: i64 = 14;
const DAY_MS: i64 = 24 * 3_600_000;

/// What can go wrong with an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The pass-phrase cannot be hashed.
    #[error("the pass-phrase cannot be worked on: {0}; check that 64 MiB of memory are free")]
    Hash(String),
    /// The secret of the authenticator is damaged.
    #[error("the authenticator's secret cannot be used: {0}; give the account a new first code")]
    Totp(String),
    /// A person's own key is damaged.
    #[error("this person's own key cannot be read: give the account a new first code")]
    OwnKey,
    /// The work on a pass-phrase was cut short.
    #[error("the work on a pass-phrase was cut short: try again")]
    Interrupted,
    /// A responder is somebody for one incident.
    #[error("a responder reads one incident, and none is going on in {0}: declare it first")]
    NoIncident(beffroi_town::TenantId),
    /// There is no such account in this tenant.
    #[error("there is no account '{0}' in this tenant: list them with 'beffroi staff list'")]
    NoSuchAccount(String),
    /// The name is taken.
    #[error("an account named '{0}' exists already in this tenant: choose another name")]
    NameTaken(String),
    /// It is set up already.
    #[error("this account is set up already: ask for a new first code to start over")]
    SetUpAlready,
    /// The store failed.
    #[error("the accounts cannot be read or written")]
    Store(#[from] beffroi_store::Error),
}

impl AccountsError {
    fn hash(error: impl std::fmt::Display) -> Self {
        Self::Hash(error.to_string())
    }
}

/// A code to hand over, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstCode {
    /// Whose.
    pub account: AccountId,
    /// As it is printed.
    pub code: String,
    /// Worthless from then on.
    pub expires_at: Instant,
}

/// A person to add.
#[derive(Clone, Copy, Debug)]
pub struct NewPerson<'a> {
    /// The name this person will write to come in.
    pub name: &'a str,
    /// What this person may do.
    pub role: Role,
}

/// What the store is handed for a printed code.
pub(crate) fn printed_secret(code: &OneTimeCode) -> String {
    format!("printed {}", code.letters())
}

/// What the store is handed for a first code: the last day it is good for is part of the secret,
/// so that it expires by itself.
fn first_secret(code: &OneTimeCode, last_day: i64) -> String {
    format!("first until {last_day} {}", code.letters())
}

const fn day_of(at: Instant) -> i64 {
    at.ms().div_euclid(DAY_MS)
}

/// Adds a person; the code to hand over.
///
/// # Errors
/// [`AccountsError::NameTaken`], [`AccountsError::NoIncident`], the store's.
pub async fn add(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    person: &NewPerson<'_>,
) -> Result<FirstCode, AccountsError> {
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    if kept::login_by_name(tx.conn(), scope, person.name).await?.is_some() {
        return Err(AccountsError::NameTaken(person.name.to_owned()));
    }
    let incident = incident_for(&mut tx, scope, person.role).await?;
    let new = kept::NewAccount {
        tenant,
        name: person.name,
        role: person.role,
        incident: incident.as_ref(),
    };
    let account = kept::create(&mut tx, &new).await?;
    let first = first_code(&mut tx, scope, &account, at).await?;
    tx.commit().await?;
    Ok(first)
}

/// The incident that a responder is for: the oldest going on.
async fn incident_for(
    tx: &mut beffroi_store::Tx,
    scope: &TenantScope,
    role: Role,
) -> Result<Option<beffroi_town::IncidentId>, AccountsError> {
    if role != Role::Responder {
        return Ok(None);
    }
    let open = incidents::open(tx.conn(), scope).await?;
    let first = open.into_iter().next().map(|incident| incident.id);
    first.map_or_else(|| Err(AccountsError::NoIncident(scope.tenant().clone())), |id| Ok(Some(id)))
}

async fn first_code(
    tx: &mut beffroi_store::Tx,
    scope: &TenantScope,
    account: &AccountId,
    at: Instant,
) -> Result<FirstCode, AccountsError> {
    let code = OneTimeCode::generate(scope.tenant(), tx.store().entropy());
    let last_day = day_of(at) + FIRST_CODE_DAYS;
    let secret = first_secret(&code, last_day);
    kept::set_codes(tx, scope.tenant(), account, &[secret]).await?;
    let expires_at = Instant::from_ms((last_day + 1) * DAY_MS);
    Ok(FirstCode { account: account.clone(), code: code.printed(), expires_at })
}

/// Takes every way in from an account, its codes in the cyber envelope too, and gives it a new first
/// code. Its own key is gone, with what colleagues sealed for it. Its sessions end.
///
/// # Errors
/// [`AccountsError::NoSuchAccount`], the store's.
pub async fn reset_codes(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    id: &AccountId,
) -> Result<FirstCode, AccountsError> {
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    if kept::get(tx.conn(), scope, id).await?.is_none() {
        return Err(AccountsError::NoSuchAccount(id.to_string()));
    }
    kept::set_password(&mut tx, tenant, id, None).await?;
    kept::set_totp(&mut tx, tenant, id, None).await?;
    kits::drop_codes(&mut tx, tenant, id).await?;
    own_keys::forget(&mut tx, tenant, id).await?;
    let first = first_code(&mut tx, scope, id, at).await?;
    tx.commit().await?;
    end_sessions(store, id).await?;
    Ok(first)
}

/// Everybody with an account in this tenant, by name.
///
/// # Errors
/// The store's.
pub async fn list(store: &Store, scope: &TenantScope) -> Result<Vec<Account>, AccountsError> {
    Ok(kept::list(&mut store.read().await?, scope).await?)
}

/// Disables an account and ends its sessions.
///
/// # Errors
/// [`AccountsError::NoSuchAccount`], the store's.
pub async fn disable(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    id: &AccountId,
) -> Result<(), AccountsError> {
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    if kept::get(tx.conn(), scope, id).await?.is_none() {
        return Err(AccountsError::NoSuchAccount(id.to_string()));
    }
    kept::disable(&mut tx, tenant, id).await?;
    tx.commit().await?;
    end_sessions(store, id).await
}

/// Gives an account another role and ends its sessions: what a page offers follows the role.
///
/// # Errors
/// [`AccountsError::NoSuchAccount`], [`AccountsError::NoIncident`], the store's.
pub async fn set_role(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    (id, role): (&AccountId, Role),
) -> Result<(), AccountsError> {
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    if kept::get(tx.conn(), scope, id).await?.is_none() {
        return Err(AccountsError::NoSuchAccount(id.to_string()));
    }
    let incident = incident_for(&mut tx, scope, role).await?;
    kept::set_role(&mut tx, tenant, id, role, incident.as_ref()).await?;
    tx.commit().await?;
    end_sessions(store, id).await
}

async fn end_sessions(store: &Store, id: &AccountId) -> Result<(), AccountsError> {
    let mut book = store.bookkeeping().await?;
    kept_sessions::end_all(&mut book, id).await?;
    Ok(book.commit().await?)
}

/// Keeps the pass-phrase that a person has typed back, and makes the person's own key.
///
/// # Errors
/// [`AccountsError::SetUpAlready`]: only a first code or a reset leads to a new phrase.
pub async fn keep_phrase(
    store: &Store,
    at: Instant,
    account: &Account,
    phrase: &str,
) -> Result<OwnSecret, AccountsError> {
    let scope = TenantScope::for_tenant(&account.tenant);
    let (verifier, wrap) = login::enrol(store, phrase).await?;
    let mut tx = begin_own(store, at, account).await?;
    if kept::get(tx.conn(), &scope, &account.id).await?.is_none_or(|now| now.has_password) {
        return Err(AccountsError::SetUpAlready);
    }
    kept::set_password(&mut tx, &account.tenant, &account.id, Some(&verifier)).await?;
    let own = own_key::make(&mut tx, account, &wrap).await?;
    tx.commit().await?;
    Ok(own)
}

/// Keeps the authenticator that a person has shown to work: `digits` must be right now.
///
/// # Errors
/// [`AccountsError::SetUpAlready`].
pub async fn keep_totp(
    store: &Store,
    at: Instant,
    account: &Account,
    secret: &[u8; totp::SECRET_BYTES],
    digits: &str,
) -> Result<bool, AccountsError> {
    let Some(step) = totp::step_of(secret, digits, at)? else { return Ok(false) };
    let scope = TenantScope::for_tenant(&account.tenant);
    let mut tx = begin_own(store, at, account).await?;
    if kept::get(tx.conn(), &scope, &account.id).await?.is_none_or(|now| now.has_totp) {
        return Err(AccountsError::SetUpAlready);
    }
    kept::set_totp(&mut tx, &account.tenant, &account.id, Some(secret)).await?;
    tx.commit().await?;
    // The digits were shown on a screen a moment ago: they count as used.
    let mut book = store.bookkeeping().await?;
    kept_sessions::take_totp_step(&mut book, &account.id, step).await?;
    book.commit().await?;
    Ok(true)
}

/// Makes a person's ten printed codes, to be shown once; earlier ones are worthless from then on.
/// With the person's own key at hand they open it too. Whoever calls this for an account that is in
/// use has asked for a second factor.
///
/// # Errors
/// The store's.
pub async fn print_codes(
    store: &Store,
    at: Instant,
    account: &Account,
    own: Option<&OwnSecret>,
) -> Result<Vec<String>, AccountsError> {
    let mut tx = begin_own(store, at, account).await?;
    let made: Vec<OneTimeCode> = (0..PRINTED_CODES)
        .map(|_| OneTimeCode::generate(&account.tenant, store.entropy()))
        .collect();
    let secrets: Vec<String> = made.iter().map(printed_secret).collect();
    kept::set_codes(&mut tx, &account.tenant, &account.id, &secrets).await?;
    own_key::for_codes(&mut tx, account, &made, own).await?;
    tx.commit().await?;
    Ok(made.iter().map(OneTimeCode::printed).collect())
}

async fn begin_own(
    store: &Store,
    at: Instant,
    account: &Account,
) -> Result<beffroi_store::Tx, AccountsError> {
    let actor = Actor::Account(account.id.clone());
    Ok(store.begin(std::slice::from_ref(&account.tenant), &actor, at).await?)
}

#[cfg(test)]
mod tests;
