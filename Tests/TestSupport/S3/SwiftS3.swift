// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A second real S3 server for tests: OpenStack Swift's S3 API. Of SigV4 it is the stricter one: it looks at the scope's
/// region and service, at the seven days, at every `x-amz-*` header that is not signed, and at checksums.
///
/// It answers path-style requests at ``endpoint``. It knows no forms, and no storage class but STANDARD.
package final class SwiftS3: Sendable {
    /// `http://127.0.0.1:PORT`
    package var endpoint: String { server.endpoint }
    package var port: UInt16 { server.port }
    package let region = "us-east-1"
    package let accessKey = "test:tester"
    package let secretKey = "swift/secret+of=the-tests"
    /// A bucket that is there and empty.
    package let bucket = "signet-test"
    private let server: S3ServerProcess

    private init(_ server: S3ServerProcess) {
        self.server = server
    }

    /// Starts one; it takes about two seconds.
    ///
    /// - Throws: ``TestSupportError`` that tells what it said, or what is missing.
    package static func start() async throws -> SwiftS3 {
        let server = try await S3ServerProcess.start(
            "OpenStack Swift",
            PythonEnvironment.interpreter,
            [
                "-B", "-W", "ignore", S3ServerProcess.script("swift_s3.py"), "test:tester",
                "swift/secret+of=the-tests", "signet-test",
            ],
            within: .seconds(60)
        )
        return SwiftS3(server)
    }

    private static let shared = SharedServer { try await SwiftS3.start() }

    /// One for the whole process of the tests, started when it is first asked for; it ends with that process.
    package static func shared() async throws -> SwiftS3 { try await shared.value() }

    /// Ends it, and waits until nothing of it is left.
    package func stop() async throws { try await server.stop() }
}
