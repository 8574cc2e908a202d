//! What a town must find without a computer: places and telephone numbers.
//!
//! Rules: nothing is invented; what nobody has filled in is missing, and is told as missing. The
//! numbers of the State that everybody may dial are words, not facts of a town.

use serde::{Deserialize, Serialize};

use crate::asset::coded;

coded! {
    /// Where something is that the first hour needs.
    Spot {
        /// The box that gives internet by the mobile network.
        Box4g = "box_4g",
        /// The computer that was never on the town's network.
        Laptop = "laptop",
        /// The cyber envelope itself.
        Envelope = "envelope",
        /// The room where people meet.
        Room = "room",
    }
}

coded! {
    /// Whom the first hour calls.
    ContactKind {
        /// Who runs this platform.
        Operator = "operator",
        /// The regional response centre.
        Csirt = "csirt",
        /// The police or gendarmerie unit.
        Police = "police",
        /// The insurer; the reference is the contract's number.
        Insurer = "insurer",
        /// The data-protection officer.
        Dpo = "dpo",
        /// A software editor or firm; there may be several.
        Editor = "editor",
    }
}

/// Somebody to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// In which capacity.
    pub kind: ContactKind,
    /// Who.
    pub name: Option<String>,
    /// Which number.
    pub phone: Option<String>,
    /// What to quote: a contract's number.
    pub reference: Option<String>,
}

/// Places and numbers of one town.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyFacts {
    /// Where things are, in the town's words.
    pub spots: Vec<(Spot, String)>,
    /// Whom to call; one of each kind, but for editors.
    pub contacts: Vec<Contact>,
}

impl EmergencyFacts {
    /// Where something is, if anybody said.
    pub fn spot(&self, spot: Spot) -> Option<&str> {
        let found = self.spots.iter().find(|(one, _)| *one == spot);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// Everybody of one kind.
    pub fn contacts(&self, kind: ContactKind) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |one| one.kind == kind)
    }

    /// The places that nobody has filled in.
    pub fn missing_spots(&self) -> Vec<Spot> {
        Spot::ALL.iter().copied().filter(|spot| self.spot(*spot).is_none()).collect()
    }

    /// The kinds of which no number is known. Editors are not among them: a town may have none.
    pub fn missing_contacts(&self) -> Vec<ContactKind> {
        let known = |kind| self.contacts(kind).any(|one| one.phone.is_some());
        let wanted = ContactKind::ALL.iter().copied().filter(|kind| *kind != ContactKind::Editor);
        wanted.filter(|kind| !known(*kind)).collect()
    }

    /// How many of the answers are missing.
    pub fn missing(&self) -> usize {
        self.missing_spots().len() + self.missing_contacts().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_filled_in_is_missing_and_blank_is_nobody() {
        let mut facts = EmergencyFacts::default();
        assert_eq!(facts.missing(), 9);
        facts.spots = vec![(Spot::Room, " ".to_owned()), (Spot::Laptop, "coffre".to_owned())];
        let police =
            |phone| Contact { kind: ContactKind::Police, name: None, phone, reference: None };
        facts.contacts = vec![police(None)];
        assert_eq!(facts.missing(), 8);
        facts.contacts = vec![police(Some("03 28 00 00 17".to_owned()))];
        assert_eq!(facts.missing(), 7);
        assert!(facts.missing_spots().contains(&Spot::Room));
    }
}
