// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import Synchronization
import TestSupport
import Testing

/// Native objects are released once: what is allocated does not grow with the number of calls, and every way to end a client
/// ends. In processes of their own, because the other tests allocate too, and because what hangs in C cannot be cancelled.
@Suite(.takingTurns, .timeLimit(.minutes(4))) struct LeakTests {
    /// Ends the process by SIGALRM if it is still there after two minutes.
    private static func watch() {
        alarm(120)
    }

    /// Bytes of the heap in use, of all threads: what the allocator has from the system without what it holds free
    /// (malloc_info(3); its header is in no module of Swift's).
    private static func allocated() throws -> Int {
        typealias Report = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
        let symbol = try #require(dlsym(nil, "malloc_info"))
        let report = unsafeBitCast(symbol, to: Report.self)
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        let stream = try #require(open_memstream(&text, &size))
        _ = report(0, stream)
        fclose(stream)
        defer { free(text) }
        // The sums of all arenas come last.
        let lines = String(cString: try #require(text)).split(separator: "\n")
        func last(_ prefix: String) throws -> Int {
            let line = try #require(lines.last { $0.hasPrefix(prefix) })
            return try #require(line.components(separatedBy: "size=\"").last.flatMap { Int($0.prefix { $0 != "\"" }) })
        }
        return try last("<system type=\"current\"") - last("<total type=\"fast\"") - last("<total type=\"rest\"")
    }

    /// Requires that rounds of `body` leave nothing behind, three times in succession. Caches of the runtime fill before:
    /// libdispatch keeps up to 1,024 continuations for each of its threads, and on a busy machine they come late.
    private static func nothingIsLeft(
        byRounds rounds: Int,
        tolerance: Double = tolerance,
        _ body: () async throws -> Void
    ) async throws {
        var (left, quiet) = ([Double](), 0)
        while quiet < 3 {
            try #require(left.count < 20, "bytes a round: \(left)")
            let before = try allocated()
            for _ in 0..<rounds { try await body() }
            let more = Double(try allocated() - before) / Double(rounds)
            left.append(more)
            quiet = more < tolerance ? quiet + 1 : 0
        }
    }

    /// The smallest object of librdkafka that a round could forget has more bytes than this.
    private static let tolerance = 8.0

    /// A broker in another process: it keeps what it is given.
    private static func withBroker(_ body: (TestBroker) async throws -> Void) async throws {
        let child = try ChildProcess(ProductExecutables.signet().path, ["broker"])
        defer { child.kill() }
        let servers = try await child.waitForLine { $0.hasPrefix("bootstrap ") }.dropFirst("bootstrap ".count)
        try await body(TestBroker(embedded: nil, servers: String(servers), suffix: ""))
    }

    @Test func settingsAndErrorsLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            LeakTests.watch()
            let good = KafkaConfiguration(["bootstrap.servers": "127.0.0.1:1", "linger.ms": "1"])
            let bad = KafkaConfiguration(["linger.ms": "soon"])
            let unknown = KafkaConfiguration(["bootstrap.server": "x"])
            try await LeakTests.nothingIsLeft(byRounds: 500) {
                try good.validate()
                for wrong in [bad, unknown] { #expect(throws: KafkaError.self) { try wrong.validate() } }
            }
        }
    }

    @Test func recordsAndTheirHeadersLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            LeakTests.watch()
            try await LeakTests.withBroker { broker in
                let (producer, consumer) = (try broker.producer(), try broker.consumer())
                try await running(producer, consumer) {
                    _ = try await producer.partitionCount(of: "t")
                    try await consumer.assign([KafkaTopicPartition(topic: "t", partition: 0): .beginning])
                    var reader = EventReader(consumer)
                    _ = try await reader.assignment()
                    let name = KafkaHeader(name: "name", value: [1, 2, 3])
                    try await LeakTests.nothingIsLeft(byRounds: 200) {
                        let batch = producer.makeBatch()
                        try batch.append(topic: "t", partition: 0, key: [1], value: [2], headers: [name, name])
                        var headers = KafkaHeaders()
                        headers.add("name", [1, 2, 3])
                        try batch.append(topic: "t", partition: 0, value: [3], nativeHeaders: headers)
                        #expect(throws: KafkaError.self) {
                            try batch.append(
                                topic: "t",
                                partition: 0,
                                value: [UInt8](repeating: 0, count: 2_000_000),
                                headers: [name]
                            )
                        }
                        try #require(await batch.delivered().isDelivered)
                        _ = try await reader.take(2)
                    }
                }
            }
        }
    }

    @Test func questionsAndTransactionsLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            LeakTests.watch()
            try await LeakTests.withBroker { broker in
                let plain = try broker.producer()
                let consumer = try broker.consumer(group: "g", ["enable.auto.commit": "false"])
                let transactional = try broker.transactionalProducer("leaks")
                try await running(plain, consumer, transactional) {
                    try await transactional.initialize()
                    try await plain.write(["a"], to: KafkaTopicPartition(topic: "t", partition: 0))
                    try await consumer.subscribe(to: ["t"])
                    var reader = EventReader(consumer)
                    let (partitions, epoch) = try await reader.assignment()
                    _ = try await reader.take(1)
                    let first = KafkaTopicPartition(topic: "t", partition: 0)
                    try await LeakTests.nothingIsLeft(byRounds: 100, tolerance: LeakTests.tolerance * 4) {
                        _ = try await consumer.committed(partitions)
                        _ = try await consumer.watermarks(of: first)
                        _ = try await consumer.ends(of: partitions)
                        _ = try await consumer.partitionCount(of: "t")
                        try await consumer.pause(partitions)
                        try await consumer.resume(partitions)
                        try consumer.storeOffset(1, of: first, epoch: epoch)
                        try await consumer.commit()
                        try await transactional.begin()
                        try transactional.makeBatch().append(topic: "aside", partition: 1, value: [1])
                        try await transactional.send(
                            [KafkaPosition(partition: first, next: 1, epoch: epoch)],
                            of: consumer
                        )
                        try await transactional.abort()
                        await #expect(throws: KafkaError.self) { try await transactional.commit() }
                    }
                    async let rest: Void = {
                        var reader = reader; await reader.drain()
                    }()
                    consumer.stop()
                    await rest
                }
            }
        }
    }

    /// How a client is when it is told to end.
    enum Moment: String, CaseIterable, Codable {
        case idle, assigned, inAGroup, holdingABatch, withoutABroker, inATransaction
    }

    @Test(arguments: Moment.allCases)
    func whateverAClientDoesItEndsAndNothingIsLeft(_ moment: Moment) async {
        await #expect(processExitsWith: .success) { [moment] in
            LeakTests.watch()
            for _ in 0..<5 { try await LeakTests.end(at: moment) }
            await NativeClientTests.awaitAlive(0)
        }
    }

    private static func end(at moment: Moment) async throws {
        let broker = try await TestCluster.embedded.open(("t", 3))
        let (producer, consumer) = (
            try broker.producer(flushTimeout: .milliseconds(50)), try broker.consumer(group: "g")
        )
        let transactional = try broker.transactionalProducer("ends")
        try await running(producer, consumer, transactional) {
            var reader = EventReader(consumer)
            try await producer.write(["a", "b"], to: broker.partition("t", 0))
            switch moment {
            case .idle: break
            case .assigned:
                try await consumer.assign([
                    broker.partition("t", 0): .beginning, broker.partition("t", 1): .beginning,
                ])
                _ = try await reader.take(2)
            case .inAGroup, .withoutABroker:
                try await consumer.subscribe(to: [broker.topic("t")])
                _ = try await reader.take(2)
                if moment == .withoutABroker {
                    try broker.embedded?.setDown()
                    try producer.makeBatch().append(topic: broker.topic("t"), value: [1])
                }
            case .holdingABatch:
                try await consumer.assign([broker.partition("t", 0): .beginning])
                while case let event = try await reader.next() {
                    if case .records(let batch) = event {
                        #expect(batch.count > 0)
                        break
                    }
                }
            case .inATransaction:
                try await transactional.initialize()
                try await transactional.begin()
                try transactional.makeBatch().append(topic: broker.topic("t"), value: [1])
            }
            consumer.stop()
            await reader.drain()
        }
    }
}
