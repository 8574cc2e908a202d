//! What a print post says to the platform: signed requests over the addresses of its enrolment.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use beffroi_desk::print_posts::own::OwnKeys;
use beffroi_guard::{GuardError, Line};
use beffroi_town::{
    PrintPostId,
    printer::{
        ANSWER_BYTES_MAX, ASK_PATH, AT_HEADER, Ask, AskAnswer, DAY_PATH, DayAnswer, DayRequest,
        ENROL_PATH, EnrolAnswer, EnrolRequest, POST_HEADER, PRINTED_PATH, Printed,
        SIGNATURE_HEADER, SheetDue,
    },
    watch::Received,
};
use serde::{Serialize, de::DeserializeOwned};

use super::place::Post;
use crate::commands::now;

/// What the platform made of a request that reached it.
pub(super) enum Answered<T> {
    /// This.
    Yes(T),
    /// It refused, by this status of HTTP.
    Refused(u16),
}

/// Every address of the platform, and who speaks.
pub(super) struct Lines(Arc<Speaker>);

struct Speaker {
    lines: Vec<Line>,
    post: PrintPostId,
    keys: OwnKeys,
}

impl Lines {
    pub(super) fn new(post: &Post) -> Result<Self> {
        let pin = post.certificate_sha256.as_deref();
        let lines = post.platforms.iter().map(|one| Line::new(one, pin));
        let lines = lines.collect::<Result<Vec<Line>, GuardError>>()?;
        let speaker = Speaker { lines, post: post.id.clone(), keys: post.keys.read()? };
        Ok(Self(Arc::new(speaker)))
    }

    /// Enrols. Blocks.
    pub(super) fn enrol(&self, request: &EnrolRequest) -> Result<Answered<EnrolAnswer>> {
        self.0.say(ENROL_PATH, request)
    }

    pub(super) async fn ask(&self, fails: bool) -> Result<Answered<AskAnswer>> {
        self.apart(ASK_PATH, Ask { fails }).await
    }

    pub(super) async fn day(&self, due: &SheetDue) -> Result<Answered<DayAnswer>> {
        let request = DayRequest { agenda: due.agenda.clone(), day: due.day };
        self.apart(DAY_PATH, request).await
    }

    pub(super) async fn printed(&self, said: &Printed) -> Result<Answered<Received>> {
        self.apart(PRINTED_PATH, said.clone()).await
    }

    /// Says it on a thread where waiting holds nobody up.
    async fn apart<Q, A>(&self, door: &'static str, said: Q) -> Result<Answered<A>>
    where
        Q: Serialize + Send + 'static,
        A: DeserializeOwned + Send + 'static,
    {
        let speaker = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || speaker.say(door, &said)).await?
    }
}

impl Speaker {
    /// Says it by the first address that answers at all.
    fn say<A: DeserializeOwned>(
        &self,
        door: &'static str,
        said: &impl Serialize,
    ) -> Result<Answered<A>> {
        let body = serde_json::to_vec(said)?;
        let mut away = anyhow!("the enrolment file names no platform; make a new one");
        for line in &self.lines {
            let at = now();
            let headers = [
                (POST_HEADER, self.post.to_string()),
                (AT_HEADER, at.ms().to_string()),
                (SIGNATURE_HEADER, self.keys.sign(&self.post, (door, at), &body)),
            ];
            match line.post(door, &body, &headers, ANSWER_BYTES_MAX) {
                Ok(bytes) => {
                    let answer = serde_json::from_slice(&bytes)
                        .with_context(|| format!("the platform's answer at {door} is none"))?;
                    return Ok(Answered::Yes(answer));
                }
                Err(GuardError::Refused { status, .. }) => return Ok(Answered::Refused(status)),
                Err(GuardError::Unreachable { cause, .. }) => {
                    away = anyhow!("the platform is not reached, it is tried again: {cause}");
                }
                Err(error) => away = error.into(),
            }
        }
        Err(away)
    }
}
