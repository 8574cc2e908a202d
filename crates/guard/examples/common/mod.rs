//! The attacks and the work are those of the tests, so the tests' own program plays them; this
//! starts it and prints the rows.

use std::process::{Command, ExitCode, Stdio};

/// Has one test play and measure, and prints its rows.
pub(crate) fn print_rows_of(test: &str) -> ExitCode {
    let folder = std::env::temp_dir().join(format!("beffroi-bench-guard-{}", std::process::id()));
    let rows = folder.join("rows.json");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tests = Command::new(cargo);
    tests
        .args(["test", "--release", "--quiet", "-p", "beffroi-guard", "--test", "it", test, "--"])
        .args(["--exact", "--ignored", "--nocapture"])
        .env("BEFFROI_BENCH_ROWS", &rows)
        // Standard output is for the rows alone.
        .stdout(Stdio::null());
    let measured = std::fs::create_dir(&folder).and_then(|()| tests.status()).and_then(|status| {
        if status.success() {
            std::fs::read_to_string(&rows)
        } else {
            Err(std::io::Error::other(status.to_string()))
        }
    });
    drop(std::fs::remove_dir_all(&folder));
    match measured {
        Ok(rows) => {
            println!("{rows}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!(
                "the benchmark could not run: {error}; it needs root on Linux, see scripts/setup-tests"
            );
            ExitCode::FAILURE
        }
    }
}
