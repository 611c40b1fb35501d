// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A real S3 server for tests: Ceph's gateway, which verifies every signature, over a store in memory.
///
/// Each instance is a cluster of its own: several run side by side. It answers path-style requests at ``endpoint``,
/// virtual-host ones at `BUCKET.localhost`, and takes any region.
package final class RadosGateway: Sendable {
    /// `http://127.0.0.1:PORT`
    package var endpoint: String { server.endpoint }
    package var port: UInt16 { server.port }
    package let region = "us-east-1"
    package let accessKey: String
    package let secretKey: String
    /// A bucket that is there and empty.
    package let bucket: String
    private let server: S3ServerProcess

    /// Starts one; it takes about two seconds.
    ///
    /// - Throws: ``TestSupportError`` that tells what the daemons said, or which program is missing.
    package static func start(
        accessKey: String = "AKIASIGNETTEST000001",
        secretKey: String = "not/a+secret=but/formed-like+one/00000001",
        bucket: String = "signet-test"
    ) async throws -> RadosGateway {
        // Once in a while the monitor of a new cluster waits for ever for a message that was lost: then another one comes
        // up in its place. What does not come up three times has a cause that is told.
        for _ in 0..<2 {
            if let gateway = try? await startOnce(accessKey, secretKey, bucket, within: .seconds(30)) { return gateway }
        }
        return try await startOnce(accessKey, secretKey, bucket, within: .seconds(60))
    }

    private static func startOnce(
        _ accessKey: String,
        _ secretKey: String,
        _ bucket: String,
        within duration: Duration
    ) async throws -> RadosGateway {
        let server = try await S3ServerProcess.start(
            "the S3 gateway",
            "/bin/bash",
            [S3ServerProcess.script("radosgw.sh"), accessKey, secretKey, bucket],
            within: duration
        )
        return RadosGateway(server, accessKey, secretKey, bucket)
    }

    /// One for the whole process of the tests, started when it is first asked for; it ends with that process.
    package static func shared() async throws -> RadosGateway { try await shared.value() }

    private static let shared = SharedServer { try await RadosGateway.start() }

    private init(_ server: S3ServerProcess, _ accessKey: String, _ secretKey: String, _ bucket: String) {
        self.server = server
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.bucket = bucket
    }

    /// The number of its process, for tests of what becomes of it.
    package var processID: Int32 { server.process.processID }

    /// Ends it, and waits until nothing of it is left.
    package func stop() async throws { try await server.stop() }
}

/// Runs an S3 server as long as the body runs.
package func withRadosGateway<Result>(_ body: (RadosGateway) async throws -> Result) async throws -> Result {
    let gateway = try await RadosGateway.start()
    let result: Result
    do {
        result = try await body(gateway)
    } catch {
        try? await gateway.stop()
        throw error
    }
    try await gateway.stop()
    return result
}
