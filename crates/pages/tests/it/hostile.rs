//! Hostile text in every field stays text.

use beffroi_pages::{atom, banner, history_page, json_feed, status_page};
use beffroi_town::{Lang, TownFacts};

use crate::{place, towns, towns::fill};

fn pages(facts: &TownFacts) -> Vec<String> {
    let place = place(facts);
    let mut all = Vec::new();
    for lang in Lang::ALL {
        all.push(status_page(facts, lang, &place, facts.notices.first()).expect("a page"));
        all.push(history_page(facts, lang, &place).expect("a page"));
        all.push(banner(facts, lang, &place).expect("a banner"));
        all.push(atom(facts, lang, &place).expect("a feed"));
    }
    all
}

/// Every tag with the names of its attributes: what a browser would build.
fn skeleton(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        let mut names = String::new();
        let mut quoted = false;
        for c in tag.chars() {
            if c == '"' {
                quoted = !quoted;
            } else if !quoted {
                names.push(c);
            }
        }
        assert!(!quoted, "a quote is open in <{tag}>");
        tags.push(names);
        rest = after;
    }
    tags
}

const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "</style></title></main><iframe src=javascript:alert(1)>",
    "<!-- --><![CDATA[ ]]> &lt;b&gt; &#60;script&#62;",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %} ⟦ ⟧ { $name }",
    "<a>un lien</a>",
    "]]></content><entry>",
];

#[test]
fn hostile_text_builds_nothing() {
    let mut plain = towns::isbergues();
    plain.notices.extend(towns::gravelines().notices);
    fill(&mut plain, "mot");
    let expected: Vec<_> = pages(&plain).iter().map(|page| skeleton(page)).collect();
    for text in HOSTILE {
        let mut facts = plain.clone();
        fill(&mut facts, text);
        for (page, expected) in pages(&facts).iter().zip(&expected) {
            assert_eq!(&skeleton(page), expected, "{text}");
            assert!(!page.contains("href=\"javascript:"), "{text}");
        }
    }
}

#[test]
fn marks_that_turn_the_reading_and_control_characters_are_taken_out() {
    let mut facts = towns::gravelines();
    fill(&mut facts, "ab\u{202e}cd\u{2067}ef\u{0}gh\u{8}ij\u{feff}\u{7f}kl\u{ffff}");
    for page in pages(&facts) {
        assert!(page.contains("abcdefghijkl"));
        for c in ['\u{202e}', '\u{2067}', '\u{0}', '\u{8}', '\u{feff}', '\u{7f}', '\u{ffff}'] {
            assert!(!page.contains(c), "{c:?}");
        }
    }
}

#[test]
fn text_without_end_is_cut() {
    let page = status_page(&towns::hostile(), Lang::Fr, &place(&towns::hostile()), None);
    assert!(!page.expect("a page").contains(&"W".repeat(5_001)));
    for text in
        ["a".repeat(10_000), "🔔".repeat(10_000), "<".repeat(10_000), "é \n\n".repeat(5_000)]
    {
        let mut facts = towns::gravelines();
        fill(&mut facts, &text);
        let page = status_page(&facts, Lang::Fr, &place(&facts), None).expect("a page");
        // 22 services of four lines, each of its full length and all of it escaped.
        assert!(page.len() < 200_000, "{}", page.len());
    }
}

#[test]
fn scripts_of_the_world_and_empty_texts_pass() {
    for text in ["مدينة", "עיר", "市役所", "e\u{301}", "👩‍👩‍👧", "", " ", "\n\n\n"]
    {
        let mut facts = towns::isbergues();
        fill(&mut facts, text);
        for page in pages(&facts) {
            assert!(!page.contains("<dd></dd>") && !page.contains("⟦"), "{text:?}");
        }
        let feed = json_feed(&facts, Lang::En, &place(&facts)).expect("a feed");
        serde_json::from_str::<serde_json::Value>(&feed).expect("JSON");
    }
}
