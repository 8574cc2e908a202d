//! The platform's own authority, in `tls/` of the data folder: for the guards' door, and for the
//! public one on a private network.
//!
//! Rules:
//! - `tls/` is made whole under another name and then renamed: nobody finds half of it. Its keys
//!   are readable by their owner alone; the authority's is sealed under the master key as well.
//! - The server's certificate is renewed with the same key, at a third of its life left or when the
//!   platform goes by another name. So what guards pin, the key, stays.
//! - The authority's certificate is renewed with the same key too, while it still outlives what it
//!   signs; browsers must then be given the newer one.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    net::IpAddr,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use beffroi_store::Store;
use beffroi_town::Instant;
use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::{bad, certified, key_sha256, validity};
use crate::PlatformError;

/// How long the authority's certificate is good.
const AUTHORITY_DAYS: u64 = 3_650;
/// How long a server's certificate is good: browsers refuse longer ones.
const SERVER_DAYS: u64 = 397;
/// Certificates begin a day early: clocks differ.
const EARLY_DAYS: i64 = 1;
const DAY_MS: i64 = 86_400_000;
/// The label that the authority's key is sealed under.
const SEAL: &str = "tls authority";

const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca.key.sealed";
const SERVER: &str = "server.pem";
const SERVER_KEY: &str = "server.key";

/// The platform's own authority and the certificate that it gave the platform.
#[derive(Clone, Debug)]
pub struct Own {
    folder: PathBuf,
}

impl Own {
    /// Opens it in the data folder; makes it the first time.
    ///
    /// # Errors
    /// [`PlatformError::Tls`] names the file that cannot be made or used.
    pub fn open(
        data: &Path,
        store: &Store,
        names: &BTreeSet<String>,
        now: Instant,
    ) -> Result<Self, PlatformError> {
        let own = Self { folder: data.join("tls") };
        if own.folder.is_dir() {
            own.check()?;
        } else {
            make(&own.folder, store, names, now)?;
        }
        Ok(own)
    }

    /// Names what is missing of a folder that was left incomplete.
    fn check(&self) -> Result<(), PlatformError> {
        for name in [AUTHORITY, AUTHORITY_KEY, SERVER, SERVER_KEY] {
            let path = self.folder.join(name);
            if !path.is_file() {
                let advice = "it is missing: put it back from a backup; or move its folder away, \
                              and a new authority is made: then enrol each guard again and give \
                              browsers the new certificate";
                return Err(bad(&path, &advice));
            }
        }
        Ok(())
    }

