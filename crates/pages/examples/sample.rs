//! Writes the pages of five played towns into a folder, to look at and to check in a browser:
//! `cargo run -p beffroi-pages --example sample -- target/sample`.

#![expect(clippy::expect_used, reason = "the played towns are those of the tests")]

#[path = "../tests/it/towns.rs"]
mod towns;

use anyhow::Context;
use beffroi_pages::{Index, IndexLine, Place, csp, error_page, export, not_found, town_index};
use beffroi_town::Lang;
use std::{fs, path::PathBuf};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("name the folder to write to")?;
    let folder = PathBuf::from(folder);
    let mut index = Index { other_link: "index.html".to_owned(), ..Index::default() };
    let hostile = [("hostile", towns::hostile())];
    for (name, facts) in towns::all().into_iter().chain(hostile) {
        let url = format!("https://etat.exemple.fr{}", facts.tenant.id.path());
        let place = Place::served(&facts.tenant.id.path(), Some(&url));
        for (path, bytes) in export(&facts, &place)? {
            let path = folder.join(name).join(path);
            let parent = path.parent().context("a file stands in a folder")?;
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
            fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
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
    for (name, text) in small {
        fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))?;
    }
    Ok(())
}
