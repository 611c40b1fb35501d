// SPDX-License-Identifier: Apache-2.0

import Logging
import SignetKafka
import Testing

@Suite struct KafkaConfigurationTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func settingsOfTheLibraryAreTaken() throws {
        try KafkaConfiguration([
            "bootstrap.servers": "a:1,b:2", "linger.ms": "2.5", "compression.type": "zstd", "security.protocol": "ssl",
            "socket.keepalive.enable": "true",
        ]).validate()
    }

    @Test(arguments: [
        ("bootstrap.server", "bootstrap.servers"), ("groupid", "group.id"), ("linger.m", "linger.ms"),
        ("Session.timeout.ms", "session.timeout.ms"), ("sasl.pasword", "sasl.password"),
    ])
    func unknownKeyIsNamedWithItsNeighbour(key: String, nearest: String) {
        let error = #expect(throws: KafkaError.self) { try KafkaConfiguration([key: "1"]).validate() }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("\"\(key)\"") == true)
        #expect(error?.message.contains("did you mean \"\(nearest)\"?") == true)
        #expect(error?.message.contains(KafkaLibrary.version) == true)
    }

    @Test func unknownKeyThatIsLikeNoneGetsNoHint() {
        let error = #expect(throws: KafkaError.self) { try KafkaConfiguration(["zzzzzzzzzz": "1"]).validate() }
        #expect(error?.message.contains("did you mean") == false)
    }

    @Test(arguments: [
        ("session.timeout.ms", "soon"), ("session.timeout.ms", "0"), ("linger.ms", "-5"),
        ("enable.idempotence", "maybe"), ("compression.type", "rar"), ("security.protocol", "hope"),
        ("auto.offset.reset", "middle"),
    ])
    func badValueIsNamedByItsKey(key: String, value: String) {
        let error = #expect(throws: KafkaError.self) { try KafkaConfiguration([key: value]).validate() }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("setting \"\(key)\": ") == true)
        #expect(error?.isRetriable == false)
    }

    @Test func badValueOfASecretIsNotRepeated() {
        let error = #expect(throws: KafkaError.self) {
            try KafkaConfiguration(["sasl.oauthbearer.method": "hunter2"]).validate()
        }
        #expect(error?.message.contains("sasl.oauthbearer.method") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func firstErrorIsTheSameEveryTime() {
        let settings = Dictionary(uniqueKeysWithValues: (0..<20).map { ("unknown.\($0)", "") })
        let errors = (0..<10).map { _ in
            #expect(throws: KafkaError.self) { try KafkaConfiguration(settings).validate() }?.message
        }
        #expect(Set(errors).count == 1)
        #expect(errors.first??.contains("\"unknown.0\"") == true)
    }

    @Test(arguments: [
        "sasl.password", "sasl.username", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "ssl_key",
    ])
    func secretIsNeverShown(key: String) {
        let configuration = KafkaConfiguration([key: "hunter2", "client.id": "me"])
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("\(key)=redacted"))
            #expect(text.contains("client.id=me"))
        }
    }

    @Test func descriptionIsSortedByName() {
        let configuration = KafkaConfiguration(["b.c": "2", "a": "1", "c": "3"])
        #expect(configuration.description == "a=1 b.c=2 c=3")
    }

    @Test func mergingPrefersTheOtherAndDefaultsGiveWay() {
        let base = KafkaConfiguration(["a": "1", "b": "1"])
        let other = KafkaConfiguration(["b": "2", "c": "2"])
        #expect(base.merging(other) == KafkaConfiguration(["a": "1", "b": "2", "c": "2"]))
        #expect(base.merging(defaults: other) == KafkaConfiguration(["a": "1", "b": "1", "c": "2"]))
    }

    @Test func settingsThatExcludeEachOtherMakeNoClient() {
        let configuration = KafkaConfiguration(["enable.idempotence": "true", "acks": "1"])
        let error = #expect(throws: KafkaError.self) {
            try KafkaProducer(configuration: configuration, logger: logger)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("acks") == true)
    }

    @Test func offsetsAreNeverStoredBeforeTheWorkIsDone() {
        let configuration = KafkaConfiguration(["group.id": "g", "enable.auto.offset.store": "true"])
        let error = #expect(throws: KafkaError.self) {
            try KafkaConsumer(configuration: configuration, logger: logger)
        }
        #expect(error?.message.contains("enable.auto.offset.store") == true)
    }
}
