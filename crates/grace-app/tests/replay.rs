//! A recorded boot under any policy: from what a journal told to what people would have received.
#![cfg(feature = "sim")]

mod replay {
    mod pure;
}
