// SPDX-License-Identifier: Apache-2.0
//
// The kernels behind `signet_sha256_hash` and `signet_sha256_hash_with_tail`, which say what their arguments are;
// `tail_blocks` is 0 where there is no tail. And those behind `signet_sha256_expand`.
#ifndef SIGNET_SHA256_KERNELS_H
#define SIGNET_SHA256_KERNELS_H

#include "CSHA256.h"

typedef void signet_sha256_function(const uint32_t state[8], const uint8_t *const messages[], const size_t blocks[],
                                    const uint32_t *tail, size_t tail_blocks, uint8_t *const digests[]);

signet_sha256_function signet_sha256_hash_portable;
void signet_sha256_expand_portable(const uint8_t *message, size_t blocks, uint32_t *schedule);

#if defined(__x86_64__)
signet_sha256_function signet_sha256_hash_avx512;
signet_sha256_function signet_sha256_hash_avx512_pair;
signet_sha256_function signet_sha256_hash_avx2;
signet_sha256_function signet_sha256_hash_sha_ni;
void signet_sha256_expand_sha_ni(const uint8_t *message, size_t blocks, uint32_t *schedule);
#endif

#endif
