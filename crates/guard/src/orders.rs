//! Orders from the platform: believed only when signed for this guard, newer than any obeyed
//! before, and in time.
//!
//! Rules: an order concerns this host alone; it brings neither code nor paths. Each order is
//! acknowledged with what happened, a refused one with why.

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, UnparsedPublicKey};

use beffroi_town::watch::{OrderOutcome, SignedOrder, order_text};
use beffroi_town::{GuardId, Instant};

/// What an order is checked against.
#[derive(Clone, Debug)]
pub(crate) struct Checks<'a> {
    /// This guard.
    pub(crate) guard: &'a GuardId,
    /// The platform's key for orders.
    pub(crate) orders_key: &'a [u8],
    /// The highest sequence obeyed so far.
    pub(crate) last_sequence: u64,
    /// Now, by the platform's clock as far as it is known.
    pub(crate) now: Instant,
}

/// Why an order is refused; none when it must be obeyed. The signature comes first: nothing in an
/// order that is not genuine is worth reading.
pub(crate) fn refusal(order: &SignedOrder, checks: &Checks<'_>) -> Option<OrderOutcome> {
    let text = order_text(&order.guard, order.sequence, order.expires_at, &order.order);
    let genuine = BASE64URL_NOPAD.decode(order.signature.as_bytes()).is_ok_and(|signature| {
        UnparsedPublicKey::new(&ED25519, checks.orders_key).verify(&text, &signature).is_ok()
    });
    if !genuine {
        Some(OrderOutcome::BadSignature)
    } else if order.guard != *checks.guard {
        Some(OrderOutcome::OtherGuard)
    } else if order.sequence <= checks.last_sequence {
        Some(OrderOutcome::OldSequence)
    } else if order.expires_at <= checks.now {
        Some(OrderOutcome::Expired)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::watch::Order;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    fn signed(key: &Ed25519KeyPair, guard: &str, sequence: u64, expires_ms: i64) -> SignedOrder {
        let guard = GuardId::parse(guard).unwrap();
        let expires_at = Instant::from_ms(expires_ms);
        let text = order_text(&guard, sequence, expires_at, &Order::CutSelf);
        let signature = BASE64URL_NOPAD.encode(key.sign(&text).as_ref());
        SignedOrder { guard, sequence, expires_at, order: Order::CutSelf, signature }
    }

    #[test]
    fn only_a_genuine_fresh_own_order_is_obeyed() {
        let platform = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let forger = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).unwrap();
        let guard = GuardId::parse("g1").unwrap();
        let checks = Checks {
            guard: &guard,
            orders_key: platform.public_key().as_ref(),
            last_sequence: 5,
            now: Instant::from_ms(1_000),
        };
        let of = |order: SignedOrder| refusal(&order, &checks);
        assert_eq!(of(signed(&platform, "g1", 6, 2_000)), None);
        assert_eq!(of(signed(&forger, "g1", 6, 2_000)), Some(OrderOutcome::BadSignature));
        assert_eq!(of(signed(&platform, "g2", 6, 2_000)), Some(OrderOutcome::OtherGuard));
        assert_eq!(of(signed(&platform, "g1", 5, 2_000)), Some(OrderOutcome::OldSequence));
        assert_eq!(of(signed(&platform, "g1", 6, 1_000)), Some(OrderOutcome::Expired));
        let mut altered = signed(&platform, "g1", 6, 2_000);
        altered.order = Order::LiftSelf;
        assert_eq!(of(altered), Some(OrderOutcome::BadSignature));
        let mut longer = signed(&platform, "g1", 6, 2_000);
        longer.expires_at = Instant::from_ms(9_000_000);
        assert_eq!(of(longer), Some(OrderOutcome::BadSignature));
    }
}
