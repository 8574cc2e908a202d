//! Sealing and opening: age (X25519) around gzip.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use age::{DecryptError, Decryptor, Encryptor, stream::StreamWriter, x25519};
use beffroi_store::load::{self, LoadError};
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};

use super::{
    BackupError,
    format::{self, Fault, Front},
};

/// The key that opens backups. Never printed but on the recovery sheet.
pub type Identity = x25519::Identity;

/// How a sealed file begins.
const AGE: &[u8] = b"age-encryption.org/v1";
/// How an unsealed one does.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// A new key, and who it opens for: what `[backup] recipient` takes.
pub fn new_identity() -> (String, String) {
    use age::secrecy::ExposeSecret as _;
    let identity = Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
}

/// Whether a file begins as a sealed one does.
pub fn is_sealed(path: &Path) -> bool {
    let mut start = vec![0; AGE.len()];
    let read = File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == AGE
}

/// Reads the key from a file; lines that begin with `#` and what surrounds it do not matter.
pub fn read_identity(path: &Path) -> Result<Identity, BackupError> {
    let text = std::fs::read_to_string(path).map_err(BackupError::file("read", path))?;
    text.lines()
        .map(str::trim)
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"))
        .and_then(|line| line.parse().ok())
        .ok_or_else(|| BackupError::BadIdentity(path.to_owned()))
}

/// Where the lines of a backup go.
pub(super) enum Sink {
    Sealed(GzEncoder<StreamWriter<BufWriter<File>>>),
    Clear(GzEncoder<BufWriter<File>>),
}

impl Sink {
    /// Seals for these, or not at all.
    pub(super) fn new(file: File, recipients: &[x25519::Recipient]) -> io::Result<Self> {
        let file = BufWriter::new(file);
        if recipients.is_empty() {
            return Ok(Self::Clear(GzEncoder::new(file, Compression::default())));
        }
        let all = recipients.iter().map(|one| one as &dyn age::Recipient);
        let sealed = Encryptor::with_recipients(all).map_err(io::Error::other)?;
        let stream = sealed.wrap_output(file)?;
        Ok(Self::Sealed(GzEncoder::new(stream, Compression::default())))
    }

    /// Writes the ends of every layer and flushes the file.
    pub(super) fn finish(self) -> io::Result<File> {
        let file = match self {
            Self::Sealed(gzip) => gzip.finish()?.finish()?,
            Self::Clear(gzip) => gzip.finish()?,
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Sealed(gzip) => gzip.write(bytes),
            Self::Clear(gzip) => gzip.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Sealed(gzip) => gzip.flush(),
            Self::Clear(gzip) => gzip.flush(),
        }
    }
}

/// A backup that is open: what stands in front was read, the rows come next.
pub struct Opened {
    /// What stands in front.
    pub front: Front,
    /// Whether it was sealed.
    pub sealed: bool,
    /// The rows and the end.
    pub rest: Box<dyn BufRead + Send>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("front", &self.front).finish_non_exhaustive()
    }
}

/// Opens a backup and reads what stands in front.
///
/// # Errors
/// [`BackupError`] says whether it is another program's, sealed for another key or damaged.
pub fn open(path: &Path, identity: Option<&Identity>) -> Result<Opened, BackupError> {
    let file = File::open(path).map_err(BackupError::file("read", path))?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file.fill_buf().map_err(BackupError::file("read", path))?;
    let sealed = start.starts_with(AGE);
    if !sealed && !start.starts_with(GZIP) {
        return Err(BackupError::NotOurs(path.to_owned()));
    }
    let mut rest: Box<dyn BufRead + Send> = if sealed {
        let identity = identity.ok_or_else(|| BackupError::NeedsIdentity(path.to_owned()))?;
        let opened = Decryptor::new_buffered(file)
            .and_then(|sealed| sealed.decrypt(std::iter::once(identity as &dyn age::Identity)))
            .map_err(|error| unsealed(path, error))?;
        Box::new(BufReader::new(GzDecoder::new(BufReader::with_capacity(1 << 16, opened))))
    } else {
        Box::new(BufReader::new(GzDecoder::new(file)))
    };
    let front = format::read_front(&mut *rest).map_err(|fault| told(path, fault))?;
    Ok(Opened { front, sealed, rest })
}

fn unsealed(path: &Path, error: DecryptError) -> BackupError {
    let path = path.to_owned();
    match error {
        DecryptError::NoMatchingKeys => BackupError::OtherIdentity(path),
        DecryptError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            BackupError::File { doing: "read", path, source }
        }
        DecryptError::UnknownFormat => BackupError::NotOurs(path),
        other => BackupError::Damaged { path, fault: format!("its seal: {other}") },
    }
}

/// A fault inside a file, with the file's name.
pub(crate) fn told(path: &Path, fault: Fault) -> BackupError {
    let path = path.to_owned();
    match fault {
        Fault::NotOurs => BackupError::NotOurs(path),
        Fault::Newer(form) => BackupError::NewerForm { path, form },
        Fault::Damaged(fault) => BackupError::Damaged { path, fault },
    }
}

/// Reads a backup to its end and checks every count and hash; what stands in front.
///
/// # Errors
/// As [`open`], and [`BackupError::Damaged`] with the first thing wrong.
pub fn check(path: &Path, identity: Option<&Identity>) -> Result<Opened, BackupError> {
    let mut opened = open(path, identity)?;
    load::check(&opened.front.manifest.contents, &mut *opened.rest).map_err(|error| {
        let fault = match error {
            LoadError::Read(error) => error.to_string(),
            other => other.to_string(),
        };
        BackupError::Damaged { path: path.to_owned(), fault }
    })?;
    format::read_end(&mut *opened.rest).map_err(|fault| told(path, fault))?;
    Ok(opened)
}
