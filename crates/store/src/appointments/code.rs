//! The code by which a resident cancels or moves an appointment, and the reference that is read
//! out at the counter.
//!
//! Rules: both follow from the token of the form that was sent and the master key, so that the
//! same form sent twice is the same appointment with the same code; the code stands nowhere, only
//! a keyed hash of it is kept. The code has 70 bits of chance; the reference opens nothing.

use beffroi_town::{
    TenantId,
    crockford::{self, Slip},
};
use data_encoding::HEXLOWER;

use crate::{Error, Result, Store, keys::Keys};

/// Letters of a code, its check included.
const CODE_LETTERS: usize = 15;
/// Letters of a reference, its check included.
const REFERENCE_LETTERS: usize = 6;

/// A code in its one true form.
#[derive(Clone, PartialEq, Eq)]
pub struct AppointmentCode(String);

fn letters(store: &Store, purpose: &'static str, token: &str, count: usize) -> Result<String> {
    let hash = store.inner().keys.secret_hash(purpose, token)?;
    let label = purpose.to_owned();
    let bytes = HEXLOWER.decode(hash.as_bytes()).map_err(|_| Error::Sealed { label })?;
    let mut values: Vec<u8> = bytes.iter().take(count - 1).map(|byte| byte & 31).collect();
    values.push(crockford::check_value(&values));
    Ok(crockford::text(&values))
}

impl AppointmentCode {
    /// The code of what a form with this token becomes.
    ///
    /// # Errors
    /// The store's.
    pub fn of(store: &Store, tenant: &TenantId, token: &str) -> Result<Self> {
        let text = letters(store, "appointment code", &format!("{tenant} {token}"), CODE_LETTERS)?;
        Ok(Self(text))
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`Slip`]: it cannot be a code of anybody.
    pub fn read(typed: &str) -> Result<Self, Slip> {
        let values = crockford::read(typed, CODE_LETTERS)?;
        if values.len() != CODE_LETTERS {
            return Err(Slip::Shape);
        }
        crockford::checked(&values)?;
        Ok(Self(crockford::text(&values)))
    }

    /// As it is printed: `ABC-DEF-GHJ-KMN-PQR`.
    pub fn shown(&self) -> String {
        crockford::grouped(&self.0)
    }

    pub(crate) fn hash(&self, keys: &Keys) -> Result<String> {
        keys.secret_hash("appointment code kept", &self.0)
    }
}

/// The reference of what a form with this token becomes: `ABC-DEF`.
pub(crate) fn reference(store: &Store, tenant: &TenantId, token: &str) -> Result<String> {
    let seed = format!("{tenant} {token}");
    let text = letters(store, "appointment reference", &seed, REFERENCE_LETTERS)?;
    Ok(crockford::grouped(&text))
}
