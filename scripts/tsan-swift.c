// Preloaded by `scripts/sanitize thread`: tells the thread sanitizer what Swift's libraries order, which were not built for it.
//
// Tasks: the runtime can tell of who goes on after whom, and does so where the sanitizer calls it when it starts. On Linux it calls its own
// empty function of that name instead.
//
// Continuations: the runtime tells of who resumes one, but not of a task that finds it resumed already when it comes to wait for it.
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

// The head of a continuation's memory.
struct continuation {
    void *parent;
    __attribute__((swiftasynccall)) void (*go_on)(__attribute__((swift_async_context)) struct continuation *);
    uintptr_t flags;
};
__attribute__((swiftasynccall)) void swift_continuation_await(struct continuation *continuation);
static __attribute__((swiftasynccall)) void (*original_await)(struct continuation *);
static void *(*current_task)(void);

METHOD void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
METHOD void unlock_slow(SELF void *mutex) __asm__(UNLOCK);

static METHOD void (*original_lock)(uint32_t, SELF void *);
static METHOD void (*original_unlock)(SELF void *);

__attribute__((constructor)) static void start(void) {
    original_lock = dlsym(RTLD_NEXT, LOCK);
    original_unlock = dlsym(RTLD_NEXT, UNLOCK);
    original_await = dlsym(RTLD_NEXT, "swift_continuation_await");
    current_task = dlsym(RTLD_DEFAULT, "swift_task_getCurrent");
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

// Where the task goes on, until it does: above the flags, of which there are few. An address has 48 bits.
#define FLAG_BITS 16

static __attribute__((swiftasynccall)) void go_on(__attribute__((swift_async_context)) struct continuation *continuation) {
    continuation->go_on = (void *)(continuation->flags >> FLAG_BITS);
    continuation->flags &= (1 << FLAG_BITS) - 1;
    __tsan_acquire(current_task());
    __attribute__((musttail)) return continuation->go_on(continuation);
}

__attribute__((swiftasynccall)) void swift_continuation_await(struct continuation *continuation) {
    if (__tsan_acquire) {
        continuation->flags |= (uintptr_t)continuation->go_on << FLAG_BITS;
        continuation->go_on = go_on;
    }
    __attribute__((musttail)) return original_await(continuation);
}
