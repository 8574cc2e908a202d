use super::*;
use std::collections::BTreeMap;

/// The colours of a block of custom properties: `--ink: #17211f;`.
fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let pairs = block.split(';').filter_map(|part| part.trim().strip_prefix("--")?.split_once(':'));
    let read = |hex: &str| {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        [byte(1), byte(3), byte(5)].map(f64::from)
    };
    pairs
        .filter(|(_, value)| value.trim().len() == 7 && value.trim().starts_with('#'))
        .map(|(name, value)| (name, read(value.trim())))
        .collect()
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_ink_has_a_contrast_of_seven_on_every_paper_by_day_and_by_night() {
    let blocks: Vec<&str> = css().split(":root{").skip(1).take(2).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let block = block.split_once('}').unwrap().0;
        let colours = colours(block.trim_start_matches("color-scheme:light dark;"));
        for ink in ["ink", "soft", "bell", "ochre", "blue", "grey", "red"] {
            for paper in ["paper", "tint"] {
                let reached = contrast(colours[ink], colours[paper]);
                assert!(reached >= 7.0, "{ink} on {paper}: {reached:.2}");
            }
        }
    }
}

#[test]
fn the_style_sheet_is_squeezed_and_asks_for_nothing_from_outside() {
    assert!(css().len() < 7_000, "{}", css().len());
    for word in ["url(", "@import", "http:", "https:", "/*", "\n", "</"] {
        assert!(!css().contains(word), "{word}");
    }
}

#[test]
fn the_policy_names_the_style_sheet_by_its_hash() {
    assert!(csp().starts_with("default-src 'none'; style-src 'sha256-"));
    let hash = csp().split('\'').nth(3).unwrap();
    // 32 bytes in base64 behind the name of the algorithm.
    assert_eq!(hash.len(), "sha256-".len() + 44);
}