    /// The authority's certificate, for browsers to trust.
    ///
    /// # Errors
    /// [`PlatformError::Tls`] when it cannot be read.
    pub fn authority(&self) -> Result<CertificateDer<'static>, PlatformError> {
        self.certificate(AUTHORITY)
    }

    /// What guards pin: SHA-256 of the server's key.
    ///
    /// # Errors
    /// [`PlatformError::Tls`] when the server's certificate cannot be read.
    pub fn key_sha256(&self) -> Result<String, PlatformError> {
        let path = self.folder.join(SERVER);
        key_sha256(&self.certificate(SERVER)?).ok_or_else(|| bad(&path, &"it is damaged"))
    }

    fn certificate(&self, name: &str) -> Result<CertificateDer<'static>, PlatformError> {
        let path = self.folder.join(name);
        CertificateDer::from_pem_file(&path).map_err(|error| bad(&path, &error))
    }

    /// What a door shows: the server's certificate, then the authority's.
    pub(crate) fn certified(&self) -> Result<CertifiedKey, PlatformError> {
        let path = self.folder.join(SERVER_KEY);
        let chain = vec![self.certificate(SERVER)?, self.authority()?];
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|error| bad(&path, &error))?;
        certified(&path, chain, key)
    }

    /// Renews what is due, with the keys that are there. True when something was renewed.
    ///
    /// # Errors
    /// [`PlatformError::Tls`]; what was there is then still there.
    pub(crate) fn renew_if_due(
        &self,
        store: &Store,
        names: &BTreeSet<String>,
        now: Instant,
    ) -> Result<bool, PlatformError> {
        let authority_due = is_due(&self.authority()?, now);
        let server = self.certificate(SERVER)?;
        let borne = names_of(&server);
        if !authority_due && !is_due(&server, now) && names.is_subset(&borne) {
            return Ok(false);
        }
        let seal = self.folder.join(AUTHORITY_KEY);
        let sealed = fs::read_to_string(&seal).map_err(|error| bad(&seal, &error))?;
        let key = store.open_sealed(SEAL, sealed.trim()).map_err(|error| bad(&seal, &error))?;
        let key = KeyPair::try_from(key).map_err(|error| bad(&seal, &error))?;
        let path = self.folder.join(SERVER_KEY);
        let server_key = fs::read_to_string(&path).map_err(|error| bad(&path, &error))?;
        let server_key = KeyPair::from_pem(&server_key).map_err(|error| bad(&path, &error))?;
        let issuer = if authority_due {
            let params = self.authority_again(store, now)?;
            let made = params.self_signed(&key).map_err(|error| bad(&self.folder, &error))?;
            write_over(&self.folder.join(AUTHORITY), made.pem().as_bytes())?;
            tracing::warn!("the platform's own authority was renewed: give it to the browsers");
            Issuer::new(params, key)
        } else {
            let pem = self.authority()?;
            Issuer::from_ca_cert_der(&pem, key).map_err(|error| bad(&self.folder, &error))?
        };
        let made = server_params(store, names, now)
            .and_then(|params| params.signed_by(&server_key, &issuer))
            .map_err(|error| bad(&self.folder, &error))?;
        write_over(&self.folder.join(SERVER), made.pem().as_bytes())?;
        Ok(true)
    }

    /// The authority anew, under the name it has.
    fn authority_again(
        &self,
        store: &Store,
        now: Instant,
    ) -> Result<CertificateParams, PlatformError> {
        let path = self.folder.join(AUTHORITY);
        let der = self.authority()?;
        let named = x509_parser::parse_x509_certificate(&der).ok().and_then(|(_, parsed)| {
            let name = parsed.subject().iter_common_name().next()?.as_str().ok()?;
            Some(name.to_owned())
        });
        Ok(authority_params(store, named.ok_or_else(|| bad(&path, &"it has no name"))?, now))
    }
}

/// Whether no more than a third of its life is left, or what is left cannot be read.
fn is_due(certificate: &CertificateDer<'_>, now: Instant) -> bool {
    validity(certificate)
        .is_none_or(|(from, until)| until.ms_since(now) <= until.ms_since(from) / 3)
}

/// The names and addresses that a certificate is for.
fn names_of(certificate: &CertificateDer<'_>) -> BTreeSet<String> {
    use x509_parser::extensions::GeneralName;
    let address = |bytes: &[u8]| match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    };
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else {
        return BTreeSet::new();
    };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return BTreeSet::new() };
    let names = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    names.collect()
}

/// Makes authority and server certificate in a folder of another name, then gives it its own.
fn make(
    folder: &Path,
    store: &Store,
    names: &BTreeSet<String>,
    now: Instant,
) -> Result<(), PlatformError> {
    let failed = |error: &dyn std::error::Error| bad(folder, &error.to_string());
    let tag = HEXLOWER.encode(&random::<4>(store));
    let authority = authority_params(store, format!("Beffroi {tag}"), now);
    let new_key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
    let (key, server_key) =
        (new_key().map_err(|e| failed(&e))?, new_key().map_err(|e| failed(&e))?);
    let ca = authority.self_signed(&key).map_err(|e| failed(&e))?;
    let closed = store.seal(SEAL, key.serialized_der()).map_err(|e| failed(&e))?;
    let issuer = Issuer::new(authority, key);
    let server = server_params(store, names, now)
        .and_then(|params| params.signed_by(&server_key, &issuer))
        .map_err(|e| failed(&e))?;
    let draft = folder.with_file_name(format!("tls.{tag}"));
    let written = || -> io::Result<()> {
        fs::DirBuilder::new().mode(0o700).create(&draft)?;
        write_new(&draft.join(AUTHORITY), ca.pem().as_bytes())?;
        write_new(&draft.join(AUTHORITY_KEY), closed.as_bytes())?;
        write_new(&draft.join(SERVER), server.pem().as_bytes())?;
        write_new(&draft.join(SERVER_KEY), server_key.serialize_pem().as_bytes())?;
        fs::File::open(&draft)?.sync_all()?;
        // Two who make it at once: the second finds a folder in its place and takes that.
        match fs::rename(&draft, folder) {
            Err(_) if folder.is_dir() => fs::remove_dir_all(&draft),
            other => other,
        }?;
        folder.parent().map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
    };
    written().map_err(|error| failed(&error))
}

