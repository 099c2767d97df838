//! The rules of this repository that no compiler knows: who may use whom, and what every file has.

mod architecture {
    pub(crate) mod documents;
    pub(crate) mod manifests;
    pub(crate) mod repository;
    pub(crate) mod sources;
}
