//! What account holders will do when they are asked: orders given in advance.
//!
//! Owns two kinds: orders of the control API, which wait for the next request they fit, and those of a scenario, which
//! are about one call and gone with it. Nobody sees a page where an order decides.

use parking_lot::Mutex;

use crate::auth::outcome::Outcome;
use crate::exchange::Request;

/// What is to be done with the next requests that fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Of this client; `None` for any.
    pub client_id: Option<String>,
    /// By this account holder; `None` for whoever the request names, or logs in.
    pub username: Option<String>,
    /// What they do.
    pub outcome: Outcome,
    /// The accounts they choose; `None` for all.
    pub account_ids: Option<Vec<String>>,
    /// How many more requests.
    pub times: u32,
}

/// The orders at one bank.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    state: Mutex<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    standing: Vec<Order>,
    /// By connection and request id.
    calls: Vec<((u64, String), Outcome)>,
}

/// Most orders that wait.
const MAX_ORDERS: usize = 1_000;

/// There are too many orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_ORDERS} decisions wait for their request already")]
pub struct TooManyOrders;

impl Orders {
    /// Orders of their own in the same state.
    pub(crate) fn fork(&self) -> Orders {
        Orders { state: Mutex::new(self.state.lock().clone()) }
    }

    /// Waits with an order for its request.
    pub(crate) fn give(&self, order: Order) -> Result<(), TooManyOrders> {
        let mut state = self.state.lock();
        if state.standing.len() >= MAX_ORDERS {
            return Err(TooManyOrders);
        }
        state.standing.push(order);
        Ok(())
    }

    /// Every order that waits, oldest first.
    pub(crate) fn all(&self) -> Vec<Order> {
        self.state.lock().standing.clone()
    }

    /// Forgets them.
    pub(crate) fn clear(&self) {
        self.state.lock().standing.clear();
    }

    /// The oldest order that fits a request of this client about this account holder; it is one time fewer afterwards.
    pub(crate) fn take(&self, client_id: &str, user: Option<&str>) -> Option<Order> {
        let mut state = self.state.lock();
        let fits = |order: &Order| {
            order.client_id.as_deref().is_none_or(|client| client == client_id)
                && (order.username.is_none() || user.is_none() || order.username.as_deref() == user)
                && (order.username.is_some() || user.is_some())
        };
        let place = state.standing.iter().position(fits)?;
        let order = &mut state.standing[place];
        order.times = order.times.saturating_sub(1);
        let taken = order.clone();
        if taken.times == 0 {
            state.standing.remove(place);
        }
        Some(taken)
    }

    /// What a scenario wants of one call.
    pub(crate) fn give_for(&self, request: &Request, outcome: Outcome) {
        let mut state = self.state.lock();
        if state.calls.len() >= MAX_ORDERS {
            // Of calls that asked nobody: their orders mean nothing any more.
            state.calls.remove(0);
        }
        state.calls.push(((request.connection, request.request_id.clone()), outcome));
    }

    /// Takes what a scenario wants of this call.
    pub(crate) fn take_for(&self, request: &Request) -> Option<Outcome> {
        let mut state = self.state.lock();
        let of = |((connection, id), _): &((u64, String), Outcome)| {
            *connection == request.connection && *id == request.request_id
        };
        let place = state.calls.iter().position(of)?;
        Some(state.calls.remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(client: Option<&str>, user: Option<&str>, outcome: Outcome, times: u32) -> Order {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Order { client_id: owned(client), username: owned(user), outcome, account_ids: None, times }
    }

    #[test]
    fn an_order_is_taken_by_the_requests_it_fits_so_many_times() {
        let orders = Orders::default();
        orders.give(order(Some("demo"), None, Outcome::Deny, 2)).unwrap();
        orders.give(order(None, Some("ben"), Outcome::Approve, 1)).unwrap();
        let taken = |client: &str, user: Option<&str>| orders.take(client, user).map(|order| order.outcome);
        assert_eq!(taken("other", Some("alice")), None, "of another client and another person");
        assert_eq!(taken("demo", Some("alice")), Some(Outcome::Deny));
        assert_eq!(taken("other", None), Some(Outcome::Approve), "the order says who it is");
        assert_eq!(taken("demo", None), None, "nobody says who it is: the pages ask");
        assert_eq!(taken("demo", Some("alice")), Some(Outcome::Deny));
        assert_eq!(taken("demo", Some("alice")), None, "it was for two");
        assert!((0..MAX_ORDERS).all(|_| orders.give(order(None, None, Outcome::Deny, 1)).is_ok()));
        assert_eq!(orders.give(order(None, None, Outcome::Deny, 1)), Err(TooManyOrders));
        orders.clear();
        assert!(orders.all().is_empty());
    }
}
