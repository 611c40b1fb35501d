// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Contract
internal import Foundation
internal import Gateway
internal import Logging
internal import S3ControlPlane
internal import SignetKafka
internal import Worker

/// The settings of this process, as its parts want them.
struct Settings {
    /// In the order in which they count.
    let sources: [SettingsSource]
    /// Where workers look for AWS credentials.
    let environment: [String: String]
    let kafka: KafkaConfiguration
    private let reader: ConfigReader

    init(sources: [SettingsSource], environment: [String: String]) throws {
        self.sources = sources
        self.environment = environment
        reader = ConfigReader(providers: sources.map(\.provider))
        kafka = KafkaConfiguration(
            sources.reversed().reduce(into: [:]) { settings, source in
                settings.merge(source.kafka) { _, stronger in stronger }
            }
        )
        try kafka.validate()
        guard Logger.Level(rawValue: try text("log.level")) != nil else {
            throw CommandError(
                "log.level must be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }

    // MARK: Single settings

    var topics: TopicNames {
        get throws { TopicNames(prefix: try text("topics.prefix"), retryDelays: try retryDelays) }
    }
    private var retryDelays: [Int] {
        get throws {
            // An empty value counts: no later rounds.
            let delays = (reader.string(forKey: "retry.delays") ?? "").split(separator: ",").map { text in
                Int(text.trimmingCharacters(in: .whitespaces)).flatMap { (1...86_400_000).contains($0) ? $0 : nil }
            }
            let known = delays.compactMap(\.self)
            guard known.count == delays.count, known == known.sorted(), Set(known).count == known.count else {
                throw CommandError(
                    "retry.delays lists milliseconds, 1 to 86400000, the shorter ones first, e.g. 5000,60000"
                )
            }
            return known
        }
    }
    var tenant: String { get throws { try text("tenant") } }
    var logLevel: Logger.Level { (try? text("log.level")).flatMap(Logger.Level.init(rawValue:)) ?? .info }
    var managementHost: String { get throws { try text("management.host") } }
    var managementPort: Int { get throws { try integer("management.port") } }
    var shutdownTimeout: Duration { get throws { try milliseconds("shutdown.timeout") } }

    /// The broker to use.
    ///
    /// - Throws: If none is named.
    func requireBroker() throws {
        if (kafka["bootstrap.servers"] ?? "").isEmpty {
            throw CommandError(
                "no Kafka broker is named; set SIGNET_KAFKA_BOOTSTRAP_SERVERS=host:port "
                    + "(for one on this machine: signet broker, or everything in one process: signet dev)"
            )
        }
    }

    // MARK: Parts

    func gatewayConfiguration() throws -> GatewayConfiguration {
        var configuration = GatewayConfiguration(
            kafka: kafka,
            instanceID: optionalText("gateway.instanceId") ?? ProcessInfo.processInfo.hostName
        )
        configuration.topics = try topics
        configuration.tenant = try tenant
        configuration.host = try text("http.host")
        configuration.port = try integer("http.port")
        configuration.allowUnauthenticated = try reader.requiredBool(forKey: "http.allowUnauthenticated")
        configuration.maxBodyBytes = try integer("http.maxBodyBytes")
        configuration.maxBatchBodyBytes = try integer("http.maxBatchBodyBytes")
        configuration.maxInFlight = try integer("http.maxInFlight")
        configuration.maxJobs = try integer("gateway.maxJobs")
        configuration.maxBatches = try integer("gateway.maxBatches")
        configuration.waitUntil = try milliseconds("gateway.waitUntil")
        configuration.longestWait = try milliseconds("gateway.longestWait")
        configuration.deadline = try milliseconds("gateway.deadline")
        configuration.deliveryTimeout = try milliseconds("gateway.deliveryTimeout")
        configuration.stateDirectory = optionalText("gateway.stateDirectory")
        configuration.jobRetention = try milliseconds("gateway.jobRetention")
        configuration.drainTimeout = try milliseconds("gateway.drainTimeout")
        configuration.replyPartition = reader.int(forKey: "gateway.replyPartition").map { Int32(clamping: $0) }
        if let topics = optionalText("replies.allowed") { configuration.resultTopics = ReplyTopicPolicy(list: topics) }
        configuration.refreshLifetime = try milliseconds("gateway.refreshLifetime")
        configuration.tokenKeys =
            try optionalText("gateway.tokenKeysFile").map { try KeyFile.tokenKeys(path: $0) } ?? []
        if let key = optionalText("sealing.publicKey") {
            do {
                configuration.sealingKey = try SealingPublicKey(key)
            } catch {
                throw CommandError("sealing.publicKey: \(error)")
            }
        }
        return configuration
    }

    func workerConfiguration() throws -> WorkerConfiguration {
        let process = "\(ProcessInfo.processInfo.hostName)-\(ProcessInfo.processInfo.processIdentifier)"
        return WorkerConfiguration(
            kafka: kafka,
            topics: try topics,
            group: try text("worker.group"),
            identity: WorkerIdentity(name: optionalText("worker.name") ?? process, pool: try text("worker.pool")),
            concurrency: try integer("worker.concurrency"),
            bulkWeight: try integer("worker.bulkWeight"),
            allowedReplyTopics: optionalText("replies.allowed").map { ReplyTopicPolicy(list: $0) },
            profilesFile: optionalText("worker.profilesFile"),
            allowedEndpoints: try allowedEndpoints,
            sealingKeys: try sealingKeys(),
            webhooks: try webhooks,
            stateDirectory: stateDirectory,
            eventDelivery: try eventDelivery,
            maximumReplyBytes: try integer("worker.maxReplyBytes")
        )
    }

    private var allowedEndpoints: [String] {
        get throws { try origins("worker.allowedEndpoints", such: "https://minio.example:9000") }
    }

    private var webhooks: WebhookConfiguration {
        get throws {
            let configuration = WebhookConfiguration(
                allowedOrigins: try origins("webhook.allowedOrigins", such: "https://example.com"),
                secrets: try optionalText("webhook.secretsFile").map { try KeyFile.webhookSecrets(path: $0) } ?? []
            )
            if !configuration.allowedOrigins.isEmpty, configuration.secrets.isEmpty {
                throw CommandError("webhook.allowedOrigins needs webhook.secretsFile: receivers must see who sends")
            }
            return configuration
        }
    }

    /// Schemes, hosts and ports, comma-separated.
    private func origins(_ key: ConfigKey, such example: String) throws -> [String] {
        let origins = (optionalText(key) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let wrong = origins.first(where: { !EndpointPolicy.isOrigin($0) }) {
            throw CommandError("\(key): \(wrong) is no URL such as \(example)")
        }
        return origins
    }

    private var eventDelivery: WorkerConfiguration.EventDelivery {
        get throws {
            guard let delivery = WorkerConfiguration.EventDelivery(rawValue: try text("worker.eventDelivery")) else {
                let known = WorkerConfiguration.EventDelivery.allCases.map(\.rawValue).joined(separator: " or ")
                throw CommandError("worker.eventDelivery must be \(known)")
            }
            return delivery
        }
    }

    private var stateDirectory: WorkerConfiguration.StateDirectory {
        if let directory = optionalText("worker.stateDirectory") { return .chosen(directory) }
        return StateHome.directory(environment).map { .usual($0) } ?? .none
    }

    func sealingKeys() throws -> [SealingPrivateKey] {
        try optionalText("sealing.privateKeysFile").map { try KeyFile.sealingKeys(path: $0) } ?? []
    }

    var profilesFile: String? { optionalText("worker.profilesFile") }

    // MARK: Reading

    private func text(_ key: ConfigKey) throws -> String { try reader.requiredString(forKey: key) }

    private func integer(_ key: ConfigKey) throws -> Int { try reader.requiredInt(forKey: key) }

    private func milliseconds(_ key: ConfigKey) throws -> Duration { .milliseconds(try integer(key)) }

    /// An empty value counts as none.
    private func optionalText(_ key: ConfigKey) -> String? {
        reader.string(forKey: key).flatMap { $0.isEmpty ? nil : $0 }
    }
}
