// The order that the standard library's Mutex makes, for ThreadSanitizer.
//
// Where nobody waits, Mutex is a few atomic instructions in the code that uses it, which the sanitizer sees. Where somebody
// does, it goes into libswiftSynchronization, which is not built with the sanitizer, and from there into the kernel: what
// happened before an unlock then seems to have no order with what happens after the next lock. Loaded before that library
// (LD_PRELOAD), these functions stand in for its own (stdlib/public/Synchronization/Mutex/LinuxImpl.swift) and say so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// The sanitizer's, where the program has it: others inherit the environment.
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);

static SWIFT void (*real_lock_slow)(uint32_t, SELF void *);
static SWIFT void (*real_unlock_slow)(SELF void *);

__attribute__((constructor)) static void find(void) {
    real_lock_slow = dlsym(RTLD_NEXT, LOCK_SLOW);
    real_unlock_slow = dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    real_lock_slow(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) {
    if (__tsan_release) __tsan_release(handle);
    real_unlock_slow(handle);
}
