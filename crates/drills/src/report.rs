//! What a drill found: one page that a mayor can read, and the same for a machine.

use std::fmt::Write as _;

use beffroi_town::{Instant, Lang, ServiceStatus};
use beffroi_words::{Value, Words, Zone};
use serde::Serialize;

/// The outcome of a drill.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The drill's name.
    pub drill: &'static str,
    /// Whether every check holds.
    pub ok: bool,
    /// The seed of the generated files.
    pub seed: u64,
    /// Whether it ran as root.
    pub root: bool,
    /// What became of the files.
    pub files: Files,
    /// The same files once more, from the vault; none without one.
    pub vault: Option<VaultSeen>,
    /// What the counter took in and printed.
    pub desk: DeskSeen,
    /// How long things took.
    pub ms: Times,
    /// Who was woken by the alarm.
    pub alarm: AlarmSeen,
    /// What residents saw.
    pub services: Vec<ServiceSeen>,
    /// The record of it.
    pub journal: JournalSeen,
    /// What was checked.
    pub checks: Vec<Check>,
    /// What a person needs to read it; not for machines.
    #[serde(skip)]
    pub heading: Heading,
}

/// What stands above the page.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The town's name.
    pub town: String,
    /// When it was played.
    pub at: Instant,
    /// Whether a guard watched.
    pub guarded: bool,
    /// The journal's fingerprint.
    pub fingerprint: String,
}

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Files {
    /// Generated.
    pub total: usize,
    /// Removed or altered by the attack.
    pub touched: usize,
    /// Of these, back byte for byte.
    pub restored: usize,
    /// Of these, not back.
    pub lost: usize,
}

/// What the vault brought back once the reserve was destroyed.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct VaultSeen {
    /// Files that were backed up before the attack.
    pub saved: u64,
    /// What was sent for them.
    pub sent_bytes: u64,
    /// How long that took.
    pub ms_to_save: u64,
    /// Removed or altered, the reserve destroyed.
    pub touched: usize,
    /// Of these, back byte for byte.
    pub restored: usize,
    /// Of these, not back.
    pub lost: usize,
    /// How long bringing back took.
    pub ms_to_restore: u64,
}

/// What the counter took in and printed while the town hall was cut off.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct DeskSeen {
    /// Requests sent online and read again with the town's key.
    pub requests_accepted: usize,
    /// Appointments taken before, on the day sheet.
    pub appointments_kept: usize,
    /// Appointments taken while it went on, once a person had said what can be served.
    pub appointments_taken: usize,
    /// Pages printed: the day sheet, and a blank form of each procedure.
    pub pdf_pages: usize,
}

/// Who was woken by the alarm.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AlarmSeen {
    /// Milliseconds from the alarm on the platform to the first gateway that took a message.
    pub ms_to_receipt: Option<i64>,
    /// The person who answered.
    pub acknowledged_by: Option<String>,
    /// How often the next person was rung.
    pub escalations: usize,
}

/// Times from the first file touched, in milliseconds; none when it was not reached.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Times {
    /// Until the alarm was on the platform.
    pub first_touch_to_alarm: Option<i64>,
    /// Until the attacker was stopped; none without root.
    pub to_stop: Option<i64>,
    /// Until the public page told of the incident.
    pub to_public_page: Option<i64>,
    /// Until every file was back.
    pub to_restored: Option<i64>,
}

/// One public service, as residents saw it.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceSeen {
    /// Its code.
    pub code: String,
    /// Before the attack.
    pub before: ServiceStatus,
    /// While it went on.
    pub during: ServiceStatus,
    /// Once things were back; none when the drill was left in its crisis.
    pub after: Option<ServiceStatus>,
}

/// The journal.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct JournalSeen {
    /// How many entries.
    pub entries: u64,
    /// Whether its export verifies against the fingerprint.
    pub verified: bool,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Its name; `words` has a sentence for it, `drill-check-NAME`.
    pub name: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
}

impl Report {
    /// Notes a check.
    pub fn check(&mut self, name: &'static str, ok: bool, detail: impl Into<String>) {
        self.checks.push(Check { name, ok, detail: detail.into() });
    }

