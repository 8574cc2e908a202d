//! A person's own key: for whom the keys of the counter are sealed.
//!
//! Rules: an age key pair (X25519); the secret half is kept only wrapped, under the key that follows
//! from the pass-phrase beside the log-in key (one Argon2id run, two labels), and under each of the
//! person's ten printed codes. A code of the cyber envelope lets in and opens nothing: whoever
//! prints the envelope does not hold other people's keys. A reset leaves no key.

use age::{
    secrecy::{ExposeSecret as _, SecretString},
    x25519,
};
use beffroi_store::{
    Store, TenantScope, Tx,
    own_keys::{self as kept, Way},
    wrap,
};
use beffroi_town::{AccountId, Instant};

use super::{Account, AccountsError, begin_own, code::OneTimeCode};

/// The secret half, as age writes it. Prints as nothing and is wiped when dropped.
pub type OwnSecret = SecretString;

fn label(account: &AccountId) -> String {
    format!("beffroi own key v1 {account}")
}

/// From the bytes that were unwrapped.
pub(super) fn secret(bytes: Vec<u8>) -> Result<OwnSecret, AccountsError> {
    String::from_utf8(bytes).map(SecretString::from).map_err(|_| AccountsError::OwnKey)
}

fn code_key(code: &OneTimeCode, account: &AccountId) -> Result<wrap::Key, AccountsError> {
    Ok(wrap::key_of(code.letters().as_bytes(), &label(account))?)
}

/// Makes a new one for somebody who has just shown or chosen the pass-phrase.
pub(super) async fn make(
    tx: &mut Tx,
    account: &Account,
    wrapping: &wrap::Key,
) -> Result<OwnSecret, AccountsError> {
    let identity = x25519::Identity::generate();
    let own = identity.to_string();
    let plain = own.expose_secret().as_bytes();
    let wrapped = wrap::seal(tx.store().entropy(), wrapping, &label(&account.id), plain)?;
    let recipient = identity.to_public().to_string();
    kept::make(tx, &account.tenant, &account.id, (&recipient, &wrapped)).await?;
    Ok(own)
}

/// The one that the pass-phrase opens; somebody who has none yet gets one.
pub(super) async fn by_phrase(
    store: &Store,
    at: Instant,
    account: &Account,
    wrapping: &wrap::Key,
) -> Result<OwnSecret, AccountsError> {
    let scope = TenantScope::for_tenant(&account.tenant);
    let wrapped = kept::wrapped(&mut store.read().await?, &scope, &account.id, Way::Phrase).await?;
    if let Some(wrapped) = wrapped {
        return secret(wrap::open(wrapping, &label(&account.id), &wrapped)?);
    }
    let mut tx = begin_own(store, at, account).await?;
    let own = make(&mut tx, account, wrapping).await?;
    tx.commit().await?;
    Ok(own)
}

/// The one that a printed code opens, if it opens any.
pub(super) async fn by_code(
    store: &Store,
    account: &Account,
    code: &OneTimeCode,
) -> Result<Option<OwnSecret>, AccountsError> {
    let scope = TenantScope::for_tenant(&account.tenant);
    let way = Way::Code(code.letters());
    let wrapped = kept::wrapped(&mut store.read().await?, &scope, &account.id, way).await?;
    let Some(wrapped) = wrapped else { return Ok(None) };
    let key = code_key(code, &account.id)?;
    secret(wrap::open(&key, &label(&account.id), &wrapped)?).map(Some)
}

/// Wraps it for new printed codes; without it at hand the new codes let in and open nothing.
pub(super) async fn for_codes(
    tx: &mut Tx,
    account: &Account,
    codes: &[OneTimeCode],
    own: Option<&OwnSecret>,
) -> Result<(), AccountsError> {
    let mut wraps = Vec::new();
    for code in codes {
        let Some(own) = own else { break };
        let (key, plain) = (code_key(code, &account.id)?, own.expose_secret().as_bytes());
        let wrapped = wrap::seal(tx.store().entropy(), &key, &label(&account.id), plain)?;
        wraps.push((code.letters().to_owned(), wrapped));
    }
    Ok(kept::set_codes(tx, &account.tenant, &account.id, &wraps).await?)
}
