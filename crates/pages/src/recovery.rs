//! The recovery sheet of a server's backups: what opens them once the server is lost.
//!
//! Pure: the secrets are handed in and stand nowhere else. Nothing of it needs this program: the
//! commands are plain restic's.

use askama::Template;
use beffroi_town::{Instant, Lang};

use crate::{PageError, inert, print::PrintHead, qr, voice::Voice};

/// What the sheet is printed from.
pub struct RecoveryFacts<'a> {
    /// The tenant's code and the server's name, as `59273/file_server`.
    pub place: &'a str,
    /// The address with the credential in it, as restic is given it.
    pub address: &'a str,
    /// The repository's password.
    pub password: &'a str,
    /// What somebody types back to show that the sheet is kept.
    pub code: &'a str,
    /// When it was printed.
    pub printed_at: Instant,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage<'a> {
    head: PrintHead,
    v: &'a Voice,
    printed: String,
    password: String,
    address: String,
    square: String,
    code: String,
    prove: String,
    restic: Vec<String>,
    without: String,
}

/// The sheet as one page of HTML, made to be printed.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn recovery_sheet(facts: &RecoveryFacts<'_>, lang: Lang) -> Result<String, PageError> {
    let v = Voice::of_nobody(lang);
    let place = inert::line(facts.place, 80);
    let files = "restic --repository-file address --password-file password";
    let page = RecoveryPage {
        head: PrintHead::new(
            lang,
            v.say_with("recovery-title", &[("place", place.as_str().into())]),
        ),
        printed: v.say_at("recovery-printed", facts.printed_at),
        password: inert::line(facts.password, 200),
        address: inert::line(facts.address, 400),
        square: qr(facts.address),
        code: facts.code.to_owned(),
        prove: format!("beffroi vault prove {} {}", place.replace('/', " "), facts.code),
        restic: vec![
            "chmod 600 address password".to_owned(),
            format!("{files} snapshots --no-lock"),
            format!("{files} \\\n  restore ID --no-lock --target /mnt/back"),
        ],
        without: format!(
            "restic -r /srv/vault/{place} --password-file password \\\n  snapshots --no-lock"
        ),
        v: &v,
    };
    page.render().map_err(|source| PageError::Template { page: "recovery sheet", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_all_that_opens_the_backups_in_both_languages() {
        let facts = RecoveryFacts {
            place: "59273/file_server",
            address: "rest:https://59273.srv:T0k_-@vault.example/vault/59273/file_server/",
            password: "ABC-DEF-GHJ",
            code: "KMN-PQR",
            printed_at: Instant::from_ms(1_714_035_840_000),
        };
        for lang in Lang::ALL {
            let html = recovery_sheet(&facts, lang).unwrap();
            for wanted in [facts.address, facts.password, facts.code, "--target /mnt/back", "<svg"]
            {
                assert!(html.contains(wanted), "{lang:?}: {wanted}");
            }
            assert!(!html.contains("<script"));
        }
    }
}
