// SPDX-License-Identifier: Apache-2.0
//
// The constants K of SHA-256 (FIPS 180-4, section 4.2.2).
#ifndef SIGNET_SHA256_CONSTANTS_H
#define SIGNET_SHA256_CONSTANTS_H

#include <stdint.h>

extern const uint32_t signet_sha256_constants[64];

#endif
