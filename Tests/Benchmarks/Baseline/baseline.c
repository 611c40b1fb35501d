// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CSigningBaseline.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Whole blocks, padded by hand, go through one SHA256_Update straight to the compression; the state is read from the
// context. That leaves out the copies to the context's own buffer, and SHA256_Final with its wiping of it.
struct signet_baseline {
    SHA256_CTX start;  // nothing hashed
    SHA256_CTX inner;  // HMAC's inner block, and the whole blocks of the string to sign that do not change
    SHA256_CTX outer;  // HMAC's outer block
    char request_head[16];
    size_t request_head_length;
    unsigned char string_end[192];  // from the first block that changes to the padding
    size_t string_end_length;
    size_t string_digits;  // where the hash's digits stand in it
    char *url_head;
    size_t url_head_length;
    char *url_tail;
    size_t url_tail_length;
    char *request_tail;
    size_t request_tail_length;
};

static unsigned char is_bare[256];
static char hexadecimal[256][2];

static void fill_tables(void) {
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    for (size_t index = 0; index < sizeof bare - 1; index++) is_bare[(unsigned char)bare[index]] = 1;
    for (int byte = 0; byte < 256; byte++) {
        hexadecimal[byte][0] = "0123456789abcdef"[byte >> 4];
        hexadecimal[byte][1] = "0123456789abcdef"[byte & 15];
    }
}

static void write_hexadecimal(const unsigned char *digest, char *out) {
    for (size_t index = 0; index < SHA256_DIGEST_LENGTH; index++) memcpy(out + 2 * index, hexadecimal[digest[index]], 2);
}

// Pads the end of a message (FIPS 180-4, section 5.1.1), before which `hashed` bytes were hashed; returns its length.
static size_t pad(unsigned char *message, size_t length, size_t hashed) {
    size_t padded = (length + 9 + 63) / 64 * 64;
    unsigned long long bits = 8ull * (hashed + length);
    memset(message + length, 0, padded - length);
    message[length] = 0x80;
    for (int index = 0; index < 8; index++) message[padded - 1 - (size_t)index] = (unsigned char)(bits >> 8 * index);
    return padded;
}

static void finish(const SHA256_CTX *context, unsigned char *digest) {
    for (int index = 0; index < 8; index++) {
        unsigned int word = __builtin_bswap32(context->h[index]);
        memcpy(digest + 4 * index, &word, 4);
    }
}

static char *joined(size_t *length, const char *a, const char *b, const char *c, const char *d, const char *e) {
    *length = strlen(a) + strlen(b) + strlen(c) + strlen(d) + strlen(e);
    char *text = malloc(*length + 1);
    if (text != NULL) snprintf(text, *length + 1, "%s%s%s%s%s", a, b, c, d, e);
    return text;
}

static void derive(unsigned char *key, size_t key_length, const char *text, unsigned char *out) {
    HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, strlen(text), out, NULL);
}

signet_baseline *signet_baseline_create(const char *method, const char *origin, const char *query,
                                        const char *header_lines, const char *signed_headers, const char *secret,
                                        const char *amz_date, const char *region) {
    signet_baseline *baseline = calloc(1, sizeof *baseline);
    if (baseline == NULL) return NULL;
    fill_tables();

    char secret_key[1100], date[9], head[256];
    snprintf(secret_key, sizeof secret_key, "AWS4%s", secret);
    snprintf(date, sizeof date, "%.8s", amz_date);
    unsigned char first[SHA256_DIGEST_LENGTH], second[SHA256_DIGEST_LENGTH];
    derive((unsigned char *)secret_key, strlen(secret_key), date, first);
    derive(first, sizeof first, region, second);
    derive(second, sizeof second, "s3", first);
    derive(first, sizeof first, "aws4_request", second);

    unsigned char inner[64] = {0}, outer[64] = {0};
    memcpy(inner, second, sizeof second);
    memcpy(outer, second, sizeof second);
    for (int index = 0; index < 64; index++) {
        inner[index] ^= 0x36;
        outer[index] ^= 0x5c;
    }
    int length = snprintf(head, sizeof head, "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n", amz_date, date, region);
    size_t cached = (size_t)length / 64 * 64;
    SHA256_Init(&baseline->inner);
    SHA256_Update(&baseline->inner, inner, sizeof inner);
    SHA256_Update(&baseline->inner, head, cached);
    baseline->string_digits = (size_t)length - cached;
    memcpy(baseline->string_end, head + cached, baseline->string_digits);
    baseline->string_end_length = pad(baseline->string_end, baseline->string_digits + 64, 64 + cached);
    SHA256_Init(&baseline->outer);
    SHA256_Update(&baseline->outer, outer, sizeof outer);
    SHA256_Init(&baseline->start);
    baseline->request_head_length =
        (size_t)snprintf(baseline->request_head, sizeof baseline->request_head, "%s\n", method);

    size_t lines_length;
    char *lines = joined(&lines_length, header_lines, "\n", signed_headers, "\nUNSIGNED-PAYLOAD", "");
    baseline->request_tail = joined(&baseline->request_tail_length, "\n", query, "\n", lines == NULL ? "" : lines, "");
    baseline->url_head = joined(&baseline->url_head_length, origin, "", "", "", "");
    baseline->url_tail = joined(&baseline->url_tail_length, "?", query, "&X-Amz-Signature=", "", "");
    if (lines == NULL || baseline->request_tail == NULL || baseline->url_head == NULL || baseline->url_tail == NULL) {
        free(lines);
        signet_baseline_destroy(baseline);
        return NULL;
    }
    free(lines);
    return baseline;
}

