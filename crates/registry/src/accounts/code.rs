//! Printed one-time codes: the way in when the directory and the telephones are dead.
//!
//! Rules: a code is self-contained. Its first characters name the tenant (4 for a commune, a
//! département, a région; 6 for an EPCI), then 16 or 17 characters of chance (80 or 85 bits), then
//! one check character; in groups of three, in the alphabet of [`crockford`].

use beffroi_town::{
    TenantId, TenantKind,
    crockford::{self, Slip},
    edge::Entropy,
};

/// Tenant, chance and check of the two forms.
const SHORT: Form = Form { tenant: 4, random: 16 };
const LONG: Form = Form { tenant: 6, random: 17 };
/// Bits of chance in a code, at least.
pub const CODE_BITS: u32 = 5 * 16;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    tenant: usize,
    random: usize,
}

impl Form {
    const fn length(self) -> usize {
        self.tenant + self.random + 1
    }
}

/// A code in its one true form: characters of the alphabet, the check holds.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode {
    tenant: TenantId,
    letters: String,
}

/// Why what a person typed is no code. Says nothing about any account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Too few or too many characters, or one that no code has.
    #[error("a printed code has 21 letters and digits in groups of three, 24 for an EPCI")]
    Shape,
    /// One character is wrong, or two are swapped.
    #[error("one character of this code is mistyped: compare it with the paper")]
    Check,
}

impl From<Slip> for BadCode {
    fn from(slip: Slip) -> Self {
        match slip {
            Slip::Shape => Self::Shape,
            Slip::Check => Self::Check,
        }
    }
}

impl OneTimeCode {
    /// A new one for somebody of this tenant.
    pub fn generate(tenant: &TenantId, entropy: &dyn Entropy) -> Self {
        let (form, number) = number_of(tenant);
        let mut random = [0_u8; LONG.random];
        entropy.fill(&mut random);
        let places = (0..form.tenant).rev();
        let named = places.map(|place| u8::try_from((number >> (5 * place)) & 31).unwrap_or(0));
        let chance = random.iter().take(form.random).map(|byte| byte & 31);
        let mut values: Vec<u8> = named.chain(chance).collect();
        values.push(crockford::check_value(&values));
        Self { tenant: tenant.clone(), letters: crockford::text(&values) }
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`BadCode`] when it cannot be a code, whoever's.
    pub fn read(typed: &str) -> Result<Self, BadCode> {
        let values = crockford::read(typed, LONG.length())?;
        let form = [SHORT, LONG].into_iter().find(|form| form.length() == values.len());
        let form = form.ok_or(BadCode::Shape)?;
        let rest = crockford::checked(&values)?;
        let number = rest.iter().take(form.tenant).fold(0, |sum, one| (sum << 5) | u32::from(*one));
        let tenant = tenant_of(form, number).ok_or(BadCode::Check)?;
        Ok(Self { tenant, letters: crockford::text(&values) })
    }

    /// Whose tenant it says it is for.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// As it is printed: `ABC-DEF-GHJ-KMN-PQR-STV-WXY`.
    pub fn printed(&self) -> String {
        crockford::grouped(&self.letters)
    }

    /// What is handed to the store, which keeps a keyed hash of it alone.
    pub fn letters(&self) -> &str {
        &self.letters
    }
}

/// The two corsican départements have a letter; they take the places after the digits.
fn department_number(two: &str) -> u32 {
    match two {
        "2A" => 100,
        "2B" => 101,
        digits => digits.parse().unwrap_or(0),
    }
}

fn department_of(number: u32) -> String {
    match number {
        100 => "2A".to_owned(),
        101 => "2B".to_owned(),
        number => format!("{number:02}"),
    }
}

const DEPARTMENTS: u32 = 110_000;
const LONG_DEPARTMENTS: u32 = 111_000;
const REGIONS: u32 = 112_000;

fn number_of(tenant: &TenantId) -> (Form, u32) {
    let code = tenant.bare();
    let digits = |text: &str| text.parse::<u32>().unwrap_or(0);
    match tenant.kind() {
        TenantKind::Commune => {
            let (two, rest) = code.split_at_checked(2).unwrap_or((code, ""));
            (SHORT, department_number(two) * 1_000 + digits(rest))
        }
        TenantKind::Departement if code.len() == 3 => (SHORT, LONG_DEPARTMENTS + digits(code)),
        TenantKind::Departement => (SHORT, DEPARTMENTS + department_number(code)),
        TenantKind::Region => (SHORT, REGIONS + digits(code)),
        TenantKind::Epci => (LONG, digits(code)),
    }
}

fn tenant_of(form: Form, number: u32) -> Option<TenantId> {
    let (kind, code) = match number {
        number if form == LONG => (TenantKind::Epci, format!("{number:09}")),
        number if number < DEPARTMENTS => {
            let code = format!("{}{:03}", department_of(number / 1_000), number % 1_000);
            (TenantKind::Commune, code)
        }
        number if number < LONG_DEPARTMENTS => {
            (TenantKind::Departement, department_of(number - DEPARTMENTS))
        }
        number if number < REGIONS => {
            (TenantKind::Departement, format!("{:03}", number - LONG_DEPARTMENTS))
        }
        number => (TenantKind::Region, format!("{:02}", number - REGIONS)),
    };
    TenantId::from_parts(kind, &code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(37, Ordering::Relaxed);
            }
        }
    }

    fn tenant(code: &str) -> TenantId {
        TenantId::parse(code).unwrap()
    }

    #[test]
    fn what_is_printed_is_read_however_it_is_typed_and_names_its_tenant() {
        let entropy = Counting(AtomicU8::new(3));
        let codes = [
            "59273",
            "01001",
            "2A004",
            "2B033",
            "97101",
            "98799",
            "epci:242900660",
            "epci:999999999",
            "dep:44",
            "dep:2A",
            "dep:971",
            "reg:01",
            "reg:94",
        ];
        for of in codes.map(tenant) {
            let code = OneTimeCode::generate(&of, &entropy);
            let printed = code.printed();
            let groups = if of.kind() == TenantKind::Epci { 8 } else { 7 };
            assert_eq!(printed.len(), groups * 4 - 1, "{printed}");
            let sloppy =
                printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            let read = OneTimeCode::read(&sloppy).unwrap();
            assert!(read == code);
            assert_eq!(read.tenant(), &of);
        }
        const { assert!(CODE_BITS >= 80) };
    }

    #[test]
    fn every_mistyped_character_and_every_swap_is_noticed() {
        for of in ["59273", "epci:242900660"] {
            let code = OneTimeCode::generate(&tenant(of), &Counting(AtomicU8::new(11)));
            let letters: Vec<char> = code.letters.chars().collect();
            for at in 0..letters.len() {
                for other in 0..32 {
                    let mut wrong = letters.clone();
                    wrong[at] = crockford::letter(other);
                    check(&wrong, &letters);
                }
                for to in 0..letters.len() {
                    let mut swapped = letters.clone();
                    swapped.swap(at, to);
                    check(&swapped, &letters);
                }
            }
        }
    }

    fn check(wrong: &[char], right: &[char]) {
        if wrong != right {
            let typed: String = wrong.iter().collect();
            assert_eq!(OneTimeCode::read(&typed).err(), Some(BadCode::Check), "{typed}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let long = "A".repeat(100_000);
        for typed in ["", "ABCD", "U", "é", &"A".repeat(20), &"A".repeat(22), &long] {
            assert_eq!(OneTimeCode::read(typed).err(), Some(BadCode::Shape));
        }
    }
}
