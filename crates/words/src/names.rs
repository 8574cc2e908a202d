//! The one word for each code of `town`.
//!
//! Each function asks for the key `<prefix>-<code>`; a test reads every code in both languages.

use beffroi_town::{
    AlarmKind, AlarmState, AssetKind, AssetState, Criticality, CutMeans, DataExposure,
    FallbackKind, Lang, Phase, PublicService, Role, ServiceStatus, Strength, TenantKind, Whose,
    emergency::{ContactKind, Spot},
    facts::Mood,
    incident::Nature,
    pack::PackKind,
    phone::LineState,
    procedure::{Basis, KeptFrom, KeyGroup},
    watch::{AlarmOutcome, Hole, Letter, Mode, OrderOutcome, Signal, Suspicion, Touch},
};
use std::borrow::Cow;

use crate::Words;

/// Prefixes of keys that are put together from a code while the program runs. The test of unused
/// keys knows them; each one has a test that reads all its codes.
pub const PREFIXES: [&str; 39] = [
    "alarm-kind",
    "alarm-outcome",
    "alarm-state",
    "asset-kind",
    "asset-state",
    "basis",
    "contact-kind",
    "criticality",
    "cut-means",
    "exposure",
    "fallback",
    "fallback-sentence",
    "guard-hole",
    "guard-letter",
    "guard-mode",
    "guard-signal",
    "guard-suspicion",
    "guard-touch",
    "house",
    "kept-from",
    "key-group",
    "line-state",
    "mood",
    "month",
    "nature",
    "order-outcome",
    "pack-kind",
    "paper-clock",
    "paper-part",
    "phase",
    "role",
    "service",
    "severity",
    "spot",
    "status",
    "strength",
    "tenant-kind",
    "weekday",
    "whose",
];

