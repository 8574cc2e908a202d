//! The console through its real router, on a real store, with a played clock.

mod bad_input;
mod browser;
mod deeds;
mod entering;
mod incident;
mod notices;
mod sample;
mod walk;
