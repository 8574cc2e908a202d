//! Every link leads somewhere.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use beffroi_pages::{export, site};

use crate::{place, towns};

/// The values of every `href` of a page.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split(" href=\"").skip(1).filter_map(|rest| rest.split_once('"').map(|(link, _)| link))
}

/// A path without `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(out.pop(), "{} leads out", path.display()),
            Component::Normal(name) => out.push(name),
            _ => {}
        }
    }
    out
}

#[test]
fn links_between_exported_files_lead_to_files_and_places_in_them() {
    for (name, facts) in towns::all() {
        let files: BTreeMap<PathBuf, String> = export(&facts, &place(&facts))
            .expect("files")
            .into_iter()
            .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("text")))
            .collect();
        assert_eq!(files.len(), 11);
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with("index.html")) {
            for link in links(text) {
                if ["https://", "tel:", "data:"].iter().any(|start| link.starts_with(start)) {
                    continue;
                }
                let (file, place) = link.split_once('#').unwrap_or((link, ""));
                let target = if file.is_empty() {
                    path.clone()
                } else {
                    tidy(&path.parent().expect("a folder").join(file))
                };
                let found = files.get(&target);
                let found = found.unwrap_or_else(|| panic!("{name}: {} → {link}", path.display()));
                let id = format!("id=\"{place}\"");
                assert!(place.is_empty() || found.contains(&id), "{name}: no {id} in {link}");
            }
        }
    }
}

#[test]
fn links_between_served_pages_lead_to_pages() {
    let facts = towns::gravelines();
    let leaves = site(&facts, &place(&facts)).expect("a site");
    let known: Vec<&str> = leaves.iter().map(|leaf| leaf.path.as_str()).collect();
    for leaf in leaves.iter().filter(|leaf| leaf.media_type.starts_with("text/html")) {
        let text = String::from_utf8_lossy(&leaf.body);
        for link in links(&text).filter(|link| !link.contains(':') && !link.starts_with('#')) {
            let link = link.split('#').next().unwrap_or_default();
            // The counter is served by the program, page by page.
            if link.ends_with("demarches/") {
                continue;
            }
            let folder = link.is_empty() || link.ends_with('/');
            let target = tidy(&Path::new(&leaf.path).join(link));
            let mut target = target.to_string_lossy().into_owned();
            if folder && !target.is_empty() {
                target.push('/');
            }
            assert!(known.contains(&target.as_str()), "{} → {link} ({target})", leaf.path);
        }
    }
}

#[test]
fn ids_on_a_page_are_used_once() {
    for (name, facts) in towns::all() {
        for leaf in site(&facts, &place(&facts)).expect("a site") {
            let text = String::from_utf8_lossy(&leaf.body);
            let mut ids: Vec<&str> =
                text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "{name} {}", leaf.path);
        }
    }
}
