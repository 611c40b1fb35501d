// SPDX-License-Identifier: Apache-2.0
//
// The choice of a kernel. `__builtin_cpu_supports` asks the processor and, by XGETBV, whether the system keeps the
// wide registers.
#include "kernels.h"

bool signet_sha256_is_available(signet_sha256_kernel kernel) {
    switch (kernel) {
#if defined(__x86_64__)
    case signet_sha256_avx512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
               && __builtin_cpu_supports("avx512vl");
    case signet_sha256_avx2:
        return __builtin_cpu_supports("avx2");
    case signet_sha256_sha_ni:
        return __builtin_cpu_supports("sha") && __builtin_cpu_supports("avx");
#endif
    case signet_sha256_portable:
        return true;
    default:
        return false;
    }
}

size_t signet_sha256_lanes(signet_sha256_kernel kernel) {
    switch (kernel) {
    case signet_sha256_avx512:
        return 16;
    case signet_sha256_sha_ni:
        return 2;
    case signet_sha256_avx2:
        return 8;
    default:
        return 4;
    }
}

static signet_sha256_function *function_of(signet_sha256_kernel kernel) {
    switch (kernel) {
#if defined(__x86_64__)
    case signet_sha256_avx512:
        return signet_sha256_hash_avx512;
    case signet_sha256_sha_ni:
        return signet_sha256_hash_sha_ni;
    case signet_sha256_avx2:
        return signet_sha256_hash_avx2;
#endif
    default:
        return signet_sha256_hash_portable;
    }
}

void signet_sha256_hash(signet_sha256_kernel kernel, const uint32_t state[8], const uint8_t *const messages[],
                        const size_t blocks[], uint8_t *const digests[]) {
    function_of(kernel)(state, messages, blocks, NULL, 0, digests);
}

void signet_sha256_hash_with_tail(signet_sha256_kernel kernel, const uint32_t state[8], const uint8_t *const messages[],
                                  const size_t blocks[], const uint32_t *tail, size_t tail_blocks,
                                  uint8_t *const digests[], size_t sets) {
#if defined(__x86_64__)
    if (sets == 2 && kernel == signet_sha256_avx512) {
        signet_sha256_hash_avx512_pair(state, messages, blocks, tail, tail_blocks, digests);
        return;
    }
#endif
    size_t lanes = signet_sha256_lanes(kernel);
    for (; sets > 1; sets--, messages += lanes, blocks += lanes, digests += lanes) {
        function_of(kernel)(state, messages, blocks, tail, tail_blocks, digests);
    }
    function_of(kernel)(state, messages, blocks, tail, tail_blocks, digests);
}

void signet_sha256_expand(const uint8_t *message, size_t blocks, uint32_t *schedule) {
#if defined(__x86_64__)
    if (signet_sha256_is_available(signet_sha256_sha_ni)) {
        signet_sha256_expand_sha_ni(message, blocks, schedule);
        return;
    }
#endif
    signet_sha256_expand_portable(message, blocks, schedule);
}
