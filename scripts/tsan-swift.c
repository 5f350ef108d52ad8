// Preloaded by `scripts/sanitize thread`: tells the thread sanitizer what Swift's libraries order, which were not built for it.
//
// Tasks: the runtime can tell of who goes on after whom, and does so where the sanitizer calls it when it starts. On Linux it calls its own
// empty function of that name instead.
//
// Mutex: taking and leaving a free Mutex is inlined, and the sanitizer sees it; waiting for one happens in libswiftSynchronization, so that
// whoever waited would seem to race with whom it waited for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
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
    bool *enabled = dlsym(RTLD_DEFAULT, "_swift_tsan_enabled");
    void (**acquire)(const void *) = dlsym(RTLD_DEFAULT, "_swift_tsan_acquire");
    void (**release)(const void *) = dlsym(RTLD_DEFAULT, "_swift_tsan_release");
    if (!__tsan_acquire || !enabled || !acquire || !release) return;
    *acquire = (void (*)(const void *))__tsan_acquire;
    *release = (void (*)(const void *))__tsan_release;
    *enabled = true;
}

METHOD void lock_slow(uint32_t thread, SELF void *mutex) {
    original_lock(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

METHOD void unlock_slow(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    original_unlock(mutex);
}
