//! Coming in, and showing a second factor.

use std::net::IpAddr;

use beffroi_store::{Store, TenantScope, accounts as kept, sessions as kept_sessions, tenants};
use beffroi_town::{Actor, Instant, TenantId};
use serde_json::json;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{
    Account, AccountsError, FIRST_CODE_DAYS, alarm,
    code::OneTimeCode,
    day_of, first_secret,
    own_key::{self, OwnSecret},
    password::{self, Verifier},
    printed_secret,
    throttle::Attempt,
    totp,
};

/// How many pass-phrases are worked on at once: each takes 64 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// What comes of showing a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T = ()> {
    /// It holds.
    Yes(T),
    /// It does not, and why is nobody's business.
    No,
    /// Too many failures: not looked at before this many milliseconds have passed.
    Wait {
        /// How long.
        ms: i64,
    },
}

/// A log-in with a pass-phrase, as typed.
#[derive(Clone, Copy)]
pub struct Phrase<'a> {
    /// The tenant's code.
    pub tenant: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// The six words.
    pub phrase: &'a str,
    /// The digits of an authenticator, or a printed code.
    pub second: &'a str,
    /// Where it comes from, as far as is known.
    pub address: Option<IpAddr>,
}

/// A second factor, as typed.
#[derive(Clone, Copy)]
pub struct SecondFactor<'a> {
    /// The digits of an authenticator, or a printed code.
    pub typed: &'a str,
    /// Where it comes from, as far as is known.
    pub address: Option<IpAddr>,
}

/// Somebody who came in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who.
    pub account: Account,
    /// The person's own key, where this way in opens it.
    pub own: Option<OwnSecret>,
}

/// What is kept of a new phrase, as one text, and the wrapping key.
pub(super) async fn enrol(
    store: &Store,
    phrase: &str,
) -> Result<(String, [u8; 32]), AccountsError> {
    let mut salt = [0_u8; password::SALT_BYTES];
    store.entropy().fill(&mut salt);
    let phrase = phrase.to_owned();
    let (verifier, wrap) = working(move || password::enrol(&phrase, salt)).await?;
    Ok((verifier.to_text(), wrap))
}

/// Runs the slow work apart from the threads that serve, a few at once.
async fn working<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountsError> + Send + 'static,
) -> Result<T, AccountsError> {
    let permit = AT_ONCE.acquire().await.map_err(|_| AccountsError::Interrupted)?;
    let done = spawn_blocking(work).await.map_err(|_| AccountsError::Interrupted)?;
    drop(permit);
    done
}

/// Log-in with tenant, name, pass-phrase and a second code.
///
/// # Errors
/// The store's; [`AccountsError::Hash`].
pub async fn with_phrase(
    store: &Store,
    at: Instant,
    typed: Phrase<'_>,
) -> Result<Answer<Entered>, AccountsError> {
    let tenant = TenantId::parse(typed.tenant).ok();
    let attempt = Attempt::new(tenant.as_ref().map(|tenant| (tenant, typed.name)), typed.address);
    if let Some(ms) = attempt.wait(store, at).await? {
        return Ok(Answer::Wait { ms });
    }
    let failures = attempt.count(store, at).await?;
    let login = match &tenant {
        Some(tenant) => {
            let scope = TenantScope::for_tenant(tenant);
            kept::login_by_name(&mut store.read().await?, &scope, typed.name).await?
        }
        None => None,
    };
    let login = login.filter(|login| login.account.disabled_at.is_none());
    let right = wrapping_key(login.as_ref(), typed.phrase).await?;
    if let (Some(wrap), Some(login)) = (right, login)
        && shown(store, at, &login, typed.second).await?
    {
        attempt.forget(store).await?;
        note_login(store, at, &login.account, "phrase").await?;
        let own = own_key::by_phrase(store, at, &login.account, &wrap).await?;
        return Ok(Answer::Yes(Entered { account: login.account, own: Some(own) }));
    }
    attempt.failed(store, at).await?;
    if let Some(tenant) = &tenant {
        alarm::failures(store, at, tenant, failures).await?;
    }
    Ok(Answer::No)
}

/// The wrapping key of a phrase, when it is the account's.
async fn wrapping_key(
    login: Option<&kept::Login>,
    phrase: &str,
) -> Result<Option<[u8; 32]>, AccountsError> {
    let verifier =
        login.and_then(|login| login.password_verifier.as_deref()).and_then(Verifier::from_text);
    let phrase = phrase.to_owned();
    working(move || password::matches(&phrase, verifier.as_ref())).await
}

