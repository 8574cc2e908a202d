//! The keys of the counter: one pair for each group of public services.
//!
//! Rules:
//! - A director makes them once. The secret halves are sealed for the recovery sheet, which is shown
//!   once to be printed twice, and for the director. Until the sheet's check code is typed back the
//!   counter is closed.
//! - A colleague who holds a key seals it for another person's own key; that is how a new or reset
//!   account is confirmed. Nobody else can: the platform holds no secret half.
//! - With the recovery sheet alone a director gets every key back.

use age::secrecy::{ExposeSecret as _, SecretString};
use beffroi_store::{
    Conn, Store, TenantScope,
    desk::{self as kept, GroupKey, NewDesk},
    own_keys, print_posts,
};
use beffroi_town::{
    AccountId, Actor, Instant, TenantId, procedure::KeyGroup, vault::sheet as check,
};
use ring::digest;

use crate::sealing::{self, Identity, Recipient, SealError};

/// Why the keys cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// That person has no key of their own yet.
    #[error("this person has no key yet: the pass-phrase must be typed at a log-in first")]
    NoOwnKey,
    /// The caller does not hold the key that is to be given.
    #[error("you do not hold the key of this group: ask somebody who does")]
    NotHeld,
    /// The sheet is of other keys.
    #[error("this is not the recovery sheet of this counter: type the newest one")]
    OtherSheet,
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error("the keys of the counter cannot be read or written")]
    Store(#[from] beffroi_store::Error),
}

/// Who does it, and when.
#[derive(Clone, Copy)]
pub struct Hand<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// Whose counter.
    pub scope: &'a TenantScope,
    /// Who.
    pub account: &'a AccountId,
    /// When.
    pub at: Instant,
}

impl Hand<'_> {
    pub(crate) async fn begin(&self) -> Result<beffroi_store::Tx, beffroi_store::Error> {
        let actor = Actor::Account(self.account.clone());
        self.store.begin(std::slice::from_ref(self.scope.tenant()), &actor, self.at).await
    }
}

/// The paper that opens everything once nobody else can.
pub struct RecoverySheet {
    /// The secret key, as it is typed; any program for age opens with it.
    pub secret: SecretString,
    /// What is typed back to show that the paper is kept.
    pub check_code: String,
}

impl RecoverySheet {
    /// The secret in groups of four, to be typed.
    pub fn groups(&self) -> Vec<String> {
        let chars: Vec<char> = self.secret.expose_secret().chars().collect();
        chars.chunks(4).map(|four| four.iter().collect()).collect()
    }
}

/// The check code of a secret: follows from it and does not lead back.
fn check_code(secret: &SecretString) -> String {
    let text = format!("beffroi desk recovery v1\n{}", secret.expose_secret());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    check::code(&hash)
}

/// The secret keys of the groups that one person reads.
#[derive(Default)]
pub struct Keyring(Vec<(KeyGroup, Identity)>);

impl Keyring {
    /// The groups.
    pub fn groups(&self) -> Vec<KeyGroup> {
        self.0.iter().map(|(group, _)| *group).collect()
    }

    /// The key of a group.
    pub fn get(&self, group: KeyGroup) -> Option<&Identity> {
        self.0.iter().find(|(one, _)| *one == group).map(|(_, identity)| identity)
    }
}

/// For whom a request to a group is sealed; none while the counter is closed.
///
/// # Errors
/// [`KeysError`].
pub async fn recipient(
    conn: &mut Conn,
    scope: &TenantScope,
    group: KeyGroup,
) -> Result<Option<Recipient>, KeysError> {
    let text = kept::recipient(conn, scope, group).await?;
    Ok(text.map(|text| sealing::recipient(&text)).transpose()?)
}

/// For whom an appointment with a group is sealed: the group, and the print posts that print its day
/// sheets. Empty while the counter is closed.
///
/// # Errors
/// [`KeysError`].
pub async fn recipients(
    conn: &mut Conn,
    scope: &TenantScope,
    group: KeyGroup,
) -> Result<Vec<Recipient>, KeysError> {
    let Some(first) = recipient(conn, scope, group).await? else { return Ok(Vec::new()) };
    let mut all = vec![first];
    for post in print_posts::recipients(conn, scope, group).await? {
        all.push(sealing::recipient(&post)?);
    }
    Ok(all)
}

