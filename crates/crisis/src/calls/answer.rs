//! Answering a call: I see to it.

use beffroi_store::{
    Store, TenantScope,
    calls::{
        self,
        code::{self, AnswerCode, Owner},
    },
};
use beffroi_town::{Actor, CallId, Instant};

use crate::{Deed, Error};

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was the first: the ringing ends.
    Taken,
    /// The same person had answered already.
    AlreadyYours,
    /// Somebody else was first.
    Somebody {
        /// Who.
        by: Actor,
        /// When.
        at: Instant,
    },
    /// What the call was about turned out to be nothing.
    Over,
}

/// Answers with the code of a message.
///
/// # Errors
/// The store's.
pub async fn answer(
    store: &Store,
    at: Instant,
    code: &AnswerCode,
) -> Result<Option<(Owner, Answer)>, Error> {
    let Some(owner) = code::owner(&mut store.read().await?, code).await? else { return Ok(None) };
    let actor = Actor::Contact(owner.contact.clone());
    let scope = TenantScope::for_tenant(&owner.call.tenant);
    let deed = Deed { store, actor: &actor, at, scope: &scope };
    let said = acknowledge(&deed, &owner.call.id).await?;
    Ok(Some((owner, said)))
}

/// Answers in the name of whoever does the deed.
///
/// # Errors
/// The store's, also for a call that the tenant does not have.
pub async fn acknowledge(deed: &Deed<'_>, id: &CallId) -> Result<Answer, Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    if calls::acknowledge(&mut tx, tenant, id).await? {
        tx.commit().await?;
        return Ok(Answer::Taken);
    }
    let absent = || beffroi_store::Error::Absent { noun: "call", id: id.to_string() };
    let call = calls::get(tx.conn(), deed.scope, id).await?.ok_or_else(absent)?;
    Ok(match call.acknowledged {
        Some(said) if said.by == *deed.actor => Answer::AlreadyYours,
        Some(said) if call.ended_at.is_none() => Answer::Somebody { by: said.by, at: said.at },
        _ => Answer::Over,
    })
}
