// SPDX-License-Identifier: Apache-2.0

package import Contract
package import SignetKafka

/// What a gateway needs to know.
package struct GatewayConfiguration: Sendable {
    /// librdkafka settings of all its clients; at least `bootstrap.servers`.
    package var kafka: KafkaConfiguration
    package var topics: TopicNames
    /// Whose jobs the requests become, until callers are authenticated.
    package var tenant: String

    /// Address to listen at; anything but loopback needs `allowUnauthenticated`.
    package var host: String
    /// Port to listen at; 0: any free one.
    package var port: Int
    /// Serve clients of other machines although nobody checks who they are.
    package var allowUnauthenticated: Bool
    /// Bytes of a request's body at most.
    package var maxBodyBytes: Int
    /// Bytes of a batch's body at most where it is one JSON object; lines have no limit.
    package var maxBatchBodyBytes: Int
    /// Requests that wait for a reply at the same time, at most; more are answered 503.
    package var maxInFlight: Int
    /// Jobs without a reply, at most, whether or not a request waits for them; and finished jobs kept at most.
    package var maxJobs: Int
    /// Batches that are answered at the same time, at most; more are answered 503.
    package var maxBatches: Int

    /// How long a request waits for its result before it is answered 202.
    package var waitUntil: Duration
    /// What `Prefer: wait=` is held to.
    package var longestWait: Duration
    /// From acceptance to expiry of a job; at most 24 h.
    package var deadline: Duration
    /// How long Kafka may take to confirm a job before the request is answered 503.
    package var deliveryTimeout: Duration
    /// Directory of the index of job states; `nil`: in memory, read from Kafka at each start.
    package var stateDirectory: String?
    /// How long a job is known behind its deadline.
    package var jobRetention: Duration
    /// How long requests that wait may go on when the gateway stops.
    package var drainTimeout: Duration

    /// Names this gateway, the same after a restart: chooses its reply partition.
    package var instanceID: String
    /// Partition of the reply topic to read; `nil`: by the instance id.
    package var replyPartition: Int32?
    /// What keys of requests are sealed to; `nil`: requests may not carry keys.
    package var sealingKey: SealingPublicKey?
    /// What refresh tokens are sealed with, the first, and opened with; empty: a key of this process alone.
    package var tokenKeys: [TokenKey]
    /// From the acceptance of a batch to the end of its refresh token, at most 24 h; 0: batches have none.
    package var refreshLifetime: Duration
    /// Callers' topics that results of batches may go to, as far as workers allow them.
    package var resultTopics: ReplyTopicPolicy

    package init(
        kafka: KafkaConfiguration,
        topics: TopicNames = TopicNames(),
        tenant: String = "default",
        host: String = "127.0.0.1",
        port: Int = 8080,
        allowUnauthenticated: Bool = false,
        maxBodyBytes: Int = 1_048_576,
        maxBatchBodyBytes: Int = 16_777_216,
        maxInFlight: Int = 2_000,
        maxJobs: Int = 20_000,
        maxBatches: Int = 16,
        waitUntil: Duration = .seconds(5),
        longestWait: Duration = .seconds(30),
        deadline: Duration = .seconds(300),
        deliveryTimeout: Duration = .seconds(3),
        stateDirectory: String? = nil,
        jobRetention: Duration = .seconds(86_400),
        drainTimeout: Duration = .seconds(10),
        instanceID: String,
        replyPartition: Int32? = nil,
        sealingKey: SealingPublicKey? = nil,
        tokenKeys: [TokenKey] = [],
        refreshLifetime: Duration = .seconds(43_200),
        resultTopics: ReplyTopicPolicy = ReplyTopicPolicy(patterns: [])
    ) {
        self.kafka = kafka
        self.topics = topics
        self.tenant = tenant
        self.host = host
        self.port = port
        self.allowUnauthenticated = allowUnauthenticated
        self.maxBodyBytes = maxBodyBytes
        self.maxBatchBodyBytes = maxBatchBodyBytes
        self.maxInFlight = maxInFlight
        self.maxJobs = maxJobs
        self.maxBatches = maxBatches
        self.waitUntil = waitUntil
        self.longestWait = longestWait
        self.deadline = deadline
        self.deliveryTimeout = deliveryTimeout
        self.stateDirectory = stateDirectory
        self.jobRetention = jobRetention
        self.drainTimeout = drainTimeout
        self.instanceID = instanceID
        self.replyPartition = replyPartition
        self.sealingKey = sealingKey
        self.tokenKeys = tokenKeys
        self.refreshLifetime = refreshLifetime
        self.resultTopics = resultTopics
    }
}

extension GatewayConfiguration {
    /// Refuses what cannot work or would be unsafe.
    ///
    /// - Throws: `invalid_configuration` that names the setting.
    package func validate() throws(GatewayError) {
        func require(_ condition: Bool, _ message: String) throws(GatewayError) {
            if !condition { throw GatewayError(.invalidConfiguration, message: message) }
        }
        try require(
            allowUnauthenticated || Self.isLoopback(host),
            "http.host \(host) is reachable from other machines, and callers are not authenticated; "
                + "listen at 127.0.0.1, or set http.allowUnauthenticated=true"
        )
        try require((0...65_535).contains(port), "http.port must be 0 (any free port) to 65535")
        try require(maxBodyBytes > 0, "http.maxBodyBytes must be at least 1")
        try require(maxBatchBodyBytes > 0, "http.maxBatchBodyBytes must be at least 1")
        try require(maxBatches > 0, "gateway.maxBatches must be at least 1")
        try require(maxInFlight > 0, "http.maxInFlight must be at least 1")
        try require(maxJobs >= maxInFlight, "gateway.maxJobs must be at least http.maxInFlight")
        try require(waitUntil >= .zero && longestWait >= .zero, "gateway.waitUntil must not be negative")
        try require(
            deadline > .zero && deadline <= .seconds(86_400),
            "gateway.deadline must be above 0 and at most 24 h"
        )
        try require(
            deliveryTimeout >= .milliseconds(10) && deliveryTimeout <= .seconds(3_600),
            "gateway.deliveryTimeout must be 10 ms to 1 h"
        )
        try require(
            refreshLifetime >= .zero && refreshLifetime <= .seconds(86_400),
            "gateway.refreshLifetime must be 0 (no refresh tokens) to 24 h"
        )
        try require((1...128).contains(tenant.utf8.count), "tenant must have 1 to 128 bytes")
        try require(replyPartition.map { $0 >= 0 } ?? true, "gateway.replyPartition must not be negative")
    }

    /// Whether only this machine can reach an address: `localhost`, `127.0.0.0/8` and `::1`.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let bytes = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return bytes.count == 4 && bytes.first == 127 && !bytes.contains(nil)
    }
}
