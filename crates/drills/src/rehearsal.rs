//! A rehearsal: one person, alone, plays the first twenty minutes of an attack in the real
//! console, on a copy of the real town.
//!
//! Rules:
//! - The copy lies in a folder made for it, which is removed at the end. The real store is read,
//!   and written once: that somebody rehearsed, and how it went.
//! - Nothing leaves: the copy's platform has no hook, no gateway but a played telephone on this
//!   machine, no mirror, no beat. What a guard or a hook cuts in the real town is cut by hand here.
//! - Every screen says that it is an exercise.

mod copy;
mod telephone;

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use beffroi_crisis::{Deed, incidents};
use beffroi_platform::{Platform, config::RawConfig};
use beffroi_registry::accounts::{self, NewPerson};
use beffroi_store::{Location, Store, TenantScope, alarms, facts, rehearsals};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetState, Instant, Role, TenantId, catalogue,
    edge::{Clock, Entropy},
    incident::Nature,
    rehearsal::{Progress, Readiness, Rehearsed, Step, gaps},
};
use beffroi_web::Exercise;
use serde_json::json;
use tempfile::TempDir;

use telephone::Telephone;

/// How long after the log-in the alarm comes: time to look around.
const CALM: Duration = Duration::from_secs(20);
/// How often it is looked whether something happened.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the mayor, whom the program plays for a clerk, takes to declare.
const DECLARE_AFTER_MS: i64 = 30_000;
const MINUTE_MS: i64 = 60_000;
/// What the played attack had touched when the alarm came.
const TOUCHED: u32 = 218;

/// How a rehearsal is played.
pub struct Options {
    /// The real store.
    pub real: Store,
    /// The town to play on.
    pub tenant: TenantId,
    /// Who plays.
    pub role: Role,
    /// Where to listen, and with which certificate; the rest of the configuration is left out.
    pub config: RawConfig,
    /// Where to make the copy's folder.
    pub parent: PathBuf,
    /// How many minutes after its alarm it ends by itself.
    pub minutes: u32,
    /// How ready the real town is.
    pub ready: Readiness,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

/// A rehearsal that is ready to be played.
pub struct Rehearsal {
    /// Where the console and the public page are.
    pub url: String,
    /// The printed codes of the person who plays.
    pub codes: Vec<String>,
    exercise: Arc<Exercise>,
    telephone: Telephone,
    platform: Platform,
    store: Store,
    options: Options,
    folder: TempDir,
}

/// What the person at the command line is told while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The played telephone received this.
    Message(String),
    /// The time is up.
    TimeUp,
}

/// Makes the copy and opens its doors; nothing has happened yet.
///
/// # Errors
/// When the town is not there, or the copy cannot be made or started.
pub async fn prepare(options: Options) -> Result<Rehearsal> {
    let folder = tempfile::Builder::new()
        .prefix("beffroi-rehearsal-")
        .tempdir_in(&options.parent)
        .context("make the folder of the rehearsal")?;
    let scope = TenantScope::for_tenant(&options.tenant);
    let at = options.clock.now();
    let real = facts::load(&mut options.real.read().await?, &scope, at).await?;
    let real = real.with_context(|| format!("{} is not on this platform", options.tenant))?;
    let data = folder.path().join("data");
    std::fs::create_dir(&data).context("make the folder of the copy")?;
    let store = Store::open(&Location::Folder(data.clone()), options.entropy.clone()).await?;
    let exercise =
        Exercise::new(options.role, options.tenant.clone(), gaps(&real, options.ready), at);
    let exercise = Arc::new(exercise);
    copy::town(&store, &real, at).await?;
    let codes = player(&store, &options, at).await?;
    let telephone = Telephone::answer(Arc::clone(&exercise))?;
    copy::call_list(&store, &options.tenant, at).await?;
    let mut config = telephone.channels(options.config.clone())?;
    config.data.folder = Some(data);
    config.doors.listen.get_or_insert_with(|| format!("{}:0", Ipv4Addr::LOCALHOST));
    let mut config = config.check()?;
    // The backups that the real vault holds are no part of a copy.
    config.vault = None;
    config.exercise = Some(Arc::clone(&exercise));
    let platform = Platform::start(config, options.clock.clone(), options.entropy.clone()).await?;
    let url = platform.url().to_owned();
    Ok(Rehearsal { url, codes, exercise, telephone, platform, store, options, folder })
}

/// The account of the person who plays, with printed codes: one to come in, others for what asks
/// for a second factor.
async fn player(store: &Store, options: &Options, at: Instant) -> Result<Vec<String>> {
    let scope = TenantScope::for_tenant(&options.tenant);
    let person = NewPerson { name: "Exercice", role: options.role };
    accounts::add(store, &Actor::CommandLine, at, &scope, &person).await?;
    let all = accounts::list(store, &scope).await?;
    let account = all.first().context("the account of the rehearsal is not there")?;
    Ok(accounts::print_codes(store, at, account, None).await?)
}

