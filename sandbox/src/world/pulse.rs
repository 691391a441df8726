//! The pulse of a world: what is due is done, in order of time, whoever or whatever moved the clock.
//!
//! Owns the order: the earliest thing first; at one instant the banks' own steps before the scenario's timers, and those
//! in the order they were made. Each is done whole before the next, with the clock standing where it belongs, so that two
//! small advances do what one large one does.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;

use super::agenda::Timer;
use super::deeds::{About, Cause, Done, Fired};
use super::{BankInstance, World};
use crate::bank::{Happened, Subject};
use crate::clock::{self, Delays, Mode};
use crate::fault::{Provenance, Stage};
use crate::wire::Wait;

/// What moving the clock did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advanced {
    /// Virtual time now.
    pub now: Timestamp,
    /// What happened at the banks, oldest first, each with the bank's slug.
    pub happened: Vec<(Arc<str>, Happened)>,
    /// The timers that fired, in order.
    pub fired: Vec<Fired>,
    /// `false` if the clock stopped on the way, because so much was due or an endpoint did not answer; the rest is done by
    /// the next call.
    pub complete: bool,
}

/// Most things done by one move of the clock.
const MOST_STEPS: usize = 100_000;
/// Rounds of news that follow on one another at one instant; more is a circle.
const MOST_ROUNDS: usize = 64;
/// Longest real wait for the answers to the messages of one step.
const LONGEST_DRAIN: Duration = Duration::from_secs(30);
/// Longest real wait of the task that fires timers: a world that is gone is noticed then.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A request on its way through the world; while one is, an automatic clock stands still.
#[derive(Debug)]
pub(crate) struct Visit<'a>(&'a World);

/// A request that waits on the world's clock: for so long it is not on its way.
struct Away<'a>(&'a World);

/// A move of the clock under way.
struct Journey {
    target: Timestamp,
    happened: Vec<(Arc<str>, Happened)>,
    fired: Vec<Fired>,
    steps: usize,
    complete: bool,
}

/// What is done next.
enum Next {
    Bank(usize),
    Timer,
}

impl World {
    /// Moves virtual time forward and says what happened on the way.
    pub fn advance(&self, by: Duration) -> Advanced {
        let mut journey = self.set_out(by);
        while self.go_on(&mut journey) {}
        self.arrive(journey)
    }

    /// The same, and waits after every step until the messages it made go out are answered.
    pub(crate) async fn advance_and_drain(&self, by: Duration) -> Advanced {
        let mut journey = self.set_out(by);
        loop {
            if !self.post_settled(LONGEST_DRAIN).await {
                journey.complete = false;
                return self.arrive(journey);
            }
            if !self.go_on(&mut journey) {
                break;
            }
        }
        self.arrive(journey)
    }

    fn set_out(&self, by: Duration) -> Journey {
        let _turn = self.turn.lock();
        // What happened before this call is not its doing.
        self.hand_on(&mut Done::default());
        let target = self.clock.now().saturating_add(by).unwrap_or(Timestamp::MAX);
        Journey { target, happened: Vec::new(), fired: Vec::new(), steps: 0, complete: true }
    }

    /// Does the next thing that is due on the way; `false` if nothing is. Between two others may have their turn.
    fn go_on(&self, journey: &mut Journey) -> bool {
        let _turn = self.turn.lock();
        let Some((at, next)) = self.next(journey.target) else { return false };
        journey.steps += 1;
        if journey.steps > MOST_STEPS {
            journey.complete = false;
            return false;
        }
        self.clock.move_to(at);
        let mut done = Done::default();
        journey.happened.extend(self.step(at, next, &mut done));
        journey.fired.extend(done.fired);
        journey.target = journey.target.saturating_add(done.leap).unwrap_or(Timestamp::MAX);
        true
    }

    fn arrive(&self, journey: Journey) -> Advanced {
        let Journey { target, happened, fired, complete, .. } = journey;
        let now = if complete { self.clock.move_to(target) } else { self.clock.now() };
        self.rouse();
        Advanced { now, happened, fired, complete }
    }

    /// Does everything that is due by now. Every request calls this first, so that it meets the world as it is.
    pub(crate) fn wake(&self) {
        if !self.is_watched() {
            // Nobody listens: the banks settle on their own when somebody looks.
            self.banks().iter().for_each(|bank| drop(bank.ledger.take_news()));
            return;
        }
        let _turn = self.turn.lock();
        for _ in 0..MOST_STEPS {
            let Some((at, next)) = self.next(self.clock.now()) else { break };
            let mut done = Done::default();
            self.step(at, next, &mut done);
            self.leap(&done);
        }
        let mut done = Done::default();
        self.hand_on(&mut done);
        self.leap(&done);
    }

