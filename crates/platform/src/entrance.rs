//! The doors of the house as the configuration wants them: bound and given their TLS first, opened
//! once the house stands behind them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use beffroi_store::Store;
use beffroi_town::{Instant, edge::Clock};
use beffroi_vault::Vault;
use beffroi_web::{Doors, Front, guard_api, printer_api};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    PlatformError,
    config::{Config, Tls},
    door::{Behind, Door},
    reach::{self, Reach},
    tls::{Shown, acceptor, files, own::Own},
};

/// How often the own certificate is looked at.
const RENEW_EVERY: Duration = Duration::from_hours(1);

/// The doors, bound: whoever knocks waits until they are opened.
pub(crate) struct Entrance {
    /// The configuration, with the ports that were free in place of 0.
    config: Config,
    public: (TcpListener, Option<Arc<Shown>>),
    guards: Option<(TcpListener, Arc<Shown>)>,
    redirect: Option<TcpListener>,
    own: Option<(Own, Arc<Shown>)>,
    pub(crate) reach: Reach,
}

impl Entrance {
    /// Binds the doors and reads, makes or renews what they show.
    pub(crate) async fn bind(
        mut config: Config,
        store: &Store,
        clock: &dyn Clock,
    ) -> Result<Self, PlatformError> {
        let own = match open_own(&config, store, clock)? {
            None => None,
            Some(own) => {
                let shown = Shown::new(own.certified()?);
                Some((own, shown))
            }
        };
        let own_shown = || own.as_ref().map(|(_, shown)| Arc::clone(shown));
        let public_shown = match &config.doors.tls {
            None => None,
            Some(Tls::Own) => own_shown(),
            Some(Tls::Files { certificate, key }) => {
                Some(Shown::new(files::read(certificate, key)?))
            }
        };
        let public = bind(&mut config.doors.listen).await?;
        let redirect = match &mut config.doors.redirect {
            None => None,
            Some(address) => Some(bind(address).await?),
        };
        let guards = match (&mut config.doors.guards, own_shown()) {
            (Some(door), Some(shown)) => Some((bind(&mut door.listen).await?, shown)),
            _ => None,
        };
        let reach = reach::for_guards(&config, own.as_ref().map(|(own, _)| own))?;
        Ok(Self { config, public: (public, public_shown), guards, redirect, own, reach })
    }

    /// The address of the public door.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.config.doors.listen
    }

    /// The address of the guards' own door.
    pub(crate) fn guards_address(&self) -> Option<SocketAddr> {
        self.config.doors.guards.as_ref().map(|door| door.listen)
    }

    /// The address that sends on whoever comes in the clear.
    pub(crate) const fn redirect_address(&self) -> Option<SocketAddr> {
        self.config.doors.redirect
    }

    /// The very address that the public door listens on, as a URL.
    pub(crate) fn here(&self) -> String {
        let scheme = if self.public.1.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address())
    }

    /// Opens the doors, and keeps what they show fresh.
    pub(crate) fn open(
        self,
        (doors, vault): (Doors, Option<Vault>),
        stop: &watch::Receiver<bool>,
        rounds: &mut JoinSet<()>,
    ) -> Result<JoinSet<()>, PlatformError> {
        let clock = Arc::clone(&doors.clock);
        let store = doors.store.clone();
        let mut open = JoinSet::new();
        if let Some((listener, shown)) = self.guards {
            let machines = guard_api::routes().merge(printer_api::routes());
            let behind = Behind::Guards(machines.with_state(doors.clone()));
            let tls = Some(acceptor(shown)?);
            let door = Door { listener, behind, tls, tls_proxies: Vec::new() };
            open.spawn(door.keep_open(stop.clone()));
        }
        if let (Some(listener), Some(url)) = (self.redirect, &self.config.doors.public_url) {
            let behind = Behind::Way(url.clone());
            let door = Door { listener, behind, tls: None, tls_proxies: Vec::new() };
            open.spawn(door.keep_open(stop.clone()));
        }
        let (listener, shown) = self.public;
        if let (Some(Tls::Files { certificate, key }), Some(shown)) =
            (&self.config.doors.tls, &shown)
        {
            rounds.spawn(files::follow(certificate.clone(), key.clone(), Arc::clone(shown)));
        }
        if let Some((own, shown)) = self.own {
            rounds.spawn(keep_own(own, shown, store, clock, self.config.clone()));
        }
        let tls: Option<TlsAcceptor> = shown.map(acceptor).transpose()?;
        let tls_proxies = self.config.doors.tls_proxies;
        let behind = Behind::House(Box::new(Front::new(doors)), vault);
        open.spawn(Door { listener, behind, tls, tls_proxies }.keep_open(stop.clone()));
        Ok(open)
    }
}

