//! A request: what one resident asked the town for, and what becomes of it.

use serde::{Deserialize, Serialize};

use crate::asset::coded;

coded! {
    /// What becomes of a request.
    RequestState {
        /// Nobody has it in hand.
        New = "new",
        /// Somebody has.
        Taken = "taken",
        /// It was answered.
        Answered = "answered",
        /// It is over, without an answer to read.
        Closed = "closed",
    }
}

coded! {
    /// By which way a request came.
    RequestWay {
        /// Sent from a screen.
        Online = "online",
        /// Typed in from a paper form.
        Paper = "paper",
        /// Written by a clerk for somebody at the counter.
        Counter = "counter",
        /// Written by a clerk for somebody on the telephone.
        Phone = "phone",
        /// Noted from the stamped paper register: its clock alone.
        Register = "register",
    }
}

impl RequestState {
    /// Whether somebody still waits.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Taken)
    }
}
