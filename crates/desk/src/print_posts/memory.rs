//! What a print post remembers, so that a sheet is printed once, and again only when it has changed.
//!
//! Rules: pure; whoever prints keeps it on disk before and after each sheet. A sheet whose printing
//! broke off counts as printed, perhaps: it is printed again and says which one it replaces. What was
//! printed is told to the platform until it has heard it. Changes that follow one another are put on
//! one new sheet: none within [`QUIET_MS`] of the last.

use std::collections::BTreeMap;

use beffroi_paper::Appointment;
use beffroi_town::{
    Instant,
    agenda::Day,
    printer::{Printed, SheetDue},
};
use ring::digest;
use serde::{Deserialize, Serialize};

/// How long after a sheet its replacement comes at the soonest.
pub const QUIET_MS: i64 = 20 * 60_000;
/// Most reports that wait to be told: the oldest are dropped beyond it.
const UNTOLD_MAX: usize = 500;

/// Everything that a post remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    sheets: BTreeMap<String, Known>,
    /// Printed, and not told to the platform yet.
    pub untold: Vec<Printed>,
}

/// One sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    day: Day,
    /// What the platform called it when it was last looked at.
    version: String,
    /// Of what stands on the paper.
    digest: String,
    /// When it was last printed.
    printed_at: Option<Instant>,
    /// Being printed since: still set after a start, nobody knows whether the paper came out.
    trying: Option<Instant>,
}

/// What is to be done with a sheet that was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It says what the paper says.
    Nothing,
    /// Print it; it replaces the one of that time.
    Print {
        /// When the sheet that it replaces was printed.
        replaces: Option<Instant>,
    },
}

fn name(due: &SheetDue) -> String {
    format!("{} {}", due.day, due.agenda)
}

/// What stands on a sheet, in short.
fn digest_of(visitors: &[Appointment]) -> String {
    let mut lines: Vec<String> = visitors
        .iter()
        .map(|one| {
            let parts = [one.minute.to_string().as_str(), &one.who, &one.about, &one.phone]
                .map(|text| format!("{} {text}", text.len()));
            parts.join("\n")
        })
        .collect();
    lines.sort_unstable();
    let hash = digest::digest(&digest::SHA256, lines.join("\n\n").as_bytes());
    data_encoding::HEXLOWER.encode(hash.as_ref())
}

impl Memory {
    /// Whether a sheet that is due is to be fetched and looked at.
    pub fn wants(&self, due: &SheetDue, now: Instant) -> bool {
        if let Some(wish) = &due.wish {
            return !self.untold.iter().any(|told| told.wish.as_ref() == Some(wish));
        }
        let Some(known) = self.sheets.get(&name(due)) else { return true };
        match (known.trying, known.printed_at) {
            (Some(_), _) | (None, None) => true,
            // The printer refused it: again at the next occasion.
            _ if known.version.is_empty() => true,
            (None, Some(at)) => known.version != due.version && now.ms_since(at) >= QUIET_MS,
        }
    }

    /// Looks at what was fetched. When it is to be printed, keep the memory on disk before printing.
    pub fn look(
        &mut self,
        due: &SheetDue,
        (version, visitors): (&str, &[Appointment]),
        now: Instant,
    ) -> Step {
        let digest = digest_of(visitors);
        let known = self.sheets.entry(name(due)).or_insert_with(|| Known {
            day: due.day,
            version: String::new(),
            digest: String::new(),
            printed_at: None,
            trying: None,
        });
        if let Some(perhaps) = known.trying.take() {
            known.printed_at = Some(perhaps);
            known.digest.clear();
        }
        let same = known.printed_at.is_some() && known.digest == digest;
        version.clone_into(&mut known.version);
        if same && due.wish.is_none() {
            return Step::Nothing;
        }
        known.digest = digest;
        known.trying = Some(now);
        Step::Print { replaces: known.printed_at }
    }

    /// The sheet is on paper. Keep the memory on disk, then tell the platform.
    pub fn printed(&mut self, due: &SheetDue, said: Printed) {
        if let Some(known) = self.sheets.get_mut(&name(due)) {
            known.printed_at = Some(said.printed_at);
            known.trying = None;
        }
        self.untold.push(said);
        let over = self.untold.len().saturating_sub(UNTOLD_MAX);
        self.untold.drain(..over);
    }

    /// The printer refused it: nothing came out, it is tried again.
    pub fn refused(&mut self, due: &SheetDue) {
        if let Some(known) = self.sheets.get_mut(&name(due)) {
            known.trying = None;
            known.digest.clear();
            known.version.clear();
        }
    }

    /// Forgets the days before one; whether there was anything to forget.
    pub fn forget_before(&mut self, day: Day) -> bool {
        let before = self.sheets.len();
        self.sheets.retain(|_, known| known.day >= day);
        self.sheets.len() < before
    }

