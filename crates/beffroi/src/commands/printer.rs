//! `beffroi desk printer`: the print post, on a computer beside a printer.
//!
//! Rules: it opens no port and takes no order but which sheets are due; what it remembers is on disk
//! before a sheet is printed and after it; a platform that is away changes nothing but when.

mod line;
mod output;
mod place;

use std::{net::SocketAddr, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use beffroi_desk::{
    appointments::sheet::{self, Sheet},
    print_posts::{memory::Step, own},
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_town::{
    printer::{ASK_EVERY_MS, AskAnswer, DayAnswer, EnrolRequest, Invitation, Printed, SheetDue},
    watch::{PlatformAddress, Received},
};
use beffroi_words::{Words, Zone, calendar};
use tokio::time::{Duration, sleep};

use crate::{
    cli::desk::{PrinterCommand, PrinterRun},
    commands::{now, read_file, serve::stop_signal},
};
use line::{Answered, Lines};
use output::Output;
use place::{Place, Post};

/// How many days after a sheet's own it is forgotten.
const REMEMBERED_DAYS: i64 = 3;

pub(crate) async fn run(command: PrinterCommand) -> Result<()> {
    match command {
        PrinterCommand::Enrol { file, to } => {
            tokio::task::spawn_blocking(move || enrol(&file, &to)).await?
        }
        PrinterCommand::Run(args) => keep_printing(args).await,
        PrinterCommand::Status { dir } => status(&dir),
    }
}

/// Makes this computer a post: its keys are made and kept here before the platform hears of them.
fn enrol(file: &Path, folder: &Path) -> Result<()> {
    let bytes = read_file(file)?;
    let invitation: Invitation = serde_json::from_slice(&bytes).with_context(|| {
        format!("{} is no enrolment file of a print post; make one in the console", file.display())
    })?;
    invitation.platforms.iter().try_for_each(check_address)?;
    let written = own::Written::new(&SystemEntropy::new());
    let keys = written.read()?;
    let draft = Place::make(folder)?;
    let post = Post {
        id: invitation.post.clone(),
        tenant: invitation.tenant.clone(),
        platforms: invitation.platforms,
        certificate_sha256: invitation.certificate_sha256,
        keys: written,
    };
    let request = EnrolRequest {
        token: invitation.token,
        post: invitation.post,
        public_key: keys.public_key(),
        recipient: keys.recipient(),
        hostname: place::hostname(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    draft.keep(&post)?;
    let answer = match Lines::new(&post)?.enrol(&request)? {
        Answered::Yes(answer) => answer,
        Answered::Refused(status) => {
            draft.forget()?;
            bail!(
                "the platform refused this enrolment (HTTP {status}): {}",
                match status {
                    401 => "set this computer's clock, then try again",
                    429 => "too many tries from this address: wait some minutes",
                    _ => "the file is used or older than an hour; make a new one in the console",
                }
            );
        }
    };
    draft.take()?;
    println!("This computer is the print post '{}' of {}.", answer.name, post.tenant);
    println!("In the console, somebody who reads these appointments confirms it with this code:");
    println!("    {}", keys.mark());
    println!("Then: beffroi desk printer run --dir {}", folder.display());
    Ok(())
}

/// In the clear is asked nobody but this machine, or a numeric address that the file names.
fn check_address(platform: &PlatformAddress) -> Result<()> {
    let numeric = |host: &str| {
        let host = host.trim_end_matches('/');
        let port = host.strip_prefix("localhost:");
        host.parse::<SocketAddr>().is_ok() || port.is_some_and(|port| port.parse::<u16>().is_ok())
    };
    let fits = platform.url.starts_with("https://")
        || platform.url.strip_prefix("http://").is_some_and(numeric);
    ensure!(fits, "{} is refused: a platform is asked by https://", platform.url);
    Ok(())
}

async fn keep_printing(args: PrinterRun) -> Result<()> {
    let place = Place::open(&args.dir)?;
    // Two that print the same sheets would print each twice.
    let _alone = place.lock()?;
    let mut round = Round {
        lines: Lines::new(place.post())?,
        keys: place.post().keys.read()?,
        output: Output::new(args.printer, args.folder)?,
        place,
        fails: false,
    };
    if args.once {
        return round.turn().await.map(drop);
    }
    // Heard from now on, and obeyed between two turns: what comes out must be written down.
    let mut stop = tokio::spawn(stop_signal());
    loop {
        let wait_ms = match round.turn().await {
            Ok(wait_ms) => wait_ms,
            Err(error) if error.is::<Revoked>() => return Err(error),
            Err(error) => {
                eprintln!("beffroi: {}", crate::told(&error));
                ASK_EVERY_MS
            }
        };
        let wait = sleep(Duration::from_millis(u64::from(wait_ms.clamp(1_000, 10 * ASK_EVERY_MS))));
        tokio::select! {
            () = wait => {}
            asked = &mut stop => return asked?,
        }
    }
}

/// The platform will never hand anything to this post again.
#[derive(Debug)]
struct Revoked;

impl std::fmt::Display for Revoked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "this print post was revoked: nothing is printed any more. Remove its folder, or make a \
             new post in the console",
        )
    }
}

impl std::error::Error for Revoked {}

/// What a post works with.
struct Round {
    place: Place,
    lines: Lines,
    keys: own::OwnKeys,
    output: Output,
    /// A sheet of the last turn could not be printed.
    fails: bool,
}

impl Round {
    /// Tells what was printed, asks what is due and prints it; how long to wait before the next.
    async fn turn(&mut self) -> Result<u32> {
        self.tell().await?;
        let answer = self.lines.ask(self.fails).await?;
        let AskAnswer { due, ask_every_ms } = yes(answer)?;
        self.fails = false;
        let (mut failed, mut tried) = (None, Vec::new());
        for one in &due {
            // Asked for and due besides is one sheet.
            let sheet = (&one.agenda, one.day);
            if tried.contains(&sheet) || !self.place.memory().wants(one, now()) {
                continue;
            }
            tried.push(sheet);
            if let Err(error) = self.print(one).await {
                failed.get_or_insert(error);
            }
        }
        self.tell().await?;
        if self.fails {
            // The platform hears at once that nothing comes out, not at the next turn.
            self.lines.ask(true).await?;
        }
        let today = Zone::paris().day(now());
        self.place.forget_before(today.plus(-REMEMBERED_DAYS))?;
        failed.map_or(Ok(ask_every_ms), Err)
    }

    /// Fetches a sheet and prints it, if it says something new.
    async fn print(&mut self, due: &SheetDue) -> Result<()> {
        let day: DayAnswer = match self.lines.day(due).await? {
            Answered::Yes(day) => day,
            // No more: it was due a moment ago.
            Answered::Refused(404) => return Ok(()),
            Answered::Refused(status) => return yes(Answered::Refused(status)),
        };
        let opened = sheet::open(Words::of(day.lang), &day.sealed, Some(self.keys.identity()));
        let at = now();
        let step = self.place.memory_mut().look(due, (&day.version, &opened.visitors), at);
        self.place.keep_memory()?;
        let Step::Print { replaces } = step else { return Ok(()) };
        let sheet = Sheet {
            tenant: &day.tenant,
            place: &day.place,
            day: due.day,
            lang: day.lang,
            printed_at: at,
            replaces,
        };
        let pdf = sheet.pdf(&opened.visitors)?;
        let title = format!("{}-{}-{}", due.agenda, due.day, stamp(&day, at));
        if let Err(error) = self.output.print(&title, &pdf.bytes).await {
            self.fails = true;
            self.place.memory_mut().refused(due);
            self.place.keep_memory()?;
            return Err(error);
        }
        let printed = Printed {
            agenda: due.agenda.clone(),
            day: due.day,
            printed_at: at,
            lines: u32::try_from(opened.visitors.len()).unwrap_or(u32::MAX),
            locked: opened.locked,
            replaces: replaces.is_some(),
            wish: due.wish.clone(),
        };
        println!("{title}: {} lines, {} locked", printed.lines, printed.locked);
        self.place.memory_mut().printed(due, printed);
        self.place.keep_memory()
    }

    /// Tells the platform what it has not heard yet.
    async fn tell(&mut self) -> Result<()> {
        while let Some(said) = self.place.memory().untold.first().cloned() {
            match self.lines.printed(&said).await? {
                // Refused: it is none of this post's sheets any more, and nobody waits for it.
                Answered::Yes(Received { .. }) | Answered::Refused(400 | 404) => {}
                Answered::Refused(status) => return yes(Answered::Refused(status)),
            }
            self.place.memory_mut().untold.remove(0);
            self.place.keep_memory()?;
        }
        Ok(())
    }
}

/// The hour and minute of printing, for a name of which there is one a minute.
fn stamp(day: &DayAnswer, at: beffroi_town::Instant) -> String {
    let local = Zone::of(&day.tenant).local(at);
    format!("{:02}h{:02}", local.minute / 60, local.minute % 60)
}

/// What was answered, or why the post is not served.
fn yes<T>(answered: Answered<T>) -> Result<T> {
    match answered {
        Answered::Yes(answer) => Ok(answer),
        Answered::Refused(403) => Err(Revoked.into()),
        Answered::Refused(401) => {
            bail!(
                "the platform does not know this post: set this computer's clock, else enrol it anew"
            )
        }
        Answered::Refused(status) => {
            bail!("the platform answers HTTP {status}: it is tried again")
        }
    }
}

fn status(folder: &Path) -> Result<()> {
    let place = Place::open(folder)?;
    let (post, keys) = (place.post(), place.post().keys.read()?);
    println!("print post of {}", post.tenant);
    println!("  code        {}", keys.mark());
    for platform in &post.platforms {
        println!("  platform    {}", platform.url);
    }
    for (name, at) in place.memory().printed_sheets() {
        println!("  printed     {name}, {}", calendar::machine(at));
    }
    let untold = place.memory().untold.len();
    ensure!(untold == 0, "{untold} printed sheet(s) the platform has not heard of yet");
    Ok(())
}
