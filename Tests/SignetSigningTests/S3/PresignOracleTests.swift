// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Presigned requests against awscrt, a second oracle beside botocore: it signs metadata in UTF-8, too, which that refuses.
@Suite(.takingTurnsBusy)
struct PresignOracleTests {
    private struct Case: Encodable {
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let region: String
        let time: Int64
        let expires: Int64
        let method: String
        let host: String
        let key: String
        let query: [[String]]
        let headers: [[String]]
    }

    private static let count = 400
    private static let pieces = [
        "a", "photos", "ü", "漢字", "😀", "x y", "//", "/../", "/./", "+", "%", "%2F", "?", "#", "&", "=", "~", "$",
        "!*'()",
        ",;:@", "\"", "\\", "<>", "[]", "^`{|}",
    ]

    private static func word(_ random: inout SeededGenerator, _ range: ClosedRange<Int>) -> String {
        (0..<Int.random(in: range, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    @Test func awscrtMakesTheSameSignatures() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var input = Data()
        var ours: [String] = []
        for number in 0..<Self.count {
            let secret = Self.word(&random, 1...10)
            let token = number % 3 == 0 ? Self.word(&random, 1...5).filter { $0.isASCII && $0 != " " } + "t" : nil
            let credentials = try SigningCredentials(
                accessKeyID: "AKIA\(number)",
                secretAccessKey: secret.filter(\.isASCII) + "s",
                sessionToken: token
            )
            let region = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"][number % 4]
            let time = try SigningTime(unixSeconds: .random(in: 1_000_000_000...4_000_000_000, using: &random))
            let expires = Int64.random(in: 1...604_800, using: &random)
            let isUpload = number % 2 == 0
            var options = S3ObjectOptions()
            if isUpload {
                options.contentType = "text/plain; charset=\"ü\"".filter { number % 4 == 0 ? $0.isASCII : $0 != "ü" }
                options.metadata = [("name", "Grüße \(number)"), ("second", Self.word(&random, 1...4) + ".")]
                options.contentLength = Int64(number)
                options.tags = [("a b", "c&d=ü")]
            } else {
                options.query = [
                    ("response-content-disposition", "attachment; filename=\"\(Self.word(&random, 1...4))\"")
                ]
                options.range = "bytes=0-\(number)"
            }
            let endpoint = try S3Endpoint.resolve(bucket: "my-bucket", region: region)
            let template = try S3Signer(credentials: credentials).template(
                isUpload ? .putObject : .getObject,
                at: endpoint,
                time: time,
                expiresIn: expires,
                options: options
            )
            let key = Self.word(&random, 1...8)
            let url = try template.url(forKey: key)
            ours.append(String(url.dropFirst(endpoint.origin.count)))
            let example = Case(
                accessKey: credentials.accessKeyID,
                secretKey: secret.filter(\.isASCII) + "s",
                sessionToken: token,
                region: region,
                time: time.unixSeconds,
                expires: expires,
                method: template.method,
                host: endpoint.host,
                key: key,
                query: options.query.map { [$0.name, $0.value] },
                headers: template.headers.map { [$0.name, $0.value] }
            )
            input += try JSONEncoder().encode(example) + Data("\n".utf8)
        }
        let script = Repository.file("Tests/SignetSigningTests/Oracles/presign_crt.py")
        let output = String(decoding: try await PythonEnvironment.run(script: script, input: input), as: UTF8.self)
        let theirs = output.split(separator: "\n").map(String.init)
        try #require(theirs.count == Self.count)
        for (number, (mine, other)) in zip(ours, theirs).enumerated() {
            // The order of the query is ours.
            #expect(Self.parts(of: mine) == Self.parts(of: other), "seed \(seed), case \(number)")
        }
    }

    private static func parts(of target: String) -> [String] {
        let halves = target.split(separator: "?", maxSplits: 1)
        return [String(halves[0])] + halves[1].split(separator: "&").map(String.init).sorted()
    }
}
