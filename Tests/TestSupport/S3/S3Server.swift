// SPDX-License-Identifier: Apache-2.0

/// A real S3 server for tests, asked in path style.
package protocol S3Server: Sendable {
    /// `http://127.0.0.1:PORT`
    var endpoint: String { get }
    var region: String { get }
    var accessKey: String { get }
    var secretKey: String { get }
    /// A bucket that is there and empty at first.
    var bucket: String { get }
}

extension RadosGateway: S3Server {}
extension SwiftS3: S3Server {}
