// SPDX-License-Identifier: Apache-2.0
//
// Two lanes through the SHA extensions of x86 (Intel SDM, SHA256RNDS2): the rounds of one message wait for each other,
// and the other's fill the gaps. The schedules go through memory, for the registers do not hold all of two messages.
#if defined(__x86_64__)
#include "constants.h"
#include "kernels.h"

#include <immintrin.h>

#define LANES 2
// AVX for its instructions of three operands; those of SHA-256 have two.
#define TARGET __attribute__((target("sha,avx")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

// The instructions hold the eight words as two vectors, the first word highest.
typedef struct {
    __m128i abef, cdgh;
} lane_state;

INLINE lane_state packed(const uint32_t state[8]) {
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[0]), 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[4]), 0x1B);
    return (lane_state){_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

INLINE __m128i swapped(__m128i words) {
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203));
}

INLINE void store(lane_state state, uint8_t *digest) {
    __m128i feba = _mm_shuffle_epi32(state.abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)digest, swapped(_mm_blend_epi16(feba, dchg, 0xF0)));
    _mm_storeu_si128((__m128i *)(digest + 16), swapped(_mm_alignr_epi8(dchg, feba, 8)));
}

// The four words behind the sixteen of a, b, c, d.
INLINE __m128i successor(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
    return _mm_sha256msg2_epu32(sum, d);
}

INLINE void expand(const uint8_t *block, __m128i schedule[16]) {
    const uint32_t *constants = signet_sha256_constants;
    // Keeps the compiler from loading all constants ahead and spilling them.
    __asm__("" : "+r"(constants));
    __m128i w[4];
    UNROLL for (int i = 0; i < 4; i++) w[i] = swapped(_mm_loadu_si128((const __m128i *)(block + 16 * i)));
    UNROLL for (int i = 0; i < 16; i++) {
        schedule[i] = _mm_add_epi32(w[i & 3], _mm_load_si128((const __m128i *)&constants[4 * i]));
        if (i < 12) w[i & 3] = successor(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
    }
}

INLINE void compress(lane_state state[LANES], const __m128i *const schedules[LANES]) {
    lane_state old[LANES];
    UNROLL for (int lane = 0; lane < LANES; lane++) {
        old[lane] = state[lane];
        // Into memory: in registers it would push out what the rounds wait for.
        __asm__("" : "+m"(old[lane]));
    }
    UNROLL for (int i = 0; i < 16; i++) {
        UNROLL for (int lane = 0; lane < LANES; lane++) {
            state[lane].cdgh = _mm_sha256rnds2_epu32(state[lane].cdgh, state[lane].abef, schedules[lane][i]);
        }
        UNROLL for (int lane = 0; lane < LANES; lane++) {
            __m128i high = _mm_shuffle_epi32(schedules[lane][i], 0x0E);
            state[lane].abef = _mm_sha256rnds2_epu32(state[lane].abef, state[lane].cdgh, high);
        }
    }
    UNROLL for (int lane = 0; lane < LANES; lane++) {
        state[lane].abef = _mm_add_epi32(state[lane].abef, old[lane].abef);
        state[lane].cdgh = _mm_add_epi32(state[lane].cdgh, old[lane].cdgh);
    }
}

TARGET void signet_sha256_hash_sha_ni(const uint32_t state[8], const uint8_t *const messages[], const size_t blocks[],
                                      const uint32_t *tail, size_t tail_blocks, uint8_t *const digests[]) {
    lane_state lanes[LANES];
    const uint8_t *next[LANES];
    UNROLL for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] = packed(state);
        next[lane] = messages[lane];
    }
    bool goes_on;
    size_t done = 0;
    do {
        __m128i schedules[LANES][16];
        UNROLL for (int lane = 0; lane < LANES; lane++) expand(next[lane], schedules[lane]);
        __asm__("" : "+m"(schedules));
        compress(lanes, (const __m128i *const[LANES]){schedules[0], schedules[1]});
        done++;
        goes_on = false;
        UNROLL for (int lane = 0; lane < LANES; lane++) {
            if (blocks[lane] == done && tail_blocks == 0) store(lanes[lane], digests[lane]);
            goes_on |= blocks[lane] > done;
            // A lane whose message has ended reads its last block again, to no end.
            next[lane] += blocks[lane] > done ? 64 : 0;
        }
    } while (goes_on);
    if (tail_blocks == 0) return;
    for (size_t block = 0; block < tail_blocks; block++) {
        const __m128i *schedule = (const __m128i *)(tail + 64 * block);
        compress(lanes, (const __m128i *const[LANES]){schedule, schedule});
    }
    UNROLL for (int lane = 0; lane < LANES; lane++) store(lanes[lane], digests[lane]);
}

TARGET void signet_sha256_expand_sha_ni(const uint8_t *message, size_t blocks, uint32_t *schedule) {
    for (size_t block = 0; block < blocks; block++) expand(message + 64 * block, (__m128i *)(schedule + 64 * block));
}
#endif
