// SPDX-License-Identifier: Apache-2.0

import Gateway
import SignetKafka
import Testing

@Suite struct GatewayConfigurationTests {
    private func configuration(_ change: (inout GatewayConfiguration) -> Void) -> GatewayConfiguration {
        var configuration = GatewayConfiguration(kafka: KafkaConfiguration(), instanceID: "test")
        change(&configuration)
        return configuration
    }

    @Test func defaultsAreValid() throws {
        let configuration = configuration { _ in }
        try configuration.validate()
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.maxBodyBytes == 1_048_576)
        #expect(configuration.waitUntil == .seconds(5))
        #expect(configuration.deadline == .seconds(300))
        #expect(configuration.tenant == "default")
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    func loopbackNeedsNoPermission(host: String) throws {
        try configuration { $0.host = host }.validate()
    }

    @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.example.com", "127.0.0", "128.0.0.1", ""])
    func otherAddressesNeedPermission(host: String) throws {
        let error = #expect(throws: GatewayError.self) { try configuration { $0.host = host }.validate() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("http.allowUnauthenticated") == true)
        try configuration {
            $0.host = host
            $0.allowUnauthenticated = true
        }.validate()
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let setting: String
        let make: @Sendable (inout GatewayConfiguration) -> Void

        init(_ setting: String, make: @escaping @Sendable (inout GatewayConfiguration) -> Void) {
            self.setting = setting
            self.make = make
        }

        var testDescription: String { setting }
    }

    @Test(arguments: [
        Mistake("http.port") { $0.port = 65_536 }, Mistake("http.port") { $0.port = -1 },
        Mistake("http.maxBodyBytes") { $0.maxBodyBytes = 0 }, Mistake("http.maxInFlight") { $0.maxInFlight = 0 },
        Mistake("gateway.maxJobs") { $0.maxJobs = 1 }, Mistake("gateway.waitUntil") { $0.waitUntil = .seconds(-1) },
        Mistake("gateway.deadline") { $0.deadline = .zero },
        Mistake("gateway.deadline") { $0.deadline = .seconds(86_401) },
        Mistake("gateway.deliveryTimeout") { $0.deliveryTimeout = .zero }, Mistake("tenant") { $0.tenant = "" },
        Mistake("gateway.replyPartition") { $0.replyPartition = -1 },
    ])
    func impossibleSettingIsNamed(mistake: Mistake) {
        let error = #expect(throws: GatewayError.self) { try configuration(mistake.make).validate() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix(mistake.setting) == true)
    }

    @Test func settingThatKafkaDoesNotKnowIsNamed() {
        let configuration = configuration { $0.kafka["bootstrap.server"] = "127.0.0.1:1" }
        let error = #expect(throws: GatewayError.self) {
            try Gateway(configuration: configuration, logger: KafkaFixture.quiet)
        }
        #expect(error?.description.contains("bootstrap.server") == true)
    }
}