fn authority_params(store: &Store, name: String, now: Instant) -> CertificateParams {
    let mut params = dated(store, now, AUTHORITY_DAYS);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_params(
    store: &Store,
    names: &BTreeSet<String>,
    now: Instant,
) -> Result<CertificateParams, rcgen::Error> {
    let addressed = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    let mut params = dated(store, now, SERVER_DAYS);
    params.subject_alt_names = addressed.subject_alt_names;
    params.distinguished_name.push(DnType::CommonName, "Beffroi");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Dates and a serial number of its own: browsers refuse two certificates with the same.
fn dated(store: &Store, now: Instant, days: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let from = u64::try_from(now.plus_ms(-EARLY_DAYS * DAY_MS).ms() / 1_000).unwrap_or(0);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(from);
    params.not_after = params.not_before + Duration::from_hours(24 * days);
    let mut serial = random::<16>(store);
    if let Some(first) = serial.first_mut() {
        // Positive, and never shorter than it looks.
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params
}

fn random<const N: usize>(store: &Store) -> [u8; N] {
    let mut bytes = [0; N];
    store.entropy().fill(&mut bytes);
    bytes
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes beside and renames: a reader finds the earlier one or the newer one, whole.
fn write_over(path: &Path, bytes: &[u8]) -> Result<(), PlatformError> {
    let half = path.with_extension("half");
    let written = || {
        match fs::remove_file(&half) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        write_new(&half, bytes)?;
        fs::rename(&half, path)?;
        path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
    };
    written().map_err(|error| bad(path, &error))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, sync::Arc};

    use beffroi_store::Location;

    use super::*;
    use crate::edge::SystemEntropy;

    const NOW: Instant = Instant::from_ms(1_714_035_840_000);

    async fn store(folder: &Path) -> Store {
        let location = Location::Folder(folder.to_owned());
        Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap()
    }

    fn names() -> BTreeSet<String> {
        BTreeSet::from(["mairie.example".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])
    }

    #[tokio::test]
    async fn it_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path()).await;
        // Several at once: all of them end up with the same.
        let keys: BTreeSet<String> = std::thread::scope(|scope| {
            let make = || Own::open(folder.path(), &store, &names(), NOW)?.key_sha256();
            let all: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            all.into_iter().map(|one| one.join().unwrap().unwrap()).collect()
        });
        assert_eq!(keys.len(), 1);
        let tls = folder.path().join("tls");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&tls), 0o700);
        for entry in fs::read_dir(&tls).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
        let drafts = fs::read_dir(folder.path()).unwrap();
        let named = |name: &str| name.starts_with("tls");
        let left = drafts.filter(|one| named(one.as_ref().unwrap().file_name().to_str().unwrap()));
        assert_eq!(left.count(), 1, "no draft is left");
        let own = Own { folder: tls.clone() };
        assert_eq!(names_of(&own.certificate(SERVER).unwrap()), names());
        let sealed = fs::read_to_string(tls.join(AUTHORITY_KEY)).unwrap();
        assert!(!sealed.contains("PRIVATE KEY"));
    }

    #[tokio::test]
    async fn what_is_missing_or_of_another_platform_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let (here, there) = (store(folder.path()).await, store(other.path()).await);
        let own = Own::open(folder.path(), &here, &names(), NOW).unwrap();
        let later = NOW.plus_ms(300 * DAY_MS);
        let said = own.renew_if_due(&there, &names(), later).unwrap_err().to_string();
        assert!(said.contains(AUTHORITY_KEY), "{said}");
        assert!(own.certified().is_ok(), "what was there is still there");
        fs::remove_file(folder.path().join("tls").join(SERVER_KEY)).unwrap();
        let said = Own::open(folder.path(), &here, &names(), NOW).unwrap_err().to_string();
        assert!(said.contains(SERVER_KEY) && said.contains("backup"), "{said}");
    }
}
