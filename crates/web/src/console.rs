//! The staff console: one file a noun. Handlers take what was asked, call one use case, render.

pub mod agendas;
pub mod alarms;
pub mod assets;
pub mod assets_of_the_look;
pub mod calls;
pub mod changes;
pub mod contact;
mod csv_words;
pub mod cuts;
pub mod declare;
pub mod desk;
pub mod doctor;
pub mod emergency;
pub mod guards;
pub mod incidents;
pub mod journal;
pub mod kit;
pub mod language;
pub mod login;
pub mod maintenance;
mod moment;
pub mod next;
pub mod notices;
pub mod oncall;
pub mod packs;
pub mod people;
pub mod phones;
pub mod prepare;
pub mod printers;
pub mod rehearsal;
pub mod roster;
pub mod rows;
pub mod rule;
pub mod services;
pub mod setup;
pub mod shape;
pub mod sheets;
pub mod tenants;
pub mod thinning;
pub mod today;
pub mod vault;
pub mod watch;

use askama::Template;
use axum::{http::StatusCode, response::Response};

use crate::{Refusal, reply};

/// A page that was put together.
pub(crate) fn page(template: &impl Template) -> Result<Response, Refusal> {
    Ok(reply::html(StatusCode::OK, template.render()?))
}

/// A page whose form needs another look (422).
pub(crate) fn wrong(template: &impl Template) -> Result<Response, Refusal> {
    Ok(reply::html(StatusCode::UNPROCESSABLE_ENTITY, template.render()?))
}
