//! Everything that is true about one town at one time: what pages, console and paper are made from.

use serde::{Deserialize, Serialize};

use crate::{
    Alarm, Asset, AssetKind, DataExposure, Incident, Instant, Notice, PhoneLine, PublicService,
    ServiceStatus, Tenant, Whose,
    alarm::AlarmState,
    phone::PhoneBook,
    status::{self, ServiceView, Works},
};

/// The facts of one town, read from the store in one consistent view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownFacts {
    /// The town.
    pub tenant: Tenant,
    /// Its public services, by rank.
    pub services: Vec<PublicService>,
    /// What they depend on, shared assets of others included.
    pub assets: Vec<Asset>,
    /// Its telephone lines, as residents meet them.
    pub lines: Vec<PhoneLine>,
    /// Alarms that no person has decided on yet.
    pub open_alarms: Vec<Alarm>,
    /// Incidents that are still going on, oldest first.
    pub incidents: Vec<Incident>,
    /// Notices ever published and drafts, newest first.
    pub notices: Vec<Notice>,
    /// Whether it receives by appointment anywhere.
    pub receives: bool,
    /// When the store was read.
    pub true_at: Instant,
}

/// The state of a town in one word, for the top of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Nothing out of the ordinary is known.
    Calm,
    /// A machine suspects something; no person has said anything yet.
    Checking,
    /// A service is not as usual, and no incident was declared.
    Disturbed,
    /// A person declared an incident.
    Incident,
}

impl TownFacts {
    /// The incident that the page is about: the oldest still going on.
    pub fn incident(&self) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.is_open())
    }

    /// Each service with its status worked out, in the order of the page.
    pub fn views(&self) -> Vec<ServiceView<'_>> {
        status::views(&self.services, &self.assets, self.incident().is_some())
    }

    /// The same for those services that residents are told of.
    pub fn public_views(&self) -> Vec<ServiceView<'_>> {
        let mut views = self.views();
        views.retain(|view| view.service.is_for_residents());
        views
    }

    /// Which of the town's numbers answer, and what to dial instead of those that do not.
    pub fn phone_book(&self) -> PhoneBook<'_> {
        PhoneBook::of(&self.lines, &self.assets)
    }

    /// Whether a kind of thing works; doubtful when none of that kind is on record.
    pub fn works(&self, kind: AssetKind) -> Works {
        status::works(&self.assets, kind).map_or(Works::Doubtful, |(works, _)| works)
    }

    /// The state of the town in one word, as residents are told.
    pub fn mood(&self) -> Mood {
        let checking = self
            .open_alarms
            .iter()
            .any(|alarm| alarm.state == AlarmState::Open && alarm.kind.disturbs_services());
        if self.incident().is_some() {
            Mood::Incident
        } else if self.public_views().iter().any(|view| view.status != ServiceStatus::Open) {
            Mood::Disturbed
        } else if checking {
            Mood::Checking
        } else {
            Mood::Calm
        }
    }

    /// What is known of the data of `whose` over all assets that hold any.
    pub fn exposure_of(&self, whose: Whose) -> DataExposure {
        DataExposure::together(
            self.assets
                .iter()
                .filter(|asset| {
                    asset.exposure.whose == whose || asset.exposure.whose == Whose::Both
                })
                .map(|asset| asset.exposure.level),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssetId, AssetState, TenantId, catalogue};

    impl TownFacts {
        /// A calm town for tests.
        pub(crate) fn sample(
            id: &TenantId,
            services: Vec<PublicService>,
            assets: Vec<Asset>,
        ) -> Self {
            let tenant = Tenant {
                id: id.clone(),
                name: "Gravelines".to_owned(),
                department: None,
                region: None,
                population: None,
                siren: None,
                postcodes: vec![],
                epci: None,
                opened_at: Instant::default(),
                closed_at: None,
            };
            Self {
                tenant,
                services,
                assets,
                open_alarms: vec![],
                incidents: vec![],
                notices: vec![],
                receives: false,
                lines: vec![],
                true_at: Instant::default(),
            }
        }
    }

    fn calm() -> TownFacts {
        let id = TenantId::parse("59273").unwrap();
        let (services, assets) = catalogue::start(&id, Instant::default()).unwrap();
        TownFacts::sample(&id, services, assets)
    }

    fn with_state(code: &str, state: AssetState) -> TownFacts {
        let mut facts = calm();
        let id = AssetId::parse(code).unwrap();
        facts.assets.iter_mut().find(|asset| asset.id == id).unwrap().state = state;
        facts
    }

    #[test]
    fn residents_are_not_told_of_staff_pay() {
        assert_eq!(calm().mood(), Mood::Calm);
        let pay = with_state("59273-hr_app", AssetState::Down);
        assert_eq!(pay.mood(), Mood::Calm);
        assert!(pay.views().iter().any(|view| view.status == ServiceStatus::PaperOnly));
        let canteen = with_state("59273-family_portal", AssetState::Down);
        assert_eq!(canteen.mood(), Mood::Disturbed);
    }
}
