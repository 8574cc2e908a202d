//! What a rehearsal asks next, and what it ends with: what went well, what to change.

use beffroi_town::rehearsal::{Gap, Progress, Step, Taken};

use crate::{Value, Words};

/// How a rehearsal went, in sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What went well.
    pub well: Vec<String>,
    /// What to change: steps that were late or left out, then what the real town lacks.
    pub change: Vec<String>,
}

impl Words {
    /// The name of a step: `Déclarer l’incident`.
    pub fn rehearsal_step(&self, step: Step) -> String {
        self.say(&format!("rehearsal-step-{}", step.code()))
    }

    /// What to do for a step, and where.
    pub fn rehearsal_do(&self, step: Step) -> String {
        self.say(&format!("rehearsal-do-{}", step.code()))
    }

    /// What the real town lacks.
    pub fn rehearsal_gap(&self, gap: Gap, count: usize) -> String {
        self.say_with(&format!("rehearsal-gap-{}", gap.code()), &[("count", count.into())])
    }

    /// How one step went: its name and its time.
    pub fn rehearsal_taken(&self, taken: &Taken) -> String {
        let step: Value<'_> = self.rehearsal_step(taken.step).into();
        let Some(ms) = taken.ms else {
            return self.say_with("rehearsal-not-done", &[("step", step)]);
        };
        let took = self.stopwatch(u64::try_from(ms).unwrap_or(0));
        match taken.step.goal_minutes() {
            Some(goal) if !taken.in_time => {
                let goal = u64::try_from(goal).unwrap_or(0);
                let values = [("step", step), ("took", took.into()), ("goal", goal.into())];
                self.say_with("rehearsal-late", &values)
            }
            _ => self.say_with("rehearsal-done", &[("step", step), ("took", took.into())]),
        }
    }

    /// What a rehearsal ends with.
    pub fn rehearsal_verdict(&self, progress: &Progress, gaps: &[(Gap, usize)]) -> Verdict {
        let taken = progress.taken();
        let (well, late): (Vec<&Taken>, Vec<&Taken>) = taken.iter().partition(|one| one.in_time);
        let mut change: Vec<String> = late.iter().map(|one| self.rehearsal_taken(one)).collect();
        change.extend(gaps.iter().map(|(gap, count)| self.rehearsal_gap(*gap, *count)));
        Verdict { well: well.iter().map(|one| self.rehearsal_taken(one)).collect(), change }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::{Instant, Lang, Role};

    #[test]
    fn every_step_and_gap_has_its_words() {
        for lang in Lang::ALL {
            let words = Words::of(lang);
            for step in Step::ALL {
                for text in [words.rehearsal_step(*step), words.rehearsal_do(*step)] {
                    assert!(!text.contains('⟦'), "{text}");
                }
            }
            for gap in Gap::ALL {
                let text = words.rehearsal_gap(*gap, 3);
                assert!(!text.contains('⟦') && !text.is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn what_was_left_out_is_to_be_changed() {
        let at = Instant::from_ms(1_700_000_000_000);
        let mut play = Progress::new(Role::Clerk, at);
        play.note(Step::LogIn, at.plus_ms(65_000));
        play.alarmed_at = Some(at.plus_ms(70_000));
        play.note(Step::Answer, at.plus_ms(70_000 + 6 * 60_000));
        let words = Words::of(Lang::Fr);
        let verdict = words.rehearsal_verdict(&play, &[(Gap::OneActor, 1)]);
        assert_eq!(verdict.well.len(), 1);
        // Late, three left out, one gap.
        assert_eq!(verdict.change.len(), 5);
    }
}
