//! Notices: newest first, corrections shown, ended ones kept.

use beffroi_town::{Notice, notice::NoticeVersion};

use crate::{
    Place,
    inert::{self, LINE_CHARS_MAX},
    place::depth,
    status::Town,
    voice::When,
};

/// How much text of notices stands on the page itself; the page of all news has the rest.
const PAGE_CHARS_MAX: usize = 5_000;
/// How many notices that are not ended the page shows.
const CURRENT_MAX: usize = 12;
/// How many ended notices the page names.
const ENDED_MAX: usize = 5;
/// Longest text of a notice on the page of all news.
const HISTORY_CHARS_MAX: usize = 20_000;

/// An earlier version of a notice.
pub(crate) struct Former {
    pub(crate) label: String,
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
}

/// A notice as a page shows it.
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) dates: Vec<When>,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) read_on: Option<String>,
    pub(crate) former: Vec<Former>,
}

/// The news of a town.
pub(crate) struct News {
    pub(crate) current: Vec<Item>,
    pub(crate) ended: Vec<Item>,
    pub(crate) history: String,
    pub(crate) has_history: bool,
}

impl News {
    pub(crate) fn of(town: &Town<'_>, place: &Place, preview: Option<&Notice>) -> Self {
        let lang = town.lang();
        let history = place.link(depth(lang), lang, "history/");
        let mut left = PAGE_CHARS_MAX;
        let mut current = Vec::new();
        if let Some(draft) = preview {
            current.extend(
                draft.newest().map(|version| shown(town, draft, version, &mut left, &history)),
            );
        }
        let previewed = |notice: &Notice| preview.is_some_and(|draft| draft.id == notice.id);
        let public = published(town).into_iter().filter(|notice| !previewed(notice));
        let (ended, going): (Vec<_>, Vec<_>) = public.partition(|notice| notice.ended_at.is_some());
        for notice in going.iter().take(CURRENT_MAX) {
            let version = notice.current();
            current.extend(version.map(|one| shown(town, notice, one, &mut left, &history)));
        }
        let has_history = !ended.is_empty()
            || going.len() > CURRENT_MAX
            || current.iter().any(|item| item.read_on.is_some());
        let ended = ended.iter().take(ENDED_MAX);
        let ended = ended
            .filter_map(|notice| Some(shown(town, notice, notice.current()?, &mut 0, &history)));
        Self { current, ended: ended.collect(), history, has_history }
    }
}

/// Published notices, the one that changed last first.
pub(crate) fn published<'a>(town: &Town<'a>) -> Vec<&'a Notice> {
    let mut all: Vec<&Notice> =
        town.facts.notices.iter().filter(|notice| notice.current().is_some()).collect();
    all.sort_by_key(|notice| std::cmp::Reverse((notice.first_published_at(), notice.id.clone())));
    all
}

/// Every published notice with its former texts, for the page of all news.
pub(crate) fn all(town: &Town<'_>) -> Vec<Item> {
    let whole = |notice: &&Notice| {
        let mut left = HISTORY_CHARS_MAX;
        Some(shown(town, notice, notice.current()?, &mut left, ""))
    };
    published(town).iter().filter_map(whole).collect()
}

/// The title of a version, harmless.
pub(crate) fn title(town: &Town<'_>, version: &NoticeVersion) -> String {
    let text = &version.text(town.lang()).title;
    town.voice.typed(inert::line(text, LINE_CHARS_MAX))
}

/// The paragraphs of a version, harmless, at most `chars_max`; and whether all of it is there.
pub(crate) fn body(
    town: &Town<'_>,
    version: &NoticeVersion,
    chars_max: usize,
) -> (Vec<String>, bool) {
    let (all, whole) = inert::paragraphs(&version.text(town.lang()).body, chars_max);
    (all.into_iter().map(|text| town.voice.typed(text)).collect(), whole)
}

/// A notice with as much of its text as is `left`; the rest is at `history`.
fn shown(
    town: &Town<'_>,
    notice: &Notice,
    version: &NoticeVersion,
    left: &mut usize,
    history: &str,
) -> Item {
    let (paragraphs, mut whole) = body(town, version, *left);
    *left -= paragraphs.iter().map(|text| text.chars().count()).sum::<usize>().min(*left);
    let mut formers = Vec::new();
    let earlier =
        notice.versions.iter().filter(|one| one.published_at.is_some() && *one != version);
    for one in earlier.rev() {
        let (paragraphs, all_of_it) = body(town, one, *left);
        let length = paragraphs.iter().map(|text| text.chars().count()).sum::<usize>();
        if !all_of_it {
            whole = false;
            break;
        }
        *left -= length.min(*left);
        formers.extend(former(town, one, paragraphs));
    }
    Item {
        id: notice.id.to_string(),
        title: title(town, version),
        dates: dates(town, notice, version),
        paragraphs,
        read_on: (!whole && !history.is_empty()).then(|| format!("{history}#n-{}", notice.id)),
        former: formers,
    }
}

fn former(town: &Town<'_>, one: &NoticeVersion, paragraphs: Vec<String>) -> Option<Former> {
    Some(Former {
        label: town.voice.say_at("page-news-former", one.published_at?),
        title: title(town, one),
        paragraphs,
    })
}

fn dates(town: &Town<'_>, notice: &Notice, version: &NoticeVersion) -> Vec<When> {
    let v = &town.voice;
    if version.published_at.is_none() {
        return vec![When { said: v.say("page-news-draft"), machine: String::new() }];
    }
    [
        ("page-news-published", notice.first_published_at()),
        ("page-news-corrected", notice.corrected_at()),
        ("page-news-ended", notice.ended_at),
    ]
    .into_iter()
    .filter_map(|(key, at)| Some(v.when(key, at?)))
    .collect()
}
