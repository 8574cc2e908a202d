//! Making a repository through its door, and the sheet that lets it be opened when its server is
//! lost.
//!
//! Rules: the password lies on this host's disk before the repository exists, so that none can be
//! made that nobody opens; done twice is done once. The vault takes one key and one set of settings
//! and no other after them.

use beffroi_town::{
    Instant,
    edge::Entropy,
    vault::{ObjectKind, sheet},
};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use crate::{
    access::{Access, Place},
    error::BackupError,
    id::Id,
    key, polynomial,
    repository::Repository,
    seal::Key,
    source::{Rest, SourceError},
};

/// What was made of a repository.
#[derive(Debug)]
pub struct Made {
    /// Whether it is new; else it was there, and the password opens it.
    pub is_new: bool,
    /// The check code of its recovery sheet.
    pub code: String,
}

/// Makes the repository that a password is to open, or opens it when it is there; and tells its
/// server of the recovery sheet.
///
/// # Errors
/// [`BackupError`] when nobody answers, or another password's repository is there.
pub fn make(access: &Access, entropy: &dyn Entropy, at: Instant) -> Result<Made, BackupError> {
    let Place::Rest { url, authority } = &access.place else {
        let fault = "a repository in a folder is made with 'restic init'".to_owned();
        return Err(BackupError::Choice(fault));
    };
    let door = Rest::new(url, authority.as_deref(), access.patience)?;
    let failed = |doing| BackupError::source(doing);
    door.send("?create=true", &[]).map_err(failed("reach the repository"))?;
    let bytes_max = ObjectKind::Config.bytes_max();
    let is_new = match door.whole(ObjectKind::Config, None, bytes_max) {
        Ok(_) => false,
        Err(SourceError::Absent) => true,
        Err(error) => return Err(failed("look into the repository")(error)),
    };
    if is_new {
        found(&door, access, entropy, at)?;
    }
    // What was sent is read back as a restore would read it, before anybody relies on it.
    let repository = Repository::open(access)?;
    let code = code(&access.password, repository.id())?;
    let proof = digest(&SHA256, sheet::proof_text(&code).as_bytes());
    let proof = HEXLOWER.encode(proof.as_ref());
    match door.send("sheet", proof.as_bytes()) {
        Ok(()) => Ok(Made { is_new, code }),
        Err(error) => Err(failed("tell the platform of the recovery sheet")(error)),
    }
}

/// Hands a password over to the repository's server, sealed for the town's recovery sheet.
///
/// # Errors
/// [`BackupError`] when nobody answers, or the town has no recovery sheet with this public half.
pub fn hand_over_sealed(
    access: &Access,
    (recipient, sealed): (&str, &str),
) -> Result<(), BackupError> {
    let Place::Rest { url, authority } = &access.place else {
        let fault = "a repository in a folder has nobody to keep its password".to_owned();
        return Err(BackupError::Choice(fault));
    };
    let door = Rest::new(url, authority.as_deref(), access.patience)?;
    door.send("sealed", format!("{recipient}\n{sealed}").as_bytes())
        .map_err(BackupError::source("hand the sealed password over"))
}

fn found(
    door: &Rest,
    access: &Access,
    entropy: &dyn Entropy,
    at: Instant,
) -> Result<(), BackupError> {
    let mut chance = [0; 64];
    entropy.fill(&mut chance);
    let master = Key::from_bytes(&chance);
    let file = key::make(&master, &access.password, entropy, &rfc3339(at));
    let file = file.ok_or_else(|| BackupError::Damaged {
        what: "the key",
        fault: "it cannot be made".to_owned(),
    })?;
    let name = Id::of(&file);
    let path = format!("{}/{name}", ObjectKind::Keys.code());
    door.send(&path, &file).map_err(BackupError::source("send the key"))?;
    let (mut id, mut nonce) = ([0; 32], [0; 16]);
    entropy.fill(&mut id);
    entropy.fill(&mut nonce);
    let config = serde_json::json!({
        "version": 2,
        "id": HEXLOWER.encode(&id),
        "chunker_polynomial": polynomial::new(entropy),
    });
    let config = master.seal(nonce, config.to_string().as_bytes());
    door.send(ObjectKind::Config.code(), &config).map_err(BackupError::source("send the settings"))
}

fn rfc3339(at: Instant) -> String {
    Timestamp::from_millisecond(at.ms()).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// The check code of a repository's sheet. It costs as much to make as to try a password on a key.
fn code(password: &str, repository: &str) -> Result<String, BackupError> {
    let salt = format!("beffroi vault sheet code v1\n{repository}");
    let hash = key::slow_hash(password, salt.as_bytes()).ok_or_else(|| BackupError::Damaged {
        what: "the check code",
        fault: "it cannot be made".to_owned(),
    })?;
    Ok(sheet::code(&hash))
}