/// The platform's own authority, where a door needs it; renewed when that is due.
///
/// # Errors
/// [`PlatformError::Tls`] names what cannot be made or used.
pub fn open_own(
    config: &Config,
    store: &Store,
    clock: &dyn Clock,
) -> Result<Option<Own>, PlatformError> {
    if config.doors.guards.is_none() && config.doors.tls != Some(Tls::Own) {
        return Ok(None);
    }
    let (names, now) = (reach::names(config), clock.now());
    let own = Own::open(&config.folder, store, &names, now)?;
    own.renew_if_due(store, &names, now)?;
    Ok(Some(own))
}

/// Takes an address, and notes the port where any was asked for.
async fn bind(address: &mut SocketAddr) -> Result<TcpListener, PlatformError> {
    let busy = |source| PlatformError::Listen { address: *address, source };
    let listener = TcpListener::bind(*address).await.map_err(busy)?;
    *address = listener.local_addr().map_err(busy)?;
    Ok(listener)
}

/// Renews the own certificate when that is due, for as long as the platform runs.
async fn keep_own(
    own: Own,
    shown: Arc<Shown>,
    store: Store,
    clock: Arc<dyn Clock>,
    config: Config,
) {
    let mut ticks = interval(RENEW_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match renew(&own, &shown, &store, &config, clock.now()) {
            Ok(false) => {}
            Ok(true) => tracing::info!("the platform's own certificate was renewed"),
            Err(error) => tracing::error!(%error, "the own certificate was not renewed"),
        }
    }
}

/// Renews what is due and shows it from now on.
fn renew(
    own: &Own,
    shown: &Shown,
    store: &Store,
    config: &Config,
    now: Instant,
) -> Result<bool, PlatformError> {
    let renewed = own.renew_if_due(store, &reach::names(config), now)?;
    if renewed {
        shown.exchange(own.certified()?);
    }
    Ok(renewed)
}

#[cfg(test)]
mod tests {
    use beffroi_store::Location;

    use super::*;
    use crate::{
        config::RawConfig,
        edge::SystemEntropy,
        tls::{key_sha256, validity},
    };

    #[tokio::test]
    async fn a_renewed_certificate_is_shown_with_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap();
        let raw = "[doors]\ntls = \"own\"\npublic_url = \"https://mairie.example\"";
        let config = toml::from_str::<RawConfig>(raw).unwrap().check().unwrap();
        let names = reach::names(&config);
        assert!(names.contains("mairie.example") && names.contains("127.0.0.1"), "{names:?}");
        let start = Instant::from_ms(1_714_035_840_000);
        let own = Own::open(folder.path(), &store, &names, start).unwrap();
        let shown = Shown::new(own.certified().unwrap());
        let first = shown.now();
        let at_day = |day: i64| start.plus_ms(day * 86_400_000);
        assert!(!renew(&own, &shown, &store, &config, at_day(263)).unwrap(), "not due yet");
        assert!(renew(&own, &shown, &store, &config, at_day(264)).unwrap());
        assert!(!renew(&own, &shown, &store, &config, at_day(265)).unwrap(), "renewed once");
        let second = shown.now();
        let (one, other) = (first.cert.first().unwrap(), second.cert.first().unwrap());
        assert_ne!(one, other);
        assert_eq!(key_sha256(one), key_sha256(other));
        assert_eq!(key_sha256(other).unwrap(), own.key_sha256().unwrap());
        let (from, until) = validity(other).unwrap();
        assert!(until.ms_since(from) <= 397 * 86_400_000);
        assert!(until > at_day(264 + 390));
        assert_eq!(first.cert.get(1), second.cert.get(1), "the authority is still the same");
        // Another name is reason enough.
        let raw = raw.replace("mairie", "ville");
        let config = toml::from_str::<RawConfig>(&raw).unwrap().check().unwrap();
        assert!(renew(&own, &shown, &store, &config, at_day(266)).unwrap());
        // After years the authority itself, with its key and name.
        let old = own.authority().unwrap();
        assert!(renew(&own, &shown, &store, &config, at_day(2_500)).unwrap());
        let new = own.authority().unwrap();
        assert!(old != new && key_sha256(&old) == key_sha256(&new));
        assert_eq!(key_sha256(shown.now().cert.first().unwrap()), key_sha256(one));
    }
}
