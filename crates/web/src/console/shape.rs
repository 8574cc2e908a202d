//! The shape and colour that go with a word. The word always comes first.

use beffroi_town::{AlarmState, AssetState, ServiceStatus, facts::Mood, finding::Severity};

/// Of a service.
pub const fn status(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Open => "ok",
        ServiceStatus::Degraded => "part",
        ServiceStatus::PaperOnly => "paper",
        ServiceStatus::Closed => "bad",
        ServiceStatus::Unknown => "unsure",
    }
}

/// Of an asset. A cut is deliberate: it is no red matter.
pub const fn asset(state: AssetState) -> &'static str {
    match state {
        AssetState::Up => "ok",
        AssetState::Degraded => "part",
        AssetState::Cut => "paper",
        AssetState::Down => "bad",
        AssetState::Unknown => "unsure",
    }
}

/// Of an alarm.
pub const fn alarm(state: &AlarmState) -> &'static str {
    match state {
        AlarmState::Open => "bad",
        AlarmState::Declared { .. } | AlarmState::Merged { .. } => "part",
        AlarmState::Dismissed => "ok",
    }
}

/// Of a town.
pub const fn mood(mood: Mood) -> &'static str {
    match mood {
        Mood::Calm => "ok",
        Mood::Checking => "unsure",
        Mood::Disturbed => "part",
        Mood::Incident => "bad",
    }
}

/// Of a finding of the doctor.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Broken => "bad",
        Severity::Risky => "part",
        Severity::CannotTell => "unsure",
        Severity::Ok => "ok",
    }
}
