//! What is true about a town: its public services, what they depend on, what is up, cut or lost,
//! whose data is concerned, and who is asked to decide.
//!
//! Pure: no input or output, no clock, no randomness. Time and chance come in as values
//! ([`Instant`], [`edge::Entropy`]). Every other room imports this one; this one imports none.

pub mod actor;
pub mod agenda;
pub mod alarm;
pub mod asset;
pub mod catalogue;
pub mod content;
pub mod crockford;
pub mod cut;
pub mod cut_rule;
pub mod edge;
pub mod emergency;
pub mod exposure;
pub mod facts;
pub mod finding;
pub mod folder;
pub mod id;
pub mod incident;
pub mod instant;
pub mod lang;
pub mod leaflet;
pub mod notice;
pub mod oncall;
pub mod pack;
pub mod phone;
pub mod printer;
pub mod procedure;
pub mod rehearsal;
pub mod request;
pub mod role;
pub mod roster;
pub mod service;
pub mod status;
pub mod tenant;
pub mod vault;
pub mod watch;

pub use actor::Actor;
pub use agenda::Agenda;
pub use alarm::{Alarm, AlarmKind, AlarmState};
pub use asset::{Asset, AssetKind, AssetState, Need, Strength};
pub use cut::{Cut, CutMeans};
pub use cut_rule::CutRule;
pub use emergency::EmergencyFacts;
pub use exposure::{DataExposure, Exposure, Whose};
pub use facts::TownFacts;
pub use id::{
    AccountId, AgendaId, AlarmId, AppointmentId, AssetId, CallId, ContactId, GuardId, IncidentId,
    LineId, NoticeId, PrintPostId, ProcedureId, RepositoryId, RequestId, RosterId, ServiceId,
};
pub use incident::{Incident, Phase};
pub use instant::Instant;
pub use lang::Lang;
pub use notice::Notice;
pub use pack::{Pack, PackKind};
pub use phone::PhoneLine;
pub use procedure::Procedure;
pub use role::Role;
pub use roster::RosterEntry;
pub use service::{Criticality, Fallback, FallbackKind, Override, PublicService, ServiceStatus};
pub use tenant::{Tenant, TenantId, TenantKind};
