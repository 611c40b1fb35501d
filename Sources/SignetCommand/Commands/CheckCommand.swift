// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Gateway
internal import Logging
internal import SignetKafka
internal import Worker

/// `signet check`: would it run?
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check settings, keys, the broker, its topics, and known faults of the installed librdkafka.",
        discussion: "Prints a line a check, `ok` or `FAIL`; ends 1 if anything failed."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        var report = Report()
        report.ok("settings are valid")
        report.check("gateway") { try settings.gatewayConfiguration().validate() }
        report.check("worker credentials") {
            let resolver = try CredentialResolver(
                profilesFile: settings.profilesFile,
                environment: settings.environment,
                sealingKeys: try settings.sealingKeys()
            )
            return resolver.profileNames.isEmpty ? "no profiles" : resolver.profileNames.joined(separator: ", ")
        }
        report.ok("librdkafka \(KafkaLibrary.version)")
        for fault in KafkaLibrary.knownFaults(for: settings.kafka) { report.fail(fault) }
        report.check("broker is named") { try settings.requireBroker() }
        if !report.hasFailed { try await checkBroker(settings, &report) }
        if report.hasFailed { throw ExitCode.failure }
    }

    private func checkBroker(_ settings: Settings, _ report: inout Report) async throws {
        // Its own lines say what is wrong; the library's would say it again.
        let logger = Logger(label: "signet.check", factory: { _ in SwiftLogNoOpLogHandler() })
        let producer = try KafkaProducer(configuration: settings.kafka, logger: logger)
        do {
            try await producer.probe(timeout: .seconds(5))
            report.ok("broker answers")
        } catch {
            report.fail(
                "broker does not answer (\(error.code)); check kafka.bootstrap.servers and its security settings"
            )
            return
        }
        for topic in try settings.topics.specifications {
            do {
                let count = try await producer.partitionCount(of: topic.name)
                report.ok("topic \(topic.name): \(count) partitions")
            } catch {
                report.fail("topic \(topic.name) (\(error.code)); run `signet topics create`")
            }
        }
    }

    /// Lines as they come, and whether any was bad.
    private struct Report {
        private(set) var hasFailed = false

        func ok(_ what: String) { Console.print("ok    \(what)") }

        mutating func fail(_ what: String) {
            hasFailed = true
            Console.print("FAIL  \(what)")
        }

        mutating func check(_ what: String, _ body: () throws -> Void) {
            check(what) { () -> String? in
                try body()
                return nil
            }
        }

        mutating func check(_ what: String, _ body: () throws -> String?) {
            do {
                let detail = try body()
                ok(detail.map { "\(what): \($0)" } ?? what)
            } catch {
                fail("\(what): \(error)")
            }
        }
    }
}
