//! What a print post and the platform say to each other.
//!
//! Rules:
//! - A post signs every request with a key it made itself; the same bytes signed for a guard's
//!   purpose never count here: the text to sign begins with a prefix of its own.
//! - A post is told which sheets are due and is handed what is sealed to it: never a name in the
//!   clear, never a command, never a path.
//! - What it says of a sheet is counts. Repeats are harmless: a sheet is told by its place, its day
//!   and the time it was printed at.
//! - Every list and text has a bound. Receivers check before they use anything.
//!
//! Doors (JSON both ways, `POST`):
//!
//! | path | body | answer |
//! |---|---|---|
//! | [`ENROL_PATH`] | [`EnrolRequest`] | [`EnrolAnswer`]; 403 token unknown, spent or expired; 429 too many tries |
//! | [`ASK_PATH`] | [`Ask`] | [`AskAnswer`] |
//! | [`DAY_PATH`] | [`DayRequest`] | [`DayAnswer`]; 404 when that sheet is not due from this post |
//! | [`PRINTED_PATH`] | [`Printed`] | [`Received`](crate::watch::Received) |
//!
//! 401 answers a bad signature, an unknown post or a stamp too far from the platform's clock; 403 a
//! post that was revoked.

use serde::{Deserialize, Serialize};

use crate::{
    AgendaId, Instant, Lang, PrintPostId, Tenant, TenantId,
    agenda::Day,
    watch::{OutOfBounds, PlatformAddress, push_hex},
};

pub use crate::watch::{AT_HEADER, SIGNATURE_HEADER, SKEW_MS_MAX};

/// Where a post enrols.
pub const ENROL_PATH: &str = "/api/printer/v1/enrol";
/// Where a post asks what is due.
pub const ASK_PATH: &str = "/api/printer/v1/ask";
/// Where a post fetches a day of a service point.
pub const DAY_PATH: &str = "/api/printer/v1/day";
/// Where a post says that a sheet is printed.
pub const PRINTED_PATH: &str = "/api/printer/v1/printed";
/// Header: the post's identifier.
pub const POST_HEADER: &str = "beffroi-printer";

/// Longest request.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest answer: a day of the largest service point, sealed for many.
pub const ANSWER_BYTES_MAX: usize = 32 << 20;
/// Longest text.
pub const TEXT_BYTES_MAX: usize = 256;
/// How often a post asks what is due.
pub const ASK_EVERY_MS: u32 = 60_000;
/// How long a post may be silent, or fail to print, before it is an alarm.
pub const SILENCE_MS: i64 = 30 * 60_000;

/// The enrolment file that a person carries to the computer beside the printer, readable by its
/// owner alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Where the platform answers, best first.
    pub platforms: Vec<PlatformAddress>,
    /// SHA-256 of the platform's certificate (DER), when only that one is to be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<String>,
    /// The town it prints for.
    pub tenant: TenantId,
    /// The post it becomes.
    pub post: PrintPostId,
    /// One use, then worthless.
    pub token: String,
}

/// A post's first words, signed with the key that they name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The token of the enrolment file.
    pub token: String,
    /// The post of the enrolment file.
    pub post: PrintPostId,
    /// Ed25519, made by the post: its requests are signed with it.
    pub public_key: String,
    /// X25519 (age), made by the post: sheets are sealed for it.
    pub recipient: String,
    /// The computer's own name.
    pub hostname: String,
    /// Version of the program.
    pub version: String,
}

impl EnrolRequest {
    /// Whether each text is within its bound.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn check(&self) -> Result<(), OutOfBounds> {
        short("token", &self.token)?;
        short("public_key", &self.public_key)?;
        short("recipient", &self.recipient)?;
        short("hostname", &self.hostname)?;
        short("version", &self.version)
    }
}

/// The platform's answer to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// What the post is called in the console.
    pub name: String,
}

/// A post asks what is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// A sheet that was tried a moment ago could not be printed.
    pub fails: bool,
}

/// What is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskAnswer {
    /// Every sheet that the post should have printed by now.
    pub due: Vec<SheetDue>,
    /// How often to ask.
    pub ask_every_ms: u32,
}

