// SPDX-License-Identifier: Apache-2.0
//
// The work of one presigned URL in plain C over OpenSSL's SHA-256: what any signer that computes one URL at a time can
// at best come near to. Whatever does not depend on the key is computed once: the start of the canonical request, the
// start of the string to sign behind HMAC's inner block, HMAC's outer block, the URL's fixed parts.
#ifndef SIGNET_SIGNING_BASELINE_H
#define SIGNET_SIGNING_BASELINE_H

#include "AllocationCount.h"
#include "KeyPairBaseline.h"

#include <stddef.h>

typedef struct signet_baseline signet_baseline;

/// Compiles a request. Strings are copied. Returns NULL without memory.
///
/// method           PUT
/// origin           https://bucket.s3.us-east-1.amazonaws.com
/// query            canonical, without a signature
/// header_lines     name:value\n of each signed header, in order
/// signed_headers   content-type;host
/// secret, amz_date (20130524T000000Z), region: of the signature
signet_baseline *signet_baseline_create(const char *method, const char *origin, const char *query,
                                        const char *header_lines, const char *signed_headers, const char *secret,
                                        const char *amz_date, const char *region);

void signet_baseline_destroy(signet_baseline *baseline);

/// Bytes that a URL has at most for a key of `key_length` bytes.
size_t signet_baseline_capacity(const signet_baseline *baseline, size_t key_length);

/// Writes the URL of a key (not ended by NUL); returns its length.
size_t signet_baseline_url(const signet_baseline *baseline, const char *key, size_t key_length, char *url);

/// Compressions of SHA-256 that a URL costs whose encoded key has `path_length` bytes.
size_t signet_baseline_compressions(const signet_baseline *baseline, size_t path_length);

/// Hashes `count` blocks of 64 bytes; returns a byte of the hash, so that it is not left out.
unsigned char signet_baseline_compress(size_t count);

#endif
