//! Folders of a server, and what stands on them: in which order they are brought back.

use std::collections::BTreeSet;

use crate::{AssetId, PublicService, TownFacts};

/// Longest path, bytes.
pub const PATH_BYTES_MAX: usize = 1_024;

/// A folder of a server that holds what an asset needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The server that it lies on.
    pub server: AssetId,
    /// Where, as that server's own system writes it: absolute, without a slash at the end.
    pub path: String,
    /// What needs it.
    pub asset: AssetId,
}

/// A path as it is kept; none for what is no folder of a server: relative, with `..`, too long, or
/// with a control character (a list of folders has one a line).
pub fn tidy(text: &str) -> Option<String> {
    let text = text.trim();
    let path = if text == "/" { text } else { text.trim_end_matches('/') };
    let fits = path.starts_with('/')
        && path.len() <= PATH_BYTES_MAX
        && !path.chars().any(char::is_control)
        && !path.split('/').any(|part| part == ".." || part == ".")
        && !path.contains("//");
    fits.then(|| path.to_owned())
}

/// The folders of one server, in the order in which the public services want them back: the gravest
/// first, then the one that the town can be without for the shortest time. Each with the service it
/// is wanted for; those that no service stands on come last.
pub fn in_order<'f>(
    facts: &'f TownFacts,
    folders: &'f [Folder],
    server: &AssetId,
) -> Vec<(&'f Folder, Option<&'f PublicService>)> {
    let mut services: Vec<&PublicService> = facts.services.iter().collect();
    services.sort_by_key(|one| (one.criticality, one.max_downtime_minutes, one.rank));
    let reached: Vec<BTreeSet<&AssetId>> =
        services.iter().map(|service| stands_on(facts, service)).collect();
    let mut all: Vec<(usize, &Folder)> = folders
        .iter()
        .filter(|folder| folder.server == *server)
        .map(|folder| {
            let first = reached.iter().position(|assets| assets.contains(&folder.asset));
            (first.unwrap_or(usize::MAX), folder)
        })
        .collect();
    all.sort_by_key(|(first, folder)| (*first, folder.path.as_str()));
    all.into_iter().map(|(first, folder)| (folder, services.get(first).copied())).collect()
}

/// Every asset that a service depends on, however far off.
fn stands_on<'f>(facts: &'f TownFacts, service: &'f PublicService) -> BTreeSet<&'f AssetId> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&AssetId> = service.needs.iter().map(|need| &need.asset).collect();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            let asset = facts.assets.iter().find(|asset| asset.id == *id);
            waiting.extend(asset.into_iter().flat_map(|one| one.needs.iter().map(|n| &n.asset)));
        }
    }
    reached
}
