// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Every setting there is, but for `kafka.*`, which is librdkafka's.
enum SettingsCatalogue {
    /// What keys of librdkafka begin with here: `kafka.bootstrap.servers`.
    static let kafkaPrefix = "kafka."

    static let all: [Setting] = [
        Setting("tenant", "default", "Whose jobs requests become until callers are authenticated; 1 to 128 bytes."),
        Setting("topics.prefix", "signet.", "What the names of all topics begin with."),
        Setting(
            "retry.delays",
            "5000,60000",
            unit: "ms",
            "After how long a job runs again whose results could not be written, round by round; "
                + "each delay has topics of its own."
        ),
        Setting(
            "replies.allowed",
            nil,
            "Topics that workers may write replies to, and batches their results, comma-separated, * for any characters; "
                + "unset: <topics.prefix>replies*."
        ),

        Setting("http.host", "127.0.0.1", "Address that the gateway listens at."),
        Setting("http.port", "8080", is: .integer(0...65_535), "Port that the gateway listens at; 0: any free one."),
        Setting(
            "http.allowUnauthenticated",
            "false",
            is: .boolean,
            "Listen at other addresses than loopback although callers are not authenticated."
        ),
        Setting(
            "http.maxBodyBytes",
            "262144",
            is: .integer(1...67_108_864),
            unit: "bytes",
            "Size of a request's body at most."
        ),
        Setting(
            "http.maxBatchBodyBytes",
            "16777216",
            is: .integer(1...268_435_456),
            unit: "bytes",
            "Size of a batch's body at most where it is one JSON object; NDJSON has no limit."
        ),
        Setting(
            "http.maxInFlight",
            "2000",
            is: .integer(1...1_000_000),
            "Requests that wait at the same time at most; more are answered 503."
        ),

        Setting("management.host", "127.0.0.1", "Address of /healthz, /readyz and /metrics."),
        Setting(
            "management.port",
            "8081",
            is: .integer(0...65_535),
            "Port of /healthz, /readyz and /metrics; 0: any free one."
        ),

        Setting(
            "gateway.waitUntil",
            "5000",
            is: .integer(0...600_000),
            unit: "ms",
            "How long a request waits for its result before it is answered 202."
        ),
        Setting(
            "gateway.longestWait",
            "30000",
            is: .integer(0...600_000),
            unit: "ms",
            "What `Prefer: wait=` is held to."
        ),
        Setting(
            "gateway.deadline",
            "300000",
            is: .integer(1...86_400_000),
            unit: "ms",
            "From acceptance of a job to its expiry."
        ),
        Setting(
            "gateway.deliveryTimeout",
            "3000",
            is: .integer(10...3_600_000),
            unit: "ms",
            "How long Kafka may take to confirm a job before the request is answered 503."
        ),
        Setting(
            "gateway.maxJobs",
            "20000",
            is: .integer(1...10_000_000),
            "Jobs that the gateway expects replies to at most."
        ),
        Setting(
            "gateway.maxBatches",
            "16",
            is: .integer(1...10_000),
            "Batches that are answered at the same time at most."
        ),
        Setting(
            "gateway.stateDirectory",
            nil,
            "Directory of the index of job states; unset: in memory, read from Kafka at each start."
        ),
        Setting(
            "gateway.jobRetention",
            "86400000",
            is: .integer(0...86_400_000),
            unit: "ms",
            "How long a job is known behind its deadline."
        ),
        Setting(
            "gateway.drainTimeout",
            "10000",
            is: .integer(0...600_000),
            unit: "ms",
            "How long waiting requests may go on when the gateway stops."
        ),
        Setting(
            "gateway.refreshLifetime",
            "43200000",
            is: .integer(0...86_400_000),
            unit: "ms",
            "How long batches can be refreshed by their tokens; as long as Kafka keeps jobs at most. 0: never."
        ),
        Setting(
            "gateway.tokenKeysFile",
            nil,
            "File of the gateways' keys for refresh tokens, one a line, newest first; unset: good at this gateway until it stops."
        ),
        Setting("gateway.instanceId", nil, "Names the gateway, the same after a restart; unset: the host's name."),
        Setting(
            "gateway.replyPartition",
            nil,
            is: .integer(0...Int(Int32.max)),
            "Partition of the reply topic to read; unset: by the instance id."
        ),

        Setting(
            "worker.group",
            "signet-workers",
            "Consumer groups are <group>.signing, <group>.bulk and <group>.retry: workers of one group share their jobs."
        ),
        Setting("worker.name", nil, "Names the process in events; unset: host and process id."),
        Setting("worker.pool", "default", "Names the pool: the source of its events."),
        Setting(
            "worker.concurrency",
            "0",
            is: .integer(0...1_024),
            "Tasks that sign at the same time; 0: one for each core."
        ),
        Setting(
            "worker.bulkWeight",
            "8",
            is: .integer(1...1_000),
            "Interactive batches that may pass a waiting bulk batch."
        ),
        Setting(
            "worker.maxReplyBytes",
            "900000",
            is: .integer(1_000...1_000_000_000),
            unit: "bytes",
            "Size of a reply record at most; below the broker's message.max.bytes."
        ),
        Setting(
            "worker.eventDelivery",
            "at-least-once",
            "at-least-once, or exactly-once: events and offsets in one transaction, for readers with "
                + "isolation.level=read_committed; needs kafka.group.instance.id, other for each worker."
        ),
        Setting(
            "worker.stateDirectory",
            nil,
            "Directory of the journal by which a job that ends its worker is found, the same after a restart; "
                + "unset: signet below $XDG_STATE_HOME or ~/.local/state."
        ),
        Setting(
            "worker.profilesFile",
            nil,
            "File of credential profiles; unset: only `default`, from the AWS environment."
        ),
        Setting(
            "worker.allowedEndpoints",
            nil,
            "Endpoints of your own that multipart jobs are sent to, comma-separated, e.g. https://minio.example:9000; "
                + "besides AWS and a profile's allowedEndpoints. A request's s3Endpoint opens no way into your network."
        ),

        Setting(
            "webhook.allowedOrigins",
            nil,
            "Where workers send the webhooks that jobs ask for, comma-separated, e.g. https://example.com; "
                + "unset: nowhere. Needs webhook.secretsFile."
        ),
        Setting(
            "webhook.secretsFile",
            nil,
            "File of the secrets that webhooks are signed with, whsec_<base64>, one a line; each signs."
        ),

        Setting(
            "sealing.publicKey",
            nil,
            "The workers' public key, <id>:<base64>, that gateways seal request credentials to."
        ),
        Setting("sealing.privateKeysFile", nil, "File of the workers' private sealing keys, one a line, newest first."),

        Setting("log.level", "info", "trace, debug, info, notice, warning, error or critical."),
        Setting(
            "shutdown.timeout",
            "30000",
            is: .integer(1_000...3_600_000),
            unit: "ms",
            "How long a graceful end may take before it is forced."
        ),
    ]

    private static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
    private static let byEnvironmentName = Dictionary(uniqueKeysWithValues: all.map { ($0.environmentName, $0) })

    /// The setting of a key.
    ///
    /// - Throws: The nearest keys where there is none.
    static func setting(_ key: String, from source: String) throws(CommandError) -> Setting {
        if let setting = byKey[key] { return setting }
        throw unknown(key, among: all.map(\.key) + ["kafka.bootstrap.servers"], source: source)
    }

    static func setting(environmentName name: String) throws(CommandError) -> Setting {
        if let setting = byEnvironmentName[name] { return setting }
        throw unknown(
            name,
            among: all.map(\.environmentName) + ["SIGNET_KAFKA_BOOTSTRAP_SERVERS", "SIGNET_CONFIG"],
            source: "the environment"
        )
    }

    private static func unknown(_ name: String, among known: [String], source: String) -> CommandError {
        let nearest = EditDistance.nearest(to: name, in: known).first ?? ""
        return CommandError(
            "\(source) sets \(name), which is no setting; did you mean \(nearest)? `signet config` lists all"
        )
    }
}
