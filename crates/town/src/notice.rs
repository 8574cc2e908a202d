//! What the town tells its people: published by a person, corrected in the open, ended.

use serde::{Deserialize, Serialize};

use crate::{IncidentId, Instant, Lang, NoticeId};

/// The words of a notice in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeText {
    /// One line.
    pub title: String,
    /// Paragraphs, separated by an empty line; plain text.
    pub body: String,
}

/// One version of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeVersion {
    /// In French.
    pub fr: NoticeText,
    /// In English.
    pub en: NoticeText,
    /// When this version was published; none for a draft.
    pub published_at: Option<Instant>,
}

impl NoticeVersion {
    /// The words in one language.
    pub const fn text(&self, lang: Lang) -> &NoticeText {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// A notice with its history. A correction never hides what was said before: the page shows
/// that, and when, it was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its identifier.
    pub id: NoticeId,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// Every version, oldest first; at least one. The last may be a draft.
    pub versions: Vec<NoticeVersion>,
    /// When it was ended; it stays in the history of the page.
    pub ended_at: Option<Instant>,
}

impl Notice {
    /// The version that the public reads: the newest published.
    pub fn current(&self) -> Option<&NoticeVersion> {
        self.versions.iter().rev().find(|version| version.published_at.is_some())
    }

    /// The newest version, published or not: what staff edit.
    pub fn newest(&self) -> Option<&NoticeVersion> {
        self.versions.last()
    }

    /// When it first was published.
    pub fn first_published_at(&self) -> Option<Instant> {
        self.versions.iter().find_map(|version| version.published_at)
    }

    /// When it was last corrected, if it was.
    pub fn corrected_at(&self) -> Option<Instant> {
        let published = self.versions.iter().filter(|version| version.published_at.is_some());
        if published.count() > 1 { self.current()?.published_at } else { None }
    }
}
