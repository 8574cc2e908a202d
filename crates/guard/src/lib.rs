//! The watchman of a file server: senses what happens to its files, decides alone, stops the one
//! who does it where the kernel lets it, keeps what is lost, and tells the platform.
//!
//! Rules:
//! - [`decide`] is pure; senses, reserve, stop and cut are its hands.
//! - The guard never becomes the outage: every open is answered within a bound, a guard that dies
//!   lets everything pass, and whoever serves others is never stopped.
//! - It stops, cuts and restores on its own host alone. It takes no code and no paths.
//! - What it cannot do on a host it says by code ([`probe`]), never in silence.
//!
//! Levels: A where the kernel asks before each access, B where it asks at each open, C where it only
//! tells afterwards. What each level loses stands in `docs/attacks.md`. Only ordinary files are
//! kept.

pub mod cut;
pub mod decide;
pub mod error;
pub mod lift;
pub mod watchdog;

mod acting;
mod actor;
mod against;
mod alarms;
mod archives;
mod asides;
mod assembler;
mod brake;
mod btf;
mod canaries;
mod clerk;
mod client;
mod core;
mod decoy;
mod elsewhere;
mod fan;
mod grounds;
mod group;
mod holdings;
mod host_cut;
mod identity;
mod intent;
mod keeper;
mod ledger;
mod level;
mod line;
mod listed;
mod look;
mod maintenance;
mod marks;
mod messenger;
mod mounts;
mod netfilter;
mod notes;
mod opens;
mod orders;
mod places;
mod procfs;
mod raised;
mod record;
mod release;
mod replaced;
mod reserve;
mod restore;
mod restored;
mod review;
mod run;
mod sense_kernel;
mod sense_plain;
mod service;
mod shelf;
mod state;
mod status;
mod stop;
mod strays;
mod sys;
mod touches;
mod undo;
mod unpack;
mod unscored;
mod vitals;
mod workers;
mod writers;
mod xattrs;
mod young;

pub use beffroi_town::content;
pub use client::let_in;
pub use decoy::Decoy;
pub use error::{GuardError, Result};
pub use level::probe;
pub use line::Line;
pub use listed::report;
pub use record::{Replay, replay};
pub use release::{held, release};
pub use restore::{Plan, Step};
pub use review::{OBSERVE_DAYS, Review, WouldHave, review};
pub use run::{Edge, Offline, Options, run};
pub use undo::{plan_undo, undo, undoable};
pub use unpack::{Unpacker, unpack};
