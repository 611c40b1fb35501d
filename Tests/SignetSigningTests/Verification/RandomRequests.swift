// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import TestSupport

/// Signed requests of all kinds, the same for the same seed.
struct RandomRequests {
    /// A signed request as a client sends it.
    struct Sent {
        var method: String
        /// With scheme.
        var url: String
        var headers: [(name: String, value: String)]
    }

    /// What it was signed with.
    struct Signer {
        let credentials: SigningCredentials
        let secret: String
        let token: String?
        let region: String
        let time: SigningTime
    }

    var random: SeededGenerator

    private static let text =
        (0x20...0x7E).map { String(Unicode.Scalar(UInt8($0))) }
        + ["ü", "漢", "😀", "e\u{301}", "//", "/../", "%2F", "a", "b", "c"]
    private static let secretDigits = (0x21...0x7E).map { String(Unicode.Scalar(UInt8($0))) }
    private static let regions = ["us-east-1", "eu-central-1", "us-gov-west-1", "auto"]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private mutating func pick<Element>(_ values: [Element]) -> Element {
        values[Int(random.next() % UInt64(values.count))]
    }

    private mutating func word(_ letters: [String], _ range: ClosedRange<Int>) -> String {
        (0..<Int.random(in: range, using: &random)).map { _ in pick(letters) }.joined()
    }

    private mutating func pairs(_ names: [String], _ count: ClosedRange<Int>) -> [(name: String, value: String)] {
        names.shuffled(using: &random).prefix(Int.random(in: count, using: &random))
            .map { ($0, word(Self.text, 0...12)) }
    }

    mutating func signer() throws -> Signer {
        let secret = word(Self.secretDigits, 1...60)
        let token = random.next() % 3 == 0 ? word(Self.secretDigits, 1...40) : nil
        let digits = Self.secretDigits.filter { $0 != "/" }
        return try Signer(
            credentials: SigningCredentials(
                accessKeyID: word(digits, 1...20),
                secretAccessKey: secret,
                sessionToken: token
            ),
            secret: secret,
            token: token,
            region: pick(Self.regions),
            time: SigningTime(unixSeconds: Int64.random(in: 1_000_000_000...4_000_000_000, using: &random))
        )
    }

    /// A presigned request.
    mutating func presigned(by signer: Signer) throws -> Sent {
        let operation = pick([S3Operation.getObject, .putObject, .headObject, .deleteObject])
        let endpoint = S3Endpoint(
            host: pick(["bucket.s3.amazonaws.com", "localhost:9000", "[::1]:7480"]),
            pathPrefix: pick(["", "/bucket", "/base/bucket"]),
            bucket: "bucket",
            region: signer.region
        )
        var options = S3ObjectOptions()
        if operation == .putObject { options.encryption = S3Encryption.none }
        options.headers = pairs(["x-a", "x-amz-meta-a", "X-Amz-Meta-Longer", "x-b"], 0...3)
        options.query = pairs(["response-language", "a", "A", "b c", "x"], 0...3)
        let template = try S3Signer(credentials: signer.credentials).template(
            operation,
            at: endpoint,
            time: signer.time,
            expiresIn: Int64.random(in: 1...604_800, using: &random),
            options: options
        )
        return try Sent(
            method: template.operation.method,
            url: template.url(forKey: word(Self.text, 1...20)),
            headers: template.headers
        )
    }

    /// A request presigned by SigV4A for the signer's region alone.
    mutating func multiRegion(by signer: Signer) throws -> Sent {
        let url = try MultiRegionPresigner(credentials: signer.credentials).presign(
            pick(["GET", "PUT", "HEAD", "DELETE"]),
            host: "a.mrap.accesspoint.s3-global.amazonaws.com",
            path: "/" + word(Self.text, 0...20),
            query: pairs(["a", "A", "b c", "x"], 0...3),
            headers: pairs(["x-a", "x-amz-meta-a", "content-type"], 0...3),
            regionSet: RegionSet(signer.region),
            at: signer.time,
            expiresIn: Int64.random(in: 1...604_800, using: &random)
        )
        return Sent(method: url.method, url: url.url, headers: url.headers)
    }

    /// A request signed in its headers.
    mutating func authorized(by signer: Signer) throws -> Sent {
        var request = SignableRequest(
            method: pick(["GET", "PUT", "POST", "DELETE"]),
            host: pick(["bucket.s3.amazonaws.com", "localhost:9000", "[::1]:7480"]),
            path: "/" + word(Self.text, 0...20)
        )
        request.query = pairs(["uploads", "a", "A", "b c", "x"], 0...3)
        request.headers = pairs(["x-a", "x-amz-meta-a", "X-Amz-Meta-Longer", "content-type"], 0...3)
        request.payload = pick([.unsigned, .empty, PayloadHash(hash: [1, 2, 3])])
        request.usesDirectoryBucketSession = pick([true, false])
        let signed = try request.signed(with: signer.credentials, at: signer.time, region: signer.region)
        return Sent(method: signed.method, url: "https://\(signed.host)\(signed.target)", headers: signed.headers)
    }
}
