// SPDX-License-Identifier: Apache-2.0
//
// Four lanes in the 128-bit vectors that every machine has: SSE2, NEON.
#define LANES 4
#define KERNEL signet_sha256_hash_portable
#include "lanes.h"
