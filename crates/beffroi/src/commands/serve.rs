//! `beffroi serve`

use std::sync::Arc;

use anyhow::{Context, Result};
use beffroi_platform::{
    Platform,
    edge::{SystemClock, SystemEntropy},
};

use crate::{
    cli::{Common, ServeArgs},
    commands::{config, shown},
};

pub(crate) async fn run(common: &Common, args: ServeArgs) -> Result<()> {
    let mut raw = config(common)?;
    if let Some(listen) = args.listen {
        raw.doors.listen = Some(listen);
    }
    let config = raw.check()?;
    let kept = shown(&beffroi_platform::location(&config));
    let platform =
        Platform::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy::new())).await?;
    println!("Beffroi answers at {}", platform.url());
    println!("  staff console  {}/console/", platform.url());
    if let Some(guards) = platform.guards_address() {
        println!("  guards' door   https://{guards}");
    }
    if let Some(clear) = platform.redirect_address() {
        println!("  sent on from   http://{clear}");
    }
    println!("  data           {kept}");
    if let Some(file) = args.address_file {
        // Whoever waits for this file must find it whole.
        let half = file.with_extension("half");
        std::fs::write(&half, platform.url())
            .and_then(|()| std::fs::rename(&half, &file))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    stop_signal().await?;
    platform.stop().await;
    Ok(())
}

/// Returns at Ctrl-C or when the system asks the program to end.
pub(crate) async fn stop_signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut end = signal(SignalKind::terminate()).context("listen for the signal to end")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("listen for Ctrl-C")?,
        _ = end.recv() => {}
    }
    Ok(())
}
