//! Examines the platform now and then, so that the console can show what was found.

use std::{convert::Infallible, sync::Arc, time::Duration};

use beffroi_store::Store;
use beffroi_town::edge::Clock;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    config::Config,
    doctor,
    noted::{DOCTOR, noted},
};

/// How often.
const EXAMINE_EVERY: Duration = Duration::from_mins(10);

/// Examines for as long as the platform runs.
pub(crate) async fn see_the_doctor(store: Store, clock: Arc<dyn Clock>, config: Config) {
    let mut ticks = interval(EXAMINE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let facts = doctor::read(&store, &config, &*clock).await;
        let found = async { Ok::<_, Infallible>(doctor::examine(&facts)) };
        match noted(&store, DOCTOR, clock.now(), found).await {
            Ok(diagnosis) if !diagnosis.is_well() => {
                tracing::warn!("something is broken: see 'beffroi doctor'");
            }
            Ok(_) => {}
            Err(never) => match never {},
        }
    }
}
