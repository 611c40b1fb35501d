// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 with a message in each lane of a vector: the body of a kernel, which includes it after it has defined
//   LANES    4, 8 or 16
//   KERNEL   the function's name
//   PAIR     if there are registers for two sets of lanes, the name of a function for these
//   THREE    if there is one, the instruction for any function of three words by its table
// and has chosen the instructions by `#pragma clang attribute`. Vectors are the compiler's own, so that it finds the
// rotates and three-way logic of AVX-512 and the instructions of any other machine from the same lines.
#include "constants.h"
#include "kernels.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "written for little-endian machines"
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef uint32_t vector __attribute__((vector_size(4 * LANES)));
typedef uint8_t vector_bytes __attribute__((vector_size(4 * LANES)));
typedef uint32_t quad __attribute__((vector_size(16)));
typedef uint8_t quad_bytes __attribute__((vector_size(16)));

#define SWAPPED(at) at + 3, at + 2, at + 1, at
#define SWAPPED_QUAD(at) SWAPPED(at), SWAPPED(at + 4), SWAPPED(at + 8), SWAPPED(at + 12)

INLINE quad swapped_quad(quad words) {
    quad_bytes bytes = (quad_bytes)words;
    return (quad)__builtin_shufflevector(bytes, bytes, SWAPPED_QUAD(0));
}

INLINE vector swapped(vector words) {
    vector_bytes bytes = (vector_bytes)words;
#if LANES == 4
    return (vector)__builtin_shufflevector(bytes, bytes, SWAPPED_QUAD(0));
#elif LANES == 8
    return (vector)__builtin_shufflevector(bytes, bytes, SWAPPED_QUAD(0), SWAPPED_QUAD(16));
#else
    return (vector)__builtin_shufflevector(bytes, bytes, SWAPPED_QUAD(0), SWAPPED_QUAD(16), SWAPPED_QUAD(32),
                                           SWAPPED_QUAD(48));
#endif
}

// Interleave words, or pairs of words, of the low or high halves in each 128 bits.
#if LANES == 4
#define IN_EACH_QUAD(a, b, c, d) a, b, c, d
#elif LANES == 8
#define IN_EACH_QUAD(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define IN_EACH_QUAD(a, b, c, d) \
    a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#endif
#define LOW_WORDS(x, y) __builtin_shufflevector(x, y, IN_EACH_QUAD(0, LANES, 1, LANES + 1))
#define HIGH_WORDS(x, y) __builtin_shufflevector(x, y, IN_EACH_QUAD(2, LANES + 2, 3, LANES + 3))
#define LOW_PAIRS(x, y) __builtin_shufflevector(x, y, IN_EACH_QUAD(0, 1, LANES, LANES + 1))
#define HIGH_PAIRS(x, y) __builtin_shufflevector(x, y, IN_EACH_QUAD(2, 3, LANES + 2, LANES + 3))

