//! A program without std, around the core.
//!
//! It brings its own panic handler. std has one too, and a program may have only one: if std comes in with
//! any dependency, however deep, this does not compile (E0152, duplicate lang item `panic_impl`). That shows
//! the same as a build for a target without std, and needs no such target's libraries.
#![no_std]

#[cfg(feature = "std")]
extern crate std;

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;

use grace_core::{Grace, Policy, Start};

struct NoMemory;

unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Makes a machine, so that the core is linked and not only found.
#[unsafe(no_mangle)]
pub extern "C" fn grace_starts() -> bool {
    Grace::new(Policy::default(), Start::default()).poll_timeout().is_some()
}
