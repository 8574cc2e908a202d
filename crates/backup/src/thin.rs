//! Thinning, by whoever holds the key on another host than the guarded one.
//!
//! Rules:
//! - Whatever cannot be read counts as needed: a repository that is not whole is not thinned.
//! - A pack is dropped only when none of its blobs is needed by any snapshot that stays; packs are
//!   never rewritten. Of a blob that lies in two packs both are needed.
//! - Before a plan is proposed, and again before it is carried out, it is tried: the index without
//!   what is dropped must lead to everything that the other snapshots need.

use std::collections::HashSet;

use beffroi_town::{
    edge::Entropy,
    vault::{
        ObjectKind,
        thinning::{NAMES_MAX, Offer, Plan, Seen},
    },
};

use crate::{
    access::{Access, Place},
    blobs::{self, BlobIndex, BlobKind, PackLine},
    error::BackupError,
    fetch::Fetcher,
    id::Id,
    needed::Needed,
    repository::{Fault, IndexFile, Repository},
    snapshots::Snapshot,
    source::{Rest, SourceError},
    unpack,
};

/// How many blobs a new index object names at most, as restic's own do.
const BLOBS_OF_ONE: usize = 50_000;
/// The longest answer of a door to a keeper.
const OFFER_BYTES_MAX: u64 = 256 << 20;

/// A plan, and what goes with it.
#[derive(Debug)]
pub struct Proposal {
    /// What is dropped.
    pub plan: Plan,
    /// Snapshots that are dropped, oldest first.
    pub dropped: Vec<Snapshot>,
    /// How many snapshots stay.
    pub snapshots_stay: usize,
    /// How many packs stay.
    pub packs_stay: usize,
    /// The index objects to send first.
    objects: Vec<(Id, Vec<u8>)>,
}

impl Proposal {
    /// Whether there is nothing to drop.
    pub const fn is_empty(&self) -> bool {
        self.plan.snapshots.is_empty() && self.plan.packs.is_empty()
    }
}

/// A vault's door as a keeper asks it.
pub struct Keeper {
    access: Access,
    door: Rest,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Reaches the door.
    ///
    /// # Errors
    /// [`BackupError::NoDoor`] for a repository in a folder.
    pub fn new(access: &Access) -> Result<Self, BackupError> {
        let Place::Rest { url, authority } = &access.place else { return Err(BackupError::NoDoor) };
        let door = Rest::new(url, authority.as_deref(), access.patience)?;
        Ok(Self { access: access.clone(), door })
    }

