//! A platform with a vault whose time is played, a server that backs up to it, and those who thin.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use beffroi_backup::{
    Access, BackupError,
    check::check,
    thin::{Keeper, Proposal},
};
use beffroi_platform::{Platform, config::RawConfig, edge::SystemEntropy};
use beffroi_registry::{accounts as people, tenants};
use beffroi_store::{
    Location, Store, TenantScope, alarms, journal,
    vault::{
        self, NewRepository, Repository, objects,
        thinnings::{self, Agreement, Thinning},
    },
};
use beffroi_town::{
    AccountId, Actor, Instant, Role, TenantId,
    edge::Clock,
    vault::{thinning::Step, verdict::CredentialKind},
};
use beffroi_vault::{Shelf, consent, repositories};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::super::{Client, PASSWORD, contents, files};

pub(super) const DAY: i64 = 24 * 3_600_000;
const START: Instant = Instant::from_ms(1_714_035_840_000);
pub(super) const BY: Actor = Actor::CommandLine;

struct Played(AtomicI64);

impl Clock for Played {
    fn now(&self) -> Instant {
        Instant::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// A platform with a vault whose time is played, and a server that has saved its files four times.
/// What the first shares with the newer keeps its pack; the second's own pack nothing else needs.
pub(super) struct Yard {
    pub(super) runtime: Runtime,
    folder: TempDir,
    clock: Arc<Played>,
    pub(super) store: Store,
    platform: Option<Platform>,
    pub(super) server: Client,
    /// What the share held at each backup.
    pub(super) kept: Vec<PathBuf>,
    pub(super) snapshots: Vec<String>,
    pub(super) director: AccountId,
    pub(super) operator: AccountId,
}

pub(super) fn town() -> TenantId {
    TenantId::parse("59273").unwrap()
}

pub(super) fn scope() -> TenantScope {
    TenantScope::for_tenant(&town())
}

impl Yard {
    pub(super) fn new() -> Self {
        let (runtime, folder) = (Runtime::new().unwrap(), TempDir::new().unwrap());
        let clock = Arc::new(Played(AtomicI64::new(START.ms())));
        fs::create_dir(folder.path().join("data")).unwrap();
        let location = Location::Folder(folder.path().join("data"));
        let store =
            runtime.block_on(Store::open(&location, Arc::new(SystemEntropy::new()))).unwrap();
        let [director, operator] = runtime.block_on(async {
            let entry = tenants::resolve("59273").unwrap();
            tenants::add(&store, &BY, START, vec![entry]).await.unwrap();
            let mut both = Vec::new();
            for (name, role) in [("Claude", Role::Director), ("Alix", Role::Operator)] {
                let new = people::NewPerson { name, role };
                both.push(people::add(&store, &BY, START, &scope(), &new).await.unwrap().account);
            }
            <[AccountId; 2]>::try_from(both).unwrap()
        });
        let server = Client { folder: folder.path().join("srv"), repository: String::new() };
        fs::create_dir(&server.folder).unwrap();
        let (kept, snapshots) = (Vec::new(), Vec::new());
        let mut yard = Self {
            runtime,
            folder,
            clock,
            store,
            platform: None,
            server,
            kept,
            snapshots,
            director,
            operator,
        };
        yard.open();
        yard.server.repository = yard.credential(CredentialKind::Server);
        yard.server.init();
        for seed in 1..=3 {
            files(&yard.share(), 40, seed);
            yard.save();
            yard.pass(10 * DAY);
        }
        fs::write(yard.share().join("new.odt"), "new").unwrap();
        yard.save();
        yard.pass(10 * DAY);
        yard
    }

    pub(super) fn here(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn share(&self) -> PathBuf {
        self.here().join("share")
    }

    /// Starts the platform.
    pub(super) fn open(&mut self) {
        let text = format!(
            "[data]\nfolder = \"{}\"\n[doors]\nlisten = \"127.0.0.1:0\"\n[vault]\nfolder = \"{}\"\n\
             keep_free_gb = 0\nretention_days = 7\nkeep_newest = 2\nkeep_weeks = 0\nkeep_months = 0\n",
            self.here().join("data").display(),
            self.vault().display()
        );
        let config = toml::from_str::<RawConfig>(&text).unwrap().check().unwrap();
        let (clock, chance) = (Arc::clone(&self.clock) as _, Arc::new(SystemEntropy::new()));
        let started = self.runtime.block_on(Platform::start(config, clock, chance));
        self.platform = Some(started.unwrap());
    }

    /// Ends it.
    pub(super) fn close(&mut self) {
        if let Some(platform) = self.platform.take() {
            self.runtime.block_on(platform.stop());
        }
    }

    /// What the database says now, kept as it is. Nobody may write to it meanwhile.
    pub(super) fn database_of_now(&self) -> Store {
        let (from, to) = (self.here().join("data"), self.here().join("data-of-before"));
        fs::create_dir(&to).unwrap();
        for (name, content) in contents(&from) {
            fs::write(to.join(name), content).unwrap();
        }
        let location = Location::Folder(to);
        self.runtime.block_on(Store::open(&location, Arc::new(SystemEntropy::new()))).unwrap()
    }

    pub(super) fn vault(&self) -> PathBuf {
        self.here().join("vault")
    }

    pub(super) fn shelf(&self) -> PathBuf {
        Shelf::of(&self.vault(), &town(), "srv").folder().to_owned()
    }

    pub(super) fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A new credential, as an address.
    pub(super) fn credential(&self, kind: CredentialKind) -> String {
        let (tenant, by) = (town(), (&BY, self.now()));
        let issued = self.runtime.block_on(async {
            if kind != CredentialKind::Server {
                let whose = ("srv", kind);
                return repositories::add_holder(&self.store, by, &tenant, whose).await.unwrap();
            }
            let new = NewRepository {
                server: "srv",
                asset: None,
                quota_bytes: None,
                silent_after_hours: None,
            };
            let handed = repositories::add(&self.store, by, &self.vault(), &tenant, &new).await;
            handed.unwrap().issued
        });
        let url = self.platform.as_ref().unwrap().url();
        repositories::address(url, &tenant, "srv", &issued.token)
    }

    pub(super) fn access(&self, kind: CredentialKind) -> Access {
        Access::new(&self.credential(kind), PASSWORD, None).unwrap()
    }

    pub(super) fn keeper(&self) -> Keeper {
        Keeper::new(&self.access(CredentialKind::Keeper)).unwrap()
    }

    /// Backs the share up, and keeps a copy of what it holds.
    pub(super) fn save(&mut self) {
        let name = self.server.backup(&self.share(), &[]);
        let copy = self.here().join(format!("kept-{}", self.kept.len()));
        for (path, content) in contents(&self.share()) {
            let to = copy.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, content).unwrap();
        }
        self.snapshots.push(name);
        self.kept.push(copy);
    }

    /// The repository is whole, and these backups come back byte for byte; from its folder, so that
    /// it does not matter whether the platform runs.
    #[track_caller]
    pub(super) fn is_whole(&self, numbers: &[usize]) {
        let folder = self.server.folder.clone();
        let alone = Client { repository: self.shelf().to_str().unwrap().to_owned(), folder };
        alone.restic(&["check", "--read-data", "--no-lock"]).well();
        for number in numbers {
            let back = TempDir::new_in(self.here()).unwrap();
            let target = back.path().to_str().unwrap();
            let name = self.snapshots.get(*number).unwrap();
            alone.restic(&["restore", name, "--target", target, "--no-lock"]).well();
            let share = back.path().join(self.share().strip_prefix("/").unwrap());
            assert!(
                contents(&share) == contents(self.kept.get(*number).unwrap()),
                "backup {number}"
            );
        }
    }

    pub(super) fn has(&self) -> Vec<bool> {
        let there = contents(&self.shelf().join("snapshots"));
        let there: Vec<String> =
            there.into_keys().map(|name| name.to_str().unwrap().to_owned()).collect();
        self.snapshots.iter().map(|one| there.iter().any(|name| name.starts_with(one))).collect()
    }

    pub(super) fn repository(&self) -> Repository {
        self.runtime.block_on(async {
            let mut conn = self.store.read().await.unwrap();
            vault::get(&mut conn, &scope(), "srv").await.unwrap().unwrap()
        })
    }

    pub(super) fn thinnings(&self) -> Vec<Thinning> {
        self.runtime.block_on(async {
            let mut conn = self.store.read().await.unwrap();
            thinnings::list(&mut conn, &scope(), 9).await.unwrap()
        })
    }

    pub(super) fn used(&self) -> u64 {
        self.runtime.block_on(async {
            let repository =
                vault::get(&mut self.store.read().await.unwrap(), &scope(), "srv").await;
            let id = repository.unwrap().unwrap().id;
            let mut conn = self.store.read().await.unwrap();
            objects::used(&mut conn, &scope(), &id).await.unwrap().bytes
        })
    }

    pub(super) fn alarms(&self) -> Vec<String> {
        self.alarms_of(&self.store)
    }

    pub(super) fn alarms_of(&self, store: &Store) -> Vec<String> {
        let all = self.runtime.block_on(async {
            alarms::open(&mut store.read().await.unwrap(), &scope()).await.unwrap()
        });
        let step = |alarm: &beffroi_town::Alarm| {
            let step = alarm.detail.get("step").or_else(|| alarm.detail.get("what"));
            step.and_then(|step| step.as_str()).unwrap_or_default().to_owned()
        };
        let mut all: Vec<String> =
            all.iter().map(|alarm| format!("{} {}", alarm.kind.code(), step(alarm))).collect();
        all.sort();
        all
    }

    /// The kinds of the newest entries of the journal.
    pub(super) fn journal(&self) -> Vec<String> {
        let newest = self.runtime.block_on(async {
            let mut conn = self.store.read().await.unwrap();
            journal::newest(&mut conn, &scope(), None, 200).await.unwrap()
        });
        newest.into_iter().map(|entry| entry.kind).collect()
    }

    pub(super) fn agree(&self, account: &AccountId, thinning: &Thinning) -> Agreement {
        let (tenant, by) = (town(), (&BY, self.now()));
        let plan = (thinning.id.as_str(), thinning.plan_hash.as_str());
        let who = ((&tenant, account), 3 * DAY);
        self.runtime.block_on(consent::agree(&self.store, by, &tenant, plan, who)).unwrap()
    }

    /// Plans and proposes, as the command does.
    pub(super) fn propose(keeper: &Keeper) -> Proposal {
        let proposal = Self::plan(keeper);
        keeper.propose(&proposal).unwrap();
        proposal
    }

    pub(super) fn plan(keeper: &Keeper) -> Proposal {
        keeper.plan(&keeper.offer().unwrap(), &SystemEntropy::new()).unwrap()
    }

    /// Both agree, and the time to think it over passes.
    pub(super) fn both_agree(&self) -> Thinning {
        let thinning = self.thinnings().remove(0);
        let half = self.agree(&self.director, &thinning);
        assert_eq!(half, Agreement::Counts(Step::Proposed));
        assert_eq!(self.agree(&self.operator, &thinning), Agreement::Counts(Step::Agreed));
        self.pass(3 * DAY);
        self.thinnings().remove(0)
    }

    pub(super) fn carry_out(keeper: &Keeper) -> Result<(), BackupError> {
        let standing = keeper.offer().unwrap().standing.unwrap();
        keeper.carry_out(&standing.id, &standing.plan)
    }

    /// Proposed, agreed to, waited for, carried out.
    pub(super) fn thin(&self) -> Thinning {
        let keeper = self.keeper();
        Self::propose(&keeper);
        self.both_agree();
        Self::carry_out(&keeper).unwrap();
        self.thinnings().remove(0)
    }

    pub(super) fn settle(&self, id: &str) {
        let by = (&BY, self.now());
        let (repository, vault) = (self.repository(), self.vault());
        let settled = consent::settle(&self.store, &vault, by, (&repository, id));
        self.runtime.block_on(settled).unwrap();
    }

    pub(super) fn cancel(&self, id: &str) {
        let (tenant, by) = (town(), (&BY, self.now()));
        self.runtime.block_on(consent::cancel(&self.store, by, &tenant, id)).unwrap();
    }

    /// How many plans are kept once those that were called off are forgotten.
    pub(super) fn plans_left(&self) -> usize {
        self.runtime.block_on(consent::forget_cancelled(&self.store, &self.vault())).unwrap();
        let kept = contents(&self.shelf().join("trash")).into_keys();
        kept.filter(|path| path.extension().is_some_and(|ending| ending == "plan")).count()
    }

    /// Asks that everything be put back, and why not, if it may not be.
    pub(super) fn ask_back(&self, id: &str) -> Result<(), String> {
        let (tenant, by) = (town(), (&BY, self.now()));
        let undone = self.runtime.block_on(consent::undo(&self.store, by, &tenant, id));
        undone.map(drop).map_err(|error| error.to_string())
    }

    pub(super) fn undo(&self, id: &str) {
        self.ask_back(id).unwrap();
        self.settle(id);
    }

    /// Has the trash emptied; why not, if it may not be.
    pub(super) fn empty(&self, id: &str) -> Result<(), String> {
        let grace = 30 * DAY;
        let (tenant, by) = (town(), (&BY, self.now()));
        let emptied = consent::empty(&self.store, by, &tenant, (id, grace));
        self.runtime.block_on(emptied).map_err(|error| error.to_string())?;
        self.settle(id);
        Ok(())
    }

    /// Somebody with a key looks everything through and tells the vault.
    pub(super) fn look_through(&self, kind: CredentialKind) -> bool {
        let access = self.access(kind);
        let found = check(&access, true).unwrap();
        found.tell(&access).unwrap();
        found.is_whole()
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        self.close();
    }
}
