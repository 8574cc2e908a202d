//! What a page of the way to an appointment is about.

use beffroi_town::Instant;

/// A service point as residents read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointLine {
    /// What it is for.
    pub about: String,
    /// Where.
    pub place: String,
    /// Where one chooses a day; none while none can be taken.
    pub link: Option<String>,
    /// Why none can be taken, or what is still served, each a sentence.
    pub notes: Vec<String>,
}

/// A day with the hours that are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayLine {
    /// An instant of it.
    pub at: Instant,
    /// What is sent or followed for an hour, and its minute of the day.
    pub hours: Vec<(String, u16)>,
}

/// What is typed, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Name and value of each field.
    pub values: Vec<(&'static str, String)>,
    /// Name and reason.
    pub errors: Vec<(&'static str, String)>,
}

impl Typed {
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(one, _)| *one == name).map_or("", |(_, value)| value)
    }

    pub(super) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(one, _)| *one == name).map(|(_, why)| why.as_str())
    }
}

/// An appointment as its holder reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What it is for.
    pub about: String,
    /// Where.
    pub place: String,
    /// When.
    pub at: Instant,
    /// How many come.
    pub people: u32,
    /// What is read out at the counter.
    pub reference: String,
    /// The code, as it is printed.
    pub code: String,
    /// What to bring.
    pub bring: Vec<String>,
}

/// What a page is about.
#[derive(Clone, Debug)]
pub enum Matter {
    /// Choose a service point.
    Points(Vec<PointLine>),
    /// Choose a day and an hour: the point, the days, and where later days are.
    Days(PointLine, Vec<DayLine>, Option<String>),
    /// Say who comes; the most people.
    Who(PointLine, Instant, u16, Typed),
    /// Look it over.
    Check(PointLine, Instant, Typed),
    /// It is taken.
    Done(Held),
    /// It was moved.
    Moved(Held),
    /// It was cancelled.
    Cancelled,
    /// Type the code.
    Code(Typed),
    /// What the code opens.
    Mine(Held),
    /// Choose another hour; why the last choice was none.
    Move(Held, Vec<DayLine>, Option<String>),
    /// Really cancel?
    Sure(Held),
    /// The hour is gone, or none is offered any more.
    Gone(PointLine),
    /// It could not be written.
    Broken,
}
