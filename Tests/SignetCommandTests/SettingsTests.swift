// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Settings from flags, environment and file.
@Suite struct SettingsTests {
    /// Every setting with a value that is not its default.
    static let settings: [(key: String, value: String)] = [
        ("tenant", "acme"), ("topics.prefix", "x."), ("retry.delays", "7,80"), ("replies.allowed", "a*,b"),
        ("http.host", "127.0.0.2"),
        ("http.port", "9000"), ("http.allowUnauthenticated", "true"), ("http.maxBodyBytes", "1000"),
        ("http.maxBatchBodyBytes", "2000"),
        ("http.maxInFlight", "10"), ("management.host", "127.0.0.3"), ("management.port", "9001"),
        ("gateway.waitUntil", "1"), ("gateway.longestWait", "2"), ("gateway.deadline", "3"),
        ("gateway.deliveryTimeout", "40"), ("gateway.maxJobs", "50"), ("gateway.maxBatches", "8"),
        ("gateway.stateDirectory", "/g"),
        ("gateway.jobRetention", "6"),
        ("gateway.drainTimeout", "7"), ("gateway.refreshLifetime", "9"), ("gateway.tokenKeysFile", "/t"),
        ("gateway.instanceId", "g1"), ("gateway.replyPartition", "3"),
        ("worker.group", "w"), ("worker.name", "w1"), ("worker.pool", "p"), ("worker.concurrency", "4"),
        ("worker.bulkWeight", "2"), ("worker.maxReplyBytes", "5000"),
        ("worker.eventDelivery", "exactly-once"), ("worker.stateDirectory", "/s"), ("worker.profilesFile", "/p"),
        ("worker.allowedEndpoints", "http://s3:1,https://s"),
        ("webhook.allowedOrigins", "https://a,https://b:1"), ("webhook.secretsFile", "/w"),
        ("sealing.publicKey", "id:abc"), ("sealing.privateKeysFile", "/k"), ("log.level", "error"),
        ("shutdown.timeout", "2000"),
    ]

    private static func environmentName(_ key: String) -> String {
        var name = "SIGNET_"
        for character in key {
            if character == "." {
                name += "_"
            } else {
                name += (character.isUppercase ? "_" : "") + character.uppercased()
            }
        }
        return name
    }

    @Test func listNamesEverySettingWithItsVariableAndNothingElse() async throws {
        let run = try await SignetRun(["config"])
        #expect(run.status.isSuccess)
        let listed = run.lines.filter { !$0.hasPrefix(" ") }.compactMap { $0.components(separatedBy: " = ").first }
        #expect(listed == Self.settings.map(\.key) + ["kafka.*"])
        for (key, _) in Self.settings { #expect(run.output.contains("[\(Self.environmentName(key))]")) }
    }

    @Test func everySettingIsTakenFromEveryPlace() async throws {
        let folder = try TemporaryFolder()
        let json = try JSONSerialization.data(
            withJSONObject: Dictionary(uniqueKeysWithValues: Self.settings.map { ($0.key, $0.value) })
        )
        let file = try folder.file("signet.json", String(decoding: json, as: UTF8.self))
        let variables = Dictionary(
            uniqueKeysWithValues: Self.settings.map { (Self.environmentName($0.key), $0.value) }
        )
        let flags = Self.settings.flatMap { ["--set", "\($0.key)=\($0.value)"] }
        for (arguments, environment, source) in [
            (flags, [:], "--set"), ([], variables, "the environment"), (["--config", file], [:], file),
            ([], ["SIGNET_CONFIG": file], file),
        ] as [([String], [String: String], String)] {
            let run = try await SignetRun(["config", "--effective"] + arguments, environment: environment)
            #expect(run.lines == Self.settings.map { "\($0.key) = \($0.value) (\(source))" })
        }
    }

    @Test func flagsComeBeforeTheEnvironmentBeforeTheFile() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "signet.json",
            #"{"http": {"port": 1, "host": "127.0.0.1", "allowUnauthenticated": true}, "tenant": "file"}"#
        )
        let run = try await SignetRun(
            ["config", "--effective", "--config", file, "--set", "http.port=3"],
            environment: ["SIGNET_HTTP_PORT": "2", "SIGNET_TENANT": "environment"]
        )
        #expect(run.lines.contains("http.port = 3 (--set)"))
        #expect(run.lines.contains("tenant = environment (the environment)"))
        #expect(run.lines.contains("http.allowUnauthenticated = true (\(file))"))
        #expect(run.lines.contains("worker.group = signet-workers (default)"))
    }

    @Test func librdkafkaSettingsPassThroughWithoutShowingSecrets() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "signet.json",
            #"{"kafka": {"bootstrap.servers": "a:1", "sasl": {"password": "hidden-one"}}}"#
        )
        let run = try await SignetRun(
            ["config", "--effective", "--config", file, "--set", "kafka.client.id=me"],
            environment: ["SIGNET_KAFKA_BOOTSTRAP_SERVERS": "b:2"]
        )
        #expect(run.output.contains("bootstrap.servers=b:2"))
        #expect(run.output.contains("client.id=me"))
        #expect(run.output.contains("sasl.password=redacted"))
        #expect(!run.output.contains("hidden-one"))
    }

    static let mistakes: [(arguments: [String], environment: [String: String], says: [String])] = [
        (["--set", "http.prt=1"], [:], ["http.prt", "http.port"]),
        (["--set", "http.port"], [:], ["KEY=VALUE"]),
        (["--set", "http.port=no"], [:], ["http.port", "--set", "0 to 65535"]),
        (["--set", "http.port=65536"], [:], ["http.port", "65535"]),
        (["--set", "http.allowUnauthenticated=maybe"], [:], ["http.allowUnauthenticated", "true or false"]),
        ([], ["SIGNET_HTTP_PROT": "1"], ["SIGNET_HTTP_PROT", "SIGNET_HTTP_PORT"]),
        ([], ["SIGNET_GATEWAY_WAIT_UNTIL": "5s"], ["gateway.waitUntil", "SIGNET_GATEWAY_WAIT_UNTIL", "ms"]),
        (["--set", "kafka.bootstrap.server=a:1"], [:], ["bootstrap.server", "bootstrap.servers"]),
        ([], ["SIGNET_KAFKA_LINGER_MS": "soon"], ["linger.ms"]),
        (["--set", "log.level=loud"], [:], ["log.level", "warning"]),
        (["--set", "kafka.transactional.idd=x"], [:], ["transactional.idd", "transactional.id"]),
        (["--config", "/nonexistent.json"], [:], ["/nonexistent.json"]),
        (["--prot", "1"], [:], ["--prot"]),
    ]

    @Test func everySlipIsAnErrorThatNamesTheRemedy() async throws {
        for mistake in Self.mistakes {
            let run = try await SignetRun(["config"] + mistake.arguments, environment: mistake.environment)
            #expect(!run.status.isSuccess)
            for word in mistake.says { #expect(run.errors.contains(word), "\(mistake.arguments) \(run.errors)") }
            #expect(run.output.isEmpty)
        }
    }

    @Test func fileThatIsNoObjectOrHasAnUnknownKeyIsAnError() async throws {
        let folder = try TemporaryFolder()
        for (text, word) in [
            ("[1]", "no JSON object"), ("{", "no JSON object"), (#"{"http":{"prt":1}}"#, "http.port"),
            (#"{"tenant":["a"]}"#, "tenant"),
        ] {
            let run = try await SignetRun(["config", "--config", try folder.file("signet.json", text)])
            #expect(!run.status.isSuccess)
            #expect(run.errors.contains(word))
        }
    }
}
