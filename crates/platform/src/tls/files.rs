//! A certificate and a key in files of the operator's, read again when they change.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use tokio::time::{MissedTickBehavior, interval};

use super::{Shown, bad, certified};
use crate::PlatformError;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Reads a certificate chain and its key.
///
/// # Errors
/// [`PlatformError::Tls`] names the file and what is wrong with it.
pub(crate) fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, PlatformError> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(certificate, &error))?;
    if chain.is_empty() {
        return Err(bad(certificate, &"it holds no certificate"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, &error))?;
    certified(key, chain, private)
}

/// What tells a file from its successor, without reading it.
fn look(path: &Path) -> Option<(u64, u64, i64, i64)> {
    let seen = std::fs::metadata(path).ok()?;
    Some((seen.ino(), seen.size(), seen.mtime(), seen.mtime_nsec()))
}

/// Shows what the files hold from now on, whenever they change. A pair that cannot be used, as
/// while only one of the two is written yet, is said once and looked at again.
pub(crate) async fn follow(certificate: PathBuf, key: PathBuf, shown: Arc<Shown>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut used = (look(&certificate), look(&key));
    let mut refused = None;
    loop {
        ticks.tick().await;
        let seen = (look(&certificate), look(&key));
        if seen == used || Some(seen) == refused {
            continue;
        }
        match read(&certificate, &key) {
            Ok(newer) => {
                shown.exchange(newer);
                tracing::info!(file = %certificate.display(), "a newer certificate is shown");
                (used, refused) = (seen, None);
            }
            Err(error) => {
                tracing::warn!(%error, "the earlier certificate is still shown");
                refused = Some(seen);
            }
        }
    }
}
