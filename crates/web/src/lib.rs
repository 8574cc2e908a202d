//! The doors: public pages, staff console, guards' API.
//!
//! Rules:
//! - The console is made from one table ([`routes::ROUTES`]); a gate ([`gate`]) stands before every
//!   handler; handlers extract, call one use case, render.
//! - Every page works without a script and loads nothing from elsewhere.
//! - What is not there and what is another tenant's are the same answer.

pub mod board;
pub mod call;
pub mod console;
mod cookie;
mod done;
pub mod doors;
pub mod fields;
pub mod frame;
pub mod gate;
pub mod guard_api;
pub mod markup;
pub mod may;
pub mod public;
mod refusal;
mod reply;
pub mod routes;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};

pub use board::Board;
pub use call::ClientAddress;
pub use doors::{Doors, Settings};
pub use refusal::Refusal;

/// Every door of the house.
pub fn router(doors: Doors) -> Router {
    Router::new()
        .merge(routes::console())
        .merge(public::routes())
        .merge(guard_api::routes())
        .fallback(nowhere)
        .with_state(doors)
}

/// Where no door is. Under the console it looks like the console.
async fn nowhere(State(doors): State<Doors>, request: Request) -> Response {
    if request.uri().path().starts_with("/console") {
        gate::refuse(doors, Refusal::NotFound, request).await
    } else {
        public::not_found(beffroi_town::Lang::Fr)
    }
}
