// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Requests and answers of multipart uploads, as `Schemas/openapi.yaml` describes them.
enum UploadMessages {
    static let initiatePath = "/api/v1/upload/s3/multipart/initiate"
    static let partsPath = "/api/v1/upload/s3/multipart/parts"
    static let listPath = "/api/v1/upload/s3/multipart/list"
    static let completePath = "/api/v1/upload/s3/multipart/complete"
    static let abortPath = "/api/v1/upload/s3/multipart/abort"
    static let singlePath = "/api/v1/upload/s3/signed-url"

    /// Members that stand beside others.
    struct Both<First: Encodable, Second: Encodable>: Encodable {
        let first: First
        let second: Second

        init(_ first: First, _ second: Second) {
            self.first = first
            self.second = second
        }

        func encode(to encoder: any Encoder) throws {
            try first.encode(to: encoder)
            try second.encode(to: encoder)
        }
    }

    struct Object: Encodable {
        var key: String?
        var filename: String?
        var contentType: String
        var s3StorageClass: String?
        var fileSize: Int64
        var partSize: Int64?
    }

    struct Name: Encodable {
        let key: String
        let uploadId: String
    }

    struct Begun: Decodable {
        let key: String
        let uploadId: String
        let partSize: Int64
        let partCount: Int
        let window: Window?
    }

    struct Range: Encodable {
        let firstPart: Int
        let lastPart: Int
        let fileSize: Int64
        let partSize: Int64
    }

    struct Window: Decodable {
        struct Part: Decodable {
            let partNumber: Int
            let url: String
            let headers: [String: String]
        }

        let expiresIn: Double
        let expiresAt: Date
        let parts: [Part]
    }

    struct Windowed: Decodable {
        let window: Window
    }

    struct Part: Codable {
        let partNumber: Int
        let etag: String
    }

    struct Listed: Decodable {
        struct Part: Decodable {
            let partNumber: Int
            let size: Int64
            let etag: String
        }

        let parts: [Part]
    }

    struct Completion: Encodable {
        let fileSize: Int64
        let parts: [Part]
    }

    struct Completed: Decodable {
        let key: String
        let etag: String
        let size: Int64
    }

    struct Aborted: Decodable {
        let found: Bool
    }

    struct Single: Decodable {
        let key: String
        let uploadUrl: String
        let headers: [String: String]
    }
}
