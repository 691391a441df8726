//! Clients under judgement: how they are driven and what is recorded.

/// Everything recorded while one client ran through one scenario.
#[derive(Debug)]
pub struct Evidence {
    /// Name of the scenario the world was made from.
    pub scenario: String,
}
