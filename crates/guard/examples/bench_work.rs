//! `cargo xtask bench work`: everyday work of many people under the guard.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

mod common;

fn main() -> std::process::ExitCode {
    common::print_rows_of("table::worked")
}