impl Rehearsal {
    /// Plays until the person ends it in the console, the time is up, or this future is dropped.
    ///
    /// # Errors
    /// When the copy fails.
    pub async fn play(&self, mut tell: impl FnMut(Told)) -> Result<()> {
        let mut logged_in_at = None;
        loop {
            let (now, progress) = (self.options.clock.now(), self.exercise.progress());
            if progress.ended_at.is_some() {
                return Ok(());
            }
            for message in self.telephone.received() {
                tell(Told::Message(message));
            }
            if progress.has(Step::LogIn) && progress.alarmed_at.is_none() {
                let since = *logged_in_at.get_or_insert(now);
                if now.ms_since(since) >= i64::try_from(CALM.as_millis()).unwrap_or(0) {
                    self.alarm(now).await?;
                }
            }
            self.declare_for_clerk(&progress, now).await?;
            let limit = i64::from(self.options.minutes) * MINUTE_MS;
            if progress.alarmed_at.is_some_and(|at| now.ms_since(at) >= limit) {
                self.exercise.end(now);
                tell(Told::TimeUp);
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The attack: an alarm as a guard would raise it, marked as played.
    async fn alarm(&self, at: Instant) -> Result<()> {
        let tenant = &self.options.tenant;
        let alarm = Alarm {
            id: AlarmId::parse("rehearsal")?,
            tenant: tenant.clone(),
            kind: AlarmKind::FilesVanishing,
            guard: None,
            asset: Some(catalogue::asset_id(tenant, "file_server")?),
            first_at: at.plus_ms(-MINUTE_MS),
            raised_at: at,
            received_at: at,
            repeats: 0,
            touched: TOUCHED,
            stopped_at: None,
            simulated: true,
            detail: json!({ "suspicion": "mass_disappearance" }),
            state: AlarmState::Open,
        };
        let tenants = std::slice::from_ref(tenant);
        let mut tx = self.store.begin(tenants, &Actor::Platform, at).await?;
        alarms::raise(&mut tx, &alarm, 1).await?;
        tx.commit().await?;
        self.exercise.alarmed(at);
        Ok(())
    }

    /// A clerk may not declare: the program plays whoever may.
    async fn declare_for_clerk(&self, progress: &Progress, now: Instant) -> Result<()> {
        let answered = progress.taken().into_iter().find(|taken| taken.step == Step::Answer);
        let answered = answered.and_then(|taken| taken.ms).zip(progress.alarmed_at);
        let Some((ms, alarmed_at)) = answered else { return Ok(()) };
        if progress.steps.contains(&Step::Declare)
            || now.ms_since(alarmed_at) < ms + DECLARE_AFTER_MS
        {
            return Ok(());
        }
        let scope = TenantScope::for_tenant(&self.options.tenant);
        let open = beffroi_store::incidents::open(&mut self.store.read().await?, &scope).await?;
        if !open.is_empty() {
            return Ok(());
        }
        let deed = Deed { store: &self.store, actor: &Actor::CommandLine, at: now, scope: &scope };
        let what = incidents::Declaration {
            nature: Nature::Cyberattack,
            noticed_at: alarmed_at,
            others: Vec::new(),
            alarm: Some(AlarmId::parse("rehearsal")?),
            states: vec![(
                catalogue::asset_id(&self.options.tenant, "file_server")?,
                AssetState::Down,
            )],
        };
        incidents::declare(&deed, &what).await?;
        Ok(())
    }

    /// How far the person came.
    pub fn progress(&self) -> Progress {
        self.exercise.progress()
    }

    /// What the real town lacks.
    pub fn gaps(&self) -> &[(beffroi_town::rehearsal::Gap, usize)] {
        &self.exercise.gaps
    }

    /// Closes the copy, removes its folder, and keeps in the real store that somebody rehearsed,
    /// unless nobody ever came in.
    ///
    /// # Errors
    /// When the folder cannot be removed or the real store cannot be written.
    pub async fn close(self) -> Result<()> {
        let now = self.options.clock.now();
        self.exercise.end(now);
        let progress = self.exercise.progress();
        self.platform.stop().await;
        self.store.close().await;
        self.folder.close().context("remove the copy")?;
        if !progress.has(Step::LogIn) {
            return Ok(());
        }
        let done = Rehearsed::of(&progress, self.options.role, progress.ended_at.unwrap_or(now));
        let tenants = std::slice::from_ref(&self.options.tenant);
        let mut tx = self.options.real.begin(tenants, &Actor::CommandLine, now).await?;
        rehearsals::record(&mut tx, &self.options.tenant, &done).await?;
        tx.commit().await?;
        Ok(())
    }
}