    /// What the vault offers: which snapshots may go.
    ///
    /// # Errors
    /// [`BackupError::Source`] when it does not answer, or not a keeper.
    pub fn offer(&self) -> Result<Offer, BackupError> {
        let failed = BackupError::source("ask the vault what may go");
        let text = self.door.read("thinning", OFFER_BYTES_MAX).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| BackupError::Source {
            doing: "read what the vault offers",
            source: SourceError::Refused { status: 200, said: error.to_string() },
        })
    }

    /// Plans what could be dropped. Nothing is sent.
    ///
    /// # Errors
    /// [`BackupError::NotWhole`] when anything cannot be read.
    pub fn plan(&self, offer: &Offer, entropy: &dyn Entropy) -> Result<Proposal, BackupError> {
        let may_go = offer.snapshots.iter().filter(|one| one.standing.may_go());
        let may_go: HashSet<Id> = may_go.filter_map(|one| Id::parse(&one.name)).collect();
        let Whole { files, fetcher, snapshots, version } = Whole::read(&self.access)?;
        let (dropped, stay): (Vec<_>, Vec<_>) =
            snapshots.into_iter().partition(|one| may_go.contains(&one.id));
        let needed = needed(&fetcher, &stay)?;
        let on_disk = on_disk(&fetcher)?;
        let drop = droppable(&files, &needed, offer, &on_disk);
        let (rewritten, others): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|(_, lines)| lines.iter().any(|line| drop.contains(&line.id)));
        let stays = staying(&rewritten, &drop);
        let packs: HashSet<Id> = on_disk.difference(&drop).copied().collect();
        let left = others.iter().flat_map(|(_, lines)| lines).chain(&stays);
        leads_to(left.cloned().collect(), &needed, &packs)?;
        let objects = new_index(stays, (&fetcher, version), entropy)?;
        let names = |ids: &mut dyn Iterator<Item = Id>| ids.map(|id| id.to_string()).collect();
        let mut plan = Plan {
            snapshots: names(&mut dropped.iter().map(|one| one.id)),
            index: names(&mut rewritten.iter().map(|(id, _)| *id)),
            packs: names(&mut on_disk.intersection(&drop).copied()),
            new_index: names(&mut objects.iter().map(|(id, _)| *id)),
        };
        plan.sort();
        let (snapshots_stay, packs_stay) = (stay.len(), packs.len());
        Ok(Proposal { plan, dropped, snapshots_stay, packs_stay, objects })
    }

    /// Sends a plan to the vault, where two people must agree.
    ///
    /// # Errors
    /// [`BackupError::Source`] with what the vault says against it.
    pub fn propose(&self, proposal: &Proposal) -> Result<(), BackupError> {
        for (id, bytes) in &proposal.objects {
            let path = format!("{}/{id}", ObjectKind::Index.code());
            self.door.send(&path, bytes).map_err(BackupError::source("send the new index"))?;
        }
        self.tell("thinning", &proposal.plan, "propose the plan")
    }

    /// Tries a plan against everything that has come since, and has the vault carry it out.
    ///
    /// # Errors
    /// [`BackupError::StillNeeded`]; [`BackupError::NotWhole`]; what the vault says against it.
    pub fn carry_out(&self, id: &str, plan: &Plan) -> Result<(), BackupError> {
        let drop = |names: &[String]| -> HashSet<Id> {
            names.iter().filter_map(|name| Id::parse(name)).collect()
        };
        let (snapshots, index, packs) =
            (drop(&plan.snapshots), drop(&plan.index), drop(&plan.packs));
        let whole = Whole::read(&self.access)?;
        let seen = Seen {
            snapshots: whole.snapshots.iter().map(|one| one.id.to_string()).collect(),
            index: whole.files.iter().map(|(id, _)| id.to_string()).collect(),
        };
        let stay: Vec<Snapshot> =
            whole.snapshots.into_iter().filter(|one| !snapshots.contains(&one.id)).collect();
        let needed = needed(&whole.fetcher, &stay)?;
        let left = whole.files.into_iter().filter(|(id, _)| !index.contains(id));
        let on_disk: HashSet<Id> = on_disk(&whole.fetcher)?.difference(&packs).copied().collect();
        leads_to(left.flat_map(|(_, lines)| lines).collect(), &needed, &on_disk)?;
        self.tell(&format!("thinning/{id}"), &seen, "have the plan carried out")
    }

    /// Tells the vault something about its repository.
    pub(crate) fn tell(
        &self,
        path: &str,
        what: &impl serde::Serialize,
        doing: &'static str,
    ) -> Result<(), BackupError> {
        let text = serde_json::to_vec(what).map_err(|error| BackupError::Damaged {
            what: "what is to be told",
            fault: error.to_string(),
        })?;
        self.door.send(path, &text).map_err(BackupError::source(doing))
    }
}

/// A repository of which everything that names something could be read.
struct Whole {
    files: Vec<IndexFile>,
    fetcher: Fetcher,
    /// By time.
    snapshots: Vec<Snapshot>,
    version: u32,
}

impl Whole {
    fn read(access: &Access) -> Result<Self, BackupError> {
        let repository = Repository::open(access)?;
        let (snapshots, lost) = repository.snapshots()?;
        let (files, unread) = repository.index_files()?;
        if let Some(fault) = lost.iter().chain(&unread).next() {
            return Err(not_whole(fault));
        }
        let version = repository.version;
        let lines = files.iter().flat_map(|(_, lines)| lines.clone()).collect();
        let fetcher = repository.index_of(lines, Vec::new()).fetcher;
        Ok(Self { files, fetcher, snapshots, version })
    }
}

fn not_whole(fault: &Fault) -> BackupError {
    BackupError::NotWhole(format!("{}: {}", fault.what, fault.why))
}

