//! `beffroi vault thin`, `check` and `carry`: by whoever holds the key, on another host than the guarded one.

use std::{process::ExitCode, time::Instant as Stopwatch};

use anyhow::{Result, bail};
use beffroi_backup::{
    Access, carry,
    check::{self, Findings, NAMED_MAX},
    thin::{Keeper, Proposal},
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_town::vault::{
    retention::Standing,
    thinning::{Offer, Step},
};
use beffroi_words::{Words, calendar};
use serde_json::json;

use super::client::{line, tell_faults};
use crate::{
    cli::vault::{
        client::Reach,
        thin::{CarryWay, HolderCommand, VaultCheck, VaultThin},
    },
    commands::{now, print_json},
};

/// Something is damaged or missing.
const NOT_WHOLE: u8 = 1;

pub(super) fn run(command: &HolderCommand) -> Result<ExitCode> {
    match command {
        HolderCommand::Thin(args) => thin(args).map(|()| ExitCode::SUCCESS),
        HolderCommand::Check(args) => look_through(args),
        HolderCommand::Carry { way } => carry(way),
    }
}

fn access(reach: &Reach) -> Result<Access> {
    Ok(Access::read(reach.file.as_deref(), &reach.files())?)
}

fn thin(args: &VaultThin) -> Result<()> {
    let keeper = Keeper::new(&access(&args.reach)?)?;
    let offer = keeper.offer()?;
    if args.carry_out {
        return carry_out(args, &keeper, &offer);
    }
    if let Some(standing) = offer.standing.as_ref().filter(|_| args.propose) {
        bail!(
            "thinning {} is under way ({}): cancel it in the console first, or carry it out",
            standing.id,
            standing.step.code()
        );
    }
    let proposal = keeper.plan(&offer, &SystemEntropy::new())?;
    if args.propose && !proposal.is_empty() {
        keeper.propose(&proposal)?;
    }
    if args.out.json {
        return print_json(&json!({
            "plan": proposal.plan, "snapshots_stay": proposal.snapshots_stay,
            "packs_stay": proposal.packs_stay, "proposed": args.propose && !proposal.is_empty(),
            "dropped": proposal.dropped,
        }));
    }
    show(&offer, &proposal);
    if proposal.is_empty() {
        println!("There is nothing to drop.");
    } else if args.propose {
        println!(
            "Proposed. A director of the town and an operator agree in the console (page Vault,"
        );
        println!(
            "Thinning); once the time to think it over has passed: beffroi vault thin --carry-out"
        );
    } else {
        println!("Nothing was done. To propose it to the two who must agree: --propose");
    }
    Ok(())
}

fn show(offer: &Offer, proposal: &Proposal) {
    for one in &proposal.dropped {
        println!("  drop  {}", line(one));
    }
    let count = |wanted: fn(&Standing) -> bool| {
        offer.snapshots.iter().filter(|one| wanted(&one.standing)).count()
    };
    println!(
        "{} snapshots go, {} stay: {} of them are protected, {} too young",
        proposal.dropped.len(),
        proposal.snapshots_stay,
        count(|one| matches!(one, Standing::Protected { .. })),
        count(|one| matches!(one, Standing::Young { .. })),
    );
    if !offer.unchecked.is_empty() {
        println!(
            "{} thinnings lie in the trash; another holder looks through what is left: beffroi vault \
             check --tell",
            offer.unchecked.len()
        );
    }
    println!(
        "{} packs go that no snapshot needs any more, {} stay; {} index objects are replaced by {}",
        proposal.plan.packs.len(),
        proposal.packs_stay,
        proposal.plan.index.len(),
        proposal.plan.new_index.len(),
    );
}

fn carry_out(args: &VaultThin, keeper: &Keeper, offer: &Offer) -> Result<()> {
    let Some(standing) = &offer.standing else {
        bail!("nothing is proposed: beffroi vault thin --propose");
    };
    if standing.step == Step::Proposed {
        bail!(
            "two people have not agreed yet: a director of the town and an operator, in the console"
        );
    }
    if let Some(due_at) = standing.due_at.filter(|due_at| now() < *due_at) {
        bail!("it waits until {}: run this again then", calendar::machine(due_at));
    }
    keeper.carry_out(&standing.id, &standing.plan)?;
    if args.out.json {
        return print_json(&json!({ "thinning": standing.id, "plan": standing.plan }));
    }
    println!(
        "{} snapshots and {} packs are in the trash.",
        standing.plan.snapshots.len(),
        standing.plan.packs.len()
    );
    println!("A day from now at the earliest, with another keeper's or an inspector's credential:");
    println!("  beffroi vault check --tell");
    println!("Without it the trash is not emptied. On the platform, to put everything back:");
    println!("  beffroi vault trash undo TENANT {}", standing.id);
    Ok(())
}

fn carry(way: &CarryWay) -> Result<ExitCode> {
    let begun = Stopwatch::now();
    let (carried, folder, machine, done) = match way {
        CarryWay::ToDisk { folder, reach, out } => {
            (carry::out(&access(reach)?, folder)?, folder, out.json, "lie in")
        }
        CarryWay::FromDisk { folder, reach, out } => {
            (carry::back(folder, &access(reach)?)?, folder, out.json, "were taken in from")
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    if machine {
        print_json(&json!({ "carried": carried, "seconds": seconds }))?;
    } else {
        tell_faults(&carried.faults);
        let size = Words::of(beffroi_town::Lang::En).size(carried.bytes);
        println!(
            "{} objects {done} {} ({size} in {seconds:.1} s), {} were there",
            carried.objects,
            folder.display(),
            carried.known
        );
        if carried.is_whole() {
            println!(
                "Each is what it is named. restic opens it: restic -r FOLDER --no-lock snapshots"
            );
        }
    }
    Ok(ExitCode::from(if carried.is_whole() { 0 } else { NOT_WHOLE }))
}

fn look_through(args: &VaultCheck) -> Result<ExitCode> {
    let access = access(&args.reach)?;
    let found = check::check(&access, args.read_data)?;
    if args.tell {
        found.tell(&access)?;
    }
    if args.out.json {
        print_json(&json!({ "found": found, "told": args.tell }))?;
    } else {
        tell(&found, args.tell);
    }
    Ok(ExitCode::from(if found.is_whole() { 0 } else { NOT_WHOLE }))
}

fn tell(found: &Findings, told: bool) {
    tell_faults(&found.faults);
    for file in &found.lost {
        eprintln!("LOST       {}  in {}", file.path, file.snapshots.join(" "));
    }
    if found.lost.len() >= NAMED_MAX {
        eprintln!("and more: only {NAMED_MAX} are named");
    }
    let how = if found.read_data { "read and compared" } else { "looked for, not read" };
    println!(
        "{} snapshots, {} packs, {} parts {how}",
        found.snapshots.len(),
        found.packs,
        found.blobs
    );
    if found.is_whole() {
        println!("Everything is there.");
    } else {
        println!("{} faults, {} files lost", found.faults.len(), found.lost.len());
    }
    if told {
        println!("The vault was told.");
    }
}
