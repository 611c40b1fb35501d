// SPDX-License-Identifier: Apache-2.0
//
// Hexadecimal digits of sixteen bytes at once, in the vectors that every machine has.
#include "CSHA256.h"

#include <string.h>

typedef uint8_t bytes __attribute__((vector_size(16)));
typedef uint16_t pairs __attribute__((vector_size(16)));

static inline bytes digits_of(bytes nibbles) {
    // 'a' lies 39 after the digit that would follow '9'. A comparison gives all ones.
    return nibbles + 48 + ((bytes)(nibbles > 9) & 39);
}

void signet_sha256_hexadecimal(const uint8_t digest[32], uint8_t digits[64]) {
    for (int half = 0; half < 2; half++) {
        bytes source;
        memcpy(&source, digest + 16 * half, sizeof source);
        bytes high = digits_of((bytes)((pairs)source >> 4) & 15);
        bytes low = digits_of(source & 15);
        bytes first = __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        bytes last = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        memcpy(digits + 32 * half, &first, sizeof first);
        memcpy(digits + 32 * half + 16, &last, sizeof last);
    }
}
