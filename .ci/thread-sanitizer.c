// SPDX-License-Identifier: Apache-2.0
//
// Loaded before all else by `thread-sanitizer`: shows the sanitizer two kinds of lock that it does not know.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

// The runtime of the sanitizer, part of the program.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

// MARK: Synchronization.Mutex
//
// A free mutex is taken and left by atomics in the program's own code, which the sanitizer sees; who has to wait does so
// in the library (Synchronization/Mutex/LinuxImpl.swift), which it does not.

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF) {
    SWIFT void (*real)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    real(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_lock_slow(SELF) {
    SWIFT bool (*real)(SELF) = dlsym(RTLD_NEXT, TRY_LOCK);
    bool is_locked = real(self);
    if (is_locked && __tsan_acquire) __tsan_acquire(self);
    return is_locked;
}

SWIFT void unlock_slow(SELF) {
    SWIFT void (*real)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(self);
    real(self);
}

// MARK: Threads of C11
//
// librdkafka uses those of glibc, which are POSIX threads underneath; the sanitizer knows these by name alone.

struct start {
    thrd_start_t body;
    void *argument;
};

static void *run(void *pointer) {
    struct start start = *(struct start *)pointer;
    free(pointer);
    return (void *)(intptr_t)start.body(start.argument);
}

static int told(int code) {
    switch (code) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ETIMEDOUT: return thrd_timedout;
    case ENOMEM: return thrd_nomem;
    default: return thrd_error;
    }
}

int thrd_create(thrd_t *thread, thrd_start_t body, void *argument) {
    struct start *start = malloc(sizeof *start);
    if (!start) return thrd_nomem;
    *start = (struct start){body, argument};
    return told(pthread_create(thread, NULL, run, start));
}

int thrd_join(thrd_t thread, int *answer) {
    void *value;
    int code = pthread_join(thread, &value);
    if (code == 0 && answer) *answer = (int)(intptr_t)value;
    return told(code);
}

int thrd_detach(thrd_t thread) { return told(pthread_detach(thread)); }

#define MUTEX(pointer) ((pthread_mutex_t *)(pointer))
#define CONDITION(pointer) ((pthread_cond_t *)(pointer))

int mtx_init(mtx_t *mutex, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    return told(pthread_mutex_init(MUTEX(mutex), &attributes));
}

void mtx_destroy(mtx_t *mutex) { pthread_mutex_destroy(MUTEX(mutex)); }
int mtx_lock(mtx_t *mutex) { return told(pthread_mutex_lock(MUTEX(mutex))); }
int mtx_trylock(mtx_t *mutex) { return told(pthread_mutex_trylock(MUTEX(mutex))); }
int mtx_unlock(mtx_t *mutex) { return told(pthread_mutex_unlock(MUTEX(mutex))); }

int cnd_init(cnd_t *condition) { return told(pthread_cond_init(CONDITION(condition), NULL)); }
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy(CONDITION(condition)); }
int cnd_signal(cnd_t *condition) { return told(pthread_cond_signal(CONDITION(condition))); }
int cnd_broadcast(cnd_t *condition) { return told(pthread_cond_broadcast(CONDITION(condition))); }

int cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return told(pthread_cond_wait(CONDITION(condition), MUTEX(mutex)));
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until) {
    return told(pthread_cond_timedwait(CONDITION(condition), MUTEX(mutex), until));
}
