//! The code by which a person answers a message.
//!
//! Rules: one code for each call, contact and round, 70 bits, followed from the master key: the
//! same message sent twice bears the same code, and it stands nowhere. Only a keyed hash of it is
//! kept. It says nothing of the call, the tenant or the person.

use beffroi_town::{
    CallId, ContactId, TenantId,
    crockford::{self, Slip},
    oncall::Call,
};
use data_encoding::HEXLOWER;

use super::columns;
use crate::{
    Error, Result,
    db::{Conn, args},
    keys::Keys,
    sql::sqls,
};

sqls! { "code":
    BY_CODE = concat!(columns!(), "JOIN call_try ON call_try.call = call.id WHERE call_try.code_hash = $1
        ORDER BY call_try.seq LIMIT 1");
    WHOSE = "SELECT call_try.contact, contact.tenant FROM call_try JOIN contact ON contact.id = call_try.contact
        WHERE call_try.code_hash = $1 ORDER BY call_try.seq LIMIT 1";
}

/// Letters of chance in a code.
const CHANCE: usize = 14;
/// Letters of a code, its check included.
pub const LETTERS: usize = CHANCE + 1;
/// Bits of chance in a code.
pub const BITS: usize = CHANCE * 5;

/// A code in its one true form.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerCode(String);

impl AnswerCode {
    /// The code of one contact in one round of a call.
    pub(crate) fn of(keys: &Keys, call: &CallId, contact: &ContactId, round: u32) -> Result<Self> {
        let label = format!("{call} {contact} {round}");
        let hash = keys.secret_hash("answer code", &label)?;
        let bytes = HEXLOWER.decode(hash.as_bytes()).map_err(|_| Error::Sealed { label })?;
        let mut values: Vec<u8> = bytes.iter().take(CHANCE).map(|byte| byte & 31).collect();
        values.push(crockford::check_value(&values));
        Ok(Self(crockford::text(&values)))
    }

    /// Reads what a person typed, or what stands in a link.
    ///
    /// # Errors
    /// [`Slip`]: it cannot be a code of anybody.
    pub fn read(typed: &str) -> Result<Self, Slip> {
        let values = crockford::read(typed, LETTERS)?;
        if values.len() != LETTERS {
            return Err(Slip::Shape);
        }
        crockford::checked(&values)?;
        Ok(Self(crockford::text(&values)))
    }

    /// As it stands in a link.
    pub fn letters(&self) -> &str {
        &self.0
    }

    /// As it is read out: `ABC-DEF-GHJ-KMN-PQR`.
    pub fn spoken(&self) -> String {
        crockford::grouped(&self.0)
    }

    pub(crate) fn hash(&self, keys: &Keys) -> Result<String> {
        keys.secret_hash("answer code kept", &self.0)
    }
}

/// Whose code it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The call it answers.
    pub call: Call,
    /// The person it was sent to.
    pub contact: ContactId,
    /// The tenant whose list that person is on.
    pub listed_by: TenantId,
}

/// What a code answers. It takes no scope: who holds the code was rung.
pub async fn owner(conn: &mut Conn, code: &AnswerCode) -> Result<Option<Owner>> {
    let hash = code.hash(conn.keys())?;
    let Some(row) = conn.one(BY_CODE, args![hash.as_str()]).await? else { return Ok(None) };
    let call = super::call(&row)?;
    let Some(row) = conn.one(WHOSE, args![hash]).await? else { return Ok(None) };
    Ok(Some(Owner { call, contact: row.id("contact")?, listed_by: row.id("tenant")? }))
}
