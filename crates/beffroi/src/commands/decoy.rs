//! `beffroi guard decoy`

use std::sync::Arc;

use anyhow::Result;
use beffroi_guard::{Decoy, Edge, Options};
use beffroi_platform::edge::{SystemClock, SystemEntropy};

use crate::{
    cli::decoy::DecoyRun,
    commands::guard::{until_asked, watch_over},
};

/// Shows bait until it is asked to end: this process watches over the one that does.
pub(crate) async fn run(args: DecoyRun) -> Result<()> {
    let decoy = Decoy::new(args.dir, &args.listen, &args.workgroup, &args.share)?;
    if !args.watched_over {
        return watch_over().await;
    }
    let options = Options {
        enrol: args.enrol,
        beat_for_watchdog: true,
        lapse: args.lapse,
        ..Options::of_decoy(&decoy, args.state)
    };
    let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy::new()) };
    until_asked(move |shutdown| beffroi_guard::run(&options, &edge, shutdown)).await
}
