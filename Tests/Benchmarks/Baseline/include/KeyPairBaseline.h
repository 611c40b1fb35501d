// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's own signature of a digest with a private key: what any signer over OpenSSL can at best come near to. The
// context is set up once, and nothing is hashed.
#ifndef SIGNET_KEY_PAIR_BASELINE_H
#define SIGNET_KEY_PAIR_BASELINE_H

#include <stddef.h>

typedef struct signet_key_pair signet_key_pair;

/// Bytes of a signature at most.
#define SIGNET_LONGEST_SIGNATURE 256
/// Bytes of a SHA-1 digest.
#define SIGNET_DIGEST_LENGTH 20

/// Makes a new key, RSA of 2,048 bits or EC over P-256, that signs SHA-1 digests. Returns NULL if OpenSSL fails.
signet_key_pair *signet_key_pair_create(int is_rsa);

void signet_key_pair_destroy(signet_key_pair *pair);

/// The private key as PKCS#8 in PEM, not ended by NUL; stays with the pair.
const char *signet_key_pair_pem(const signet_key_pair *pair, size_t *length);

/// Writes the SHA-1 digest of a text.
void signet_key_pair_digest(const char *text, size_t length, unsigned char *digest);

/// Signs a digest: PKCS#1 v1.5, or ECDSA in DER. Returns the length of the signature, 0 if OpenSSL fails.
size_t signet_key_pair_sign(signet_key_pair *pair, const unsigned char *digest, unsigned char *signature);

/// Whether a signature is that of a digest: 1 or 0.
int signet_key_pair_verify(signet_key_pair *pair, const unsigned char *digest, const unsigned char *signature,
                           size_t length);

#endif
