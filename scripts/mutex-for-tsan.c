// Preloaded by `scripts/sanitize thread`: tells the thread sanitizer of the contended side of Swift's Mutex.
//
// Taking and leaving a free Mutex is inlined, and the sanitizer sees it; waiting for one happens in libswiftSynchronization, which was not built
// for the sanitizer, so that whoever waited would seem to race with whom it waited for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
// As Swift calls a method of a value that stays where it is.
#define METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Absent in programs without the sanitizer.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

METHOD void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
METHOD void unlock_slow(SELF void *mutex) __asm__(UNLOCK);

static METHOD void (*original_lock)(uint32_t, SELF void *);
static METHOD void (*original_unlock)(SELF void *);

__attribute__((constructor)) static void start(void) {
    original_lock = dlsym(RTLD_NEXT, LOCK);
    original_unlock = dlsym(RTLD_NEXT, UNLOCK);
}

METHOD void lock_slow(uint32_t thread, SELF void *mutex) {
    original_lock(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

METHOD void unlock_slow(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    original_unlock(mutex);
}
