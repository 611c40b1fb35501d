// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import TestSupport
import Testing

/// Keys signed together against the same keys signed alone, which the corpus compares with botocore.
@Suite(.takingTurnsBusy)
struct S3BatchTests {
    /// What hashes: nothing but OpenSSL, each kernel alone, what is chosen.
    private static let choices: [[SHA256Kernel]] =
        [[], SHA256Kernel.preferred] + MultiBufferTests.kernels.map { [$0] }
    /// About the lanes of kernels, and about what is signed in one piece.
    private static let sizes = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 600, 1_024, 1_025, 2_100]

    private static func templates() throws -> [S3PresignTemplate] {
        [
            try Example.template(),
            try Example.template(.putObject, headers: [("x-amz-meta-a", String(repeating: "b", count: 200))]),
            try Example.template(credentials: Example.credentials(sessionToken: String(repeating: "t/", count: 700))),
        ]
    }

    /// What of a result is compared.
    private static func parts(_ result: Result<SignedObject, SigningError>) -> [String] {
        switch result {
        case .success(let object): [object.path, object.signature.hexadecimal]
        case .failure(let error): [error.description]
        }
    }

    private static func alone(_ template: S3PresignTemplate, _ key: String) -> Result<SignedObject, SigningError> {
        Result { () throws(SigningError) in try template.sign(key: key) }
    }

    /// Expects that a batch is what its keys are alone, by each way to hash.
    private func expectSame(_ template: S3PresignTemplate, _ keys: [String], _ comment: Comment) throws {
        let signed = keys.map { Self.alone(template, $0) }
        let urls = signed.map { $0.map { template.url(for: $0) } }
        for kernels in Self.choices {
            let batch = template.sign(keys: keys, kernels: kernels)
            #expect(batch.map(Self.parts) == signed.map(Self.parts), "\(kernels): \(comment)")
            #expect(template.urls(forKeys: keys, kernels: kernels) == urls, "\(kernels): \(comment)")
            let bytes = signed.flatMap { result in
                (try? result.get())?.signature.bytes ?? Array(repeating: 0, count: SHA256Digest.byteCount)
            }
            #expect(Array(batch.signatures) == bytes, "\(kernels): \(comment)")
            let refused = signed.indices.filter { (try? signed[$0].get()) == nil }
            #expect(batch.failures.keys.sorted() == refused, "\(kernels): \(comment)")
        }
    }

    @Test
    func keysOfOneLengthAreSignedAsAlone() throws {
        for template in try Self.templates() {
            for size in Self.sizes {
                for length in [1, 40, 64, 1_024] where size <= 33 || length == 40 {
                    let keys = (0..<size).map { index in
                        let number = String(index)
                        return String(repeating: "k", count: max(0, length - number.count)) + number
                    }
                    try expectSame(template, keys, "\(size) keys of \(length) bytes")
                }
            }
        }
    }

    @Test
    func keysOfEveryLengthAreSignedAsAlone() throws {
        let keys = (1...S3PresignTemplate.longestKey).map { String(repeating: "k", count: $0) }
        try expectSame(Example.template(), keys, "ascending")
        try expectSame(Example.template(), keys.reversed(), "descending")
    }

    @Test
    func randomKeysWithBadOnesBetweenAreSignedAsAlone() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("abcXYZ019-._~/ +%&=?#*\"\\é漢🙂\u{0}\u{7F}\u{301}".unicodeScalars)
        let bare = alphabet.prefix(14)
        for template in try Self.templates() {
            for size in Self.sizes {
                let keys = (0..<size).map { _ -> String in
                    switch Int.random(in: 0..<20, using: &random) {
                    case 0: return ""
                    case 1: return String(repeating: "x", count: .random(in: 1_000...1_050, using: &random))
                    default:
                        let scalars = Bool.random(using: &random) ? bare : alphabet[...]
                        var key = String.UnicodeScalarView()
                        for _ in 0..<Int.random(in: 1...120, using: &random) {
                            key.append(scalars.randomElement(using: &random) ?? "a")
                        }
                        return String(key)
                    }
                }
                try expectSame(template, keys, "\(size) keys, seed \(seed)")
            }
        }
    }

    @Test
    func aBadKeyLeavesTheOthersAsTheyAre() throws {
        let template = try Example.template()
        var keys = (0..<40).map { "photos/\($0).jpeg" }
        keys[0] = ""
        keys[17] = String(repeating: "k", count: 1_025)
        keys[39] = ""
        let batch = template.sign(keys: keys)
        #expect(batch.count == 40)
        #expect(batch.failures.keys.sorted() == [0, 17, 39])
        #expect(batch.failures.values.allSatisfy { $0.code == .invalidKey && $0.parameter == "key" })
        for index in [0, 17, 39] {
            #expect(batch.withPath(at: index) { $0.count } == 0)
            #expect(batch.signatures[(index * 32)..<(index * 32 + 32)].allSatisfy { $0 == 0 })
        }
        #expect(try batch[1].get() == template.sign(key: keys[1]))
        #expect(batch.withPath(at: 38) { Array($0) } == Array("/photos/38.jpeg".utf8))
    }

    @Test
    func urlsAreLentInOrder() throws {
        let template = try Example.template()
        let keys = (0..<50).map { $0 == 20 ? "" : "photos/\($0).jpeg" }
        var lent: [Result<String, SigningError>] = []
        template.withURLs(forKeys: keys) { index, url in
            #expect(index == lent.count)
            lent.append(url.map { String(decoding: $0, as: UTF8.self) })
        }
        #expect(lent == template.urls(forKeys: keys))
    }

    @Test
    func operationsOnTheBucketTakeNoKeyInABatchEither() throws {
        let template = try Example.template(.listObjects)
        let batch = template.sign(keys: Array(repeating: "", count: 20) + ["key"])
        #expect(batch.failures.keys.sorted() == [20])
        #expect(try batch[19].get() == template.sign(key: ""))
    }

    @Test
    func aBatchShowsNoSignature() throws {
        let batch = try Example.template().sign(keys: ["photos/1.jpeg", ""])
        let object = try batch[0].get()
        for face in faces(of: batch) {
            #expect(!face.contains(object.signature.hexadecimal))
            #expect(!face.contains("\(object.signature.bytes[0]), \(object.signature.bytes[1])"))
        }
        #expect("\(batch)" == "SignedBatch(2 keys, 1 refused)")
    }
}
