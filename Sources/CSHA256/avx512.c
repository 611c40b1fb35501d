// SPDX-License-Identifier: Apache-2.0
//
// Sixteen lanes in AVX-512: a rotate is one instruction, and so is any function of three words.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl"), min_vector_width(512))), \
                             apply_to = function)
#define LANES 16
#define THREE(x, y, z, table) \
    ((vector)_mm512_ternarylogic_epi32((__m512i)(x), (__m512i)(y), (__m512i)(z), table))
#define KERNEL signet_sha256_hash_avx512
#define PAIR signet_sha256_hash_avx512_pair
#include "lanes.h"
#pragma clang attribute pop
#endif
