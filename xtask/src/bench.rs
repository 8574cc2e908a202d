//! `cargo xtask bench [GROUP]`: measures, and writes `BENCHMARKS.md`.
//!
//! Rules: a group is a program of the room that it measures (an example named `bench_<group>`) that
//! prints one JSON array of [`Row`]s. Its rows go to `target/bench/<group>.json`; `BENCHMARKS.md` is
//! written from those files, never by hand. A group that has not run in this folder keeps what stands
//! there, where that was measured on such a machine.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::files;

/// One group of measures.
struct Group {
    /// As typed after `cargo xtask bench`.
    name: &'static str,
    /// What it measures, for `BENCHMARKS.md`.
    about: &'static str,
    /// The package and the example that measure it.
    example: (&'static str, &'static str),
}

/// Every group. A new one is a new entry here and a program that prints rows.
const GROUPS: &[Group] = &[
    Group {
        name: "registry",
        about: "France's register of local authorities: unpacking it, finding a town in it.",
        example: ("beffroi-registry", "bench_registry"),
    },
    Group {
        name: "journal",
        about: "The record of everything: signed commits, its export, its verification.",
        example: ("beffroi-store", "bench_journal"),
    },
    Group {
        name: "house",
        about: "What the program costs to run: start, memory, processor time at rest, disk.",
        example: ("beffroi", "bench_house"),
    },
    Group {
        name: "envelope",
        about: "The cyber envelope and the sheets of the first hour, for a town of forty people.",
        example: ("beffroi-registry", "bench_envelope"),
    },
    Group {
        name: "desk",
        about: "What the counter prints: forms, a pack of people, a day of appointments.",
        example: ("beffroi-desk", "bench_desk"),
    },
    Group {
        name: "page",
        about: "The public page, from the real platform, beside nginx serving the same bytes.",
        example: ("beffroi-platform", "bench_page"),
    },
    Group {
        name: "bell",
        about: "From an alarm raised to a gateway's receipt, and one attack as one call.",
        example: ("beffroi-platform", "bench_bell"),
    },
    Group {
        name: "vault",
        about: "The vault's door beside restic's own rest-server: a first backup, and reading it back.",
        example: ("beffroi-platform", "bench_vault"),
    },
    Group {
        name: "judge",
        about: "What an inspector says of ninety days of benign life, and of attacks of 1 % to 100 % of the files, played.",
        example: ("beffroi-backup", "bench_judge"),
    },
    Group {
        name: "backup",
        about: "Files sent to a repository for the first time, and again unchanged, beside restic.",
        example: ("beffroi-backup", "bench_backup"),
    },
    Group {
        name: "restore",
        about: "Files brought back from a repository: everything, and 200 of 70,000, beside restic, borg and cp.",
        example: ("beffroi-backup", "bench_restore"),
    },
    Group {
        name: "guard",
        about: "Attacks by an ordinary user under each level of the guard, and what guarding costs.",
        example: ("beffroi-guard", "bench_guard"),
    },
    Group {
        name: "work",
        about: "Everyday work of many people under the guard: who is stopped or held by mistake.",
        example: ("beffroi-guard", "bench_work"),
    },
];

/// One measure.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    unit: String,
    ours: f64,
    peer: Option<f64>,
    peer_name: Option<String>,
    /// How many times better than the peer: above 1 is better, whichever way the unit runs.
    ratio: Option<f64>,
    /// The least ratio asked; without a peer, a bound in the unit.
    goal: f64,
    met: bool,
}

