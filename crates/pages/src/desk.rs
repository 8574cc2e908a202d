//! The counter online: the list of procedures, a form, its check, its receipt, its tracking.
//!
//! Rules: no script; each page stands on its own and is never kept by a browser; what cannot be
//! done here says what to do instead; what somebody typed is shown as text and comes back whole.

mod form;
mod list;
mod told;

use beffroi_town::{Lang, Tenant};

use crate::{
    inert::{self, LINE_CHARS_MAX},
    status::{Head, Other},
    style,
    voice::Voice,
};

pub use form::{FormFile, FormPage, form_page};
pub use list::{ListPage, list_page};
pub use told::{
    CheckPage, ReceiptPage, TrackPage, TrackedAnswer, check_page, receipt_page, told_page,
    track_page,
};

/// The folder of the counter below a town's own page, in either language.
pub const FOLDER: &str = "demarches/";

/// What the pages of one counter have around their matter.
#[derive(Clone, Copy)]
pub struct DeskFrame<'a> {
    /// Whose counter.
    pub tenant: &'a Tenant,
    /// In which language.
    pub lang: Lang,
    /// The page's own place below the counter's folder: `canteen/`.
    pub rest: &'a str,
    /// Whether this is a rehearsal.
    pub exercise: bool,
}

/// The path of the counter of a tenant in one language.
pub fn desk_path(tenant: &beffroi_town::TenantId, lang: Lang) -> String {
    let folder = if lang == Lang::En { "en/" } else { "" };
    format!("{}{folder}{FOLDER}", tenant.path())
}

/// The same, worked out for the templates.
struct Around {
    head: Head,
    v: Voice,
    name: String,
    other: Other,
    /// The counter's own page.
    root: String,
    /// The town's own page.
    home: String,
}

impl Around {
    fn new(frame: &DeskFrame<'_>, title: String) -> Self {
        let v = Voice::of(frame.tenant, frame.lang);
        let name = inert::line(&frame.tenant.name, LINE_CHARS_MAX);
        let other = frame.lang.other();
        let link = format!("{}{}", desk_path(&frame.tenant.id, other), frame.rest);
        let folder = if frame.lang == Lang::En { "en/" } else { "" };
        Self {
            head: Head {
                css: style::desk_css(),
                ..Head::new(frame.lang, format!("{title} – {name}"), title)
                    .marked(frame.exercise, &v)
            },
            name,
            other: Other { tag: other.tag(), link },
            root: desk_path(&frame.tenant.id, frame.lang),
            home: format!("{}{folder}", frame.tenant.id.path()),
            v,
        }
    }
}
