//! What the doctor knows. `None` always means: could not be read.

use std::{net::IpAddr, path::PathBuf};

use beffroi_store::rounds;
use beffroi_town::{
    Instant,
    vault::verdict::Verdict,
    watch::{Letter, Mode},
};

/// Everything that the doctor judges by.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Now, by this machine's clock.
    pub now: Instant,
    /// Whether the system says that its clock follows others.
    pub clock_follows: Option<bool>,
    /// Folders and the disks that they are on.
    pub disks: Vec<Disk>,
    /// Why the database does not open, if it does not.
    pub closed: Option<String>,
    /// What the database complains of when it looks through itself.
    pub complaints: Option<Vec<String>>,
    /// Journals that were verified.
    pub journals: Journals,
    /// The master key's file.
    pub master_key: MasterKey,
    /// The certificate that the configuration names, and the platform's own.
    pub certificates: Vec<Certificate>,
    /// How the platform is reached.
    pub door: Door,
    /// The backups.
    pub copies: Copies,
    /// How the platform's own work goes.
    pub rounds: Rounds,
    /// Whether a mirror is asked for.
    pub mirror_wanted: bool,
    /// Every open tenant, and how many of its people could act.
    pub towns: Option<Vec<Town>>,
    /// Tenants for which nobody is on call.
    pub nobody_on_call: Option<Vec<String>>,
    /// Tenants whose last weekly test of the on-call list nobody answered.
    pub unanswered_tests: Vec<String>,
    /// The sealed envelopes.
    pub envelopes: Option<Envelopes>,
    /// How much work was given up.
    pub given_up: Option<u32>,
    /// Every guard.
    pub guards: Option<Vec<GuardFacts>>,
    /// Where this machine stands.
    pub place: Place,
    /// The vault; none: there is none.
    pub vault: Option<VaultFacts>,
}

/// The vault.
#[derive(Clone, Debug, Default)]
pub struct VaultFacts {
    /// Every repository; none: could not be read.
    pub servers: Option<Vec<VaultServer>>,
    /// Whether it is on the same disk as the data; none: could not be asked.
    pub same_disk: Option<bool>,
}

/// A server that has a repository in the vault.
#[derive(Clone, Debug)]
pub struct VaultServer {
    /// Its name and tenant.
    pub name: String,
    /// Whether it ever sent a backup.
    pub ever: bool,
    /// Whether it should have sent one by now.
    pub silent: bool,
    /// Whether anything of it is known to be damaged.
    pub damaged: bool,
    /// How much of its quota is used, in hundredths.
    pub part: u64,
    /// Why there is a trash that somebody must see to.
    pub trash: Option<TrashWaits>,
    /// How far what came can be counted on.
    pub trust: Trust,
}

/// Why somebody must see to a trash, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrashWaits {
    /// Nobody else looked through the repository since.
    Unchecked,
    /// Whoever did found something missing or damaged.
    Failed,
    /// The database knows nothing of what lies in it.
    Lost,
}

/// How far a server's backups can be counted on.
#[derive(Clone, Copy, Debug)]
pub struct Trust {
    /// Whether somebody judges what comes, and is not days behind.
    pub judged: bool,
    /// The gravest that is said of what came since the last clean backup.
    pub doubt: Option<Verdict>,
    /// Whether a test restore of late brought files back.
    pub proven: bool,
}

/// A folder and the disk it is on.
#[derive(Clone, Debug)]
pub struct Disk {
    /// The folder.
    pub folder: PathBuf,
    /// Bytes free and in all; none: could not be asked.
    pub bytes: Option<(u64, u64)>,
    /// Names (inodes) free and in all; a file system that counts none has none in all.
    pub names: Option<(u64, u64)>,
    /// Whether it is on another machine: NFS, SMB.
    pub is_network: bool,
    /// Whether the database must be able to trust it.
    pub holds_data: bool,
}

/// Journals that were verified.
#[derive(Clone, Debug, Default)]
pub struct Journals {
    /// How many were looked at.
    pub verified: u64,
    /// How many there are.
    pub all: u64,
    /// Those that do not hold, with the reason.
    pub broken: Vec<String>,
    /// Those of which a guard was shown a newer end than they have.
    pub rolled_back: Vec<String>,
    /// When the newest entry of any was signed.
    pub newest_at: Option<Instant>,
}

/// The master key's file.
#[derive(Clone, Debug, Default)]
pub struct MasterKey {
    /// Its mode; none: it could not be looked at.
    pub mode: Option<u32>,
    /// Copies of it that lie unsealed where the backups are.
    pub beside_backups: Vec<PathBuf>,
}

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Its file.
    pub file: PathBuf,
    /// When it ends; none: the file could not be read.
    pub ends_at: Option<Instant>,
}

/// How the platform is reached.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// Only this machine can reach it.
    pub is_loopback: bool,
    /// It ends TLS itself, or a proxy does.
    pub has_tls: bool,
    /// What residents type.
    pub public_url: Option<String>,
    /// Where that name leads.
    pub leads_to: Option<Vec<IpAddr>>,
}

/// The backups.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// Their folder; none: nobody said.
    pub folder: Option<PathBuf>,
    /// How often one is made; none: by hand.
    pub every_hours: Option<u32>,
    /// Where they are copied to.
    pub pushed_to: Option<String>,
    /// Whether their folder is on the same disk as the data.
    pub same_disk: Option<bool>,
    /// The newest file there.
    pub newest: Option<Newest>,
}

/// The newest backup.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Its file.
    pub file: PathBuf,
    /// Whether it is sealed.
    pub sealed: bool,
}

/// How one round goes.
pub type Round = Option<rounds::Round>;

/// How the platform's own work goes; none: never tried.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// Backups.
    pub backup: Round,
    /// Their copies.
    pub backup_copy: Round,
    /// The mirror.
    pub mirror: Round,
    /// The beat outward.
    pub beat: Round,
    /// Proofs of a backup.
    pub rehearsal: Round,
}

/// A tenant.
#[derive(Clone, Debug)]
pub struct Town {
    /// Its name and code.
    pub name: String,
    /// Directors and technicians with a second factor.
    pub able: u32,
}

/// The sealed envelopes, by tenants' names.
#[derive(Clone, Debug, Default)]
pub struct Envelopes {
    /// None was ever printed.
    pub missing: Vec<String>,
    /// Printed, and no longer true.
    pub stale: Vec<String>,
}

/// A guard.
#[derive(Clone, Debug)]
pub struct GuardFacts {
    /// Its host and tenant.
    pub name: String,
    /// When it was last heard; none: never.
    pub heard_at: Option<Instant>,
    /// How far its clock is ahead of this one, in milliseconds, when it was heard lately.
    pub ahead_ms: Option<i64>,
    /// Whether it acts.
    pub mode: Option<Mode>,
    /// How much its kernel lets it see.
    pub letter: Letter,
    /// Revoked, and no other watches in its place.
    pub leaves_a_gap: bool,
    /// Revoked.
    pub revoked: bool,
}

/// Where this machine stands.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Signs that it is joined to a directory of accounts; none: could not be looked for.
    pub joined: Option<Vec<String>>,
    /// The virtual machine it says to be; an empty text: a real one.
    pub virtual_machine: Option<String>,
    /// Hypervisors that tenants put on record.
    pub hypervisors: Vec<String>,
    /// The servers that it asks for names.
    pub resolvers: Option<Vec<IpAddr>>,
}
