//! A recorded boot under any policy: from what a journal told to what people would have received.
#![cfg(feature = "sim")]

mod replay {
    mod generated;
    mod program;
    mod pure;
    mod random;
    mod reading;
    mod refused;
    mod run;
}
