// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Gateway
internal import Logging
internal import Management
internal import ServiceLifecycle
internal import SignetKafka
internal import Worker

/// Broker, worker and gateway in one process, for `dev` and `demo`. Jobs still cross TCP to the broker.
struct LocalPlatform {
    let broker: EmbeddedBroker
    let gateway: Gateway
    private let worker: Worker

    /// - Parameters:
    ///   - port: The gateway's; `nil`: as the settings say.
    ///   - environment: Where the worker finds the profile `default`.
    init(_ settings: Settings, port: Int?, environment: [String: String], logger: Logger) throws {
        let topics = try settings.topics
        broker = try EmbeddedBroker(topics: topics.embedded)
        let kafka = settings.kafka.merging(
            EmbeddedBroker.recommendedClientSettings.merging(
                KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers])
            )
        )
        // One process, so the key needs no file.
        let sealingKey = SealingPrivateKey()

        var workerConfiguration = try settings.workerConfiguration()
        workerConfiguration.kafka = kafka
        // Its jobs end with it.
        workerConfiguration.stateDirectory = .none
        workerConfiguration.sealingKeys.append(sealingKey)
        worker = try Worker(configuration: workerConfiguration, environment: environment, logger: logger)

        var gatewayConfiguration = try settings.gatewayConfiguration()
        gatewayConfiguration.kafka = kafka
        gatewayConfiguration.sealingKey = sealingKey.publicKey
        if let port { gatewayConfiguration.port = port }
        gateway = try Gateway(configuration: gatewayConfiguration, logger: logger)
    }

    func addHealthChecks(liveness: HealthChecks, readiness: HealthChecks) {
        worker.addHealthChecks(liveness: liveness, readiness: readiness)
        gateway.addHealthChecks(liveness: liveness, readiness: readiness)
    }

    /// In the order in which they start; the gateway ends first.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] {
        [.init(service: BrokerLife(broker: broker)), .init(service: worker), .init(service: gateway)]
    }
}

/// Keeps the embedded broker until everything else has ended.
struct BrokerLife: Service {
    let broker: EmbeddedBroker

    func run() async throws {
        try? await gracefulShutdown()
        broker.close()
    }
}

extension TopicNames {
    /// What the embedded broker is given: it has no admin requests.
    var embedded: [(name: String, partitions: Int)] {
        specifications.map { ($0.name, $0.partitions) }
    }
}
