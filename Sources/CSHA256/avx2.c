// SPDX-License-Identifier: Apache-2.0
//
// Eight lanes in AVX2.
#if defined(__x86_64__)
#include <stdbool.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANES 8
#define KERNEL signet_sha256_hash_avx2
#include "lanes.h"
#pragma clang attribute pop
#endif