    /// Day and service point of what was printed, and when.
    pub fn printed_sheets(&self) -> impl Iterator<Item = (&str, Instant)> {
        let all = self.sheets.iter();
        all.filter_map(|(name, known)| known.printed_at.map(|at| (name.as_str(), at)))
    }
}

#[cfg(test)]
mod tests {
    use beffroi_town::AgendaId;

    use super::*;

    fn due(version: &str, wish: Option<&str>) -> SheetDue {
        SheetDue {
            agenda: AgendaId::parse("cartes").unwrap(),
            day: Day::parse("2024-04-26").unwrap(),
            version: version.to_owned(),
            wish: wish.map(str::to_owned),
        }
    }

    fn at(minutes: i64) -> Instant {
        Instant::from_ms(1_714_035_840_000 + minutes * 60_000)
    }

    fn somebody(who: &str) -> Vec<Appointment> {
        vec![Appointment {
            minute: 540,
            who: who.to_owned(),
            about: String::new(),
            phone: String::new(),
        }]
    }

    fn said(due: &SheetDue, printed_at: Instant) -> Printed {
        Printed {
            agenda: due.agenda.clone(),
            day: due.day,
            printed_at,
            lines: 1,
            locked: 0,
            replaces: false,
            wish: due.wish.clone(),
        }
    }

    const NEW: Step = Step::Print { replaces: None };

    #[test]
    fn a_sheet_is_printed_once_and_again_when_it_changed() {
        let mut memory = Memory::default();
        let first = due("v1", None);
        assert!(memory.wants(&first, at(0)));
        assert_eq!(memory.look(&first, ("v1", &somebody("Ana")), at(0)), NEW);
        memory.printed(&first, said(&first, at(0)));
        assert!(!memory.wants(&first, at(500)));
        // Another version with the same people: looked at, not printed.
        let second = due("v2", None);
        assert!(!memory.wants(&second, at(19)), "changes are gathered");
        assert!(memory.wants(&second, at(20)));
        assert_eq!(memory.look(&second, ("v2", &somebody("Ana")), at(20)), Step::Nothing);
        assert!(!memory.wants(&second, at(21)));
        // Other people: a new sheet that names the one before.
        let third = due("v3", None);
        let step = memory.look(&third, ("v3", &somebody("Zoé")), at(30));
        assert_eq!(step, Step::Print { replaces: Some(at(0)) });
        assert!(memory.forget_before(Day::parse("2024-04-27").unwrap()));
        assert!(memory.sheets.is_empty());
    }

    #[test]
    fn what_broke_off_is_printed_again_and_says_so() {
        let mut memory = Memory::default();
        let one = due("v1", None);
        assert_eq!(memory.look(&one, ("v1", &somebody("Ana")), at(0)), NEW);
        // Killed here: perhaps there is a paper.
        let text = serde_json::to_string(&memory).unwrap();
        let mut memory: Memory = serde_json::from_str(&text).unwrap();
        assert!(memory.wants(&one, at(1)));
        let again = Step::Print { replaces: Some(at(0)) };
        assert_eq!(memory.look(&one, ("v1", &somebody("Ana")), at(1)), again);
        memory.refused(&one);
        assert!(memory.wants(&one, at(2)));
        assert_eq!(memory.look(&one, ("v1", &somebody("Ana")), at(2)), again);
        // One that was refused from the start replaces none.
        let mut memory = Memory::default();
        assert_eq!(memory.look(&one, ("v1", &somebody("Ana")), at(0)), NEW);
        memory.refused(&one);
        assert!(memory.wants(&one, at(1)));
        assert_eq!(memory.look(&one, ("v1", &somebody("Ana")), at(1)), NEW);
    }

    #[test]
    fn a_wish_is_printed_at_once_and_once() {
        let mut memory = Memory::default();
        let plain = due("v1", None);
        memory.look(&plain, ("v1", &somebody("Ana")), at(0));
        memory.printed(&plain, said(&plain, at(0)));
        let wish = due("v1", Some("w1"));
        assert!(memory.wants(&wish, at(1)));
        let step = memory.look(&wish, ("v1", &somebody("Ana")), at(1));
        assert_eq!(step, Step::Print { replaces: Some(at(0)) });
        memory.printed(&wish, said(&wish, at(1)));
        // The platform was not reached: it still asks, and the paper is there.
        assert!(!memory.wants(&wish, at(2)));
        memory.untold.clear();
        assert!(memory.wants(&due("v1", Some("w2")), at(3)));
    }

    #[test]
    fn reports_that_wait_have_a_bound() {
        let mut memory = Memory::default();
        let one = due("v1", None);
        for minute in 0..600 {
            memory.printed(&one, said(&one, at(minute)));
        }
        assert_eq!(memory.untold.len(), UNTOLD_MAX);
        assert_eq!(memory.untold.last().unwrap().printed_at, at(599));
    }
}