macro_rules! spoken {
    ($($(#[$doc:meta])* $name:ident($type:ty) = $prefix:literal),+ $(,)?) => {
        impl Words {$(
            $(#[$doc])*
            pub fn $name(&self, one: $type) -> String {
                self.say(&format!(concat!($prefix, "-{}"), one.code()))
            }
        )+}
    };
}

spoken! {
    /// `Ouvert`, `Au guichet, sur papier`...
    status(ServiceStatus) = "status",
    /// `Données en sécurité`...
    exposure(DataExposure) = "exposure",
    /// `usagers`, `agents`...
    whose(Whose) = "whose",
    /// `Technicien`...
    role(Role) = "role",
    /// `Serveur de fichiers`...
    asset_kind(AssetKind) = "asset-kind",
    /// `En marche`, `Coupé`...
    asset_state(AssetState) = "asset-state",
    /// `Disparition de fichiers`...
    alarm_kind(AlarmKind) = "alarm-kind",
    /// `À décider`...
    alarm_state(&AlarmState) = "alarm-state",
    /// `Par le veilleur`...
    cut_means(&CutMeans) = "cut-means",
    /// `Déclaré`...
    phase(Phase) = "phase",
    /// `Attaque informatique`...
    nature(Nature) = "nature",
    /// `Vital`...
    criticality(Criticality) = "criticality",
    /// `Sur papier`...
    fallback_kind(FallbackKind) = "fallback",
    /// `Indispensable`...
    strength(Strength) = "strength",
    /// `Commune`...
    tenant_kind(TenantKind) = "tenant-kind",
    /// `Assureur`...
    contact_kind(ContactKind) = "contact-kind",
    /// `La salle de réunion`...
    spot(Spot) = "spot",
    /// `Répond`, `Ne répond pas`...
    line_state(LineState) = "line-state",
    /// `Inhumations à venir`...
    pack_kind(PackKind) = "pack-kind",
    /// `écoles et enfance`...
    key_group(KeyGroup) = "key-group",
    /// `une mission d’intérêt public`...
    basis(Basis) = "basis",
    /// `le dernier contact`...
    kept_from(KeptFrom) = "kept-from",
}

/// The guard's wire types carry their codes by serde alone; these are the same codes.
macro_rules! coded_here {
    ($($(#[$doc:meta])* $name:ident($type:ident) = $prefix:literal { $($variant:ident => $code:literal),+ $(,)? })+) => {
        impl Words {$(
            $(#[$doc])*
            pub fn $name(&self, one: $type) -> String {
                self.say(match one { $($type::$variant => concat!($prefix, "-", $code)),+ })
            }
        )+}

        /// Every key that the guard's codes ask for.
        #[cfg(test)]
        const GUARD_KEYS: &[&str] = &[$($(concat!($prefix, "-", $code)),+),+];
    };
}

coded_here! {
    /// The town in one word, for staff.
    mood(Mood) = "mood" {
        Calm => "calm", Checking => "checking", Disturbed => "disturbed", Incident => "incident",
    }
    /// How much the kernel lets a guard see.
    guard_letter(Letter) = "guard-letter" { A => "a", B => "b", C => "c" }
    /// Whether a guard acts.
    guard_mode(Mode) = "guard-mode" { Observe => "observe", Protect => "protect" }
    /// What a guard cannot do on its host.
    guard_hole(Hole) = "guard-hole" {
        NotRoot => "not_root", NoFanotify => "no_fanotify", NoActor => "no_actor",
        NoStop => "no_stop", DeletionsAfterTheFact => "deletions_after_the_fact",
        MovesAfterTheFact => "moves_after_the_fact", TruncateByPath => "truncate_by_path", OpenedBefore => "opened_before",
        HardLinksElsewhere => "hard_links_elsewhere",
        NoEarlierContent => "no_earlier_content", NoReserve => "no_reserve",
        MountedBelow => "mounted_below", Rings => "rings", NfsServer => "nfs_server", NoCut => "no_cut",
        NoTemperature => "no_temperature", NoPressure => "no_pressure",
        ObserveOnly => "observe_only", Unknown => "unknown",
    }
    /// What a guard suspects.
    guard_suspicion(Suspicion) = "guard-suspicion" {
        MassDisappearance => "mass_disappearance", MassRewriting => "mass_rewriting",
        VitalSigns => "vital_signs", ReserveFull => "reserve_full", EventsLost => "events_lost",
        OrderRefused => "order_refused", GuardRestarted => "guard_restarted",
        DecoyTouched => "decoy_touched", DecoyDown => "decoy_down", Unknown => "unknown",
    }
    /// What a guard did about an alarm.
    alarm_outcome(AlarmOutcome) = "alarm-outcome" {
        Observed => "observed", Held => "held", Stopped => "stopped",
        Released => "released", LetGo => "let_go", ClientCut => "client_cut", DeniedOnly => "denied_only", NotStopped => "not_stopped", Unknown => "unknown",
    }
    /// What a guard weighed.
    guard_signal(Signal) = "guard-signal" {
        ExistingFileGone => "existing_file_gone", ContentTransformed => "content_transformed",
        BlocksTransformed => "blocks_transformed", ContentWiped => "content_wiped",
        ContentEmptied => "content_emptied", StructureBroken => "structure_broken", SameNewExtension => "same_new_extension",
        CanaryTouched => "canary_touched", CanaryGone => "canary_gone", SameNote => "same_note",
        VitalSigns => "vital_signs", BaitTouched => "bait_touched", Unknown => "unknown",
    }
    /// What happened to a file.
    guard_touch(Touch) = "guard-touch" {
        Deleted => "deleted", RenamedAway => "renamed_away", Rewritten => "rewritten",
        Dropped => "dropped", Unknown => "unknown",
    }
    /// How an order to a guard ended.
    order_outcome(OrderOutcome) = "order-outcome" {
        Done => "done", BadSignature => "bad_signature", OtherGuard => "other_guard",
        OldSequence => "old_sequence", Expired => "expired", UnknownAlarm => "unknown_alarm",
        NoMeans => "no_means", Failed => "failed", Unknown => "unknown",
    }
}

impl Words {
    /// The name of a public service: the town's own, else the catalogue's, else its code.
    pub fn service_name<'a>(&self, service: &'a PublicService) -> Cow<'a, str> {
        let own = match self.lang() {
            Lang::Fr => service.name_fr.as_deref(),
            // A name only the town knows, told in French, says more than a code.
            Lang::En => service.name_en.as_deref().or_else(|| {
                let known = self.has(&format!("service-{}", service.id));
                service.name_fr.as_deref().filter(|_| !known)
            }),
        };
        if let Some(name) = own.filter(|name| !name.trim().is_empty()) {
            return Cow::Borrowed(name);
        }
        let key = format!("service-{}", service.id);
        self.try_say_with(&key, &[]).map_or_else(|| Cow::Borrowed(service.id.as_str()), Cow::Owned)
    }

    /// What a service of the catalogue is, in one line; none for a town's own.
    pub fn service_what(&self, service: &PublicService) -> Option<String> {
        self.try_say_with(&format!("service-{}-what", service.id), &[])
    }

    /// What residents do while a service goes on otherwise: the town's own sentence, else the
    /// catalogue's for that service, else the one for that way of going on.
    ///
    /// `phone_works`: nobody is told to call while the telephone is out.
    pub fn fallback_sentence<'a>(
        &self,
        service: &'a PublicService,
        kind: TenantKind,
        phone_works: bool,
    ) -> Cow<'a, str> {
        let fallback = &service.fallback;
        // Whatever the town wrote in calm times: a way by telephone is none while it is out.
        if fallback.kind == FallbackKind::Telephone && !phone_works {
            return Cow::Owned(self.say("fallback-sentence-telephone_out"));
        }
        let own = match self.lang() {
            Lang::Fr => fallback.note_fr.as_deref(),
            Lang::En => fallback.note_en.as_deref(),
        };
        if let Some(note) = own.filter(|note| !note.trim().is_empty()) {
            return Cow::Borrowed(note);
        }
        let phone = if phone_works { "up" } else { "out" };
        let values = [("kind", kind.code().into()), ("phone", phone.into())];
        let code = fallback.kind.code();
        let special = format!("service-{}-fallback-{code}", service.id);
        let general = format!("fallback-sentence-{code}");
        Cow::Owned(
            self.try_say_with(&special, &values)
                .unwrap_or_else(|| self.say_with(&general, &values)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::{Instant, TenantId, catalogue, procedure::Silence};

    fn check(prefix: &str, codes: &[&str]) {
        assert!(PREFIXES.contains(&prefix), "{prefix} is not on the list");
        for lang in Lang::ALL {
            for code in codes {
                let key = format!("{prefix}-{code}");
                let said = Words::of(lang).try_say_with(&key, &[("kind", "commune".into())]);
                let said = said.unwrap_or_else(|| panic!("{} lacks {key}", lang.tag()));
                assert!(!said.trim().is_empty() && !said.contains('⟦'), "{key}");
            }
        }
    }

    macro_rules! codes {
        ($type:ty) => {
            <$type>::ALL.iter().map(|one| one.code()).collect::<Vec<_>>()
        };
    }

    #[test]
    fn every_code_has_its_word_in_both_languages() {
        check("status", &codes!(ServiceStatus));
        check("exposure", &codes!(DataExposure));
        check("whose", &codes!(Whose));
        check("role", &codes!(Role));
        check("asset-kind", &codes!(AssetKind));
        check("asset-state", &codes!(AssetState));
        check("alarm-kind", &codes!(AlarmKind));
        check("alarm-state", &["open", "declared", "merged", "dismissed"]);
        check("cut-means", &["guard", "hook", "hand"]);
        check("phase", &codes!(Phase));
        check("nature", &codes!(Nature));
        check("criticality", &codes!(Criticality));
        check("fallback", &codes!(FallbackKind));
        check("fallback-sentence", &codes!(FallbackKind));
        check("strength", &codes!(Strength));
        check("contact-kind", &codes!(ContactKind));
        check("spot", &codes!(Spot));
        check("line-state", &codes!(LineState));
        check("key-group", &codes!(KeyGroup));
        check("pack-kind", &codes!(PackKind));
        check("basis", &codes!(Basis));
        check("kept-from", &codes!(KeptFrom));
        check("paper-clock", &codes!(Silence));
        check("paper-part", &["family_name", "given_names", "street", "postcode", "town"]);
        let kinds = ["commune", "epci", "departement", "region"];
        for prefix in ["tenant-kind", "house"] {
            check(prefix, &kinds);
        }
        check("weekday", &["1", "2", "3", "4", "5", "6", "7"]);
        for key in GUARD_KEYS {
            assert!(Lang::ALL.iter().all(|lang| Words::of(*lang).has(key)), "{key}");
        }
    }

    #[test]
    fn every_service_of_the_catalogue_has_a_name_a_line_and_a_way_on() {
        for row in catalogue::service_rows().unwrap() {
            check("service", &[&row.code, &format!("{}-what", row.code)]);
        }
        let tenant = TenantId::parse("59273").unwrap();
        let (mut services, _) = catalogue::start(&tenant, Instant::default()).unwrap();
        for service in &mut services {
            for kind in FallbackKind::ALL {
                service.fallback.kind = *kind;
                for lang in Lang::ALL {
                    let said =
                        Words::of(lang).fallback_sentence(service, TenantKind::Commune, true);
                    assert!(!said.is_empty() && !said.contains('⟦'));
                    let words = Words::of(lang);
                    let said = words.fallback_sentence(service, TenantKind::Commune, false);
                    let small = said.to_lowercase();
                    assert!(!small.contains("appelez") && !small.starts_with("call"), "{said}");
                }
            }
        }
    }

    #[test]
    fn a_town_s_own_words_come_first_and_blank_ones_do_not_count() {
        let tenant = TenantId::parse("59273").unwrap();
        let (mut services, _) = catalogue::start(&tenant, Instant::default()).unwrap();
        let service = services.first_mut().unwrap();
        let (fr, en) = (Words::of(Lang::Fr), Words::of(Lang::En));
        let usual = en.service_name(service).into_owned();
        service.name_fr = Some("Le comptoir".to_owned());
        assert_eq!(fr.service_name(service), "Le comptoir");
        assert_eq!(en.service_name(service), usual);
        service.name_fr = Some("  ".to_owned());
        assert_ne!(fr.service_name(service).trim(), "");
        service.fallback.note_fr = Some("Sonnez deux fois.".to_owned());
        assert_eq!(fr.fallback_sentence(service, TenantKind::Commune, true), "Sonnez deux fois.");
        service.id = beffroi_town::ServiceId::parse("sous-marin").unwrap();
        assert_eq!(en.service_name(service), "sous-marin");
        service.name_fr = Some("Sous-marin".to_owned());
        assert_eq!(en.service_name(service), "Sous-marin");
    }
}