/// What snapshots need, all of it readable.
fn needed(fetcher: &Fetcher, stay: &[Snapshot]) -> Result<Needed, BackupError> {
    let needed = Needed::of(fetcher, stay)?;
    match needed.lost.values().next() {
        Some(lost) => Err(not_whole(&lost.fault())),
        None => Ok(needed),
    }
}

fn on_disk(fetcher: &Fetcher) -> Result<HashSet<Id>, BackupError> {
    let names = fetcher.source.names(ObjectKind::Data);
    Ok(names.map_err(BackupError::source("list the packs"))?.into_iter().collect())
}

/// The packs that nothing needs and that may go: those that no index names too, which backups that
/// broke off have left; and those that an index names and that are not there.
fn droppable(
    files: &[IndexFile],
    needed: &Needed,
    offer: &Offer,
    on_disk: &HashSet<Id>,
) -> HashSet<Id> {
    let ids = |names: &[String]| -> HashSet<Id> {
        names.iter().filter_map(|name| Id::parse(name)).collect()
    };
    let (mut stay, young_index) = (ids(&offer.young_packs), ids(&offer.young_index));
    for (file, lines) in files {
        // An index that must stay would go on to name what was dropped.
        let is_young = young_index.contains(file);
        let is_needed =
            |line: &&PackLine| line.blobs.iter().any(|blob| needed.has(blob.kind, &blob.id));
        stay.extend(lines.iter().filter(|line| is_young || is_needed(line)).map(|line| line.id));
    }
    let named = files.iter().flat_map(|(_, lines)| lines).map(|line| line.id);
    let all: HashSet<Id> = on_disk.iter().copied().chain(named).collect();
    let mut drop: Vec<Id> = all.difference(&stay).copied().collect();
    drop.sort();
    drop.truncate(NAMES_MAX / 2);
    drop.into_iter().collect()
}

/// What stays of the index files that name something dropped, each pack once.
fn staying(rewritten: &[IndexFile], drop: &HashSet<Id>) -> Vec<PackLine> {
    let mut stays: Vec<PackLine> = rewritten
        .iter()
        .flat_map(|(_, lines)| lines)
        .filter(|line| !drop.contains(&line.id))
        .cloned()
        .collect();
    stays.sort_by_key(|line| (line.id, line.blobs.len()));
    stays.dedup();
    stays
}

/// Whether an index leads to everything that is needed, in packs that are there.
fn leads_to(lines: Vec<PackLine>, needed: &Needed, packs: &HashSet<Id>) -> Result<(), BackupError> {
    let mut index = BlobIndex::default();
    index.add(lines.into_iter().filter(|line| packs.contains(&line.id)).collect());
    let data = needed.data.iter().map(|id| (BlobKind::Data, id));
    let mut all = data.chain(needed.trees.iter().map(|id| (BlobKind::Tree, id)));
    match all.find(|(kind, id)| index.find(*kind, id).is_none()) {
        Some((_, id)) => Err(BackupError::StillNeeded(format!("blob {}", id.short()))),
        None => Ok(()),
    }
}

/// New index objects, sealed and named.
fn new_index(
    lines: Vec<PackLine>,
    (fetcher, version): (&Fetcher, u32),
    entropy: &dyn Entropy,
) -> Result<Vec<(Id, Vec<u8>)>, BackupError> {
    let failed =
        |fault: &str| BackupError::Damaged { what: "the new index", fault: fault.to_owned() };
    let (mut objects, mut rest) = (Vec::new(), lines.into_iter().peekable());
    while rest.peek().is_some() {
        let (mut some, mut blobs) = (Vec::new(), 0);
        while let Some(line) = rest.next_if(|_| blobs < BLOBS_OF_ONE) {
            blobs += line.blobs.len();
            some.push(line);
        }
        let text = blobs::text(some).map_err(|error| failed(&error.to_string()))?;
        let text = unpack::stored(text, version).map_err(|error| failed(&error.to_string()))?;
        let mut nonce = [0; 16];
        entropy.fill(&mut nonce);
        let bytes = fetcher.key.seal(nonce, &text);
        objects.push((Id::of(&bytes), bytes));
    }
    Ok(objects)
}
