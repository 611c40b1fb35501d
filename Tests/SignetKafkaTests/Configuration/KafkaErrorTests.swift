// SPDX-License-Identifier: Apache-2.0

import Logging
import SignetKafka
import Testing

@Suite struct KafkaErrorTests {
    /// Numbers of Kafka's protocol guide (positive) and of rdkafka.h (negative).
    @Test(
        arguments: [
            (0, "NO_ERROR"), (3, "UNKNOWN_TOPIC_OR_PART"), (10, "MSG_SIZE_TOO_LARGE"), (36, "TOPIC_ALREADY_EXISTS"),
            (-184, "_QUEUE_FULL"), (-192, "_MSG_TIMED_OUT"), (-150, "_FATAL"),
        ] as [(Int32, String)]
    )
    func codesHaveTheLibrarysNames(number: Int32, name: String) {
        let code = KafkaError.Code(rawValue: number)
        #expect(code.name == name)
        #expect("\(code)" == name)
    }

    @Test(arguments: [Int32.min, -9_999, 9_999, .max])
    func unknownCodeHasANameToo(number: Int32) {
        #expect(!KafkaError.Code(rawValue: number).name.isEmpty)
    }

    @Test(
        arguments: [
            (KafkaError.Code.queueFull, -184), (.messageTimedOut, -192), (.timedOut, -185), (.destroyed, -197),
            (.purgedQueue, -152), (.purgedInFlight, -151), (.invalidArgument, -186), (.state, -172),
            (.unknownTopic, -188),
            (.unknownPartition, -190), (.allBrokersDown, -187), (.messageTooLarge, 10), (.topicAlreadyExists, 36),
        ] as [(KafkaError.Code, Int32)]
    )
    func namedCodesAreTheLibrarys(code: KafkaError.Code, number: Int32) {
        #expect(code.rawValue == number)
    }

    @Test func descriptionBeginsWithTheCodesName() {
        let error = KafkaError(code: .timedOut, message: "no answer", isRetriable: true)
        #expect("\(error)" == "_TIMED_OUT: no answer")
        #expect(error.isRetriable)
        #expect(!error.isFatal)
        #expect(!error.requiresAbort)
    }
}

@Suite struct KafkaLibraryTests {
    @Test func versionIsTextAndNumber() {
        let parts = KafkaLibrary.version.split(separator: ".").prefix(3).compactMap { Int($0.prefix { $0.isNumber }) }
        #expect(parts.count == 3)
        #expect(parts.reduce(0) { $0 << 8 | $1 } == KafkaLibrary.versionNumber >> 8)
    }

    @Test(arguments: [
        (["sasl.mechanism": "SCRAM-SHA-512"], 0x0200_02FF, "SCRAM"),
        (["sasl.mechanisms": "SCRAM-SHA-256"], 0x0206_00FF, "SCRAM"),
        (["partition.assignment.strategy": "cooperative-sticky"], 0x0200_02FF, "cooperative-sticky"),
    ])
    func faultOfAnOldLibraryIsNamed(settings: [String: String], version: Int, word: String) {
        let faults = KafkaLibrary.knownFaults(for: KafkaConfiguration(settings), version: version)
        #expect(faults.count == 1)
        #expect(faults.first?.contains(word) == true)
    }

    @Test(arguments: [
        ([:], 0x0200_02FF), (["sasl.mechanism": "PLAIN"], 0x0200_02FF),
        (["sasl.mechanism": "SCRAM-SHA-512"], 0x0206_01FF),
        (["partition.assignment.strategy": "range"], 0x0200_02FF),
        (["partition.assignment.strategy": "cooperative-sticky"], 0x0203_00FF),
    ])
    func whatIsNotMetIsNotNamed(settings: [String: String], version: Int) {
        #expect(KafkaLibrary.knownFaults(for: KafkaConfiguration(settings), version: version).isEmpty)
    }
}
