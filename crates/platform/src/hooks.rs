//! Cuts by a command of the operator's: the outbox says which hook, the configuration says which
//! program. No shell, no words from the database on a command line.

use std::{collections::BTreeMap, process::Stdio};

use tokio::{process::Command, time::timeout};

use crate::config::Hook;

/// Cut or lift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Cut,
    Lift,
}

/// Why a hook did not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HookFailure {
    /// The configuration has no such hook.
    Unknown,
    /// It has no command that lifts the cut.
    WithoutLift,
    /// Its program does not start.
    NotStarted,
    /// It took longer than it may.
    TimedOut,
    /// It ended with another code than 0.
    Refused,
}

impl HookFailure {
    /// As the journal writes it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "hook_unknown",
            Self::WithoutLift => "hook_without_lift",
            Self::NotStarted => "hook_not_started",
            Self::TimedOut => "hook_timed_out",
            Self::Refused => "hook_refused",
        }
    }
}

/// Runs a hook to its end; only exit code 0 counts as done.
pub(crate) async fn run(
    hooks: &BTreeMap<String, Hook>,
    name: &str,
    way: Way,
) -> Result<(), HookFailure> {
    let hook = hooks.get(name).ok_or(HookFailure::Unknown)?;
    let line = match way {
        Way::Cut => &hook.cut,
        Way::Lift => &hook.lift,
    };
    let (program, args) = line.split_first().ok_or(HookFailure::WithoutLift)?;
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|error| {
        tracing::error!(hook = name, %error, "the hook's program does not start");
        HookFailure::NotStarted
    })?;
    let status = timeout(hook.timeout, child.wait()).await.map_err(|_| HookFailure::TimedOut)?;
    match status {
        Ok(status) if status.success() => Ok(()),
        ended => {
            tracing::error!(hook = name, ?ended, "the hook's program did not say that it is done");
            Err(HookFailure::Refused)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn only_exit_code_zero_counts() {
        let hook = |cut: &[&str]| Hook {
            cut: cut.iter().map(|word| (*word).to_owned()).collect(),
            lift: vec![],
            timeout: Duration::from_millis(300),
        };
        let hooks = BTreeMap::from([
            ("good".to_owned(), hook(&["true"])),
            ("bad".to_owned(), hook(&["false"])),
            ("slow".to_owned(), hook(&["sleep", "60"])),
            ("gone".to_owned(), hook(&["/nonexistent/program"])),
        ]);
        for (name, way, expected) in [
            ("good", Way::Cut, Ok(())),
            ("good", Way::Lift, Err(HookFailure::WithoutLift)),
            ("bad", Way::Cut, Err(HookFailure::Refused)),
            ("slow", Way::Cut, Err(HookFailure::TimedOut)),
            ("gone", Way::Cut, Err(HookFailure::NotStarted)),
            ("other", Way::Cut, Err(HookFailure::Unknown)),
        ] {
            assert_eq!(run(&hooks, name, way).await, expected, "{name}");
        }
    }
}
