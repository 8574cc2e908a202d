//! The agendas of the town's own software that a service point is filled from: added and forgotten.
//!
//! Rules: an address often holds a password: it is never shown again, only the host it is at.

use beffroi_store::agendas::sources::{self, Source};
use beffroi_town::AgendaId;

use super::{agenda_page, the_agenda};
use crate::{Refusal, call::Call, console::wrong, frame::Frame, reply, routes::Answer};

/// A source of one service point.
pub(super) struct PulledRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) class: &'static str,
    pub(super) line: String,
}

/// How old what was pulled is, and why it fails.
pub(super) fn age(f: &Frame, one: &Source) -> String {
    let age = match one.pulled_at {
        Some(at) => f.t1("agenda-source-pulled", "ago", f.ago(at)),
        None => f.t("agenda-source-never"),
    };
    let failing = one.failure.as_ref().map(|why| f.t1("agenda-source-failing", "why", why));
    [Some(age), failing].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whether it can be relied upon, in words and as a class.
pub(super) fn state(f: &Frame, one: &Source) -> (String, &'static str) {
    if one.is_stale(f.now) {
        (f.t("agenda-source-stale"), "bad")
    } else {
        (f.t("agenda-source-fresh"), "ok")
    }
}

/// The host of an address, or the name of a file: what may be shown.
fn shown(place: &str) -> &str {
    let Some((_, rest)) = place.split_once("://") else { return place };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

/// The sources of a service point.
pub(super) async fn rows(
    call: &Call,
    f: &Frame,
    agenda: &AgendaId,
) -> Result<Vec<PulledRow>, Refusal> {
    let scope = &call.caller()?.scope;
    let all = sources::list(&mut call.doors.store.read().await?, scope).await?;
    let row = |one: &Source| {
        let (state, class) = state(f, one);
        let name = shown(&one.place).to_owned();
        PulledRow { id: one.id.clone(), name, state, class, line: age(f, one) }
    };
    Ok(all.iter().filter(|one| one.agenda == *agenda).map(row).collect())
}

/// Whether a place is an address over TLS, or the name of a file to be dropped.
fn is_place(place: &str) -> bool {
    if place.contains("://") {
        return place
            .strip_prefix("https://")
            .is_some_and(|rest| !shown(place).is_empty() && !rest.contains(char::is_whitespace));
    }
    let name = place.to_ascii_lowercase();
    let known = matches!(name.rsplit_once('.'), Some((_, "ics" | "csv")));
    known && !place.starts_with('.') && !place.contains(['/', '\\'])
}

/// Has an agenda pulled every night.
pub async fn pull(mut call: Call) -> Answer {
    let agenda = the_agenda(&call).await?;
    let words = call.words();
    let place = call.form.get("from").to_owned();
    if !is_place(&place) || place.len() > sources::PLACE_BYTES_MAX {
        call.form.wrong("from", words.say("agenda-pull-wrong"));
        let form = call.form.clone();
        return wrong(&agenda_page(&call, Some(("pull", form))).await?);
    }
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    sources::add(&mut tx, tenant, &agenda.id, &place).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/agendas/{}?done=agenda_pull", agenda.id)))
}

/// Pulls it no more, and forgets what was pulled.
pub async fn forget(call: Call) -> Answer {
    let agenda = the_agenda(&call).await?;
    let caller = call.caller()?;
    let (tenant, id) = (caller.scope.tenant(), call.form.get("source"));
    let all = sources::list(&mut call.doors.store.read().await?, &caller.scope).await?;
    if !all.iter().any(|one| one.id == id && one.agenda == agenda.id) {
        return Err(Refusal::NotFound);
    }
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    sources::remove(&mut tx, tenant, id).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/agendas/{}?done=removed", agenda.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_address_over_tls_or_a_file_and_shows_no_password() {
        for good in ["https://a.fr/x.ics", "https://u:p@a.fr/?k=1", "cartes.ics", "Export.CSV"] {
            assert!(is_place(good), "{good}");
        }
        for bad in [
            "",
            "http://a.fr/x.ics",
            "https://",
            "https://a.fr/x y",
            "ftp://a.fr",
            "../x.ics",
            "a/x.csv",
            ".ics",
            "x.txt",
            "c:\\x.csv",
        ] {
            assert!(!is_place(bad), "{bad}");
        }
        assert_eq!(shown("https://u:secret@a.fr:8443/path?key=secret"), "a.fr:8443");
        assert_eq!(shown("cartes.csv"), "cartes.csv");
    }
}
