//! `cargo xtask bench guard`: the attack table and what guarding costs.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

mod common;

fn main() -> std::process::ExitCode {
    common::print_rows_of("table::measured")
}
