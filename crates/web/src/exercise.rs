//! A rehearsal in the console: what the one person who plays has done so far, and the band that
//! marks every screen.
//!
//! Rules: kept in memory alone, for the length of the rehearsal; the house of a rehearsal is a
//! copy with nobody else in it. What was done is read from that copy's own journal, and from which
//! pages were opened.

use std::sync::{Mutex, MutexGuard, PoisonError};

use beffroi_store::{Conn, TenantScope, journal};
use beffroi_town::{
    Instant, Role, TenantId,
    rehearsal::{Gap, Progress, Step},
};
use beffroi_words::Words;

/// How many entries of the journal are looked through: a rehearsal writes far fewer.
const ENTRIES_MAX: u32 = 500;

/// What the journal says when a step is done.
const BY_ENTRY: [(&str, Step); 6] = [
    ("call_acknowledged", Step::Answer),
    ("incident_declared", Step::Declare),
    ("cut_confirmed", Step::Cut),
    ("notice_drafted", Step::Draft),
    ("notice_published", Step::Tell),
    ("notice_corrected", Step::Tell),
];

/// The pages that are a step by being opened.
const BY_PATH: [(&str, Step); 2] =
    [("/console/card", Step::Card), ("/console/sheets/", Step::Sheets)];

/// A text message that the played telephone received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its words, without the link.
    pub text: String,
    /// The link in it, if there is one.
    pub link: Option<String>,
}

impl Message {
    /// A message as it was sent; the link is what a telephone would make one of.
    pub fn of(sent: &str) -> Self {
        let is_link = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        let link = sent.split_whitespace().find(is_link).map(str::to_owned);
        let rest = sent.split_whitespace().filter(|word| !is_link(word));
        Self { text: rest.collect::<Vec<_>>().join(" "), link }
    }
}

/// A rehearsal under way.
#[derive(Debug)]
pub struct Exercise {
    /// Who is played.
    pub role: Role,
    /// The town that is played on.
    pub tenant: TenantId,
    /// What the real town lacks.
    pub gaps: Vec<(Gap, usize)>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    progress: Progress,
    message: Option<Message>,
}

impl Exercise {
    /// A rehearsal that begins.
    pub const fn new(
        role: Role,
        tenant: TenantId,
        gaps: Vec<(Gap, usize)>,
        started_at: Instant,
    ) -> Self {
        let inner = Inner { progress: Progress::new(role, started_at), message: None };
        Self { role, tenant, gaps, inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the person has come.
    pub fn progress(&self) -> Progress {
        self.inner().progress.clone()
    }

    /// The alarm was raised: the clock of the steps starts.
    pub fn alarmed(&self, at: Instant) {
        self.inner().progress.alarmed_at = Some(at);
    }

    /// The played telephone received a message.
    pub fn received(&self, sent: &str) {
        self.inner().message = Some(Message::of(sent));
    }

    /// It is over; ending it twice keeps the first end.
    pub fn end(&self, at: Instant) {
        self.inner().progress.ended_at.get_or_insert(at);
    }

    /// Somebody logged in opened a page; and what the journal says since.
    pub(crate) async fn look(
        &self,
        conn: &mut Conn,
        (path, at): (&str, Instant),
    ) -> Result<(), beffroi_store::Error> {
        let scope = TenantScope::for_tenant(&self.tenant);
        let entries = journal::newest(conn, &scope, None, ENTRIES_MAX).await?;
        let mut inner = self.inner();
        let progress = &mut inner.progress;
        progress.note(Step::LogIn, at);
        for (start, step) in BY_PATH {
            if path.starts_with(start) {
                progress.note(step, at);
            }
        }
        for entry in entries.iter().rev() {
            let step = BY_ENTRY.iter().find(|(kind, _)| *kind == entry.kind);
            if let Some((_, step)) = step
                && entry.at >= progress.started_at
            {
                progress.note(*step, entry.at);
            }
        }
        Ok(())
    }

    /// The band on top of every screen.
    pub fn band(&self, words: &Words) -> Band {
        let inner = self.inner();
        let progress = &inner.progress;
        let waits = progress.alarmed_at.is_none() && progress.has(Step::LogIn);
        let next = progress.next();
        let step = match next {
            _ if progress.ended_at.is_some() => words.say("rehearsal-over"),
            Some(_) if waits => words.say("rehearsal-band-wait"),
            Some(step) => words.rehearsal_step(step),
            None => words.say("rehearsal-band-all"),
        };
        let number = progress.steps.iter().position(|step| Some(*step) == next);
        let count = number.filter(|_| progress.ended_at.is_none()).map(|number| {
            let values = [("number", (number + 1).into()), ("total", progress.steps.len().into())];
            words.say_with("rehearsal-band-count", &values)
        });
        let answered = progress.has(Step::Answer) || progress.ended_at.is_some();
        Band { step, count, message: inner.message.clone().filter(|_| !answered) }
    }
}

/// What the band on top of a screen of a rehearsal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The next step.
    pub step: String,
    /// Which of how many.
    pub count: Option<String>,
    /// What the played telephone received, while it waits for an answer.
    pub message: Option<Message>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_of_a_message_can_be_pressed() {
        let message = Message::of("Gravelines : alerte http://127.0.0.1:1/a/ABC Code ABC");
        assert_eq!(message.link.as_deref(), Some("http://127.0.0.1:1/a/ABC"));
        assert_eq!(message.text, "Gravelines : alerte Code ABC");
        assert_eq!(Message::of("javascript:alert(1)").link, None);
    }
}