/// Makes the keys of a counter and gives them to the director who asks.
///
/// # Errors
/// [`KeysError::NoOwnKey`]; [`KeysError::Store`] when there are keys already.
pub async fn make(hand: &Hand<'_>) -> Result<RecoverySheet, KeysError> {
    let tenant = hand.scope.tenant();
    let mut tx = hand.begin().await?;
    let own = own(tx.conn(), hand.scope, hand.account).await?;
    let paper = sealing::new_identity();
    let secret = sealing::secret(&paper);
    let check_code = check_code(&secret);
    let (mut keys, mut given) = (Vec::new(), Vec::new());
    for group in KeyGroup::ALL.iter().copied() {
        let pair = sealing::new_identity();
        let text = sealing::secret(&pair);
        let plain = text.expose_secret().as_bytes();
        keys.push(GroupKey {
            group,
            recipient: pair.to_public().to_string(),
            sealed: sealing::seal(&paper.to_public(), plain)?,
        });
        given.push((group, sealing::seal(&own, plain)?));
    }
    let recovery = paper.to_public().to_string();
    let new = NewDesk { recovery: &recovery, check_code: &check_code, keys: &keys };
    kept::make(&mut tx, tenant, &new).await?;
    kept::give(&mut tx, tenant, hand.account, &given).await?;
    tx.commit().await?;
    Ok(RecoverySheet { secret, check_code })
}

/// Opens the counter once the check code of the sheet is typed back. `false`: it is another code.
///
/// # Errors
/// [`KeysError::Store`].
pub async fn prove(hand: &Hand<'_>, typed: &str) -> Result<bool, KeysError> {
    let Some(code) = check::read_code(typed) else { return Ok(false) };
    let mut tx = hand.begin().await?;
    if !kept::prove(&mut tx, hand.scope.tenant(), &code).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

async fn own(
    conn: &mut Conn,
    scope: &TenantScope,
    account: &AccountId,
) -> Result<Recipient, KeysError> {
    let key = own_keys::get(conn, scope, account).await?.ok_or(KeysError::NoOwnKey)?;
    Ok(sealing::recipient(&key.recipient)?)
}

/// The keys that a person holds, opened with that person's own.
///
/// # Errors
/// [`KeysError`].
pub async fn keyring(
    conn: &mut Conn,
    scope: &TenantScope,
    (account, own): (&AccountId, &SecretString),
) -> Result<Keyring, KeysError> {
    let own = sealing::identity(own.expose_secret())?;
    let mut ring = Keyring::default();
    for grant in kept::grants_of(conn, scope, account).await? {
        ring.0.push((grant.group, key_from(&sealing::open(&own, &grant.sealed)?)?));
    }
    Ok(ring)
}

fn key_from(bytes: &[u8]) -> Result<Identity, SealError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SealError::Identity)?;
    sealing::identity(text)
}

/// Gives keys to a colleague: seals them for that person's own key.
///
/// # Errors
/// [`KeysError::NotHeld`], [`KeysError::NoOwnKey`].
pub async fn give(
    hand: &Hand<'_>,
    ring: &Keyring,
    (to, groups): (&AccountId, &[KeyGroup]),
) -> Result<(), KeysError> {
    let mut tx = hand.begin().await?;
    let own = own(tx.conn(), hand.scope, to).await?;
    let mut sealed = Vec::new();
    for group in groups {
        let key = ring.get(*group).ok_or(KeysError::NotHeld)?;
        let text = sealing::secret(key);
        sealed.push((*group, sealing::seal(&own, text.expose_secret().as_bytes())?));
    }
    kept::give(&mut tx, hand.scope.tenant(), to, &sealed).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a key away from somebody.
///
/// # Errors
/// [`KeysError::Store`].
pub async fn take(hand: &Hand<'_>, (from, group): (&AccountId, KeyGroup)) -> Result<(), KeysError> {
    let mut tx = hand.begin().await?;
    kept::take(&mut tx, hand.scope.tenant(), from, group).await?;
    tx.commit().await?;
    Ok(())
}

/// Every key back for a director who has the recovery sheet in hand and nobody left to ask.
///
/// # Errors
/// [`KeysError::OtherSheet`], [`KeysError::NoOwnKey`]; [`SealError::Identity`] for what is no key.
pub async fn recover(hand: &Hand<'_>, typed: &str) -> Result<(), KeysError> {
    let tidy: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let paper = sealing::identity(&tidy.to_ascii_uppercase())?;
    let mut tx = hand.begin().await?;
    let desk = kept::get(tx.conn(), hand.scope).await?.ok_or(KeysError::OtherSheet)?;
    if desk.recovery != paper.to_public().to_string() {
        return Err(KeysError::OtherSheet);
    }
    let own = own(tx.conn(), hand.scope, hand.account).await?;
    let mut given = Vec::new();
    for key in kept::keys(tx.conn(), hand.scope).await? {
        given.push((key.group, sealing::seal(&own, &sealing::open(&paper, &key.sealed)?)?));
    }
    let tenant: &TenantId = hand.scope.tenant();
    kept::give(&mut tx, tenant, hand.account, &given).await?;
    tx.commit().await?;
    Ok(())
}
