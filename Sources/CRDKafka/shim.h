// SPDX-License-Identifier: Apache-2.0
#ifndef SIGNET_CRDKAFKA_SHIM_H
#define SIGNET_CRDKAFKA_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// Swift cannot call variadic functions: this is rd_kafka_producev() with the arguments that we use.
// The value is copied. On success the headers belong to librdkafka, on failure to the caller.
static inline rd_kafka_resp_err_t signet_kafka_produce(
    rd_kafka_t *rk, const char *topic, int32_t partition, const void *key, size_t key_length, const void *value,
    size_t value_length, int64_t timestamp, rd_kafka_headers_t *headers, void *opaque) {
    if (headers) {
        return rd_kafka_producev(
            rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key, key_length),
            RD_KAFKA_V_VALUE((void *)value, value_length), RD_KAFKA_V_TIMESTAMP(timestamp),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque),
            RD_KAFKA_V_END);
    }
    return rd_kafka_producev(
        rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key, key_length),
        RD_KAFKA_V_VALUE((void *)value, value_length), RD_KAFKA_V_TIMESTAMP(timestamp),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

// The length of a name that librdkafka hands out.
static inline size_t signet_kafka_length(const char *name) { return strlen(name); }

// How late the kernel may wake the calling thread when it waits for a time (PR_SET_TIMERSLACK, variadic too).
static inline void signet_set_timer_slack(unsigned long nanoseconds) {
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
#else
    (void)nanoseconds;
#endif
}

#endif
