//! Single bad habits, one for each wrong client that needs no choice of its own elsewhere.
//!
//! Owns their names. Each is looked at in exactly one place of the client, where the careful team does the opposite.

/// Something a careful team would not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lapse {
    /// Takes the reset of a `RateLimit` header for the wait, whatever `Retry-After` says.
    PrefersReset,
    /// Comes back at the very instant a `Retry-After` names.
    PunctualToTheMillisecond,
    /// Sits there when the bank says "tomorrow", instead of putting the call off.
    SitsOutHugeWaits,
    /// Takes a status nobody documented for final.
    UnknownStatusIsFinal,
    /// Goes on asking a bank that has not answered anything for twenty calls.
    NoCircuit,
    /// Retries in the HTTP layer and again in the layer above.
    RetriesAtTwoLayers,
    /// Reads as often as it is started, without an account holder.
    IgnoresDailyAllowance,
    /// Forgets between runs that the day's calls are used up.
    ForgetsQuotas,
    /// Names an address of an account holder who is not there.
    FakesPresence,
    /// Tries parameters the bank does not document.
    InventsParameters,
    /// Asks for a payment's state ten times a second.
    PollsInALoop,
    /// Follows redirects, with everything it sent.
    FollowsRedirects,
    /// Reads bytes that are no UTF-8 as if they were.
    DecodesLossily,
    /// Falls over a document that is nested too deep.
    CrashesOnDeepNesting,
    /// Names a payment by its order number.
    GuessableKeys,
    /// Sends a payment without an idempotency key.
    NoKeys,
    /// Derives the key from amount and creditor, so that two equal orders share it.
    KeysFromContent,
    /// Writes a key down when the answer is there, and so loses it with the process.
    KeyWrittenLate,
    /// Sends the order under a new key while the first request still runs.
    NewKeyWhileInProgress,
    /// Sends the order under a new key when the bank says the old one is taken.
    NewKeyOnConflict,
    /// Reports an accepted payment as settled.
    AcceptedIsSettled,
    /// Takes a payment status it does not know for a success.
    UnknownPaymentIsSettled,
    /// Believes the last word about a payment, even if it goes back.
    BelievesLastWord,
    /// Does not look again at a payment that was accepted once.
    IgnoresLateRejections,
    /// Orders again what the bank rejected.
    PaysAgainAfterRejection,
    /// Reports a payment as cancelled because it asked for that.
    ClaimsCancelled,
    /// Renews a token only when it has been refused.
    NeverRefreshesAhead,
    /// Sends a refused refresh token again.
    RetriesInvalidGrant,
    /// Refreshes its token when the bank says that it may not see something.
    RefreshesOnForbidden,
    /// Throws the refresh token away that the bank leaves out of its answer.
    ForgetsRefreshToken,
    /// Refreshes three times at once.
    RefreshesInParallel,
    /// Goes on asking after the account holder withdrew the consent.
    GoesOnAfterRevocation,
    /// Judges the age of its token by the bank's `Date`.
    TrustsBankClock,
    /// Keeps an entry as often as it was sent.
    KeepsDuplicates,
    /// Takes a cursor that is no longer known for the end of the list.
    BadCursorIsTheEnd,
    /// Does not notice that entries do not add up.
    NeverReconciles,
    /// Keeps pending entries of earlier runs beside what became of them.
    RemembersPending,
    /// Goes on with the balances of its first run.
    KeepsOldBalances,
    /// Hands over an empty list for one that failed.
    FailedIsEmpty,
    /// Gives everything up when one account cannot be read.
    StopsAtFirstFailure,
    /// Loses a whole page to one row that cannot be read.
    BadRowLosesPage,
    /// Reports every failure as the bank being down.
    OneClassForAll,
    /// Reads the class of a failure from its text.
    TrustsTexts,
    /// Refuses a row that says `null`.
    ChokesOnNull,
    /// Refuses a row with a member it does not know.
    RefusesNewMembers,
    /// Turns booking instants into UTC days.
    UtcDays,
    /// Takes the direction of money from the kind of entry.
    SignsByKind,
    /// Takes everything for an original entry.
    LosesNatures,
    /// Puts the token into the address as well.
    TokenInAddress,
}
