// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// CloudFront by botocore and by Python's cryptography: `Oracles/cloudfront.py`.
enum CloudFrontOracle {
    struct Case: Encodable {
        var pem: String
        var url: String
        var keyPairId = "K2JCJMDEHXQW5F"
        var end: Int64 = 0
        var resource: String?
        var start: Int64?
        var ipRange: String?
        var fields: [[String]] = []
    }

    struct Allowance: Decodable, Equatable {
        let resource: String
        let end: Int64
        let start: Int64?
        let ipRange: String?
        let keyPairId: String
    }

    /// Keys of every kind by name, new in each process.
    static func keys() async throws -> [String: String] { try await made.value }

    private static let made = Task { () async throws -> [String: String] in
        try JSONDecoder().decode([String: String].self, from: try await ask(["make": true]))
    }

    static func sign(_ cases: [Case]) async throws -> [String] {
        try JSONDecoder().decode([String].self, from: try await ask(["sign": cases]))
    }

    static func verify(_ cases: [Case]) async throws -> [Allowance?] {
        try JSONDecoder().decode([Allowance?].self, from: try await ask(["verify": cases]))
    }

    private static func ask(_ request: some Encodable) async throws -> Data {
        let script = Repository.file("Tests/SignetSigningTests/Oracles/cloudfront.py")
        return try await PythonEnvironment.run(script: script, input: JSONEncoder().encode(request))
    }
}
