// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import SwiftProtobuf

/// A job as a worker would find it on Kafka, and the answers that a worker may give.
struct ReceivedJob: Sendable {
    let job: Job
    let value: [UInt8]
    let headers: [String: [UInt8]]

    init(_ job: Job) throws {
        self.job = job
        value = try job.serializedBytes()
        headers = [:]
    }

    init(_ outgoing: OutgoingJob) throws {
        job = try Job(serializedBytes: outgoing.value)
        value = outgoing.value
        headers = Dictionary(outgoing.headers.map { ($0.name, $0.value) }) { $1 }
    }

    var signing: S3SigningJob { job.s3Signing }
    var item: S3SigningItem { job.s3Signing.items.first ?? S3SigningItem() }

    var correlationID: CorrelationID? {
        headers[HeaderNames.correlationID]?.withUnsafeBytes { CorrelationID($0) }
    }

    /// A reply with a signed URL for each item; the signatures are 32 times `0xAB`.
    func signed(
        headers: [(String, String)] = [("content-type", "image/jpeg"), ("x-amz-server-side-encryption", "AES256")]
    ) -> Reply {
        var shared = SharedRequest()
        shared.method = signing.operation == "GetObject" ? "GET" : "PUT"
        shared.origin = "https://my-bucket.s3.us-east-1.amazonaws.com"
        shared.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        shared.headers = headers.map { name, value in
            var pair = Pair()
            pair.name = name
            pair.value = value
            return pair
        }
        shared.bucket = signing.s3Bucket
        shared.region = signing.s3Region
        shared.storageClass = item.options.s3StorageClass
        shared.expiresIn = signing.hasExpiresIn ? signing.expiresIn : 3_600
        shared.expiresAtMs = job.signingTimeMs + shared.expiresIn * 1_000
        shared.expiryLimitedBy = "request"
        shared.cdnOrigin = signing.s3CloudFrontDomain.isEmpty ? "" : "https://" + signing.s3CloudFrontDomain
        var reply = answer
        reply.s3Signing.shared = [shared]
        reply.s3Signing.items = signing.items.map { item in
            var signed = SignedItem()
            signed.id = item.id
            signed.key = item.key.isEmpty ? "made/\(item.filename)" : item.key
            signed.path = "/" + signed.key
            return signed
        }
        let bytes = signing.items.count * ReplyJoiner.signatureLength
        reply.s3Signing.signatures = Data(repeating: 0xAB, count: bytes)
        return reply
    }

    /// A reply with a URL for each item.
    func signedByCloudFront() -> Reply {
        var reply = answer
        reply.cloudFrontSigning.keyPairID = "K1"
        reply.cloudFrontSigning.domain = job.cloudFrontSigning.domain
        reply.cloudFrontSigning.items = job.cloudFrontSigning.items.map { item in
            var signed = CloudFrontSigned()
            signed.id = item.id
            signed.key = item.key
            signed.url = "https://\(job.cloudFrontSigning.domain)/\(item.key)?\(item.query)&Signature=x"
            return signed
        }
        return reply
    }

    private var answer: Reply {
        var reply = Reply()
        reply.version = 1
        reply.jobID = job.jobID
        reply.chunk = job.chunk
        reply.echo = job.echo
        reply.completedAtMs = job.signingTimeMs
        return reply
    }

    /// A reply that refuses the whole job.
    func refused(_ code: String, field: String = "", message: String = "no") -> Reply {
        var reply = answer
        reply.failure.code = code
        reply.failure.field = field
        reply.failure.message = message
        return reply
    }
}
