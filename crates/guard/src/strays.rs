//! Those who were paused for what somebody does before its alarm was raised: hands are laid on an
//! attacker first, and whoever it forks meanwhile is paused with it.
//!
//! Rule: each leaves with the alarm that takes it in, or goes on. Nobody stays paused whom no alarm
//! names, since nobody would let it go on.

use std::sync::Mutex;

use crate::decide::Scope;
use crate::holdings::lock;

/// Most of them at once.
const STRAYS_MAX: usize = 4_096;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Strays(Mutex<Vec<Stray>>);

#[derive(Debug)]
struct Stray {
    /// Whose alarm may take it in.
    scopes: Vec<Scope>,
    /// Process and its start time.
    process: (u32, u64),
}

impl Strays {
    /// Waits for an alarm of one of these scopes; false when too many wait.
    pub(crate) fn wait(&self, scopes: &[Scope], process: (u32, u64)) -> bool {
        let mut all = lock(&self.0);
        let taken = all.len() < STRAYS_MAX;
        if taken {
            all.push(Stray { scopes: scopes.to_vec(), process });
        }
        taken
    }

    /// Takes out those who wait for an alarm of this scope.
    pub(crate) fn take(&self, scope: &Scope) -> Vec<(u32, u64)> {
        let mut all = lock(&self.0);
        all.extract_if(.., |stray| stray.scopes.contains(scope))
            .map(|stray| stray.process)
            .collect()
    }

    /// Takes out those of whom no scope is condemned.
    pub(crate) fn of_nobody(&self, is_condemned: impl Fn(&Scope) -> bool) -> Vec<(u32, u64)> {
        let mut all = lock(&self.0);
        let free = all.extract_if(.., |stray| !stray.scopes.iter().any(&is_condemned));
        free.map(|stray| stray.process).collect()
    }

    /// Takes one out; false when an alarm has taken it in.
    pub(crate) fn forget(&self, process: (u32, u64)) -> bool {
        let mut all = lock(&self.0);
        let before = all.len();
        all.retain(|stray| stray.process != process);
        all.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leaves_with_its_alarm_once() {
        let strays = Strays::default();
        let scopes = |session: &str| [Scope::Session(session.to_owned()), Scope::User(1000)];
        assert!(strays.wait(&scopes("a"), (7, 70)) && strays.wait(&scopes("b"), (8, 80)));
        assert!(strays.take(&Scope::Share).is_empty());
        assert_eq!(strays.take(&Scope::Session("a".to_owned())), [(7, 70)]);
        assert!(!strays.forget((7, 70)), "an alarm has it");
        assert_eq!(strays.take(&Scope::User(1000)), [(8, 80)]);
        assert!(strays.wait(&scopes("c"), (9, 90)) && strays.forget((9, 90)));
        assert!(strays.wait(&scopes("d"), (10, 1)) && strays.wait(&scopes("e"), (11, 1)));
        let is_condemned = |scope: &Scope| *scope == Scope::Session("d".to_owned());
        assert_eq!(strays.of_nobody(is_condemned), [(11, 1)]);
        assert_eq!(strays.of_nobody(|_| false), [(10, 1)]);
        assert!(strays.take(&Scope::User(1000)).is_empty());
    }

    #[test]
    fn there_is_an_end_to_them() {
        let strays = Strays::default();
        let all = (0..5_000).filter(|pid| strays.wait(&[Scope::Share], (*pid, 1))).count();
        assert_eq!(all, STRAYS_MAX);
    }
}