    /// One page that a mayor can read.
    pub fn page(&self, lang: Lang) -> String {
        let words = Words::of(lang);
        let mut page = String::new();
        let mut line = |text: &str| {
            page.push_str(text);
            page.push('\n');
        };
        let date = words.date_full(self.heading.at, &Zone::paris());
        line(&words.say_with(
            "drill-title",
            &[
                ("name", self.drill.into()),
                ("town", (&self.heading.town).into()),
                ("date", date.into()),
            ],
        ));
        line(&words.say("drill-simulated"));
        line("");
        line(&words.say(if self.ok { "drill-ok" } else { "drill-failed" }));
        line(&words.say_with(
            "drill-files",
            &[
                ("total", self.files.total.into()),
                ("touched", self.files.touched.into()),
                ("restored", self.files.restored.into()),
                ("lost", self.files.lost.into()),
            ],
        ));
        line(&words.say_with(
            "drill-desk",
            &[
                ("requests", self.desk.requests_accepted.into()),
                ("kept", self.desk.appointments_kept.into()),
                ("taken", self.desk.appointments_taken.into()),
                ("pages", self.desk.pdf_pages.into()),
            ],
        ));
        // Not played when the town is left in its crisis.
        if let Some(vault) = self.vault.filter(|vault| vault.touched > 0) {
            line(&words.say_with(
                "drill-vault",
                &[
                    ("touched", vault.touched.into()),
                    ("restored", vault.restored.into()),
                    ("lost", vault.lost.into()),
                    ("time", words.stopwatch(vault.ms_to_restore).into()),
                ],
            ));
        }
        line(&words.say(match (self.heading.guarded, self.root) {
            (false, _) => "drill-root-none",
            (true, true) => "drill-root-yes",
            (true, false) => "drill-root-no",
        }));
        self.write_times(words, &mut page);
        self.write_alarm(words, &mut page);
        self.write_services(words, &mut page);
        self.write_checks(words, &mut page);
        page
    }

    fn write_times(&self, words: &Words, page: &mut String) {
        let unreached = words.say("drill-not-reached");
        let unstopped = if self.root { unreached.clone() } else { words.say("drill-not-possible") };
        heading(page, &words.say("drill-when"));
        for (key, ms, otherwise) in [
            ("drill-ms-stop", self.ms.to_stop, &unstopped),
            ("drill-ms-alarm", self.ms.first_touch_to_alarm, &unreached),
            ("drill-ms-page", self.ms.to_public_page, &unreached),
            ("drill-ms-restored", self.ms.to_restored, &unreached),
        ] {
            let took = ms.and_then(|ms| u64::try_from(ms).ok()).map(|ms| words.stopwatch(ms));
            row(page, &[(&words.say(key), 46), (took.as_ref().unwrap_or(otherwise), 0)]);
        }
    }

    fn write_alarm(&self, words: &Words, page: &mut String) {
        heading(page, &words.say("drill-alarm"));
        let receipt = self.alarm.ms_to_receipt.and_then(|ms| u64::try_from(ms).ok());
        let said = match (&self.alarm.acknowledged_by, receipt) {
            (Some(name), Some(ms)) => words.say_with(
                "drill-alarm-answered",
                &[
                    ("name", name.into()),
                    ("time", words.stopwatch(ms).into()),
                    ("count", self.alarm.escalations.into()),
                ],
            ),
            _ => words.say("rung-nobody"),
        };
        row(page, &[(&said, 0)]);
    }

    fn write_services(&self, words: &Words, page: &mut String) {
        heading(page, &words.say("drill-services"));
        let (before, during, after) =
            (words.say("drill-before"), words.say("drill-during"), words.say("drill-after"));
        row(page, &[("", 44), (&before, 16), (&during, 16), (&after, 0)]);
        for service in &self.services {
            let name = words.say(&format!("service-{}", service.code));
            row(
                page,
                &[
                    (&name, 44),
                    (&words.status(service.before), 16),
                    (&words.status(service.during), 16),
                    (&service.after.map_or_else(String::new, |after| words.status(after)), 0),
                ],
            );
        }
    }

    fn write_checks(&self, words: &Words, page: &mut String) {
        heading(page, &words.say("drill-checks"));
        for check in &self.checks {
            let mark = words.say(if check.ok { "drill-yes" } else { "drill-no" });
            let name = words.say(&format!("drill-check-{}", check.name));
            row(page, &[(&mark, 4), (&name, 0)]);
            row(page, &[("", 6), (&check.detail, 0)]);
        }
        let key = if self.journal.verified { "drill-journal" } else { "drill-journal-bad" };
        let values: [(&str, Value<'_>); 2] = [
            ("entries", self.journal.entries.into()),
            ("fingerprint", (&self.heading.fingerprint).into()),
        ];
        page.push('\n');
        page.push_str(&words.say_with(key, &values));
        page.push('\n');
    }
}

fn heading(page: &mut String, text: &str) {
    // A formatter that writes to memory does not fail.
    let _written: std::fmt::Result = write!(page, "\n{text}\n");
}

/// Columns of the given widths; 0: as it comes.
fn row(page: &mut String, cells: &[(&str, usize)]) {
    page.push_str("  ");
    for (text, width) in cells {
        let short: String = if *width > 0 && text.chars().count() >= *width {
            text.chars().take(width.saturating_sub(2)).chain(['…']).collect()
        } else {
            (*text).to_owned()
        };
        let _written: std::fmt::Result = write!(page, "{short:<width$}");
    }
    while page.ends_with(' ') {
        page.pop();
    }
    page.push('\n');
}
