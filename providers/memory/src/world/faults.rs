//! Faults that a test plans, and the counters that tell it what was called.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lifeboat_contract::{ErrorClass, ProviderError};

use super::crash::{Bell, GiveWay, Life};
use super::fault::{Fault, Happens, Instant, Method};

#[derive(Debug, Default)]
struct Book {
    planned: Vec<Fault>,
    crash_at: Option<u64>,
    instants: u64,
    crashes: u64,
    calls: BTreeMap<Method, u64>,
    page_size: Option<usize>,
    give_way: u32,
    in_flight: u32,
    most_in_flight: u32,
}

/// What makes calls of a world fail, and counts them.
#[derive(Debug, Default)]
pub struct Faults {
    book: Mutex<Book>,
    bell: Bell,
}

impl Faults {
    /// Plans a fault.
    pub fn plan(&self, fault: Fault) {
        self.book().planned.push(fault);
    }

    /// Makes the `call`-th call of `method` from now on fail before it has any effect.
    pub fn fail(&self, method: Method, call: u64, class: ErrorClass) {
        self.plan_from_now(method, call, Instant::Before, Happens::Fail(class));
    }

    /// Makes the `call`-th call of `method` from now on have its effect and then fail.
    pub fn fail_after(&self, method: Method, call: u64, class: ErrorClass) {
        self.plan_from_now(method, call, Instant::After, Happens::Fail(class));
    }

    /// Makes the `call`-th call of `method` from now on the process's last.
    pub fn crash(&self, method: Method, call: u64, at: Instant) {
        self.plan_from_now(method, call, at, Happens::Crash);
    }

    fn plan_from_now(&self, method: Method, call: u64, at: Instant, happens: Happens) {
        let mut book = self.book();
        let call = call + book.calls.get(&method).copied().unwrap_or(0);
        book.planned.push(Fault {
            method,
            call,
            at,
            happens,
        });
    }

    /// Plans a crash at the `instant`-th instant from now, counted from 1, at which one can happen: before and after each
    /// call, and after each single effect of it. [`Faults::instants`] of a run without faults says how many there are.
    pub fn crash_at(&self, instant: u64) {
        let mut book = self.book();
        book.crash_at = Some(book.instants + instant);
    }

    /// Drops every fault that is planned.
    pub fn clear(&self) {
        let mut book = self.book();
        book.planned.clear();
        book.crash_at = None;
    }

    /// Returns the instants so far at which a crash could have happened.
    pub fn instants(&self) -> u64 {
        self.book().instants
    }

    /// Returns the crashes so far.
    pub fn crashes(&self) -> u64 {
        self.book().crashes
    }

    /// Makes listings come in pages of this many items; a page that fails takes only its own items with it.
    pub fn page_size(&self, items: usize) {
        self.book().page_size = Some(items.max(1));
    }

    /// Makes every call give way so often before it answers, so that concurrent calls overlap.
    pub fn slow(&self, times: u32) {
        self.book().give_way = times;
    }

    /// Returns how often `method` was called.
    pub fn calls(&self, method: Method) -> u64 {
        self.book().calls.get(&method).copied().unwrap_or(0)
    }

    /// Returns how often anything was called that may have changed the world.
    pub fn writes(&self) -> u64 {
        [Method::Change, Method::BackUp, Method::DeletePoints]
            .map(|method| self.calls(method))
            .iter()
            .sum()
    }

    /// Returns the most calls that were under way at once.
    pub fn most_in_flight(&self) -> u32 {
        self.book().most_in_flight
    }

    /// Forgets what was counted; planned faults stay, with the number of their call counted from here.
    pub fn reset_counters(&self) {
        let mut book = self.book();
        let Book { planned, calls, .. } = &mut *book;
        for fault in planned.iter_mut() {
            fault.call -= fault
                .call
                .min(calls.get(&fault.method).copied().unwrap_or(0));
        }
        book.calls.clear();
        book.most_in_flight = book.in_flight;
    }

    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    pub(crate) fn life(&self) -> Life {
        Life(self.book().crashes)
    }

    pub(crate) fn pages_of(&self) -> usize {
        self.book().page_size.unwrap_or(100)
    }

    /// Counts a request, and returns its number and the error that is planned for it.
    pub(crate) fn request(&self, method: Method) -> Option<ErrorClass> {
        let mut book = self.book();
        let count = book.calls.entry(method).or_default();
        *count += 1;
        let call = *count;
        book.take(method, call, Instant::Before)
            .and_then(|happens| match happens {
                Happens::Fail(class) => Some(class),
                _ => None,
            })
    }

    /// Begins a call: counts it, and lets what is planned before it happen.
    pub(crate) async fn enter(
        &self,
        life: Life,
        method: Method,
    ) -> Result<Call<'_>, ProviderError> {
        let (call, give_way) = {
            let mut book = self.book();
            let count = book.calls.entry(method).or_default();
            *count += 1;
            let number = *count;
            book.in_flight += 1;
            book.most_in_flight = book.most_in_flight.max(book.in_flight);
            let call = Call {
                faults: self,
                life,
                method,
                number,
            };
            (call, book.give_way)
        };
        GiveWay(give_way).await;
        call.strike(Instant::Before).await?;
        Ok(call)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn take(&mut self, method: Method, call: u64, at: Instant) -> Option<Happens> {
        let index = self
            .planned
            .iter()
            .position(|fault| fault.method == method && fault.call == call && fault.at == at)?;
        Some(self.planned.remove(index).happens)
    }

    /// Passes one instant; returns whether a crash was planned for it.
    fn pass(&mut self) -> bool {
        self.instants += 1;
        let crash = self.crash_at.is_some_and(|at| at <= self.instants);
        if crash {
            self.crash_at = None;
        }
        crash
    }
}

/// A call that is under way.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    faults: &'a Faults,
    life: Life,
    method: Method,
    number: u64,
}

impl Call<'_> {
    /// Ends the call: lets what is planned after it happen.
    pub(crate) async fn leave<T>(self, answer: T) -> Result<T, ProviderError> {
        self.strike(Instant::After).await?;
        Ok(answer)
    }

    /// Passes an instant between two effects.
    pub(crate) async fn pass(&self) {
        let crash = self.faults.book().pass();
        self.die_if(crash).await;
    }

    async fn strike(&self, at: Instant) -> Result<(), ProviderError> {
        let (crash, happens) = {
            let mut book = self.faults.book();
            (book.pass(), book.take(self.method, self.number, at))
        };
        self.die_if(crash).await;
        match happens {
            None => Ok(()),
            Some(Happens::Fail(class)) => Err(ProviderError::new(
                class,
                format!("call {} of `{}` fails as planned", self.number, self.method),
            )),
            Some(Happens::Hang) => std::future::pending().await,
            Some(Happens::Crash) => {
                self.die_if(true).await;
                Ok(())
            }
            Some(Happens::Abort) => std::process::abort(),
        }
    }

    /// Never returns when the process that made the call is dead, or dies now.
    async fn die_if(&self, crash: bool) {
        let dead = {
            let mut book = self.faults.book();
            let dead = book.crashes > self.life.0;
            if crash && !dead {
                book.crashes += 1;
            }
            dead || crash
        };
        if dead {
            self.faults.bell.ring();
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut book = self.faults.book();
        book.in_flight = book.in_flight.saturating_sub(1);
    }
}
