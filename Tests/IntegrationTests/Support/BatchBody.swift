// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What tests of batches send and read.
enum BatchBody {
    static let path = "/api/v1/batch/s3/signed-urls"
    static let ndjson = [(name: "content-type", value: "application/x-ndjson")]
    static let profile = Platform.Options(
        worker: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret"]
    )

    static func make(_ defaults: [String: Any], _ lines: [String]) throws -> Data {
        Data(([try JSONAnswer.text(of: ["defaults": defaults])] + lines).joined(separator: "\n").utf8)
    }

    /// A body of items whose ids are their numbers.
    static func make(items count: Int) throws -> Data {
        try make(
            ["s3Bucket": "my-bucket", "s3Region": "us-east-1"],
            (0..<count).map { #"{"id":"\#($0)","key":"photos/\#($0).jpg"}"# }
        )
    }

    static func lines(_ bytes: Data) throws -> [[String: Any]] {
        try bytes.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    static func items(_ lines: [[String: Any]]) -> [[String: Any]] {
        lines.filter { $0["type"] as? String == "item" }
    }
}
