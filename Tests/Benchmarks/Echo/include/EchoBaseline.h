// SPDX-License-Identifier: Apache-2.0
#ifndef SIGNET_ECHO_BASELINE_H
#define SIGNET_ECHO_BASELINE_H

#include <stddef.h>
#include <stdint.h>

// Names and values in turn: of librdkafka's settings, or of headers.
typedef struct {
    const char *const *pairs;
    size_t count;
} signet_echo_settings;

// A record that is written again and again: bytes of its key and its value, and its headers.
typedef struct {
    size_t key_bytes;
    size_t value_bytes;
    signet_echo_settings headers;
} signet_echo_record;

// What a worker does on the wire without its work: to each record of `jobs` one record on `replies`, at the partition
// that kafka_replyPartition names, with kafka_correlationId, and one on `events`. Begins each partition of `jobs` at the
// offset given for it; calls `ready` then, and returns only when something fails.
int signet_echo_run(
    signet_echo_settings consumer, signet_echo_settings producer, const char *jobs, const int64_t *offsets,
    size_t partitions, const char *replies, const char *events, signet_echo_record reply, signet_echo_record event,
    void (*ready)(void));

#endif
