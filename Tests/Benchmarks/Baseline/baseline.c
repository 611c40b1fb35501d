// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CSigningBaseline.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct signet_baseline {
    SHA256_CTX request_head;
    SHA256_CTX string_head;
    SHA256_CTX outer;
    size_t request_head_length;
    size_t string_head_length;
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
    SHA256_Init(&baseline->string_head);
    SHA256_Update(&baseline->string_head, inner, sizeof inner);
    int length = snprintf(head, sizeof head, "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n", amz_date, date, region);
    SHA256_Update(&baseline->string_head, head, (size_t)length);
    baseline->string_head_length = 64 + (size_t)length;
    SHA256_Init(&baseline->outer);
    SHA256_Update(&baseline->outer, outer, sizeof outer);

    length = snprintf(head, sizeof head, "%s\n", method);
    SHA256_Init(&baseline->request_head);
    SHA256_Update(&baseline->request_head, head, (size_t)length);
    baseline->request_head_length = (size_t)length;

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

    unsigned char digest[SHA256_DIGEST_LENGTH];
    char text[2 * SHA256_DIGEST_LENGTH];
    SHA256_CTX context = baseline->request_head;
    SHA256_Update(&context, path, (size_t)(end - path));
    SHA256_Update(&context, baseline->request_tail, baseline->request_tail_length);
    SHA256_Final(digest, &context);
    write_hexadecimal(digest, text);
    context = baseline->string_head;
    SHA256_Update(&context, text, sizeof text);
    SHA256_Final(digest, &context);
    context = baseline->outer;
    SHA256_Update(&context, digest, sizeof digest);
    SHA256_Final(digest, &context);

    memcpy(end, baseline->url_tail, baseline->url_tail_length);
    end += baseline->url_tail_length;
    write_hexadecimal(digest, end);
    return (size_t)(end + sizeof text - url);
}

// Blocks of a message with its padding, less those of a start that is hashed already.
static size_t blocks(size_t length, size_t done) { return (length + 9 + 63) / 64 - done / 64; }

size_t signet_baseline_compressions(const signet_baseline *baseline, size_t path_length) {
    size_t request = baseline->request_head_length + path_length + baseline->request_tail_length;
    return blocks(request, baseline->request_head_length)
        + blocks(baseline->string_head_length + 64, baseline->string_head_length)
        + blocks(64 + SHA256_DIGEST_LENGTH, 64);
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
