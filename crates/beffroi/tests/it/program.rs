//! Runs the real program.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The program as it was built for these tests.
pub(crate) const BEFFROI: &str = env!("CARGO_BIN_EXE_beffroi");

/// What the program answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// What it printed, once it is sure that it did what was asked.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    /// What it complained of, once it is sure that it refused.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_ne!(self.code, 0, "{}", self.out);
        self.err
    }
}

/// Runs it on the data in `folder`.
pub(crate) fn run(folder: &Path, words: &[&str]) -> Said {
    let output = Command::new(BEFFROI)
        .args(words)
        .env("BEFFROI_DATA", folder.join("data"))
        .env_remove("BEFFROI_CONFIG")
        .current_dir(folder)
        .output()
        .expect("start the program");
    output.into()
}
