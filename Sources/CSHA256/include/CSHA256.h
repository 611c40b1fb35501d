// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4) of several messages side by side: what one message leaves idle of a processor, the others use.
// Which kernels a machine can run is asked at run time; no kernel keeps state, allocates or fails.
#ifndef SIGNET_CSHA256_H
#define SIGNET_CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum signet_sha256_kernel {
    signet_sha256_avx512,    // 16 lanes: AVX-512 F and BW
    signet_sha256_sha_ni,    //  2 lanes: the SHA extensions of x86
    signet_sha256_avx2,      //  8 lanes
    signet_sha256_portable,  //  4 lanes: whatever 128-bit vectors the compiler has
} signet_sha256_kernel;

/// Whether processor and system can run a kernel.
bool signet_sha256_is_available(signet_sha256_kernel kernel);

/// Messages that a kernel hashes at once.
size_t signet_sha256_lanes(signet_sha256_kernel kernel);

/// Goes on from one state with a message in each lane; the kernel must be available.
///
/// state     the eight words before the first block, the same in all lanes
/// messages  for each lane whole blocks of 64 bytes, their padding included; several lanes may read the same
/// blocks    how many blocks each message has: at least 1; the call costs as much as the longest needs
/// digests   for each lane where its 32 bytes go: not into a message; lanes of the same message may write the same
void signet_sha256_hash(signet_sha256_kernel kernel, const uint32_t state[8], const uint8_t *const messages[],
                        const size_t blocks[], uint8_t *const digests[]);

/// The same for messages that end alike, which saves the work of expanding these blocks in each lane.
///
/// blocks       how many blocks of its own each message has: the same number in all lanes, at least 1
/// tail         what `signet_sha256_expand` made of the blocks behind them
/// tail_blocks  how many these are: at least 1
/// sets         1, or 2 for twice as many lanes, which is faster where there are registers for them
void signet_sha256_hash_with_tail(signet_sha256_kernel kernel, const uint32_t state[8], const uint8_t *const messages[],
                                  const size_t blocks[], const uint32_t *tail, size_t tail_blocks,
                                  uint8_t *const digests[], size_t sets);

/// The message schedule of some blocks (FIPS 180-4, section 6.2.2, step 1) with the constants of the rounds added.
///
/// message   whole blocks
/// blocks    how many
/// schedule  room for 64 words for each block, aligned to 16 bytes
void signet_sha256_expand(const uint8_t *message, size_t blocks, uint32_t *schedule);

/// Writes the 64 hexadecimal digits, lower case, of the 32 bytes of a digest.
void signet_sha256_hexadecimal(const uint8_t digest[32], uint8_t digits[64]);

#endif
