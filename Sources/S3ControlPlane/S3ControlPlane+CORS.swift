// SPDX-License-Identifier: Apache-2.0

/// Which pages of other origins a bucket answers, and what they may read (S3 User Guide, "Using cross-origin resource
/// sharing").
package struct CORSRule: Sendable, Hashable, Decodable {
    /// `*` stands for anything, once in each.
    package let origins: [String]
    package let methods: [String]
    package let headers: [String]
    /// What scripts may read of an answer.
    package let exposed: [String]

    enum CodingKeys: String, CodingKey {
        case origins = "AllowedOrigin"
        case methods = "AllowedMethod"
        case headers = "AllowedHeader"
        case exposed = "ExposeHeader"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func list(_ key: CodingKeys) throws -> [String] { try values.decodeIfPresent([String].self, forKey: key) ?? [] }
        (origins, methods) = (try list(.origins), try list(.methods))
        (headers, exposed) = (try list(.headers), try list(.exposed))
    }

    package func allows(origin: String) -> Bool { origins.contains { Self.matches(origin, $0) } }

    package func allows(header: String) -> Bool {
        headers.contains { Self.matches(header.lowercased(), $0.lowercased()) }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return text == pattern }
        let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return text.count >= head.count + tail.count && text.hasPrefix(head) && text.hasSuffix(tail)
    }
}

extension S3ControlPlane {
    /// A bucket's rules (S3 API Reference, "GetBucketCors"); none, if it has no configuration.
    package func corsRules(of bucket: S3Bucket) async throws -> [CORSRule] {
        struct Answer: Decodable {
            let rules: [CORSRule]?

            enum CodingKeys: String, CodingKey {
                case rules = "CORSRule"
            }
        }
        do {
            let answer = try await send(S3Request(method: "GET", query: [("cors", "")]), to: bucket)
            return try XMLText.decode(Answer.self, answer.body).rules ?? []
        } catch let error as S3Error where error.code.rawValue == "NoSuchCORSConfiguration" {
            return []
        }
    }
}
