//! Where it is kept: SQLite or PostgreSQL, the journal, the change rows, the outbox.
//!
//! Rules:
//! - One way to write a fact: [`Store::begin`], the functions of the nouns, [`Tx::commit`]. Each
//!   such function writes its own journal entry and change row. [`Store::bookkeeping`] is for what
//!   is no fact about a town, and touches a fixed list of tables.
//! - Every read takes a [`Conn`], a view in which everything was true at one moment, and a
//!   [`TenantScope`]: what is not yours is absent. [`OperatorScope`] is for lists across tenants.
//!   The few look-ups that authentication itself needs say so.
//! - What is acknowledged is on the disk first.
//! - One SQL text for both databases; [`sql_texts`] lists them all.
//! - Time and randomness are handed in; this crate asks for neither.

pub mod accounts;
pub mod agendas;
pub mod alarm_lists;
pub mod alarms;
pub mod appointments;
pub mod assets;
pub mod bookkeeping;
pub mod calls;
pub mod census;
pub mod changes;
pub mod cut_rules;
pub mod cuts;
mod db;
pub mod desk;
pub mod dump;
pub mod emergency;
mod error;
pub mod facts;
pub mod folders;
pub mod guards;
pub mod held;
pub mod incidents;
pub mod journal;
mod keys;
pub mod kits;
pub mod load;
mod migrate;
pub mod notices;
pub mod oncall;
pub mod outbox;
pub mod own_keys;
pub mod packs;
pub mod phones;
pub mod print_posts;
pub mod rehearsals;
pub mod roster;
pub mod rounds;
mod scope;
pub mod services;
pub mod sessions;
mod sql;
mod store;
pub mod tenants;
pub mod texts;
pub mod throttle;
mod tx;
pub mod vault;
pub mod wrap;

pub use bookkeeping::Bookkeeping;
pub use changes::{Change, Changes, Follower};
pub use db::Conn;
pub use error::{Error, Result};
pub use journal::{Fingerprint, Head};
pub use scope::{OperatorScope, TenantScope};
pub use sql::Sql;
#[doc(hidden)]
pub use store::TestOptions;
pub use store::{Location, Store};
pub use tx::{Committed, Tx};

/// Every SQL text of this crate that is the same for both databases: for the test that prepares
/// each on both.
#[doc(hidden)]
pub fn sql_texts() -> Vec<Sql> {
    [
        accounts::SQL,
        agendas::SQL,
        agendas::sources::SQL,
        alarm_lists::SQL,
        alarms::SQL,
        appointments::SQL,
        assets::SQL,
        calls::SQL,
        calls::code::SQL,
        calls::tries::SQL,
        census::SQL,
        changes::SQL,
        cut_rules::SQL,
        cuts::SQL,
        desk::SQL,
        desk::drafts::SQL,
        desk::requests::SQL,
        emergency::SQL,
        folders::SQL,
        guards::SQL,
        incidents::SQL,
        journal::SQL,
        kits::SQL,
        load::SQL,
        migrate::SQL,
        notices::SQL,
        oncall::SQL,
        outbox::SQL,
        own_keys::SQL,
        packs::SQL,
        phones::SQL,
        print_posts::SQL,
        print_posts::sheets::SQL,
        rehearsals::SQL,
        roster::SQL,
        rounds::SQL,
        services::SQL,
        sessions::SQL,
        tenants::SQL,
        texts::SQL,
        throttle::SQL,
        tx::SQL,
        vault::SQL,
        vault::objects::SQL,
        vault::passwords::SQL,
        vault::quotas::SQL,
        vault::thinnings::SQL,
        vault::verdicts::SQL,
    ]
    .concat()
}
