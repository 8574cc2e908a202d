//! Feeds and banner.

use beffroi_pages::{atom, banner, json_feed};
use beffroi_town::{Instant, Lang, TownFacts};
use serde_json::Value;

use crate::{place, towns};

fn feed(facts: &TownFacts, lang: Lang) -> Value {
    let text = json_feed(facts, lang, &place(facts)).expect("a feed");
    serde_json::from_str(&text).expect("JSON")
}

/// The names of a text's elements, in order; fails unless they are well nested and every `&`
/// begins a reference.
fn elements(xml: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let body = xml.split_once("?>").expect("a declaration").1;
    let mut rest = body;
    while let Some((text, after)) = rest.split_once('<') {
        for piece in text.split('&').skip(1) {
            assert!(piece.split_once(';').is_some_and(|(name, _)| name.len() < 8), "&{piece}");
        }
        let (tag, after) = after.split_once('>').expect("a tag ends");
        let name = tag.split_whitespace().next().expect("a name").trim_end_matches('/');
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else {
            all.push(name.to_owned());
            if !tag.ends_with('/') {
                open.push(name.to_owned());
            }
        }
        rest = after;
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    all
}

#[test]
fn both_feeds_tell_the_same_news() {
    for (name, facts) in towns::all() {
        for lang in Lang::ALL {
            let json = feed(&facts, lang);
            let items = json["items"].as_array().expect("items");
            let xml = atom(&facts, lang, &place(&facts)).expect("a feed");
            let entries = elements(&xml).iter().filter(|one| *one == "entry").count();
            assert_eq!(entries, items.len(), "{name}");
            for item in items {
                let id = item["id"].as_str().expect("an id");
                assert!(xml.contains(&format!("<id>{id}</id>")), "{name} {id}");
            }
        }
    }
}

#[test]
fn the_json_feed_is_one_of_version_1_1() {
    let json = feed(&towns::gravelines(), Lang::Fr);
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["home_page_url"], "https://etat.exemple.fr/c/59273/");
    assert_eq!(json["feed_url"], "https://etat.exemple.fr/c/59273/feed.json");
    assert_eq!(json["language"], "fr");
    let newest = &json["items"][0];
    assert_eq!(newest["title"], "Rendez-vous déjà pris");
    assert_eq!(newest["date_published"], "2024-04-25T12:24:00Z");
    assert_eq!(newest["date_modified"], "2024-04-25T13:00:00Z");
    let text = newest["content_text"].as_str().expect("text");
    assert!(text.contains("maintenus") && text.contains("Corrigé le"));
}

#[test]
fn a_change_of_the_services_is_a_new_entry_and_standing_still_is_not() {
    let state = |facts: &TownFacts| {
        let json = feed(facts, Lang::Fr);
        let items = json["items"].as_array().expect("items").clone();
        let mut ids = items.iter().filter_map(|item| item["id"].as_str());
        ids.find(|id| id.contains(":state:")).map(ToOwned::to_owned)
    };
    assert_eq!(state(&towns::calm()), None);
    assert_eq!(state(&towns::checking()), None, "an alarm alone is no news");
    let mut facts = towns::gravelines();
    let before = state(&facts);
    assert!(before.is_some());
    facts.true_at = facts.true_at.plus_ms(60_000);
    assert_eq!(state(&facts), before);
    facts.incidents[0].phase_at = facts.true_at;
    assert_ne!(state(&facts), before);
}

#[test]
fn a_feed_stays_the_same_bytes_while_nothing_changes() {
    let mut facts = towns::gravelines();
    let before = atom(&facts, Lang::Fr, &place(&facts)).expect("a feed");
    facts.true_at = Instant::from_ms(facts.true_at.ms() + 1_000_000);
    assert_eq!(atom(&facts, Lang::Fr, &place(&facts)).expect("a feed"), before);
}

#[test]
fn the_banner_is_silent_in_calm_and_one_element_else() {
    let calm = banner(&towns::calm(), Lang::Fr, &place(&towns::calm())).expect("a banner");
    assert!(calm.starts_with("<!--") && calm.trim_end().ends_with("-->"));
    let facts = towns::gravelines();
    for lang in Lang::ALL {
        let text = banner(&facts, lang, &place(&facts)).expect("a banner");
        assert!(text.starts_with("<aside ") && text.trim_end().ends_with("</aside>"));
        assert!(text.contains("href=\"https://etat.exemple.fr/c/59273/"));
        assert!(!text.contains("<script") && !text.contains("class="));
        assert!(text.len() < 1_000);
    }
}
