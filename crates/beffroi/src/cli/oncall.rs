//! `beffroi oncall`

use beffroi_town::{
    Lang,
    oncall::{Holidays, Hours, Span},
};
use clap::{Args, Subcommand};

use super::{Out, one_of, parse_lang};

#[derive(Debug, Subcommand)]
pub(crate) enum OncallCommand {
    /// Add a person to the end of a tenant's list
    Add {
        /// Code of the tenant
        tenant: String,
        /// The person's name; kept sealed
        name: String,
        /// A way to reach this person, best first: CHANNEL=ADDRESS, as in sms=+33612345678
        #[arg(long, value_name = "CHANNEL=ADDRESS", required = true)]
        way: Vec<String>,
        /// Language of the messages: fr or en
        #[arg(long, default_value = "fr", value_parser = parse_lang)]
        lang: Lang,
        /// Rung for every tenant, after that tenant's own list
        #[arg(long)]
        operator: bool,
        #[command(flatten)]
        when: When,
    },
    /// List the people of a tenant, in the order they are rung
    List {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Move a person to a place of the list, from 1
    Move {
        /// Code of the tenant
        tenant: String,
        /// The person: name or identifier
        person: String,
        /// 1 is rung first
        place: u32,
    },
    /// Change when a person is on watch, in place of what was said before
    Hours {
        /// Code of the tenant
        tenant: String,
        /// The person: name or identifier
        person: String,
        #[command(flatten)]
        when: When,
    },
    /// Ring a person no more until further notice
    Pause {
        /// Code of the tenant
        tenant: String,
        /// The person: name or identifier
        person: String,
        /// Ring this person again
        #[arg(long)]
        resume: bool,
    },
    /// Take a person off the list; name and addresses are erased
    Remove {
        /// Code of the tenant
        tenant: String,
        /// The person: name or identifier
        person: String,
    },
    /// Ring now and wait: 0 once somebody answered, 3 when a gateway took a message, else 1
    Test {
        /// Code of the tenant
        tenant: String,
        /// One person alone, by every way; the whole list if not given
        #[arg(long)]
        person: Option<String>,
        /// How long to wait for an answer
        #[arg(long, value_name = "SECONDS", default_value_t = 300)]
        wait: u64,
        #[command(flatten)]
        out: Out,
    },
    /// Move the weekly test, or switch it off with a reason
    Weekly {
        /// Code of the tenant
        tenant: String,
        /// When, as in 'tue 10:00' or 'mar 10h'
        #[arg(long, value_name = "DAY HOUR")]
        at: Option<String>,
        /// Switch it off, and why
        #[arg(long, value_name = "REASON", conflicts_with = "at")]
        off: Option<String>,
    },
    /// Show the newest calls: whom they rang, what became of each message, who answered
    Calls {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Answer a call from here: the ringing ends
    Ack {
        /// Code of the tenant
        tenant: String,
        /// The call: its identifier
        call: String,
    },
}

/// When somebody is on watch.
#[derive(Debug, Args)]
pub(crate) struct When {
    /// Days and hours of watch; may be given several times; always if not given: 'mon-fri 18:00-08:00'
    #[arg(long, value_name = "DAYS HOURS", value_parser = parse_span)]
    pub(crate) watch: Vec<Span>,
    /// Public holidays: `as_days`, `on` or `off`
    #[arg(long, default_value = "as_days", value_parser = parse_holidays)]
    pub(crate) holidays: Holidays,
    /// Hours in which lesser alarms wait, as in 22:00-07:00
    #[arg(long, value_name = "HOURS", value_parser = parse_hours)]
    pub(crate) quiet: Option<Hours>,
    /// Minutes to answer before the next person is rung
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) minutes: u32,
}

fn parse_span(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|error| error.to_string())
}

fn parse_hours(text: &str) -> Result<Hours, String> {
    Hours::parse(text).map_err(|error| error.to_string())
}

fn parse_holidays(text: &str) -> Result<Holidays, String> {
    one_of(Holidays::from_code(text), Holidays::ALL.iter().map(|one| one.code()))
}
