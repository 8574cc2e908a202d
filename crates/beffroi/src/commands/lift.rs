//! `beffroi guard lift`

use std::{io::Write, path::Path};

use anyhow::{Context, Result, bail};
use beffroi_guard::{GuardError, lift};
use beffroi_platform::edge::SystemEntropy;

use crate::commands::now;

/// Lifts this machine's cut with the code that the person types; or makes a code.
pub(crate) fn run(state: &Path, new_code: bool) -> Result<()> {
    let entropy = SystemEntropy::new();
    if new_code {
        let code = lift::new_code(state, &entropy)?;
        println!("The code that lifts a cut of this machine here, once:");
        show(&code);
        return Ok(());
    }
    // Said before anybody types a code for nothing.
    lift::ready(state, now())?;
    loop {
        match lift::lift(state, &ask()?, now(), &entropy) {
            Ok(next) => {
                println!("The cut is lifted: this machine reaches its networks again.");
                println!("That code is used up. The next one:");
                show(&next);
                return Ok(());
            }
            Err(slip @ GuardError::Mistyped(_)) => println!("{slip}"),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Typed where nobody else reads it: what stands on a command line, others see.
fn ask() -> Result<String> {
    print!("Code of this machine, from the cyber envelope > ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    if std::io::stdin().read_line(&mut line).context("read the code")? == 0 {
        bail!("no code was typed: nothing was done");
    }
    Ok(line.trim().to_owned())
}

fn show(code: &lift::Code) {
    println!("    {}", code.printed());
    println!(
        "Write it beside this machine's name in the cyber envelope now: it stands nowhere else."
    );
}
