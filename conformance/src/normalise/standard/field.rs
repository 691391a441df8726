//! The members a record can have, whatever a standard calls them: the left column of its tables.

/// Members of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Id of the account it belongs to, where the row says.
    Account,
    /// Id.
    ProviderId,
    /// Reference that is no id.
    ProviderRef,
    /// Status word.
    Status,
    /// Flag that says it waits.
    Pending,
    /// Amount.
    Amount,
    /// Credit or debit.
    Indicator,
    /// Currency.
    Currency,
    /// Code of a currency that ISO does not know.
    UnofficialCurrency,
    /// Day of booking.
    BookingDate,
    /// Instant of booking, whose day is the day of booking.
    BookingAt,
    /// Instant whose day is the day of booking, and which is nothing else.
    BookingDayOf,
    /// Instant of booking that says nothing about the day.
    BookingInstant,
    /// Day when booked, and the day the holder acted while it waits.
    BookedOrActed,
    /// Day interest counts from.
    ValueDate,
    /// Instant interest counts from.
    ValueAt,
    /// Day the holder acted.
    TransactionDate,
    /// Instant the holder acted.
    TransactionAt,
    /// Day it is due.
    ExpectedDate,
    /// Original amount: an object.
    OriginalAmount,
    /// Currency of a plain original amount.
    OriginalCurrency,
    /// Conversions.
    Exchange,
    /// A fee: an object or a figure.
    Fee,
    /// Balance after: an object or a figure.
    BalanceAfter,
    /// Whether the balance after is a debt, where its figure has no sign.
    BalanceAfterIndicator,
    /// Who was paid.
    CreditorName,
    /// Who paid.
    DebtorName,
    /// Account of who was paid.
    CreditorAccount,
    /// Account of who paid.
    DebtorAccount,
    /// Bank of who was paid.
    CreditorAgent,
    /// Bank of who paid.
    DebtorAgent,
    /// The other side, whichever it is.
    PartyName,
    /// Tax number of the other side.
    PartyTaxNumber,
    /// Merchant.
    MerchantName,
    /// ISO 18245 code.
    Mcc,
    /// Acceptor's number.
    MerchantId,
    /// Terminal.
    Terminal,
    /// Text in lines.
    Lines,
    /// Text in one piece.
    Text,
    /// Structured references.
    Structured,
    /// End-to-end id.
    EndToEnd,
    /// Mandate.
    Mandate,
    /// Creditor id.
    CreditorId,
    /// Cheque.
    Check,
    /// ISO 20022 code, joined with hyphens or an object.
    BankCode,
    /// The bank's own code.
    Proprietary,
    /// Type word.
    Type,
    /// Id of the pending entry it replaces.
    PendingId,
    /// Id of an earlier entry it undoes.
    ReferenceId,
}

/// Members of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountField {
    /// Id.
    Id,
    /// Currency.
    Currency,
    /// Kind word.
    Kind,
    /// Finer kind word, asked first.
    Subkind,
    /// Status word.
    Status,
    /// Name.
    Name,
    /// Name given by the holder.
    Nickname,
    /// Product.
    Product,
    /// Holders: a text, or a list of texts or of objects with names.
    Owners,
    /// Masked number.
    Masked,
}

/// Members of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceField {
    /// Account, where the row says.
    Account,
    /// Figure: an object or a plain figure.
    Amount,
    /// Currency, for plain figures.
    Currency,
    /// Code of a currency that ISO does not know.
    UnofficialCurrency,
    /// Which way, for unsigned figures.
    Indicator,
    /// Instant.
    AsOf,
    /// Day.
    ReferenceDate,
    /// Credit line.
    CreditLine,
    /// Whether it is included.
    Included,
    /// Further purses in other currencies: a list of figures.
    Purses,
}

/// Members of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerField {
    /// Where the records stand.
    List,
    /// Id.
    Id,
    /// Name of a person in one piece.
    Name,
    /// Parts of a person's name, in order.
    NameParts,
    /// Name of an organisation.
    Organisation,
    /// Brazilian number of a person.
    Cpf,
    /// Brazilian number of an organisation.
    Cnpj,
    /// Australian business number.
    Abn,
    /// Australian company number.
    Acn,
}

/// Members of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentField {
    /// Where the record stands.
    Record,
    /// Id.
    Id,
    /// Status word.
    Status,
    /// Amount: an object or a figure.
    Amount,
    /// Whole minor units.
    Minor,
    /// Currency of a plain figure.
    Currency,
    /// How often.
    Frequency,
    /// First day.
    Start,
    /// Code of the refusal or return.
    Reason,
    /// Earlier and later statuses: a list of words or of objects that hold one.
    Events,
}

/// Members of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentField {
    /// Where the record stands.
    Record,
    /// Id.
    Id,
    /// Status word.
    Status,
    /// Whether it recurs.
    Recurring,
    /// Unattended reads a day.
    FrequencyPerDay,
    /// Last day on which it holds.
    LastDay,
    /// Instant from which it does not.
    ExpiresAt,
}