/// Runs one group or all, then writes the page.
pub(crate) fn run(name: Option<&str>) -> anyhow::Result<()> {
    let chosen: Vec<&Group> =
        GROUPS.iter().filter(|group| name.is_none_or(|name| name == group.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = GROUPS.iter().map(|group| group.name).collect();
        bail!("there is no such group; the groups are: {}", names.join(", "));
    }
    let mut missed = 0;
    for group in chosen {
        files::say(&format!("bench {}: {}", group.name, group.about));
        let rows = measure(group)?;
        missed += rows.iter().filter(|row| !row.met).count();
        files::write(&result_file(group)?, &serde_json::to_vec_pretty(&rows)?)?;
    }
    let page_file = files::root().join("BENCHMARKS.md");
    let before = std::fs::read_to_string(&page_file).unwrap_or_default();
    files::write(&page_file, page(&before)?.as_bytes())?;
    ensure!(missed == 0, "{missed} goals were not met; BENCHMARKS.md says which");
    Ok(())
}

fn measure(group: &Group) -> anyhow::Result<Vec<Row>> {
    let output = files::cargo()
        .args(["run", "--release", "--quiet", "-p", group.example.0])
        .args(["--example", group.example.1])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting the benchmark {}", group.name))?;
    ensure!(output.status.success(), "the benchmark {} ended with {}", group.name, output.status);
    let rows: Vec<Row> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("understanding what the benchmark {} printed", group.name))?;
    ensure!(!rows.is_empty(), "the benchmark {} printed no row", group.name);
    for row in &rows {
        let complete = row.peer.is_some() == row.ratio.is_some()
            && row.peer.is_some() == row.peer_name.is_some();
        ensure!(complete, "'{}': peer, peer_name and ratio go together", row.what);
        // With a peer 'met' follows from the ratio; without one the way the unit runs decides.
        let agrees = row.ratio.is_none_or(|ratio| (ratio >= row.goal) == row.met);
        ensure!(agrees, "'{}': 'met' does not follow from ratio and goal", row.what);
    }
    Ok(rows)
}

/// `target/bench/<group>.json`, wherever cargo keeps its target folder.
fn result_file(group: &Group) -> anyhow::Result<PathBuf> {
    Ok(files::target()?.join("bench").join(format!("{}.json", group.name)))
}

/// The page, which was this before.
fn page(before: &str) -> anyhow::Result<String> {
    let mut page = String::from(
        "# Benchmarks\n\nWritten by `make bench`; do not edit. A ratio says how many times better \
         than the peer Beffroi is:\nabove 1 is better, whichever way the unit runs. Without a peer \
         the goal is in the unit.\nPeers run in the same run, on the same work, alternating; each \
         figure is a median.\n",
    );
    let machine = format!("Machine of the last run: {}.", machine());
    writeln!(page, "\n{machine}")?;
    let kept = if before.contains(&machine) { before } else { "" };
    for group in GROUPS {
        let path = result_file(group)?;
        if !path.is_file() {
            page.push_str(section(kept, group.name).unwrap_or_default());
            continue;
        }
        let rows: Vec<Row> = serde_json::from_slice(&files::read(&path)?)
            .with_context(|| format!("understanding {}", path.display()))?;
        writeln!(page, "\n## {}\n\n{}\n", group.name, group.about)?;
        writeln!(page, "| what | unit | ours | peer | ratio | goal | met |")?;
        writeln!(page, "|---|---|---:|---:|---:|---:|---|")?;
        for row in rows {
            let peer = match (row.peer, &row.peer_name) {
                (Some(peer), Some(name)) => format!("{} ({name})", shown(peer)),
                _ => "none".to_owned(),
            };
            let ratio = row.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
            let met = if row.met { "yes" } else { "**no**" };
            let (ours, goal) = (shown(row.ours), shown(row.goal));
            let Row { what, unit, .. } = row;
            writeln!(page, "| {what} | {unit} | {ours} | {peer} | {ratio} | {goal} | {met} |")?;
        }
    }
    Ok(page)
}

/// A figure, to the thousandth.
fn shown(figure: f64) -> String {
    let text = format!("{figure:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A group's part of a page, from the line before its heading on.
fn section<'p>(page: &'p str, name: &str) -> Option<&'p str> {
    let (_, rest) = page.split_at_checked(page.find(&format!("\n## {name}\n"))?)?;
    let next = rest.match_indices("\n## ").nth(1);
    rest.get(..next.map_or(rest.len(), |(at, _)| at))
}

/// Cores and processor, as far as the system says.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name))
        .unwrap_or(std::env::consts::ARCH);
    format!("{cores} cores, {}", model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_to_the_thousandth() {
        let all = [0.0, 100.0, 1.0 / 1.05, 1.762_678_6, 22.5, 9569.0].map(shown);
        assert_eq!(all, ["0", "100", "0.952", "1.763", "22.5", "9569"]);
    }

    #[test]
    fn a_group_s_part_of_a_page_is_found() {
        let page = "# Benchmarks\n\n## a\n\nof a\n\n## ab\n\nof ab\n";
        assert_eq!(section(page, "a"), Some("\n## a\n\nof a\n"));
        assert_eq!(section(page, "ab"), Some("\n## ab\n\nof ab\n"));
        assert_eq!(section(page, "b"), None);
    }
}