    /// Goes ahead as far as a rule said. What that makes due is done by whoever wakes the world next.
    fn leap(&self, done: &Done) {
        if !done.leap.is_zero() {
            self.clock.advance(done.leap);
        }
    }

    /// Hands on what a request has made happen. Cheap if nobody listens.
    pub(crate) fn tell(&self) {
        self.wake();
        self.rouse();
        self.ping();
    }

    /// An event of the scenario's own comes about with a call.
    pub(crate) fn emit(&self, name: &str, bank: &Arc<str>, subject: Subject, at: Timestamp) {
        let about = Arc::new(About { bank: Arc::clone(bank), subject, version: None });
        let _turn = self.turn.lock();
        let mut done = Done::default();
        self.occur(name, at, Some(&about), &mut done);
        self.hand_on(&mut done);
        self.leap(&done);
    }

    /// A request comes in.
    pub(crate) fn visit(&self) -> Visit<'_> {
        self.flights.fetch_add(1, Ordering::AcqRel);
        Visit(self)
    }

    /// Waits as long as a delay of a connection lasts, on the clock this world says.
    pub(crate) async fn delay(&self, wait: Duration) {
        if self.clock.delays() == Delays::Real {
            return clock::sleep(wait).await;
        }
        let at = self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        if self.clock.mode() == Mode::Auto {
            self.agenda.plan(at, Timer::Release);
            let _away = Away::new(self);
            return self.clock.reach(at).await;
        }
        self.clock.reach(at).await;
    }

    /// Waits as long as a pause outside of a request lasts (inside a body that goes out, or before a request is read), on the
    /// clock this world says. It holds an automatic clock up for nobody, and nobody's request holds it up.
    pub(crate) async fn pause(&self, wait: Duration) {
        if self.clock.delays() == Delays::Real {
            return clock::sleep(wait).await;
        }
        let at = self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        if self.clock.mode() == Mode::Auto {
            self.agenda.plan(at, Timer::Release);
            self.rest();
        }
        self.clock.reach(at).await;
    }

    /// What waits inside bodies of this world.
    pub(crate) fn pauses(&self) -> Wait {
        let world = Weak::clone(&self.this);
        Arc::new(move |length| {
            let world = Weak::clone(&world);
            Box::pin(async move {
                match world.upgrade() {
                    Some(world) => world.pause(length).await,
                    // The world is gone, and its time with it.
                    None => clock::sleep(length).await,
                }
            })
        })
    }

    /// No request is in flight: an automatic clock goes to what is due next, until nothing is.
    pub(super) fn rest(&self) {
        if self.clock.mode() != Mode::Auto || self.flights.load(Ordering::Acquire) != 0 {
            return;
        }
        for _ in 0..MOST_STEPS {
            let _turn = self.turn.lock();
            if self.flights.load(Ordering::Acquire) != 0 {
                return;
            }
            let steps = self.banks().iter().filter_map(|bank| bank.ledger.next_step());
            let Some(goal) = steps.chain(self.agenda.next_single()).min() else { return };
            let Some((at, next)) = self.next(goal.max(self.clock.now())) else { return };
            self.clock.move_to(at);
            let mut done = Done::default();
            self.step(at, next, &mut done);
            if !done.leap.is_zero() {
                self.clock.advance(done.leap);
            }
        }
    }

    /// What is due first, if anything is by then.
    fn next(&self, limit: Timestamp) -> Option<(Timestamp, Next)> {
        let due = |(number, bank): (usize, &Arc<BankInstance>)| Some((bank.ledger.next_due()?, number));
        let bank = self.banks().iter().enumerate().filter_map(due).min();
        let timer = self.agenda.next_due();
        let next = match (bank, timer) {
            (Some((at, number)), timer) if timer.is_none_or(|timer| at <= timer) => (at, Next::Bank(number)),
            (_, Some(at)) => (at, Next::Timer),
            (_, None) => return None,
        };
        Some(next).filter(|(at, _)| *at <= limit)
    }

    fn step(&self, at: Timestamp, next: Next, done: &mut Done) -> Vec<(Arc<str>, Happened)> {
        match next {
            Next::Bank(number) => self.banks()[number].ledger.settle(at),
            Next::Timer => {
                if let Some((at, timer)) = self.agenda.take(at) {
                    self.fire(at, timer, done);
                }
            }
        }
        self.hand_on(done)
    }

    fn fire(&self, at: Timestamp, timer: Timer, done: &mut Done) {
        match timer {
            Timer::Release => {}
            Timer::Delivery(delivery) => self.dispatch(*delivery),
            Timer::Window(rule) => self.close_window(&rule, at),
            Timer::Deeds { cause, deeds, about } => self.carry_out(*cause, &deeds, about.as_ref(), at, done),
            Timer::Item(item, before) => {
                if let Some(again) = item.next(at, before + 1) {
                    self.agenda.plan(again, Timer::Item(Arc::clone(&item), before + 1));
                }
                for deeds in &item.deeds {
                    let because = Provenance::of_timeline(&item.name, before + 1, &deeds.words, Stage::After);
                    self.order(Cause { event: None, because }, deeds, None, at, done);
                }
            }
        }
    }

    /// Takes the banks' news and lets them have their consequences, until nothing follows any more.
    fn hand_on(&self, done: &mut Done) -> Vec<(Arc<str>, Happened)> {
        let mut told = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let news = |bank: &Arc<BankInstance>| {
                let slug = Arc::clone(&bank.slug);
                bank.ledger.take_news().into_iter().map(move |happened| (Arc::clone(&slug), happened))
            };
            let mut round: Vec<(Arc<str>, Happened)> = self.banks().iter().flat_map(news).collect();
            if round.is_empty() {
                return told;
            }
            round.sort_by_key(|(_, happened)| happened.at);
            for (bank, happened) in round {
                let Happened { at, event, version, ref subject } = happened;
                let about = About { bank: Arc::clone(&bank), subject: subject.clone(), version: Some(version) };
                self.occur(event.name(), at, Some(&Arc::new(about)), done);
                self.notify(&bank, &happened);
                told.push((bank, happened));
            }
        }
        tracing::warn!(world = self.name(), "what happens at the banks follows on itself in a circle; it is cut off");
        told
    }

    /// `true` if somebody wants to know what happens at the banks, or something is due by itself.
    fn is_watched(&self) -> bool {
        self.listens() || self.agenda.next_due().is_some()
    }

    fn listens(&self) -> bool {
        let told = || self.banks().iter().any(|bank| !bank.webhooks.is_empty());
        self.reactor.load().listens() || self.engine().awaits() || told()
    }

    /// Makes sure that timers fire in real time although nobody calls. A world without timers costs nothing.
    pub(super) fn rouse(&self) {
        if matches!(self.clock.mode(), Mode::Manual | Mode::Auto) || self.upcoming().is_none() {
            return;
        }
        self.roused.notify_one();
        if self.driven.swap(true, Ordering::AcqRel) {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(drive(Weak::clone(&self.this)))),
            Err(_) => self.driven.store(false, Ordering::Release),
        }
    }

    /// When something is due that must not wait until somebody calls.
    fn upcoming(&self) -> Option<Timestamp> {
        let banks = self.listens().then(|| self.banks().iter().filter_map(|bank| bank.ledger.next_due()).min());
        banks.flatten().into_iter().chain(self.agenda.next_due()).min()
    }
}

/// Fires the timers of one world in its time, until none is left.
async fn drive(world: Weak<World>) {
    loop {
        let Some(this) = world.upgrade() else { return };
        this.wake();
        let Some(due) = this.upcoming() else {
            this.driven.store(false, Ordering::Release);
            // A timer made just now may have found the task still there.
            if this.upcoming().is_none() || this.driven.swap(true, Ordering::AcqRel) {
                return;
            }
            continue;
        };
        let wait = this.clock.until(due).unwrap_or(LONGEST_WAIT).clamp(Duration::from_millis(1), LONGEST_WAIT);
        let roused = Arc::clone(&this.roused);
        drop(this);
        // Woken early, there is something earlier to wait for.
        let _ = clock::timeout(wait, roused.notified()).await;
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.0.flights.fetch_sub(1, Ordering::AcqRel);
        self.0.rest();
    }
}

impl<'a> Away<'a> {
    fn new(world: &'a World) -> Away<'a> {
        world.flights.fetch_sub(1, Ordering::AcqRel);
        world.rest();
        Away(world)
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.flights.fetch_add(1, Ordering::AcqRel);
    }
}
