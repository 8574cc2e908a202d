//! Who is logged in.
//!
//! Rules: a token of 256 bits, new at every log-in, kept only as a keyed hash; a session ends
//! after 30 minutes without use, after 12 hours in any case, and at log-out. A second factor holds
//! for 5 minutes.

use age::secrecy::ExposeSecret as _;
use beffroi_store::{Store, TenantScope, accounts as kept, sessions as kept_sessions, wrap};
use beffroi_town::{Instant, edge::Entropy};
use data_encoding::BASE64URL_NOPAD;

use super::{
    Account, AccountsError, alarm,
    own_key::{self, OwnSecret},
};

/// Length of a token as it travels: 32 bytes in base64url.
pub const TOKEN_LENGTH: usize = 43;
/// Without use, a session ends after this.
pub const IDLE_MS: i64 = 30 * 60_000;
/// In any case, a session ends after this.
pub const ABSOLUTE_MS: i64 = 12 * 3_600_000;
/// A second factor holds for this.
pub const ELEVATED_MS: i64 = 5 * 60_000;
/// Under which the own key is wrapped.
const OWN_LABEL: &str = "beffroi session own key v1";
/// A use is written down at most this often.
const TOUCH_MS: i64 = 60_000;

/// A session that is alive.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// When it began.
    pub made_at: Instant,
    /// When a second factor was last given.
    pub second_factor_at: Option<Instant>,
}

impl Session {
    /// Whether a second factor was given within the last minutes.
    pub fn elevated(&self, at: Instant) -> bool {
        self.second_factor_at.is_some_and(|given| (0..ELEVATED_MS).contains(&at.ms_since(given)))
    }
}

/// What a browser is handed at log-in.
pub struct Opened {
    /// The session's token.
    pub token: String,
    /// The device's own lasting token; to be set anew each time.
    pub device: String,
}

/// 256 unpredictable bits as text.
pub fn random_token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 32];
    entropy.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// Opens a session for somebody who has just proved who it is. `device` is the token that the
/// browser already has, if any; a device not seen before raises an alarm, except at the very
/// first log-in of a new account.
///
/// # Errors
/// The store's.
pub async fn open(
    store: &Store,
    at: Instant,
    account: &Account,
    device: Option<&str>,
) -> Result<Opened, AccountsError> {
    let token = random_token(store.entropy());
    let device = device
        .filter(|device| device.len() == TOKEN_LENGTH)
        .map_or_else(|| random_token(store.entropy()), str::to_owned);
    let new = kept_sessions::NewSession {
        token: &token,
        account: &account.id,
        at,
        expires_at: at.plus_ms(IDLE_MS),
        second_factor_at: None,
        device: Some(&device),
    };
    let mut book = store.bookkeeping().await?;
    kept_sessions::sweep(&mut book, at).await?;
    kept_sessions::create(&mut book, &new).await?;
    let unknown = kept_sessions::note_device(&mut book, &account.id, &device, at).await?;
    book.commit().await?;
    if unknown && account.has_password {
        alarm::new_device(store, at, account).await?;
    }
    Ok(Opened { token, device })
}

/// The session of a token, if it is alive; its end moves on.
///
/// # Errors
/// The store's.
pub async fn find(
    store: &Store,
    at: Instant,
    token: &str,
) -> Result<Option<Session>, AccountsError> {
    let mut conn = store.read().await?;
    let Some(found) = kept_sessions::find(&mut conn, token, at).await? else { return Ok(None) };
    let scope = TenantScope::for_tenant(&found.tenant);
    let account = kept::get(&mut conn, &scope, &found.account).await?;
    drop(conn);
    let Some(account) = account.filter(|account| account.disabled_at.is_none()) else {
        return Ok(None);
    };
    if at.ms_since(found.seen_at) >= TOUCH_MS {
        let end = found.made_at.plus_ms(ABSOLUTE_MS).min(at.plus_ms(IDLE_MS));
        let mut book = store.bookkeeping().await?;
        kept_sessions::touch(&mut book, token, at, end).await?;
        book.commit().await?;
    }
    let second_factor_at = found.second_factor_at;
    Ok(Some(Session { account, made_at: found.made_at, second_factor_at }))
}

/// Notes that a second factor was given.
///
/// # Errors
/// The store's.
pub async fn elevate(store: &Store, at: Instant, token: &str) -> Result<(), AccountsError> {
    let mut book = store.bookkeeping().await?;
    kept_sessions::elevate(&mut book, token, at).await?;
    Ok(book.commit().await?)
}

/// Keeps a person's own key for as long as the session lives: wrapped under a key that follows from
/// the token, which only the cookie holds.
///
/// # Errors
/// The store's.
pub async fn hold(store: &Store, token: &str, own: &OwnSecret) -> Result<(), AccountsError> {
    let key = wrap::key_of(token.as_bytes(), OWN_LABEL)?;
    let plain = own.expose_secret().as_bytes();
    let wrapped = wrap::seal(store.entropy(), &key, OWN_LABEL, plain)?;
    let mut book = store.bookkeeping().await?;
    kept_sessions::hold(&mut book, token, &wrapped).await?;
    Ok(book.commit().await?)
}

/// The own key that a session holds; none when it came in by a way that does not open it.
///
/// # Errors
/// The store's.
pub async fn held(
    store: &Store,
    at: Instant,
    token: &str,
) -> Result<Option<OwnSecret>, AccountsError> {
    let wrapped = kept_sessions::held(&mut store.read().await?, token, at).await?;
    let Some(wrapped) = wrapped else { return Ok(None) };
    let key = wrap::key_of(token.as_bytes(), OWN_LABEL)?;
    Ok(Some(own_key::secret(wrap::open(&key, OWN_LABEL, &wrapped)?)?))
}

/// Ends a session.
///
/// # Errors
/// The store's.
pub async fn end(store: &Store, token: &str) -> Result<(), AccountsError> {
    let mut book = store.bookkeeping().await?;
    kept_sessions::end(&mut book, token).await?;
    Ok(book.commit().await?)
}
