//! The stream of what happens on the host, as its journal tells it.

mod events {
    pub(crate) mod contract;
    pub(crate) mod journald;
    pub(crate) mod live;
    pub(crate) mod script;
    pub(crate) mod scripts;
}

#[path = "support/maker.rs"]
mod maker;
