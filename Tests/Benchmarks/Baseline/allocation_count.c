// SPDX-License-Identifier: Apache-2.0
//
// Takes the place of the C library's allocator in the executable, hands everything on to it, and counts the calls of a
// thread while it asks for that. Only where the library offers its own functions by other names: glibc.
#include "AllocationCount.h"

#include <errno.h>
#include <stddef.h>

static __thread long count;
static __thread int is_counting;

void signet_allocations_begin(void) {
    count = 0;
    is_counting = 1;
}

long signet_allocations_end(void) {
    is_counting = 0;
#if defined(__GLIBC__)
    return count;
#else
    return -1;
#endif
}

#if defined(__GLIBC__)
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    count += is_counting;
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count += is_counting;
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count += is_counting;
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count += is_counting;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *memory = made;
    return 0;
}
#endif