// Turns LANES rows into columns.
INLINE void transpose(vector rows[LANES]) {
    vector parts[LANES];
    UNROLL for (int row = 0; row < LANES; row += 4) {
        vector a = LOW_WORDS(rows[row], rows[row + 1]), b = HIGH_WORDS(rows[row], rows[row + 1]);
        vector c = LOW_WORDS(rows[row + 2], rows[row + 3]), d = HIGH_WORDS(rows[row + 2], rows[row + 3]);
        parts[row] = LOW_PAIRS(a, c);
        parts[row + 1] = HIGH_PAIRS(a, c);
        parts[row + 2] = LOW_PAIRS(b, d);
        parts[row + 3] = HIGH_PAIRS(b, d);
    }
    // Each 128 bits of parts[4 r + j] now hold the column 4 q + j of four rows, q being their place.
    UNROLL for (int j = 0; j < 4; j++) {
#if LANES == 4
        rows[j] = parts[j];
#elif LANES == 8
        rows[j] = __builtin_shufflevector(parts[j], parts[4 + j], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[4 + j] = __builtin_shufflevector(parts[j], parts[4 + j], 4, 5, 6, 7, 12, 13, 14, 15);
#else
#define HALVES(x, y, from) \
    __builtin_shufflevector(x, y, from, from + 1, from + 2, from + 3, from + 4, from + 5, from + 6, from + 7, \
                            from + 16, from + 17, from + 18, from + 19, from + 20, from + 21, from + 22, from + 23)
#define EVEN_QUADS(x, y) __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD_QUADS(x, y) __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
        vector a = HALVES(parts[j], parts[4 + j], 0), b = HALVES(parts[j], parts[4 + j], 8);
        vector c = HALVES(parts[8 + j], parts[12 + j], 0), d = HALVES(parts[8 + j], parts[12 + j], 8);
        rows[j] = EVEN_QUADS(a, c);
        rows[4 + j] = ODD_QUADS(a, c);
        rows[8 + j] = EVEN_QUADS(b, d);
        rows[12 + j] = ODD_QUADS(b, d);
#endif
    }
}

// Sixteen words of each lane's block: w[i] holds word i of all lanes.
INLINE void load(const uint8_t *const blocks[LANES], vector w[16]) {
    UNROLL for (int part = 0; part < 16; part += LANES) {
        UNROLL for (int lane = 0; lane < LANES; lane++) {
            memcpy(&w[part + lane], blocks[lane] + 4 * part, sizeof(vector));
            w[part + lane] = swapped(w[part + lane]);
        }
        transpose(&w[part]);
    }
}

// The functions of section 4.1.2. Those of three words are tables of eight bits where one instruction takes a table.
#define ROTATED(x, n) ((x) >> (n) | (x) << (32 - (n)))
#ifdef THREE
#define XOR(x, y, z) THREE(x, y, z, 0x96)
#define CH(e, f, g) THREE(e, f, g, 0xCA)
#define MAJ(a, b, c) THREE(a, b, c, 0xE8)
#else
#define XOR(x, y, z) ((x) ^ (y) ^ (z))
#define CH(e, f, g) ((g) ^ ((e) & ((f) ^ (g))))
#endif
#define SUM0(x) XOR(ROTATED(x, 2), ROTATED(x, 13), ROTATED(x, 22))
#define SUM1(x) XOR(ROTATED(x, 6), ROTATED(x, 11), ROTATED(x, 25))
#define SIGMA0(x) XOR(ROTATED(x, 7), ROTATED(x, 18), (x) >> 3)
#define SIGMA1(x) XOR(ROTATED(x, 17), ROTATED(x, 19), (x) >> 10)

// One round (section 6.2.2, step 3), after which the variables have moved by one place: h holds what a is next.
#ifndef THREE
// Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)), and the a ^ b of a round is the b ^ c of the next.
#define ROUND(a, b, c, d, e, f, g, h, scheduled) \
    do { \
        h = ((scheduled) + h + CH(e, f, g)) + SUM1(e); \
        d += h; \
        vector differs = a ^ b; \
        h += SUM0(a) + (b ^ (differs & differed)); \
        differed = differs; \
    } while (0)
#else
#define ROUND(a, b, c, d, e, f, g, h, scheduled) \
    do { \
        h = ((scheduled) + h + CH(e, f, g)) + SUM1(e); \
        d += h; \
        h += SUM0(a) + MAJ(a, b, c); \
    } while (0)
#endif

#define EIGHT_ROUNDS(SCHEDULED, i) \
    do { \
        ROUND(a, b, c, d, e, f, g, h, SCHEDULED(i)); \
        ROUND(h, a, b, c, d, e, f, g, SCHEDULED(i + 1)); \
        ROUND(g, h, a, b, c, d, e, f, SCHEDULED(i + 2)); \
        ROUND(f, g, h, a, b, c, d, e, SCHEDULED(i + 3)); \
        ROUND(e, f, g, h, a, b, c, d, SCHEDULED(i + 4)); \
        ROUND(d, e, f, g, h, a, b, c, SCHEDULED(i + 5)); \
        ROUND(c, d, e, f, g, h, a, b, SCHEDULED(i + 6)); \
        ROUND(b, c, d, e, f, g, h, a, SCHEDULED(i + 7)); \
    } while (0)

// A word of the block, a word that follows from the sixteen before it, a word of a schedule that all lanes share; each
// with the constant of its round.
#define LOADED(i) (w[i] + k[i])
#define EXPANDED(i) \
    ((w[(i) & 15] += SIGMA1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + SIGMA0(w[((i) + 1) & 15])) + k[i])
#define SHARED(i) schedule[i]

#ifndef THREE
#define BEGIN_BLOCK \
    vector a = state[0], b = state[1], c = state[2], d = state[3]; \
    vector e = state[4], f = state[5], g = state[6], h = state[7]; \
    vector differed = b ^ c
#else
#define BEGIN_BLOCK \
    vector a = state[0], b = state[1], c = state[2], d = state[3]; \
    vector e = state[4], f = state[5], g = state[6], h = state[7]
#endif
#define END_BLOCK \
    do { \
        state[0] += a; \
        state[1] += b; \
        state[2] += c; \
        state[3] += d; \
        state[4] += e; \
        state[5] += f; \
        state[6] += g; \
        state[7] += h; \
    } while (0)

INLINE void compress(vector state[8], const uint8_t *const blocks[LANES]) {
    const uint32_t *k = signet_sha256_constants;
    vector w[16];
    load(blocks, w);
    BEGIN_BLOCK;
    EIGHT_ROUNDS(LOADED, 0);
    EIGHT_ROUNDS(LOADED, 8);
    // One turn for 16 rounds: unrolled further, the code would not stay in the cache of decoded instructions.
    _Pragma("clang loop unroll(disable)") for (int turn = 0; turn < 3; turn++) {
        k += 16;
        EIGHT_ROUNDS(EXPANDED, 0);
        EIGHT_ROUNDS(EXPANDED, 8);
    }
    END_BLOCK;
}

// A block that is the same in all lanes.
INLINE void compress_shared(vector state[8], const uint32_t schedule[64]) {
    BEGIN_BLOCK;
    _Pragma("clang loop unroll(disable)") for (int turn = 0; turn < 4; turn++) {
        EIGHT_ROUNDS(SHARED, 0);
        EIGHT_ROUNDS(SHARED, 8);
        schedule += 16;
    }
    END_BLOCK;
}

#ifdef PAIR
#define BOTH_ROUNDS(a, b, c, d, e, f, g, h, i) \
    do { \
        ROUND(a##0, b##0, c##0, d##0, e##0, f##0, g##0, h##0, schedule[i]); \
        ROUND(a##1, b##1, c##1, d##1, e##1, f##1, g##1, h##1, schedule[i]); \
    } while (0)
#define EIGHT_PAIRS(i) \
    do { \
        BOTH_ROUNDS(a, b, c, d, e, f, g, h, i); \
        BOTH_ROUNDS(h, a, b, c, d, e, f, g, i + 1); \
        BOTH_ROUNDS(g, h, a, b, c, d, e, f, i + 2); \
        BOTH_ROUNDS(f, g, h, a, b, c, d, e, i + 3); \
        BOTH_ROUNDS(e, f, g, h, a, b, c, d, i + 4); \
        BOTH_ROUNDS(d, e, f, g, h, a, b, c, i + 5); \
        BOTH_ROUNDS(c, d, e, f, g, h, a, b, i + 6); \
        BOTH_ROUNDS(b, c, d, e, f, g, h, a, i + 7); \
    } while (0)

// A block that is the same in two sets of lanes: without a schedule to expand, one set would wait for its own results.
INLINE void compress_shared_pair(vector state[2][8], const uint32_t schedule[64]) {
    vector a0 = state[0][0], b0 = state[0][1], c0 = state[0][2], d0 = state[0][3];
    vector e0 = state[0][4], f0 = state[0][5], g0 = state[0][6], h0 = state[0][7];
    vector a1 = state[1][0], b1 = state[1][1], c1 = state[1][2], d1 = state[1][3];
    vector e1 = state[1][4], f1 = state[1][5], g1 = state[1][6], h1 = state[1][7];
    _Pragma("clang loop unroll(disable)") for (int turn = 0; turn < 8; turn++) {
        EIGHT_PAIRS(0);
        schedule += 8;
    }
    vector after[2][8] = {{a0, b0, c0, d0, e0, f0, g0, h0}, {a1, b1, c1, d1, e1, f1, g1, h1}};
    UNROLL for (int word = 0; word < 8; word++) {
        state[0][word] += after[0][word];
        state[1][word] += after[1][word];
    }
}
#endif

// Writes the digests of the lanes whose message has so many blocks.
INLINE void store(const vector state[8], const size_t blocks[LANES], size_t done, uint8_t *const digests[LANES]) {
    uint32_t words[8][LANES];
    memcpy(words, state, sizeof words);
    for (int lane = 0; lane < LANES; lane += 4) {
        UNROLL for (int half = 0; half < 2; half++) {
            quad rows[4];
            UNROLL for (int row = 0; row < 4; row++) {
                memcpy(&rows[row], &words[4 * half + row][lane], sizeof(quad));
                rows[row] = swapped_quad(rows[row]);
            }
            quad a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
            quad b = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
            quad c = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
            quad d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
            rows[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
            rows[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
            rows[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
            rows[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
            UNROLL for (int column = 0; column < 4; column++) {
                if (blocks[lane + column] == done) memcpy(digests[lane + column] + 16 * half, &rows[column], 16);
            }
        }
    }
}

void KERNEL(const uint32_t state[8], const uint8_t *const messages[], const size_t blocks[], const uint32_t *tail,
            size_t tail_blocks, uint8_t *const digests[]) {
    vector lanes[8];
    for (int word = 0; word < 8; word++) lanes[word] = state[word] - (vector){0};
    const uint8_t *next[LANES];
    for (int lane = 0; lane < LANES; lane++) next[lane] = messages[lane];
    size_t done = 0;
    bool goes_on;
    do {
        compress(lanes, next);
        done++;
        goes_on = false;
        bool ends = false;
        for (int lane = 0; lane < LANES; lane++) {
            ends |= blocks[lane] == done;
            goes_on |= blocks[lane] > done;
            // A lane whose message has ended reads its last block again, to no end.
            next[lane] += blocks[lane] > done ? 64 : 0;
        }
        if (ends && tail_blocks == 0) store(lanes, blocks, done, digests);
    } while (goes_on);
    if (tail_blocks == 0) return;
    for (size_t block = 0; block < tail_blocks; block++) compress_shared(lanes, tail + 64 * block);
    store(lanes, blocks, done, digests);
}

#ifdef PAIR
void PAIR(const uint32_t state[8], const uint8_t *const messages[], const size_t blocks[], const uint32_t *tail,
          size_t tail_blocks, uint8_t *const digests[]) {
    vector lanes[2][8];
    for (int set = 0; set < 2; set++) {
        for (int word = 0; word < 8; word++) lanes[set][word] = state[word] - (vector){0};
        const uint8_t *next[LANES];
        for (size_t block = 0; block < blocks[0]; block++) {
            for (int lane = 0; lane < LANES; lane++) next[lane] = messages[LANES * set + lane] + 64 * block;
            compress(lanes[set], next);
        }
    }
    for (size_t block = 0; block < tail_blocks; block++) compress_shared_pair(lanes, tail + 64 * block);
    for (int set = 0; set < 2; set++) store(lanes[set], blocks, blocks[0], digests + LANES * set);
}
#endif
