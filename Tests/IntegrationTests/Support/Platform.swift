// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// Signet as its users run it: each part a process of its own, on the embedded broker or on the one that
/// `SIGNET_TEST_KAFKA` names, with topics of its own.
final class Platform: Sendable {
    /// What the parts are told beside their broker and topics.
    struct Options: Sendable {
        /// Further variables of the workers, e.g. AWS credentials for the profile `default`.
        var worker: [String: String] = [:]
        /// Further variables of the gateway.
        var gateway: [String: String] = [:]
        /// Further variables of all parts.
        var all: [String: String] = [:]
        var startsWorker = true
    }

    let bootstrapServers: String
    /// `nil`: a broker that is not ours.
    let broker: SignetProcess?
    let gateway: SignetProcess
    private let prefix: String
    private let workerEnvironment: [String: String]
    private let gatewayEnvironment: [String: String]
    private let workers = Mutex<[SignetProcess]>([])
    private let otherGateways = Mutex<[SignetProcess]>([])
    private let folder: URL

    private init(_ options: Options) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("signet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        prefix = "t\(UUID().uuidString.prefix(8).lowercased())."
        var common = [
            "SIGNET_TOPICS_PREFIX": prefix, "SIGNET_MANAGEMENT_PORT": "0", "SIGNET_WORKER_GROUP": "\(prefix)workers",
        ].merging(options.all) { $1 }

        if let servers = ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] {
            broker = nil
            bootstrapServers = servers
            common["SIGNET_KAFKA_BOOTSTRAP_SERVERS"] = servers
            _ = try await SignetProcess.output(["topics", "create"], environment: common)
        } else {
            let broker = try await SignetProcess.start(["broker"], environment: common, readyWhen: "bootstrap ")
            bootstrapServers = String(broker.ready.dropFirst("bootstrap ".count))
            self.broker = broker
            common["SIGNET_KAFKA_BOOTSTRAP_SERVERS"] = bootstrapServers
            // The embedded broker answers an empty fetch only after this time.
            common["SIGNET_KAFKA_FETCH_WAIT_MAX_MS"] = "2"
        }
        // A worker that is killed is missed soon.
        common["SIGNET_KAFKA_SESSION_TIMEOUT_MS"] = "6000"

        let keys = folder.appendingPathComponent("sealing-keys").path
        let generated = try await SignetProcess.output(["keys", "generate", "--file", keys])
        let publicKey = generated.replacingOccurrences(of: "sealing.publicKey ", with: "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        workerEnvironment = common.merging([
            "SIGNET_SEALING_PRIVATE_KEYS_FILE": keys,
            "SIGNET_WORKER_STATE_DIRECTORY": folder.appendingPathComponent("state").path,
        ]) { $1 }
        .merging(options.worker) { $1 }
        gatewayEnvironment = common.merging([
            "SIGNET_SEALING_PUBLIC_KEY": publicKey,
            "SIGNET_GATEWAY_STATE_DIRECTORY": folder.appendingPathComponent("gateways").path,
        ]) { $1 }
        .merging(options.gateway) { $1 }
        gateway = try await SignetProcess.start(
            ["gateway", "--port", "0"],
            environment: gatewayEnvironment,
            readyWhen: "ready "
        )
        if options.startsWorker { try await startWorker() }
    }

    /// Runs a platform as long as the body runs.
    static func run<Result>(
        _ options: Options = Options(),
        body: (Platform) async throws -> Result
    ) async throws -> Result {
        let platform = try await Platform(options)
        defer { platform.end() }
        return try await body(platform)
    }

    private func end() {
        for process in processes { process.child.kill() }
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: Parts

    /// Starts a worker; returns when it has joined its groups.
    @discardableResult
    func startWorker() async throws -> SignetProcess {
        let worker = try await SignetProcess.start(["worker"], environment: workerEnvironment, readyWhen: "ready")
        workers.withLock { $0.append(worker) }
        return worker
    }

    /// Starts one more gateway; returns when it can answer.
    ///
    /// - Parameter instance: Names it; that of the first one is the host's.
    func startGateway(instance: String) async throws -> SignetProcess {
        let gateway = try await SignetProcess.start(
            ["gateway", "--port", "0"],
            environment: gatewayEnvironment.merging(["SIGNET_GATEWAY_INSTANCE_ID": instance]) { $1 },
            readyWhen: "ready "
        )
        otherGateways.withLock { $0.append(gateway) }
        return gateway
    }

    /// All parts that were ever started.
    var processes: [SignetProcess] {
        [broker, gateway].compactMap { $0 } + workers.withLock { $0 } + otherGateways.withLock { $0 }
    }

    /// Asks a gateway for a job until it has ended.
    func end(of jobID: String, at url: String) async throws -> JSONAnswer {
        let response = try await withDeadline(for: "the end of job \(jobID)") {
            while true {
                let response = try await Curl.send("GET", url + "/api/v1/jobs/\(jobID)")
                // A job that was produced straight to Kafka is known once it is done.
                if response.status == 200, try JSONAnswer(response)["state"] as? String != "accepted" {
                    return response
                }
            }
        }
        return try JSONAnswer(response)
    }

    /// The index files of the gateways.
    func stateFiles() throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent("gateways"),
            includingPropertiesForKeys: nil
        )
    }

    /// `http://127.0.0.1:PORT` of the gateway.
    var url: String { String(gateway.ready.dropFirst("ready ".count)) }

    // MARK: Topics

    func topic(_ name: String) -> String { prefix + name }

    /// The name of every topic, without the prefix.
    static let topicNames =
        ["jobs.signing", "jobs.bulk"].flatMap { jobs in
            [jobs, "\(jobs)-dlt", "\(jobs)-retry-5000", "\(jobs)-retry-60000"]
        } + ["replies", "results", "job-states", "metrics"]

    // MARK: Requests

    /// Posts a JSON body to the gateway.
    func post(
        _ path: String,
        _ body: String,
        headers: [(name: String, value: String)] = []
    ) async throws -> CurlResponse {
        try await Curl.send(
            "POST",
            url + path,
            headers: [("content-type", "application/json")] + headers,
            body: Data(body.utf8)
        )
    }

    func postUpload(_ body: [String: Any], headers: [(name: String, value: String)] = []) async throws -> JSONAnswer {
        try await JSONAnswer(post("/api/v1/upload/s3/signed-url", JSONAnswer.text(of: body), headers: headers))
    }

    /// - Parameter step: `initiate`, `parts`, …
    func postMultipart(
        _ step: String,
        _ body: [String: Any],
        headers: [(name: String, value: String)] = []
    ) async throws -> JSONAnswer {
        try await JSONAnswer(
            post("/api/v1/upload/s3/multipart/\(step)", JSONAnswer.text(of: body), headers: headers)
        )
    }

    /// Kills the workers, as a power cut would, and starts another one.
    func replaceWorkers() async throws {
        for worker in workers.withLock({ $0 }) {
            worker.child.kill()
            _ = try await worker.child.exitStatus()
        }
        try await startWorker()
    }

    func postDownload(_ body: [String: Any]) async throws -> JSONAnswer {
        try await JSONAnswer(post("/api/v1/download/s3/signed-url", JSONAnswer.text(of: body)))
    }
}
