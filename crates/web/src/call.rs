//! One request to the console, once the gate has let it in.

use std::{collections::BTreeMap, net::IpAddr, str::FromStr};

use beffroi_crisis::Deed;
use beffroi_store::{TenantScope, accounts::Account, facts};
use beffroi_town::{Actor, Instant, Lang, Role, Tenant, TownFacts, alarm::AlarmState};
use beffroi_words::{Words, Zone};

use crate::{
    Refusal,
    doors::Doors,
    fields::Fields,
    frame::{Frame, Me},
    may::May,
};

/// The network address a request came from. Whoever accepts the connections puts it into the
/// request's extensions; behind a proxy, it is the proxy that must tell.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The person logged in.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// The tenant acted for: the account's own, or the one an operator has entered.
    pub tenant: Tenant,
    /// The right to read that tenant's rows.
    pub scope: TenantScope,
    /// The session's token. Never shown, never logged.
    pub token: String,
    /// Whether a second factor was given within the last minutes.
    pub elevated: bool,
}

impl Caller {
    /// As the journal names this person.
    pub fn actor(&self) -> Actor {
        Actor::Account(self.account.id.clone())
    }

    /// The role.
    pub const fn role(&self) -> Role {
        self.account.role
    }
}

/// One request.
pub struct Call {
    /// The house.
    pub doors: Doors,
    /// When it came.
    pub at: Instant,
    /// The language of the answer.
    pub lang: Lang,
    /// Its path.
    pub path: String,
    /// What stands in the path where the route has a name in braces.
    pub params: BTreeMap<String, String>,
    /// The query.
    pub query: Fields,
    /// The form, for a POST.
    pub form: Fields,
    /// The file that came with it, where the route takes one.
    pub file: Option<Vec<u8>>,
    /// Who is logged in.
    pub caller: Option<Caller>,
    /// The token that its forms carry.
    pub csrf: String,
    /// Where it came from, as far as is known.
    pub address: Option<IpAddr>,
    /// The device cookie, if there is one.
    pub device: Option<String>,
}

impl Call {
    /// The person logged in.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`] on a page open to everybody.
    pub fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or(Refusal::LoggedOut)
    }

    /// The sentences of the answer.
    pub fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// What the caller does now, for the use cases of the crisis room.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`].
    pub fn deed<'a>(&'a self, actor: &'a Actor) -> Result<Deed<'a>, Refusal> {
        let scope = &self.caller()?.scope;
        Ok(Deed { store: &self.doors.store, actor, at: self.at, scope })
    }

    /// An identifier in the path. What is no identifier is not found, like one that is not there.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub fn id<T: TryFrom<String>>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.params.get(name).cloned().unwrap_or_default();
        T::try_from(text).map_err(|_| Refusal::NotFound)
    }

    /// A number in the query.
    pub fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.query.get(name).parse().ok()
    }

    /// Everything that is true about the caller's town now.
    ///
    /// # Errors
    /// The store's; [`Refusal::NotFound`] when the tenant is gone.
    pub async fn facts(&self) -> Result<TownFacts, Refusal> {
        let scope = self.caller()?.scope.clone();
        let mut conn = self.doors.store.read().await?;
        facts::load(&mut conn, &scope, self.at).await?.ok_or(Refusal::NotFound)
    }

    /// The frame of a page, with the count of open alarms in its menu.
    pub fn frame(&self, title: String, here: &'static str, facts: &TownFacts) -> Frame {
        let open = facts.open_alarms.iter().filter(|alarm| alarm.state == AlarmState::Open);
        Frame { alarms: open.count(), here, ..self.bare_frame(title) }
    }

    /// The frame of a page that knows nothing of alarms.
    pub fn bare_frame(&self, title: String) -> Frame {
        let words = self.words();
        let me = self.caller.as_ref().map(|caller| Me {
            name: caller.account.name.clone(),
            role: words.role(caller.role()),
            town: caller.tenant.name.clone(),
        });
        let may = self.caller.as_ref().map(|caller| May::of(caller.role())).unwrap_or_default();
        Frame {
            words,
            lang: self.lang,
            zone: self.zone(),
            now: self.at,
            title,
            csrf: self.csrf.clone(),
            me,
            may,
            asks_code: self.caller.as_ref().is_some_and(|caller| !caller.elevated),
            path: self.path.clone(),
            alarms: 0,
            done: crate::done::sentence(words, self.query.get("done")),
            here: "",
            exercise: self.doors.settings.exercise.as_ref().map(|one| one.band(words)),
        }
    }

    /// Where the tenant's clock stands.
    pub fn zone(&self) -> Zone {
        self.caller.as_ref().map_or_else(Zone::paris, |caller| Zone::of(&caller.tenant))
    }
}
