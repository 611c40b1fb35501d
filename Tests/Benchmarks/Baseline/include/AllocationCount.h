// SPDX-License-Identifier: Apache-2.0
//
// How often this thread asks for memory.
#ifndef SIGNET_ALLOCATION_COUNT_H
#define SIGNET_ALLOCATION_COUNT_H

/// Counts from here on.
void signet_allocations_begin(void);

/// Ends counting: calls of malloc, calloc, realloc and their aligned kin since then; -1 where they cannot be counted.
long signet_allocations_end(void);

#endif
