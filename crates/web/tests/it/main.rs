//! The console through its real router, on a real store, with a played clock.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests: to stop there is to fail"
)]

mod appointments;
mod bad_input;
mod browser;
mod deeds;
mod desk;
mod doctor;
mod entering;
mod guards_door;
mod incident;
mod listed;
mod notices;
mod oncall;
mod packs;
mod prepare;
mod printers;
mod rehearsal;
mod sample;
mod thinning;
mod vault;
mod walk;
