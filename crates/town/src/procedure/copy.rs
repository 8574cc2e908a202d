//! The code of one printed copy of a form: what a clerk types, or a telephone reads, to open the
//! same form.
//!
//! Rules: the letters and digits of [`crate::crockford`], whose last one tells every single slip
//! and every swap; the code itself says which procedure and which edition, so that nothing has to
//! be kept when paper is printed, and paper printed by a platform that was lost still opens. Eight
//! letters of chance (40 bits) make each copy its own: typed in twice is noticed.

use crate::{TenantId, crockford, crockford::Slip, edge::Entropy};

/// Letters that name the procedure.
pub const MARK_LETTERS: usize = 2;
/// Letters of chance.
const SERIAL_LETTERS: usize = 8;
/// All but the check letter: the mark, the edition, chance.
const LETTERS: usize = MARK_LETTERS + 1 + SERIAL_LETTERS;
/// What a square begins with, so that no other square is taken for one of ours.
const SQUARE_START: &str = "BEFFROI";
/// The highest edition that one letter holds.
pub const VERSION_MAX: u8 = 31;

/// The code of one printed copy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CopyCode([u8; LETTERS]);

impl CopyCode {
    /// A new one for a procedure's mark and edition; none when the mark is none.
    pub fn new(mark: &str, version: u8, entropy: &dyn Entropy) -> Option<Self> {
        let mut values = [0; LETTERS];
        entropy.fill(&mut values);
        let (head, serial) = values.split_at_mut(MARK_LETTERS + 1);
        for value in serial {
            *value &= 31;
        }
        let named = mark_values(mark)?.into_iter().chain([version & 31]);
        for (place, value) in head.iter_mut().zip(named) {
            *place = value;
        }
        Some(Self(values))
    }

    /// Reads one however it was typed.
    ///
    /// # Errors
    /// [`Slip`].
    pub fn read(typed: &str) -> Result<Self, Slip> {
        let values = crockford::read(typed, LETTERS + 1)?;
        let checked = crockford::checked(&values)?;
        checked.try_into().map(Self).map_err(|_| Slip::Shape)
    }

    /// The two letters that name the procedure.
    pub fn mark(&self) -> String {
        self.0.iter().take(MARK_LETTERS).map(|value| crockford::letter(*value)).collect()
    }

    /// The edition of the form.
    pub fn version(&self) -> u8 {
        self.0.get(MARK_LETTERS).copied().unwrap_or_default()
    }

    fn letters(&self) -> String {
        let mut values = self.0.to_vec();
        values.push(crockford::check_value(&values));
        crockford::text(&values)
    }

    /// As it is printed: `CA1-7K3-M9Q-XWT`.
    pub fn printed(&self) -> String {
        crockford::grouped(&self.letters())
    }

    /// What the square beside it holds: capitals, digits, `:` and `-`, which squares hold best.
    pub fn square(&self, tenant: &TenantId) -> String {
        format!("{SQUARE_START}:{}:{}", tenant.dashed().to_ascii_uppercase(), self.letters())
    }

    /// Reads a square, or a code typed by hand, for one tenant.
    ///
    /// # Errors
    /// [`Slip::Shape`] for what is no square of ours or one of another tenant; [`Slip::Check`] for
    /// a slip.
    pub fn read_for(tenant: &TenantId, text: &str) -> Result<Self, Slip> {
        let Some((start, rest)) = text.trim().split_once(':') else {
            return Self::read(text);
        };
        let (of, letters) = rest.split_once(':').ok_or(Slip::Shape)?;
        let ours =
            start.eq_ignore_ascii_case(SQUARE_START) && of.eq_ignore_ascii_case(&tenant.dashed());
        if ours { Self::read(letters) } else { Err(Slip::Shape) }
    }
}

/// The values of a mark; none unless it is two capital letters or digits that no code confuses.
pub(super) fn mark_values(mark: &str) -> Option<Vec<u8>> {
    let values: Vec<u8> = mark.chars().filter_map(crockford::value_of).collect();
    (values.len() == MARK_LETTERS && crockford::text(&values) == mark).then_some(values)
}
