//! The notice board: the facts of a town in, the bytes of its public pages, feeds and banner out.
//!
//! Rules:
//! - Pure. What the page says follows from [`beffroi_town::TownFacts`] alone; the same facts give
//!   the same bytes.
//! - From an alarm alone a page says 'services may be disturbed, we are checking', nothing more.
//! - Names of assets never appear. Reasons that staff wrote never appear.
//! - Every text is shown as text: escaped, without control characters, without marks that turn
//!   the reading direction.
//! - A page is one file: no script, no request to anywhere; its style is inside and named by its
//!   hash in [`csp`], or in [`print_csp`] for what is made to be printed.
//! - What is printed for staff ([`kit`], the roll-call) takes what the public pages do not: it is
//!   handed those facts apart, and no public page is made from them.

pub mod appointments;
mod banner;
pub mod desk;
mod error;
mod export;
mod feeds;
mod history;
mod inert;
pub mod kit;
mod news;
mod place;
mod print;
mod qr;
pub mod recovery;
pub mod sheets;
mod small;
mod status;
mod style;
mod voice;

pub use banner::banner;
pub use error::PageError;
pub use export::{Leaf, export, site};
pub use feeds::{atom, json_feed};
pub use history::history_page;
pub use place::Place;
pub use print::print_csp;
pub use qr::qr;
pub use small::{Index, IndexLine, error_page, not_found, town_index};
pub use status::status_page;
pub use style::{MARK_PATH, csp, css, desk_csp, mark_svg};
