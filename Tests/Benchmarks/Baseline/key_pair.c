// SPDX-License-Identifier: Apache-2.0
#include "KeyPairBaseline.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

struct signet_key_pair {
    EVP_PKEY *key;
    EVP_PKEY_CTX *signing;
    EVP_PKEY_CTX *verifying;
    BIO *pem;
};

static EVP_PKEY_CTX *prepare(EVP_PKEY *key, int is_rsa, int (*begin)(EVP_PKEY_CTX *)) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    if (context != NULL && begin(context) == 1 &&
        (!is_rsa || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1) &&
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha1()) == 1)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

signet_key_pair *signet_key_pair_create(int is_rsa) {
    signet_key_pair *pair = calloc(1, sizeof *pair);
    if (pair == NULL) return NULL;
    pair->key = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    pair->pem = BIO_new(BIO_s_mem());
    if (pair->key != NULL) {
        pair->signing = prepare(pair->key, is_rsa, EVP_PKEY_sign_init);
        pair->verifying = prepare(pair->key, is_rsa, EVP_PKEY_verify_init);
    }
    if (pair->signing == NULL || pair->verifying == NULL || pair->pem == NULL ||
        PEM_write_bio_PKCS8PrivateKey(pair->pem, pair->key, NULL, NULL, 0, NULL, NULL) != 1) {
        signet_key_pair_destroy(pair);
        return NULL;
    }
    return pair;
}

void signet_key_pair_destroy(signet_key_pair *pair) {
    if (pair == NULL) return;
    EVP_PKEY_CTX_free(pair->signing);
    EVP_PKEY_CTX_free(pair->verifying);
    EVP_PKEY_free(pair->key);
    BIO_free(pair->pem);
    free(pair);
}

const char *signet_key_pair_pem(const signet_key_pair *pair, size_t *length) {
    char *text = NULL;
    *length = (size_t)BIO_get_mem_data(pair->pem, &text);
    return text;
}

void signet_key_pair_digest(const char *text, size_t length, unsigned char *digest) {
    EVP_Digest(text, length, digest, NULL, EVP_sha1(), NULL);
}

size_t signet_key_pair_sign(signet_key_pair *pair, const unsigned char *digest, unsigned char *signature) {
    size_t length = SIGNET_LONGEST_SIGNATURE;
    return EVP_PKEY_sign(pair->signing, signature, &length, digest, SIGNET_DIGEST_LENGTH) == 1 ? length : 0;
}

int signet_key_pair_verify(signet_key_pair *pair, const unsigned char *digest, const unsigned char *signature,
                           size_t length) {
    return EVP_PKEY_verify(pair->verifying, signature, length, digest, SIGNET_DIGEST_LENGTH) == 1;
}
