//! A printed code lifts this host's cut at its own console, with the platform out of reach.
//!
//! Rules:
//! - The host keeps no code: what it keeps ([`verifier`]) only tells whether one is right.
//! - A code is good once. Whoever used it is shown the next one, which replaces it on paper.
//! - Each wrong code makes the next one wait longer. It is counted, durably, before it is looked at.
//! - It is no wall: who is root here can take the cut away by hand. It lets somebody lift it who
//!   knows nothing of nftables (and, by a rule of `sudo`, somebody who is not root otherwise), and it
//!   leaves a record that the platform is told.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use beffroi_town::Instant;
use beffroi_town::crockford::{self, Slip};
use beffroi_town::edge::Entropy;
use beffroi_town::watch::LiftedByCode;
use data_encoding::BASE64URL_NOPAD;
use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive, verify};
use serde::{Deserialize, Serialize};

use crate::cut;
use crate::error::{Context, GuardError, Result};
use crate::reserve::make_private;
use crate::state::{read_json, write_json};

/// Letters of chance in a code: 85 bits. One more tells slips.
const CHANCE: usize = 17;
const LETTERS: usize = CHANCE + 1;
const SALT_BYTES: usize = 16;
/// Passes of the hash: some tenths of a second. A code has more chance than anybody tries out.
const PASSES: NonZeroU32 = match NonZeroU32::new(600_000) {
    Some(passes) => passes,
    None => NonZeroU32::MIN,
};
/// Most passes that a file may ask for.
const PASSES_MAX: u32 = 10_000_000;
/// Names the hash, so that it can be another one day.
const FORM: &str = "pbkdf2-sha256";
/// Wrong codes before one has to wait, the first wait, and the longest.
const FREE_TRIES: u32 = 3;
const WAIT_MS: i64 = 5_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;

/// A code as it stands on paper.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut chance = [0; CHANCE];
        entropy.fill(&mut chance);
        let mut values: Vec<u8> = chance.iter().map(|byte| byte & 31).collect();
        values.push(crockford::check_value(&values));
        Self(crockford::text(&values))
    }

    /// Reads what a person typed: in either case, with or without hyphens.
    ///
    /// # Errors
    /// [`GuardError::Mistyped`], which costs nothing.
    pub fn read(typed: &str) -> Result<Self> {
        const SHAPE: &str = "a code has 18 letters and digits in groups of three";
        const CHECK: &str = "one character is mistyped: compare it with the paper";
        let slip = |slip| GuardError::Mistyped(if slip == Slip::Check { CHECK } else { SHAPE });
        let values = crockford::read(typed, LETTERS).map_err(slip)?;
        if values.len() != LETTERS {
            return Err(GuardError::Mistyped(SHAPE));
        }
        crockford::checked(&values).map_err(slip)?;
        Ok(Self(crockford::text(&values)))
    }

    /// As it is printed: `ABC-DEF-GHJ-KMN-PQR-STV`.
    pub fn printed(&self) -> String {
        crockford::grouped(&self.0)
    }
}

/// What a host may keep of a code: it tells whether one is right, and no more.
pub fn verifier(code: &Code, entropy: &dyn Entropy) -> String {
    let (mut salt, mut hash) = ([0; SALT_BYTES], [0; 32]);
    entropy.fill(&mut salt);
    derive(PBKDF2_HMAC_SHA256, PASSES, &salt, code.0.as_bytes(), &mut hash);
    let (salt, hash) = (BASE64URL_NOPAD.encode(&salt), BASE64URL_NOPAD.encode(&hash));
    format!("{FORM} {PASSES} {salt} {hash}")
}

/// Whether this is the code. What cannot be read is none.
fn fits(code: &Code, verifier: &str) -> bool {
    let mut parts = verifier.split(' ');
    let mut next = || parts.next().unwrap_or_default();
    let (form, passes, salt, hash) = (next(), next(), next(), next());
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
    let (salt, hash) = (decode(salt), decode(hash));
    let passes = passes.parse().ok().and_then(NonZeroU32::new);
    let Some(passes) = passes.filter(|passes| passes.get() <= PASSES_MAX) else { return false };
    form == FORM
        && salt.len() == SALT_BYTES
        && hash.len() == 32
        && verify(PBKDF2_HMAC_SHA256, passes, &salt, code.0.as_bytes(), &hash).is_ok()
}

/// What the state folder keeps of it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    verifier: Option<String>,
    /// Wrong codes since the last right one.
    wrong: u32,
    /// None is looked at before.
    wait_until: Option<Instant>,
    /// What the platform is told.
    lifted: Option<LiftedByCode>,
}

impl Kept {
    fn read(state: &Path) -> Result<Self> {
        Ok(read_json(&path_of(state), "this host's record of its code")?.unwrap_or_default())
    }

    fn write(&self, state: &Path) -> Result<()> {
        write_json(&path_of(state), self)
    }
}

fn path_of(state: &Path) -> PathBuf {
    state.join("lift.json")
}

/// Keeps what an enrolment brought. What was lifted before concerns another membership.
pub(crate) fn keep(state: &Path, verifier: Option<&str>) -> Result<()> {
    let Some(verifier) = verifier else { return Ok(()) };
    Kept { verifier: Some(verifier.to_owned()), ..Kept::default() }.write(state)
}

/// When a code last lifted this host's cut.
pub(crate) fn last(state: &Path) -> Option<LiftedByCode> {
    match Kept::read(state) {
        Ok(kept) => kept.lifted,
        Err(error) => {
            tracing::warn!(%error, "whether a code lifted the cut cannot be told");
            None
        }
    }
}

