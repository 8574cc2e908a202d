//! Guessing is slowed down: the more failures, the longer the wait.
//!
//! Rules: for an account, an attempt is counted before it is checked, so that many at once count
//! too, and forgotten when it succeeds; for an address, failures alone are counted, so that a town
//! hall that comes in all at once is not kept out. Four windows, each allowing fewer tries for its length than the one
//! before. An address that many people share (a town hall) is given four times as much as an
//! account.

use std::net::IpAddr;

use beffroi_store::{Store, throttle as kept};
use beffroi_town::{Instant, TenantId};

use super::AccountsError;

const MINUTE_MS: i64 = 60_000;
/// Length of the window and failures allowed in it.
const WINDOWS: [(i64, u32); 4] =
    [(MINUTE_MS, 5), (10 * MINUTE_MS, 10), (60 * MINUTE_MS, 20), (24 * 60 * MINUTE_MS, 60)];
const ADDRESS_FACTOR: u32 = 4;

/// What is being counted for one attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    account: Option<String>,
    address: String,
}

impl Attempt {
    /// By the account that is tried, as it was typed, and by the address it comes from.
    pub fn new(account: Option<(&TenantId, &str)>, address: Option<IpAddr>) -> Self {
        let account = account.map(|(tenant, name)| {
            let name: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
            format!("account {tenant} {}", name.join(" "))
        });
        // Where nobody can tell the address, all share one count: slower, never open.
        let from = address.map_or_else(|| "somewhere".to_owned(), network);
        Self { account, address: format!("address {from}") }
    }

    /// By the address alone, at another door than the log-in: slips there keep nobody out here.
    pub fn at_door(door: &str, address: Option<IpAddr>) -> Self {
        let log_in = Self::new(None, address);
        Self { address: format!("{door} {}", log_in.address), ..log_in }
    }

    /// How long to wait before the next try; none when it may be made now.
    ///
    /// # Errors
    /// The store's.
    pub async fn wait(&self, store: &Store, at: Instant) -> Result<Option<i64>, AccountsError> {
        let mut conn = store.read().await?;
        let mut longest = None;
        let keys = self.account.iter().map(|key| (key, 1));
        for (key, factor) in keys.chain([(&self.address, ADDRESS_FACTOR)]) {
            for (window, allowed) in WINDOWS {
                let count = kept::count(&mut conn, &in_window(key, window), at, window).await?;
                if count >= allowed * factor {
                    longest = longest.max(Some(window));
                }
            }
        }
        Ok(longest)
    }

    /// Counts an attempt on the account, before it is checked; how many the hour now has.
    ///
    /// # Errors
    /// The store's.
    pub async fn count(&self, store: &Store, at: Instant) -> Result<u32, AccountsError> {
        match &self.account {
            Some(key) => count(store, at, key).await,
            None => Ok(0),
        }
    }

    /// Counts a failure of the address, once it is one; how many the hour now has.
    ///
    /// # Errors
    /// The store's.
    pub async fn failed(&self, store: &Store, at: Instant) -> Result<u32, AccountsError> {
        count(store, at, &self.address).await
    }

    /// Forgets the attempts on the account after a success. Those of the address stay: whoever has
    /// one account must not clear the way to others with it.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget(&self, store: &Store) -> Result<(), AccountsError> {
        let Some(key) = &self.account else { return Ok(()) };
        let mut book = store.bookkeeping().await?;
        for (window, _) in WINDOWS {
            kept::clear(&mut book, &in_window(key, window)).await?;
        }
        Ok(book.commit().await?)
    }
}

async fn count(store: &Store, at: Instant, key: &str) -> Result<u32, AccountsError> {
    let mut book = store.bookkeeping().await?;
    let mut in_hour = 0;
    for (window, _) in WINDOWS {
        let count = kept::fail(&mut book, &in_window(key, window), at, window).await?;
        if window == 60 * MINUTE_MS {
            in_hour = count;
        }
    }
    book.commit().await?;
    Ok(in_hour)
}

fn in_window(key: &str, window: i64) -> String {
    format!("{key} in {window}")
}

/// One household or office: an IPv4 address, or the /64 that an IPv6 line is given.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}
