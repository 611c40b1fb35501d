// SPDX-License-Identifier: Apache-2.0
#ifndef SIGNET_COPENSSL_SHIM_H
#define SIGNET_COPENSSL_SHIM_H

// The low-level SHA-256 is deprecated in favour of EVP, whose context costs several allocations and as much time again
// as one compression. Its state is plain memory, so a copy of it resumes a hash: what cached HMAC states need.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <openssl/crypto.h>

#endif
