// SPDX-License-Identifier: Apache-2.0

internal import Contract
package import Hummingbird
package import Logging

/// The HTTP side of a gateway: routes, waiting requests and job states, over any way to deliver jobs and replies.
package struct HTTPFront: Sendable {
    /// Where replies are brought to and the address to reply to is set; without one, requests are refused.
    package let room: WaitingRoom
    /// Where replies to chunks of batches are brought to.
    package let batches: BatchRegistry
    private let configuration: GatewayConfiguration
    private let routes: Routes
    private let metrics: GatewayMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: Its Kafka settings are not looked at.
    ///   - sink: Where jobs go.
    ///   - multipartSink: Where jobs go that ask S3.
    ///   - bulkSink: Where chunks of batches go.
    ///   - bulkRecords: The same chunks, read back.
    ///   - states: Of jobs that nobody waits for.
    ///   - clock: Unix milliseconds.
    package init(
        configuration: GatewayConfiguration,
        sink: any JobSink,
        multipartSink: any JobSink,
        bulkSink: any JobSink,
        bulkRecords: any RecordArchive,
        states: JobStates,
        metrics: GatewayMetrics,
        logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        let room = WaitingRoom(
            maximumWaiting: configuration.maxInFlight,
            maximumOpen: configuration.maxJobs,
            metrics: metrics,
            clock: clock
        )
        self.room = room
        batches = BatchRegistry(maximum: configuration.maxBatches, metrics: metrics)
        let sealing = RequestSealing(
            tenant: configuration.tenant,
            sealer: configuration.sealingKey.map { CredentialSealer(publicKey: $0) }
        )
        let lookup = JobLookup(states: states, retention: configuration.jobRetention, clock: clock)
        let job = JobRoute(jobs: lookup)
        let results = ResultsRoute(jobs: lookup)
        let repeats = RequestsInProgress()
        func endpoint(for sink: any JobSink) -> SigningEndpoint {
            SigningEndpoint(
                jobs: JobSubmission(
                    tenant: configuration.tenant,
                    sealing: sealing,
                    sink: sink,
                    waitingRoom: room,
                    states: states,
                    deadline: configuration.deadline,
                    clock: clock
                ),
                maxBodyBytes: configuration.maxBodyBytes,
                wait: configuration.waitUntil,
                longestWait: configuration.longestWait,
                jobRoute: job,
                repeats: repeats
            )
        }
        let signing = endpoint(for: sink)
        let bulk = BatchSubmission(
            tenant: configuration.tenant,
            sealing: sealing,
            sink: bulkSink,
            waitingRoom: room,
            registry: batches,
            states: states,
            metrics: metrics,
            tokens: RefreshTokens(
                tenant: configuration.tenant,
                // Without a key of theirs, tokens are good at this gateway and as long as it runs.
                keys: configuration.tokenKeys.isEmpty ? [TokenKey()] : configuration.tokenKeys,
                lifetime: configuration.refreshLifetime
            ),
            resultTopics: ResultTopic.Policy(
                allowed: configuration.resultTopics,
                ownPrefix: configuration.topics.prefix
            ),
            deadline: configuration.deadline,
            clock: clock
        )
        routes = Routes(
            upload: UploadRoute(signing: signing),
            download: DownloadRoute(signing: signing),
            operation: OperationRoute(signing: signing),
            postPolicy: PostPolicyRoute(signing: signing),
            multipart: MultipartRoutes(steps: endpoint(for: multipartSink), signing: signing),
            cloudFront: CloudFrontRoutes(signing: signing),
            batch: BatchRoute(
                batches: bulk,
                results: results,
                repeats: repeats,
                maxBodyBytes: configuration.maxBatchBodyBytes
            ),
            refresh: RefreshRoute(
                batches: bulk,
                archive: bulkRecords,
                maxBodyBytes: configuration.maxBatchBodyBytes
            ),
            catalog: CatalogRoutes(),
            job: job,
            results: results,
            events: EventsRoute(jobs: lookup, job: job)
        )
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
    }

    /// The server: a service that on graceful shutdown stops accepting and lets requests finish.
    ///
    /// - Parameter onListening: Called once with the port that is bound.
    package func makeApplication(
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestMetricsMiddleware(metrics: metrics))
        router.add(middleware: CorrelationIDMiddleware())
        router.add(middleware: AccessLogMiddleware(logger: logger))
        router.add(middleware: ProblemMiddleware(logger: logger))
        routes.add(to: router)
        let port = configuration.port
        let drainTimeout = configuration.drainTimeout
        return Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ContinueHandler(), UnreadResponseHandler(patienceAtEnd: drainTimeout),
                    ],
                    idleTimeout: .seconds(90)
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: port),
                serverName: "signet"
            ),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger.onlyWarnings
        )
    }
}

extension Logger {
    /// The same logger for frameworks, whose routine messages are no news to an operator.
    var onlyWarnings: Logger {
        var logger = self
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