/// Makes a code for this host in place of the one it had, if any: for whoever is root here.
///
/// # Errors
/// When the state folder cannot be written.
pub fn new_code(state: &Path, entropy: &dyn Entropy) -> Result<Code> {
    make_private(state)?;
    let _alone = alone(state)?;
    let code = Code::generate(entropy);
    let kept = Kept::read(state)?;
    let verifier = Some(verifier(&code, entropy));
    Kept { verifier, wrong: 0, wait_until: None, ..kept }.write(state)?;
    Ok(code)
}

/// Says what would keep a code from being taken now, before a person types it.
///
/// # Errors
/// [`GuardError::NotCut`], [`GuardError::NoCode`], [`GuardError::TooSoon`].
pub fn ready(state: &Path, now: Instant) -> Result<()> {
    if cut::is_cut() == Some(false) {
        return Err(GuardError::NotCut);
    }
    let kept = Kept::read(state)?;
    kept.verifier.as_ref().ok_or(GuardError::NoCode)?;
    may_try(&kept, now)
}

fn may_try(kept: &Kept, now: Instant) -> Result<()> {
    let Some(until) = kept.wait_until.filter(|until| now < *until) else { return Ok(()) };
    // A clock that was put back must not lock the console for ever.
    let left = until.ms_since(now).min(WAIT_MS_MAX);
    Err(GuardError::TooSoon(u64::try_from(left).unwrap_or(0).div_ceil(1_000)))
}

/// Lifts this host's cut for whoever has the code; answers the next code. Nothing is used up where
/// the host is not cut, or cannot be joined again.
///
/// # Errors
/// As [`ready`]; [`GuardError::Mistyped`], [`GuardError::WrongCode`]; [`GuardError::Cut`].
pub fn lift(state: &Path, typed: &str, now: Instant, entropy: &dyn Entropy) -> Result<Code> {
    let _alone = alone(state)?;
    ready(state, now)?;
    let code = Code::read(typed)?;
    let mut kept = Kept::read(state)?;
    kept.wrong += 1;
    kept.wait_until = Some(now.plus_ms(wait_ms(kept.wrong)));
    kept.write(state)?;
    if !kept.verifier.as_ref().is_some_and(|verifier| fits(&code, verifier)) {
        return Err(GuardError::WrongCode);
    }
    let next = Code::generate(entropy);
    let verifier = Some(verifier(&next, entropy));
    cut::lift_self()?;
    let times = kept.lifted.map_or(0, |lifted| lifted.times) + 1;
    let lifted = Some(LiftedByCode { at: now, times });
    Kept { verifier, wrong: 0, wait_until: None, lifted }.write(state)?;
    Ok(next)
}

/// None for the first slips of memory, then longer and longer.
fn wait_ms(wrong: u32) -> i64 {
    let doublings = wrong.saturating_sub(FREE_TRIES).min(16);
    if wrong < FREE_TRIES { 0 } else { (WAIT_MS << doublings).min(WAIT_MS_MAX) }
}

/// One at a time: two that looked together would be two tries at the price of one.
fn alone(state: &Path) -> Result<std::fs::File> {
    let path = state.join("lift.lock");
    let file =
        std::fs::File::options().create(true).append(true).open(&path).context("open", &path)?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).context("lock", &path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SecureRandom;

    struct Real;
    impl Entropy for Real {
        fn fill(&self, bytes: &mut [u8]) {
            ring::rand::SystemRandom::new().fill(bytes).unwrap();
        }
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = Code::generate(&Real);
        let printed = code.printed();
        assert_eq!((printed.len(), printed.split('-').count()), (23, 6));
        for typed in [printed.to_lowercase(), printed.replace('-', " "), printed.replace('0', "o")]
        {
            assert!(Code::read(&typed).unwrap() == code, "{typed}");
        }
        for typed in ["", "abc", &format!("{printed}-ABC"), &printed.replace('-', "é")] {
            let error = Code::read(typed).err().map(|error| error.to_string()).unwrap();
            assert!(error.contains("18 letters"), "{error}");
        }
        let last = if printed.ends_with('7') { "8" } else { "7" };
        let wrong = format!("{}{last}", &printed[..printed.len() - 1]);
        assert!(Code::read(&wrong).err().unwrap().to_string().contains("mistyped"));
    }

    #[test]
    fn a_verifier_tells_the_code_and_nothing_else() {
        let code = Code::generate(&Real);
        let kept = verifier(&code, &Real);
        assert!(fits(&code, &kept));
        assert!(!kept.contains(&code.0) && !fits(&Code::generate(&Real), &kept));
        assert_ne!(kept, verifier(&code, &Real), "salted");
        let other = kept.replacen("600000", "599999", 1);
        for broken in
            ["", "pbkdf2-sha256 0 a b", "md5 1 a b", "pbkdf2-sha256 4000000000 AA AA", &other]
        {
            assert!(!fits(&code, broken), "{broken}");
        }
    }

    #[test]
    fn wrong_codes_wait_longer_and_longer() {
        let waits: Vec<i64> = (1..20).map(wait_ms).collect();
        assert_eq!(waits.get(..4), Some(&[0, 0, 5_000, 10_000][..]));
        assert!(waits.is_sorted() && waits.last() == Some(&WAIT_MS_MAX), "{waits:?}");
        let now = Instant::from_ms(1_000_000_000_000);
        let kept = Kept { wait_until: Some(now.plus_ms(1 << 50)), ..Kept::default() };
        assert!(may_try(&kept, now).unwrap_err().to_string().contains("900 s"), "a clock put back");
    }
}
