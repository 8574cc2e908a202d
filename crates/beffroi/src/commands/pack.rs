//! `beffroi pack`: a list printed on the machine where it is kept.
//!
//! Rules: nothing leaves this machine and no data folder is opened; what is written is for its
//! owner alone and replaces nothing; nothing is written unless every row is right.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, Result, anyhow, bail};
use beffroi_desk::packs::{
    print::{self, Printing},
    table::{self, Mapping, Place},
};
use beffroi_registry::tenants::resolve;
use beffroi_town::PackKind;
use beffroi_words::{
    csv_in::{FILE_BYTES_MAX, Table},
    fold::fold,
};

use crate::{
    cli::pack::PackArgs,
    commands::{now, write_secret},
};

pub(crate) fn run(args: &PackArgs) -> Result<()> {
    let (kind, at) = (args.kind, now());
    let tenant = resolve(&args.tenant)?.into_tenant(at);
    if args.out.exists() {
        bail!("{} exists already: destroy it, or write to another", args.out.display());
    }
    let table = Table::read(&bytes_of(&args.csv)?)?;
    let mapping = mapping(kind, &table, &args.map)?;
    let list = table::read(table, (kind, Place::Here), &mapping)
        .with_context(|| format!("nothing was printed of {}", args.csv.display()))?;
    let former = args.number.checked_sub(1).filter(|number| *number > 0);
    let printing = Printing {
        tenant: &tenant,
        kind,
        number: args.number,
        former,
        made_at: at,
        printed_at: at,
    };
    let pdf = print::pdf(&printing, &list.entries, args.lang)?;
    write_secret(&args.out, &pdf.bytes)?;
    let (rows, number) = (list.entries.len(), args.number);
    println!("{}: {rows} rows on {} pages, for you alone to read", args.out.display(), pdf.pages);
    let read: Vec<String> =
        mapping.0.iter().map(|(field, heading)| format!("{field} from '{heading}'")).collect();
    println!("  read: {}", read.join(", "));
    if !list.unused.is_empty() {
        println!("  not used: {}", list.unused.join(", "));
    }
    println!(
        "  print it, lock it up, delete the file; then record in the console, under Packs: number {number}, {rows} rows"
    );
    if let Some(former) = former {
        println!("  destroy list no. {former} on paper, and record that too");
    }
    Ok(())
}

/// The file; of one that is too large no more than it takes to say so.
fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let most = u64::try_from(FILE_BYTES_MAX)?.saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

/// What the headings say, and what `--map` says instead.
fn mapping(kind: PackKind, table: &Table, said: &[String]) -> Result<Mapping> {
    let mut chosen = Mapping::default();
    let codes = || table::fields(kind, Place::Here).map(|field| field.code).collect::<Vec<_>>();
    let headings = table::headings(table);
    for one in said {
        let (heading, field) = one
            .rsplit_once('=')
            .ok_or_else(|| anyhow!("--map '{one}': write HEADING=FIELD, as in Nom=name"))?;
        if !codes().contains(&field) {
            bail!("--map '{one}': '{field}' is no field of this list: {}", codes().join(", "));
        }
        if !headings.iter().any(|own| fold(own) == fold(heading)) {
            bail!("--map '{one}': the file has no such heading; it has: {}", headings.join(", "));
        }
        chosen.0.insert(field.to_owned(), heading.to_owned());
    }
    let mapping = table::proposed(table, (kind, Place::Here), Some(&chosen));
    for (field, heading) in &chosen.0 {
        if mapping.0.get(field).is_none_or(|own| fold(own) != fold(heading)) {
            bail!("--map '{heading}={field}': this heading is read for another field already");
        }
    }
    let missing: Vec<&str> = table::fields(kind, Place::Here)
        .filter(|field| field.needed && !mapping.0.contains_key(field.code))
        .map(|field| field.code)
        .collect();
    if !missing.is_empty() {
        bail!(
            "nothing says where to read: {}. Say it with --map HEADING=FIELD; the headings are: {}",
            missing.join(", "),
            headings.join(", ")
        );
    }
    Ok(mapping)
}
