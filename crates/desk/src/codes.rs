//! What a resident holds instead of an account: the reference of a request, its tracking code, and
//! the secret of a form that is not sent yet.
//!
//! Rules: the secret lives in a cookie and nowhere else; the draft's name, the key around it, the
//! token of its form, the mark that it was sent and the tracking code all follow from it, each under
//! a label of its own. So the same form sent again gives the same receipt, and nobody has to keep
//! the code.

use beffroi_store::wrap;
use beffroi_town::{ProcedureId, TenantId, crockford, crockford::Slip, edge::Entropy};
use data_encoding::BASE64URL_NOPAD;

use crate::DeskError;

/// Letters of chance in a reference, after the two of the procedure: 45 bits.
const REFERENCE_LETTERS: usize = 9;
/// Letters of chance in a tracking code: 85 bits.
const TRACKING_LETTERS: usize = 17;

/// A new reference: `CA7-K3M-9QX-WT2`.
pub fn new_reference(mark: &str, entropy: &dyn Entropy) -> String {
    let mut chance = [0; REFERENCE_LETTERS];
    entropy.fill(&mut chance);
    let mut values: Vec<u8> = mark.chars().filter_map(crockford::value_of).collect();
    values.extend(chance.map(|value| value & 31));
    printed(values)
}

/// A reference as it is kept, however it was typed.
///
/// # Errors
/// [`Slip`].
pub fn read_reference(typed: &str) -> Result<String, Slip> {
    read(typed, REFERENCE_LETTERS + 2)
}

/// A tracking code as it is printed, however it was typed.
///
/// # Errors
/// [`Slip`].
pub fn read_tracking(typed: &str) -> Result<String, Slip> {
    read(typed, TRACKING_LETTERS)
}

fn printed(mut values: Vec<u8>) -> String {
    values.push(crockford::check_value(&values));
    crockford::grouped(&crockford::text(&values))
}

fn read(typed: &str, letters: usize) -> Result<String, Slip> {
    let values = crockford::read(typed, letters + 1)?;
    let checked = crockford::checked(&values)?;
    if checked.len() == letters { Ok(printed(checked.to_vec())) } else { Err(Slip::Shape) }
}

/// The secret of a form that is not sent yet. Prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct DraftKey([u8; 32]);

impl std::fmt::Debug for DraftKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DraftKey(..)")
    }
}

/// The form that a draft is of.
#[derive(Clone, Copy, Debug)]
pub struct FormOf<'a> {
    /// Whose form.
    pub tenant: &'a TenantId,
    /// Which.
    pub procedure: &'a ProcedureId,
}

impl DraftKey {
    /// A new one.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// From the cookie's value; none when it is none of ours.
    pub fn from_cookie(value: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As the cookie holds it.
    pub fn to_cookie(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    pub(crate) fn derived(&self, what: &str, of: FormOf<'_>) -> Result<wrap::Key, DeskError> {
        let label = format!("beffroi draft {what} v1 {} {}", of.tenant, of.procedure);
        Ok(wrap::key_of(&self.0, &label)?)
    }

    fn text(&self, what: &str, of: FormOf<'_>) -> Result<String, DeskError> {
        Ok(BASE64URL_NOPAD.encode(&self.derived(what, of)?))
    }

    /// The name that the draft lies under.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub fn name(&self, of: FormOf<'_>) -> Result<String, DeskError> {
        self.text("name", of)
    }

    /// What its form carries, so that no other site can send it.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub fn form_token(&self, of: FormOf<'_>) -> Result<String, DeskError> {
        self.text("form", of)
    }

    /// What tells that this very form was sent.
    pub(crate) fn sent(&self, of: FormOf<'_>) -> Result<String, DeskError> {
        self.text("sent", of)
    }

    /// The tracking code of the request that it becomes: `7K3-M9Q-…`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub fn tracking(&self, of: FormOf<'_>) -> Result<String, DeskError> {
        let bytes = self.derived("tracking", of)?;
        Ok(printed(bytes.iter().take(TRACKING_LETTERS).map(|byte| byte & 31).collect()))
    }
}

/// A tracking code for a request that no form of a resident's led to: a clerk hands it over.
pub fn new_tracking(entropy: &dyn Entropy) -> String {
    let mut chance = [0; TRACKING_LETTERS];
    entropy.fill(&mut chance);
    printed(chance.map(|value| value & 31).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            for (place, byte) in (0_u8..).zip(bytes) {
                *byte = self.0.wrapping_add(place.wrapping_mul(7));
            }
        }
    }

    #[test]
    fn references_and_codes_are_read_however_they_are_typed() {
        let reference = new_reference("CA", &Fixed(3));
        assert!(reference.starts_with("CA") && reference.len() == 15, "{reference}");
        assert_eq!(read_reference(&reference.to_lowercase().replace('-', " ")), Ok(reference));
        let code = new_tracking(&Fixed(9));
        assert_eq!(read_tracking(&code), Ok(code.clone()));
        assert_eq!(read_reference(&code), Err(Slip::Shape));
        let slip = code.replacen(&code[..1], if code.starts_with('0') { "1" } else { "0" }, 1);
        assert_eq!(read_tracking(&slip), Err(Slip::Check));
        const { assert!(5 * TRACKING_LETTERS >= 80) };
    }

    #[test]
    fn each_form_has_names_and_codes_of_its_own() {
        let key = DraftKey::new(&Fixed(1));
        assert_eq!(DraftKey::from_cookie(&key.to_cookie()), Some(key.clone()));
        assert_eq!(DraftKey::from_cookie("short"), None);
        let tenant = TenantId::parse("59273").unwrap();
        let (one, two) =
            (ProcedureId::parse("canteen").unwrap(), ProcedureId::parse("road").unwrap());
        let of = |procedure| FormOf { tenant: &tenant, procedure };
        let all = [
            key.name(of(&one)).unwrap(),
            key.name(of(&two)).unwrap(),
            key.form_token(of(&one)).unwrap(),
            key.sent(of(&one)).unwrap(),
        ];
        for (at, text) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(text) && *text != key.to_cookie());
        }
        assert_ne!(key.tracking(of(&one)).unwrap(), key.tracking(of(&two)).unwrap());
        assert_eq!(format!("{key:?}"), "DraftKey(..)");
    }
}
