//! The clock of this process, for signers that always take the time of now.
//!
//! On Linux the standard library asks the C library's `clock_gettime`. This module
//! defines a function of that name, so the linker takes this one: it answers
//! with the time that [`at`] has set for its thread, and asks the kernel
//! otherwise.

use std::cell::Cell;

use libc::{CLOCK_REALTIME, SYS_clock_gettime, c_int, clockid_t, timespec};

thread_local! {
    static FROZEN: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Calls f with the clock at a Unix time.
pub fn at<T>(seconds: i64, f: impl FnOnce() -> T) -> T {
    struct Thaw;
    impl Drop for Thaw {
        fn drop(&mut self) {
            FROZEN.set(None);
        }
    }
    FROZEN.set(Some(seconds));
    let _thaw = Thaw;
    f()
}

/// # Safety
/// As that of the C library: `to` points to a timespec.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, to: *mut timespec) -> c_int {
    match FROZEN.try_with(Cell::get) {
        Ok(Some(seconds)) if clock == CLOCK_REALTIME => {
            unsafe {
                to.write(timespec {
                    tv_sec: seconds,
                    tv_nsec: 0,
                })
            };
            0
        }
        _ => unsafe { libc::syscall(SYS_clock_gettime, clock, to) as c_int },
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_clock_stands_and_goes_on() {
        let then = super::at(1_000, SystemTime::now);
        assert_eq!(then, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000));
        assert!(SystemTime::now() > then + Duration::from_secs(1_000_000_000));
    }
}
