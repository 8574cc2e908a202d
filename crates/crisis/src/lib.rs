//! The crisis room: alarms decided, incidents declared, assets cut, people told.
//!
//! Rules:
//! - A machine suspects, a person decides: [`alarms::receive`] takes in what guards report and
//!   does no more; everything else here is a person's deed.
//! - A deed is one commit: the change, its entry in the journal of every tenant concerned, and the
//!   row that tells everybody else.
//! - A cut counts once it is confirmed, not when it is ordered. What a town signed beforehand may
//!   cut with nobody there ([`cut_rules`]); nothing else does.
//! - An alarm rings people until one of them answers, or says that nobody was reached
//!   ([`calls`]).
//! - Notices are drafted from the facts and published by a person.

pub mod alarms;
pub mod calls;
pub mod cut_rules;
pub mod cuts;
pub mod incidents;
pub mod notices;
pub mod oncall;
pub mod states;

mod deed;
mod error;

pub use deed::Deed;
pub use error::Error;