void signet_baseline_destroy(signet_baseline *baseline) {
    if (baseline == NULL) return;
    free(baseline->url_head);
    free(baseline->url_tail);
    free(baseline->request_tail);
    free(baseline);
}

size_t signet_baseline_capacity(const signet_baseline *baseline, size_t key_length) {
    return baseline->url_head_length + 1 + 3 * key_length + baseline->url_tail_length + 64;
}

size_t signet_baseline_url(const signet_baseline *baseline, const char *key, size_t key_length, char *url) {
    memcpy(url, baseline->url_head, baseline->url_head_length);
    char *path = url + baseline->url_head_length;
    char *end = path;
    *end++ = '/';
    for (size_t index = 0; index < key_length; index++) {
        unsigned char byte = (unsigned char)key[index];
        if (is_bare[byte]) {
            *end++ = (char)byte;
        } else {
            *end++ = '%';
            *end++ = "0123456789ABCDEF"[byte >> 4];
            *end++ = "0123456789ABCDEF"[byte & 15];
        }
    }

    size_t path_length = (size_t)(end - path);
    unsigned char request[baseline->request_head_length + path_length + baseline->request_tail_length + 72];
    unsigned char *next = request;
    memcpy(next, baseline->request_head, baseline->request_head_length);
    next += baseline->request_head_length;
    memcpy(next, path, path_length);
    next += path_length;
    memcpy(next, baseline->request_tail, baseline->request_tail_length);
    next += baseline->request_tail_length;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context = baseline->start;
    SHA256_Update(&context, request, pad(request, (size_t)(next - request), 0));
    finish(&context, digest);

    unsigned char string[sizeof baseline->string_end];
    memcpy(string, baseline->string_end, sizeof string);
    write_hexadecimal(digest, (char *)string + baseline->string_digits);
    context = baseline->inner;
    SHA256_Update(&context, string, baseline->string_end_length);

    unsigned char block[64] = {[32] = 0x80, [62] = 0x03};  // 768 bits
    finish(&context, block);
    context = baseline->outer;
    SHA256_Update(&context, block, sizeof block);
    finish(&context, digest);

    memcpy(end, baseline->url_tail, baseline->url_tail_length);
    end += baseline->url_tail_length;
    write_hexadecimal(digest, end);
    return (size_t)(end + 2 * SHA256_DIGEST_LENGTH - url);
}

size_t signet_baseline_compressions(const signet_baseline *baseline, size_t path_length) {
    size_t request = baseline->request_head_length + path_length + baseline->request_tail_length;
    return (request + 9 + 63) / 64 + baseline->string_end_length / 64 + 1;
}

unsigned char signet_baseline_compress(size_t count) {
    static const unsigned char zeroes[64 * 64];
    SHA256_CTX context;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Init(&context);
    for (; count >= 64; count -= 64) SHA256_Update(&context, zeroes, sizeof zeroes);
    SHA256_Update(&context, zeroes, 64 * count);
    SHA256_Final(digest, &context);
    return digest[0];
}
