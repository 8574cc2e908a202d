//! The mirror: the public pages on another host, for when this one is gone.
//!
//! Rules:
//! - Plain files: whatever serves files serves them. Each is replaced in one step; a page that did
//!   not change is not sent.
//! - `mirror.json` lists every file with its hash and says when all of it was true, signed by the
//!   platform ([`listing`]): a page planted or altered on the other host is found out.
//! - Nothing on the other host is removed but what the mirror itself had put there.
//! - It waits for nobody and nobody waits for it.

pub mod listing;
mod verify;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::PathBuf,
};

use beffroi_store::Store;
use beffroi_town::{Instant, TenantId};
use serde::Serialize;

use crate::{
    backup::format::sha256,
    config::Config,
    export::{self, ExportError},
    remote,
};
use listing::{LISTING, Listing};
pub use verify::{MirrorFault, MirrorReport, verify};

/// Why the mirror is not up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorError {
    /// Nobody asked for a mirror.
    #[error(
        "there is no mirror: write [mirror] folder = \"DIR\" or rsync = \"user@host:/folder\" in the \
         configuration"
    )]
    NotWanted,
    /// The pages could not be made.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The store.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    /// A file of the mirror.
    #[error("cannot write {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The other host.
    #[error("{host} was not reached: {why}")]
    Host {
        /// Which.
        host: String,
        /// Why.
        why: String,
    },
}

/// What of the mirror must be made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Everything.
    All,
    /// The pages of these tenants.
    Some(BTreeSet<TenantId>),
}

impl Work {
    /// Nothing.
    pub const fn nothing() -> Self {
        Self::Some(BTreeSet::new())
    }

    /// Whether there is none.
    pub fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }

    /// This and more.
    pub fn add(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::Some(all), Self::Some(more)) => all.extend(more),
        }
    }
}

/// How the mirror stands, as it is noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mirrored {
    /// When everything in it was true.
    pub true_at: Instant,
    /// How many files it has.
    pub files: usize,
    /// How many of them were sent this time.
    pub sent: usize,
    /// Where it is.
    pub places: Vec<String>,
}

/// The mirror and what is known of it.
pub struct Mirror {
    store: Store,
    config: Config,
    folder: PathBuf,
    /// Every file, with its hash.
    files: BTreeMap<String, String>,
    /// Files that the other host does not have as they are now.
    unsent: BTreeSet<String>,
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mirror").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Mirror {
    /// Ready; knows what an earlier run had put there, so that it can take away what is no more.
    ///
    /// # Errors
    /// [`MirrorError::NotWanted`].
    pub fn new(store: &Store, config: &Config) -> Result<Self, MirrorError> {
        if !config.mirror.is_wanted() {
            return Err(MirrorError::NotWanted);
        }
        let own = config.folder.join("mirror");
        let folder = config.mirror.folder.clone().unwrap_or(own);
        let earlier = fs::read_to_string(folder.join(LISTING)).ok();
        let earlier = earlier.and_then(|text| Listing::read(&text).ok());
        Ok(Self {
            store: store.clone(),
            config: config.clone(),
            folder,
            files: earlier.map(|(listing, _)| listing.files).unwrap_or_default(),
            unsent: BTreeSet::new(),
        })
    }

    /// Makes the pages that changed, signs the list, sends what is new.
    ///
    /// # Errors
    /// [`MirrorError`]; do the same work again later.
    pub async fn bring_up_to_date(
        &mut self,
        work: &Work,
        at: Instant,
    ) -> Result<Mirrored, MirrorError> {
        let open: BTreeSet<TenantId> =
            export::open_tenants(&self.store).await?.into_iter().collect();
        let mut gone = BTreeSet::new();
        match work {
            Work::All => {
                let folders: BTreeSet<String> = open.iter().map(export::folder).collect();
                let is_gone = |name: &&String| !folders.contains(town_of(name));
                gone.extend(self.files.keys().filter(is_gone).cloned());
                for tenant in &open {
                    gone.extend(self.refresh(tenant, at).await?);
                }
            }
            Work::Some(tenants) => {
                for tenant in tenants {
                    gone.extend(self.refresh(tenant, at).await?);
                }
            }
        }
        for name in gone {
            self.remove(&name)?;
        }
        self.write_listing(at)?;
        let sent = self.unsent.len();
        self.send().await?;
        self.unsent.clear();
        Ok(Mirrored { true_at: at, files: self.files.len(), sent, places: self.places() })
    }

    /// Where the mirror is, for people.
    fn places(&self) -> Vec<String> {
        let folder = self.config.mirror.folder.as_ref().map(|path| path.display().to_string());
        let remote = self.config.mirror.remote.as_ref();
        folder.into_iter().chain(remote.map(ToString::to_string)).collect()
    }

    /// Makes one tenant's pages; the names of files that it had and has no more.
    async fn refresh(
        &mut self,
        tenant: &TenantId,
        at: Instant,
    ) -> Result<Vec<String>, MirrorError> {
        let url = self.config.doors.public_url.as_deref();
        let pages = export::town_files(&self.store, tenant, url, at).await?.unwrap_or_default();
        let folder = export::folder(tenant);
        let known = self.files.range(format!("{folder}/")..).map(|(name, _)| name);
        let mut gone: BTreeSet<String> =
            known.take_while(|name| town_of(name) == folder).cloned().collect();
        for (name, bytes) in pages {
            gone.remove(&name);
            let hash = sha256(&bytes);
            let path = self.folder.join(&name);
            if self.files.get(&name) != Some(&hash) || !path.exists() {
                export::replace(&path, &bytes)
                    .map_err(|source| MirrorError::File { path, source })?;
                self.files.insert(name.clone(), hash);
                self.unsent.insert(name);
            }
        }
        Ok(gone.into_iter().collect())
    }

    fn remove(&mut self, name: &str) -> Result<(), MirrorError> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(MirrorError::File { path, source }),
        }
        self.files.remove(name);
        self.unsent.insert(name.to_owned());
        Ok(())
    }

    fn write_listing(&mut self, at: Instant) -> Result<(), MirrorError> {
        let listing = Listing {
            true_at: at,
            key: self.store.platform_public_key()?,
            files: self.files.clone(),
        };
        let text = listing.signed(&self.store.platform_key()?);
        let path = self.folder.join(LISTING);
        export::replace(&path, text.as_bytes())
            .map_err(|source| MirrorError::File { path, source })?;
        self.unsent.insert(LISTING.to_owned());
        Ok(())
    }

    async fn send(&self) -> Result<(), MirrorError> {
        let Some(to) = &self.config.mirror.remote else { return Ok(()) };
        let names: Vec<String> = self.unsent.iter().cloned().collect();
        remote::push_tree(&self.folder, &names, to, &self.config.folder)
            .await
            .map_err(|why| MirrorError::Host { host: to.host.clone(), why })
    }

    /// The other host may have lost everything: send it all the next time.
    pub fn send_everything(&mut self) {
        self.unsent.extend(self.files.keys().cloned());
    }
}

/// The folder of the town whose file it is: `c/59273` of `c/59273/en/index.html`.
fn town_of(name: &str) -> &str {
    let end = name.match_indices('/').nth(1).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}