/// Opens the own key of somebody logged in by a way that does not: with the pass-phrase.
///
/// # Errors
/// The store's; [`AccountsError::Hash`].
pub async fn unlock(
    store: &Store,
    at: Instant,
    account: &Account,
    given: SecondFactor<'_>,
) -> Result<Answer<OwnSecret>, AccountsError> {
    let attempt = Attempt::new(Some((&account.tenant, &account.name)), given.address);
    if let Some(ms) = attempt.wait(store, at).await? {
        return Ok(Answer::Wait { ms });
    }
    let failures = attempt.count(store, at).await?;
    let scope = TenantScope::for_tenant(&account.tenant);
    let login = kept::login_by_id(&mut store.read().await?, &scope, &account.id).await?;
    if let Some(wrap) = wrapping_key(login.as_ref(), given.typed).await? {
        attempt.forget(store).await?;
        return Ok(Answer::Yes(own_key::by_phrase(store, at, account, &wrap).await?));
    }
    attempt.failed(store, at).await?;
    alarm::failures(store, at, &account.tenant, failures).await?;
    Ok(Answer::No)
}

/// Log-in with one printed code, or a first code, alone.
///
/// # Errors
/// The store's.
pub async fn with_code(
    store: &Store,
    at: Instant,
    code: &OneTimeCode,
    address: Option<IpAddr>,
) -> Result<Answer<Entered>, AccountsError> {
    let attempt = Attempt::new(None, address);
    if let Some(ms) = attempt.wait(store, at).await? {
        return Ok(Answer::Wait { ms });
    }
    let scope = TenantScope::for_tenant(code.tenant());
    let accounts = {
        let mut conn = store.read().await?;
        match tenants::get(&mut conn, &scope).await? {
            Some(_) => kept::list(&mut conn, &scope).await?,
            None => Vec::new(),
        }
    };
    for account in accounts.into_iter().filter(|one| one.disabled_at.is_none()) {
        if account.codes_left + account.kit_codes_left > 0
            && spend(store, at, &account, code).await?
        {
            note_login(store, at, &account, "code").await?;
            let own = own_key::by_code(store, &account, code).await?;
            return Ok(Answer::Yes(Entered { account, own }));
        }
    }
    let failures = attempt.failed(store, at).await?;
    alarm::failures(store, at, code.tenant(), failures).await?;
    Ok(Answer::No)
}

/// A second factor for somebody logged in.
///
/// # Errors
/// The store's.
pub async fn second_factor(
    store: &Store,
    at: Instant,
    account: &Account,
    given: SecondFactor<'_>,
) -> Result<Answer, AccountsError> {
    let attempt = Attempt::new(Some((&account.tenant, &account.name)), given.address);
    if let Some(ms) = attempt.wait(store, at).await? {
        return Ok(Answer::Wait { ms });
    }
    let failures = attempt.count(store, at).await?;
    let scope = TenantScope::for_tenant(&account.tenant);
    let login = kept::login_by_id(&mut store.read().await?, &scope, &account.id).await?;
    if let Some(login) = login
        && shown(store, at, &login, given.typed).await?
    {
        attempt.forget(store).await?;
        return Ok(Answer::Yes(()));
    }
    attempt.failed(store, at).await?;
    alarm::failures(store, at, &account.tenant, failures).await?;
    Ok(Answer::No)
}

/// Whether what was typed is a second factor of this account; it is used up by that.
async fn shown(
    store: &Store,
    at: Instant,
    login: &kept::Login,
    typed: &str,
) -> Result<bool, AccountsError> {
    let secret = login.totp.as_deref().and_then(|bytes| bytes.try_into().ok());
    if let Some(secret) = secret
        && let Some(step) = totp::step_of(secret, typed, at)?
    {
        let mut book = store.bookkeeping().await?;
        let fresh = kept_sessions::take_totp_step(&mut book, &login.account.id, step).await?;
        book.commit().await?;
        return Ok(fresh);
    }
    match OneTimeCode::read(typed) {
        Ok(code) if *code.tenant() == login.account.tenant => {
            spend(store, at, &login.account, &code).await
        }
        _ => Ok(false),
    }
}

/// Uses up a code of this account: true once.
async fn spend(
    store: &Store,
    at: Instant,
    account: &Account,
    code: &OneTimeCode,
) -> Result<bool, AccountsError> {
    // Before it has a phrase, an account has a first code and nothing else.
    let secrets = if account.has_password {
        vec![printed_secret(code)]
    } else {
        let today = day_of(at);
        let days = today..=today + FIRST_CODE_DAYS;
        days.map(|day| first_secret(code, day)).chain([printed_secret(code)]).collect()
    };
    let actor = Actor::Account(account.id.clone());
    let mut tx = store.begin(std::slice::from_ref(&account.tenant), &actor, at).await?;
    for secret in secrets {
        if kept::use_code(&mut tx, &account.tenant, &account.id, &secret).await? {
            tx.commit().await?;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn note_login(
    store: &Store,
    at: Instant,
    account: &Account,
    by: &'static str,
) -> Result<(), AccountsError> {
    let actor = Actor::Account(account.id.clone());
    let mut tx = store.begin(std::slice::from_ref(&account.tenant), &actor, at).await?;
    tx.record(&account.tenant, "login", json!({ "account": account.id, "by": by })).await?;
    tx.commit().await?;
    Ok(())
}
