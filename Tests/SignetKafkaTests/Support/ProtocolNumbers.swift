// SPDX-License-Identifier: Apache-2.0

import SignetKafka

/// Numbers of requests (Kafka protocol guide, "Api Keys").
enum Request {
    static let produce: Int16 = 0
    static let offsetCommit: Int16 = 8
    static let heartbeat: Int16 = 12
    static let addPartitionsToTransaction: Int16 = 24
    static let addOffsetsToTransaction: Int16 = 25
    static let endTransaction: Int16 = 26
    static let transactionalOffsetCommit: Int16 = 28
}

/// Numbers of errors (Kafka protocol guide, "Error Codes").
extension KafkaError.Code {
    static let unknownTopicOrPartition = KafkaError.Code(rawValue: 3)
    static let notLeader = KafkaError.Code(rawValue: 6)
    static let requestTimedOut = KafkaError.Code(rawValue: 7)
    static let fencedInstance = KafkaError.Code(rawValue: 82)
    static let groupAuthorizationFailed = KafkaError.Code(rawValue: 30)
    static let unknownMember = KafkaError.Code(rawValue: 25)
    static let coordinatorNotAvailable = KafkaError.Code(rawValue: 15)
    static let topicAuthorizationFailed = KafkaError.Code(rawValue: 29)
    static let invalidProducerEpoch = KafkaError.Code(rawValue: 47)
    static let concurrentTransactions = KafkaError.Code(rawValue: 51)
    static let producerFenced = KafkaError.Code(rawValue: 90)
    static let policyViolation = KafkaError.Code(rawValue: 44)
}
