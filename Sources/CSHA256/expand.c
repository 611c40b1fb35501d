// SPDX-License-Identifier: Apache-2.0
//
// The message schedule word by word, for machines without an instruction for it.
#include "constants.h"
#include "kernels.h"

#define ROTATED(x, n) ((x) >> (n) | (x) << (32 - (n)))

void signet_sha256_expand_portable(const uint8_t *message, size_t blocks, uint32_t *schedule) {
    for (size_t block = 0; block < blocks; block++, message += 64, schedule += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) {
            const uint8_t *word = message + 4 * i;
            w[i] = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3];
        }
        for (int i = 16; i < 64; i++) {
            uint32_t early = w[i - 15], late = w[i - 2];
            w[i] = (ROTATED(late, 17) ^ ROTATED(late, 19) ^ late >> 10) + w[i - 7]
                   + (ROTATED(early, 7) ^ ROTATED(early, 18) ^ early >> 3) + w[i - 16];
        }
        for (int i = 0; i < 64; i++) schedule[i] = w[i] + signet_sha256_constants[i];
    }
}
