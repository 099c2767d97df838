//! Several sources as one: their contract, their order, and what becomes of those that fail.

mod merged {
    pub(crate) mod contract;
    pub(crate) mod order;
    pub(crate) mod sources;
    pub(crate) mod trouble;
}
