//! Writes the pages of played towns into one folder, and what is made to be printed into another,
//! to look at and to check in a browser:
//! `cargo run -p beffroi-pages --example sample -- target/sample target/sample-print`.
//!
//! `pages.json` beside what is printed says how many pages of paper each takes.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the played towns are those of the tests"
)]

#[path = "../tests/it/staff.rs"]
mod staff;
#[path = "../tests/it/towns.rs"]
mod towns;

use anyhow::Context;
use beffroi_pages::{
    Index, IndexLine, Place, csp, error_page, export, not_found, print_csp,
    sheets::{SheetKind, StaffFacts, sheet},
    town_index,
};
use beffroi_town::{Lang, TownFacts};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn main() -> anyhow::Result<()> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    pages(&folders.next().context("name the folder to write to")?)?;
    match folders.next() {
        Some(folder) => printed(&folder),
        None => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let parent = path.parent().context("a file stands in a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

fn place(facts: &TownFacts) -> Place {
    let url = format!("https://etat.exemple.fr{}", facts.tenant.id.path());
    Place::served(&facts.tenant.id.path(), Some(&url))
}

fn pages(folder: &Path) -> anyhow::Result<()> {
    let mut index = Index { other_link: "index.html".to_owned(), ..Index::default() };
    let hostile = [("hostile", towns::hostile())];
    for (name, facts) in towns::all().into_iter().chain(hostile) {
        for (path, bytes) in export(&facts, &place(&facts))? {
            write(&folder.join(name).join(path), &bytes)?;
        }
        index.lines.push(IndexLine {
            name: format!("{} ({name})", facts.tenant.name),
            note: facts.tenant.id.to_string(),
            link: format!("{name}/index.html"),
        });
    }
    let small = [
        ("csp.txt", csp().to_owned()),
        ("index.html", town_index(&index, Lang::Fr)?),
        ("not-found.html", not_found(Lang::Fr, Some("index.html"))?),
        ("error.html", error_page(Lang::En, "01J-7")?),
    ];
    small.iter().try_for_each(|(name, text)| write(&folder.join(name), text.as_bytes()))
}

/// Envelopes for one person and for forty; every sheet of a calm town, of one under attack and of
/// one whose every text is hostile.
fn printed(folder: &Path) -> anyhow::Result<()> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut put = |name: String, html: &str, pages: Option<u32>| {
        counts.extend(pages.map(|pages| (name.clone(), pages)));
        write(&folder.join(format!("{name}.html")), html.as_bytes())
    };
    let nobody = StaffFacts::default();
    // Cover, people, numbers, five cards; the calls take the rest.
    for (count, calls) in [(1, 1), (40, 2)] {
        for lang in Lang::ALL {
            let facts = staff::kit_facts(&towns::calm(), if count == 1 { 0 } else { count });
            let people = staff::people(count);
            let pages = u32::try_from(count)? + 1 + 1 + 5 + calls;
            let name = format!("kit-{count}-{}", lang.tag());
            put(name, &staff::kit(&facts, &people, lang), Some(pages))?;
        }
    }
    for (name, facts) in towns::all() {
        let sheet = sheet(SheetKind::Poster, &facts, &nobody, &place(&facts), Lang::Fr)?;
        put(format!("{name}-poster-fr"), &sheet.html, Some(1))?;
    }
    for (name, facts, staff) in [
        ("calm", towns::calm(), nobody),
        ("gravelines", towns::gravelines(), staff::staff(40)),
        ("hostile", towns::hostile(), staff::hostile(5)),
    ] {
        for lang in Lang::ALL {
            for kind in SheetKind::ALL {
                let sheet = sheet(kind, &facts, &staff, &place(&facts), lang)?;
                // Whatever is typed, the poster is one page; the others are as long as what is typed.
                let one =
                    kind == SheetKind::Poster || (kind != SheetKind::RollCall && name != "hostile");
                put(
                    format!("{name}-{}-{}", kind.code(), lang.tag()),
                    &sheet.html,
                    one.then_some(1),
                )?;
            }
        }
    }
    write(&folder.join("csp.txt"), print_csp().as_bytes())?;
    write(&folder.join("pages.json"), serde_json::to_string_pretty(&counts)?.as_bytes())
}