/// A sheet that should be on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetDue {
    /// Of which service point.
    pub agenda: AgendaId,
    /// Of which day.
    pub day: Day,
    /// Changes when what is on it may have changed.
    pub version: String,
    /// Somebody asked for it: printed again even if nothing has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

/// A post fetches a day of a service point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRequest {
    /// Of which service point.
    pub agenda: AgendaId,
    /// Which day.
    pub day: Day,
}

/// Everything that the sheet is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAnswer {
    /// Whose sheet.
    pub tenant: Tenant,
    /// In which language it is printed.
    pub lang: Lang,
    /// The service point, as the sheet calls it.
    pub place: String,
    /// As in [`SheetDue`].
    pub version: String,
    /// Who comes.
    pub sealed: SealedDay,
}

/// Who comes to a service point on a day, sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedDay {
    /// Appointments taken here.
    pub appointments: Vec<SealedAppointment>,
    /// Days of the town's own software, each sealed whole.
    pub pulled: Vec<String>,
}

/// An appointment, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedAppointment {
    /// Minutes since midnight where the town is.
    pub minute: u16,
    /// How many people come.
    pub people: u32,
    /// What is read out at the counter.
    pub reference: String,
    /// Who and what for.
    pub sealed: Option<String>,
}

/// A post says that a sheet is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// Of which service point.
    pub agenda: AgendaId,
    /// Of which day.
    pub day: Day,
    /// When, by the post's clock.
    pub printed_at: Instant,
    /// How many lines it has.
    pub lines: u32,
    /// How many of them could not be opened.
    pub locked: u32,
    /// It replaces one that was printed before.
    pub replaces: bool,
    /// The wish that it fulfils.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

impl Printed {
    /// Whether each text is within its bound.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn check(&self) -> Result<(), OutOfBounds> {
        short("wish", self.wish.as_deref().unwrap_or_default())
    }
}

fn short(field: &'static str, text: &str) -> Result<(), OutOfBounds> {
    if text.len() <= TEXT_BYTES_MAX {
        Ok(())
    } else {
        Err(OutOfBounds { field, max: TEXT_BYTES_MAX })
    }
}

/// The bytes a post signs for one request. `body_sha256` is the hash of the body as sent.
pub fn request_text(post: &str, path: &str, at: Instant, body_sha256: &[u8; 32]) -> Vec<u8> {
    let mut text = format!("beffroi printer request v1\n{post}\n{path}\n{}\n", at.ms());
    push_hex(&mut text, body_sha256);
    text.into_bytes()
}

/// What the hash that a person compares is taken of: both keys of a post.
pub fn mark_text(recipient: &str, public_key: &str) -> String {
    format!("beffroi print post mark v1\n{recipient}\n{public_key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_for_a_post_is_signed_for_nothing_else() {
        let (at, hash) = (Instant::from_ms(7), [0xab; 32]);
        let text = String::from_utf8(request_text("p1", ASK_PATH, at, &hash)).unwrap();
        assert!(text.starts_with("beffroi printer request v1\np1\n/api/printer/v1/ask\n7\nabab"));
        let guards = crate::watch::request_text("p1", "POST", ASK_PATH, at, &hash);
        assert_ne!(text.into_bytes(), guards);
    }

    #[test]
    fn texts_have_bounds() {
        let day = Day::parse("2024-05-02").unwrap();
        let agenda = AgendaId::parse("cartes").unwrap();
        let mut printed = Printed {
            agenda,
            day,
            printed_at: Instant::from_ms(0),
            lines: 1,
            locked: 0,
            replaces: false,
            wish: Some("w".repeat(TEXT_BYTES_MAX)),
        };
        assert!(printed.check().is_ok());
        printed.wish = Some("w".repeat(TEXT_BYTES_MAX + 1));
        assert_eq!(printed.check().unwrap_err().field, "wish");
        let text = serde_json::to_string(&printed).unwrap();
        assert!(text.contains("\"day\":\"2024-05-02\""), "{text}");
    }
}
