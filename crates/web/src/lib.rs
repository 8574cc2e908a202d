//! The doors: public pages, staff console, the APIs of guards and print posts.
//!
//! Rules:
//! - The console is made from one table ([`routes::ROUTES`]); a gate ([`gate`]) stands before every
//!   handler; handlers extract, call one use case, render.
//! - Every page works without a script and loads nothing from elsewhere.
//! - What is not there and what is another tenant's are the same answer.

pub mod answer;
mod appointments;
pub mod board;
pub mod call;
pub mod console;
mod cookie;
pub mod desk;
mod done;
pub mod doors;
pub mod exercise;
pub mod fields;
pub mod frame;
pub mod gate;
pub mod guard_api;
pub mod markup;
pub mod may;
mod multipart;
pub mod printer_api;
pub mod public;
mod refusal;
mod reply;
pub mod routes;
mod rung;
mod signed;

use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    response::Response,
};
use tower::ServiceExt as _;

pub use board::Board;
pub use call::ClientAddress;
pub use doors::{DeskSettings, Doors, Settings, VaultQuotas};
pub use exercise::Exercise;
pub use refusal::Refusal;

/// Every door of the house, with the public pages in front.
#[derive(Clone)]
pub struct Front {
    doors: Doors,
    router: Router,
}

impl Front {
    /// The house behind its doors.
    pub fn new(doors: Doors) -> Self {
        Self { router: router(doors.clone()), doors }
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: axum::http::Request<B>) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if let Some(answer) = public::at_once(&self.doors, &request) {
            return answer;
        }
        let Ok(answer) = self.router.clone().oneshot(request.map(Body::new)).await;
        answer
    }
}

/// Every door of the house.
pub fn router(doors: Doors) -> Router {
    Router::new()
        .merge(routes::console())
        .merge(desk::routes())
        .merge(public::routes())
        .merge(appointments::routes())
        .merge(guard_api::routes())
        .merge(printer_api::routes())
        .merge(answer::routes())
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
