// SPDX-License-Identifier: Apache-2.0

// The limit of a worker: librdkafka as it is meant to be used from C, one thread, batches, no work. Records are taken
// as the worker takes them: one with a timeout, the rest without.

#include "EchoBaseline.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 500 };

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
    (void)rk;
    (void)opaque;
    if (message->err) fprintf(stderr, "echo: delivery: %s\n", rd_kafka_err2str(message->err));
}

static rd_kafka_t *client(rd_kafka_type_t type, signet_echo_settings settings) {
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t index = 0; index + 1 < settings.count; index += 2) {
        if (rd_kafka_conf_set(conf, settings.pairs[index], settings.pairs[index + 1], reason, sizeof reason)) {
            fprintf(stderr, "echo: %s\n", reason);
            rd_kafka_conf_destroy(conf);
            return NULL;
        }
    }
    if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_t *rk = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!rk) {
        fprintf(stderr, "echo: %s\n", reason);
        rd_kafka_conf_destroy(conf);
    }
    return rk;
}

static int produce(
    rd_kafka_t *rk, const char *topic, int32_t partition, const signet_echo_record *record, const void *value,
    const void *correlation, size_t correlation_length) {
    while (1) {
        rd_kafka_headers_t *headers = rd_kafka_headers_new(record->headers.count / 2 + 1);
        for (size_t index = 0; index + 1 < record->headers.count; index += 2) {
            rd_kafka_header_add(headers, record->headers.pairs[index], -1, record->headers.pairs[index + 1], -1);
        }
        if (correlation) {
            rd_kafka_header_add(headers, "kafka_correlationId", -1, correlation, (ssize_t)correlation_length);
        }
        rd_kafka_resp_err_t code = rd_kafka_producev(
            rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_KEY(record->key_bytes ? value : NULL, record->key_bytes),
            RD_KAFKA_V_VALUE((void *)value, record->value_bytes), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (!code) return 0;
        rd_kafka_headers_destroy(headers);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            fprintf(stderr, "echo: %s: %s\n", topic, rd_kafka_err2str(code));
            return 1;
        }
        rd_kafka_poll(rk, 10);
    }
}

static int32_t partition_of(const rd_kafka_headers_t *headers) {
    const void *value;
    size_t length;
    int32_t partition = 0;
    if (!headers || rd_kafka_header_get_last(headers, "kafka_replyPartition", &value, &length)) {
        return RD_KAFKA_PARTITION_UA;
    }
    for (size_t index = 0; index < length; index++) partition = partition * 10 + ((const char *)value)[index] - '0';
    return partition;
}

int signet_echo_run(
    signet_echo_settings consumer_settings, signet_echo_settings producer_settings, const char *jobs,
    const int64_t *offsets, size_t partitions, const char *replies, const char *events, signet_echo_record reply,
    signet_echo_record event, void (*ready)(void)) {
    rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, consumer_settings);
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, producer_settings);
    size_t size = reply.value_bytes > event.value_bytes ? reply.value_bytes : event.value_bytes;
    if (size < reply.key_bytes) size = reply.key_bytes;
    char *value = malloc(size ? size : 1);
    if (!consumer || !producer || !value) return 1;
    memset(value, 'x', size);
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    rd_kafka_topic_partition_list_t *positions = rd_kafka_topic_partition_list_new((int)partitions);
    for (size_t index = 0; index < partitions; index++) {
        rd_kafka_topic_partition_list_add(positions, jobs, (int32_t)index)->offset = offsets[index];
    }
    if (rd_kafka_assign(consumer, positions)) return 1;
    ready();

    rd_kafka_message_t *batch[BATCH];
    while (1) {
        rd_kafka_poll(producer, 0);
        batch[0] = rd_kafka_consumer_poll(consumer, 100);
        if (!batch[0]) continue;
        ssize_t rest = rd_kafka_consume_batch_queue(queue, 0, batch + 1, BATCH - 1);
        size_t count = 1 + (rest > 0 ? (size_t)rest : 0);
        for (size_t index = 0; index < count; index++) {
            rd_kafka_message_t *message = batch[index];
            if (!message->err) {
                rd_kafka_headers_t *headers = NULL;
                const void *correlation = NULL;
                size_t length = 0;
                if (!rd_kafka_message_headers(message, &headers) && headers) {
                    rd_kafka_header_get_last(headers, "kafka_correlationId", &correlation, &length);
                }
                if (produce(producer, replies, partition_of(headers), &reply, value, correlation, length)) return 1;
                if (produce(producer, events, RD_KAFKA_PARTITION_UA, &event, value, NULL, 0)) return 1;
            }
            rd_kafka_message_destroy(message);
        }
    }
}
