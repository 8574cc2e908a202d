//! `beffroi doctor`

use std::process::ExitCode;

use anyhow::Result;
use beffroi_platform::{
    doctor::{self, Diagnosis},
    edge::SystemClock,
};
use beffroi_store::held;
use beffroi_town::finding::Severity;
use beffroi_words::{Words, Zone};
use serde_json::json;

use crate::{
    cli::{Common, doctor::DoctorArgs},
    commands::{config, open_configured, print_json, shown},
};

/// Something is broken.
const BROKEN: u8 = 1;

pub(crate) async fn run(common: &Common, args: DoctorArgs) -> Result<ExitCode> {
    let config = config(common)?.check()?;
    let location = beffroi_platform::location(&config);
    let clock = SystemClock;
    // Looked at first, so that nothing is made where there is nothing.
    let facts = match held::held(&location).await {
        Ok(Some(_)) => match open_configured(&config).await {
            Ok(store) => doctor::read(&store, &config, &clock).await,
            Err(error) => doctor::read_closed(&config, &clock, &crate::told(&error)).await,
        },
        Ok(None) => {
            let why = format!("there is no data in {}", shown(&location));
            doctor::read_closed(&config, &clock, &why).await
        }
        Err(error) => doctor::read_closed(&config, &clock, &crate::told(&error.into())).await,
    };
    let diagnosis = doctor::examine(&facts);
    let words = Words::of(args.lang);
    if args.out.json {
        print_json(&as_json(&diagnosis, words))?;
    } else {
        tell(&diagnosis, words);
    }
    Ok(ExitCode::from(if diagnosis.is_well() { 0 } else { BROKEN }))
}

fn as_json(diagnosis: &Diagnosis, words: &Words) -> serde_json::Value {
    let one = |finding: &beffroi_town::finding::Finding| {
        json!({
            "code": finding.code,
            "severity": finding.severity,
            "details": finding.details,
            "text": words.finding(finding, &Zone::paris()),
        })
    };
    json!({
        "at": diagnosis.at,
        "well": diagnosis.is_well(),
        "findings": diagnosis.findings.iter().map(one).collect::<Vec<_>>(),
    })
}

fn tell(diagnosis: &Diagnosis, words: &Words) {
    for severity in Severity::ALL {
        let some = diagnosis.findings.iter().filter(|one| one.severity == severity);
        let lines: Vec<String> = some.map(|one| words.finding(one, &Zone::paris())).collect();
        if !lines.is_empty() {
            println!("{}", words.severity(severity));
            for line in lines {
                println!("  - {line}");
            }
            println!();
        }
    }
}
