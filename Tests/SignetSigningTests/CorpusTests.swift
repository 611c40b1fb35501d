// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3Catalog
import SignetSigning
import TestSupport
import Testing

/// Our presigned requests against botocore's: method, URL with its signature, and the headers to send.
@Suite(.takingTurnsBusy)
struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus")
    private static let generator = folder.appendingPathComponent("generate.py")
    private static let recorded = Result { try CorpusCase.read(folder.appendingPathComponent("corpus.jsonl")) }

    @Test
    func everyRecordedRequestEqualsBotocores() throws {
        let cases = try Self.recorded.get()
        #expect(cases.count >= 3_000)
        let differences = try cases.flatMap { try $0.differences() }
        #expect(differences.isEmpty, "\(differences.count) differences; the first: \(differences.first ?? "")")
    }

    /// A new seed each time; `SIGNET_CORPUS_SEED` repeats a run, `SIGNET_CORPUS_COUNT` makes it a longer one.
    @Test
    func newRequestsOfARandomSeedEqualBotocores() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["SIGNET_CORPUS_SEED"].flatMap { UInt32($0) } ?? .random(in: 0...UInt32.max)
        let count = environment["SIGNET_CORPUS_COUNT"].flatMap { UInt32($0) } ?? 17_000
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("signet-corpus-\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: output) }
        print("corpus: generate.py --seed \(seed) --count \(count)")
        _ = try await PythonEnvironment.run(
            script: Self.generator,
            arguments: ["--seed", "\(seed)", "--count", "\(count)", "--output", output.path]
        )
        let cases = try CorpusCase.read(output)
        #expect(cases.count == Int(count))
        let differences = try cases.flatMap { try $0.differences() }
        #expect(
            differences.isEmpty,
            "seed \(seed): \(differences.count) differences; the first: \(differences.first ?? "")"
        )
    }

    @Test(arguments: [
        ("https:", "http:", "scheme"), (".amazonaws.", ".amazonaws2.", "host"), ("?", "/?", "path"),
        ("%3Bhost", "", "signed headers"), ("X-Amz-Signature=", "X-Amz-Signature=0", "query"),
        ("X-Amz-Expires=", "x-amz-expires=", "query"), ("?", "?a=b&", "query"),
    ])
    func aDifferenceIsSeen(old: String, new: String, what: String) throws {
        let cases = try Self.recorded.get()
        var altered = try #require(cases.first { $0.request.contentType != nil && $0.request.endpoint == nil })
        #expect(try altered.differences().isEmpty)
        let range = try #require(altered.url.firstRange(of: old))
        altered.url.replaceSubrange(range, with: new)
        let differences = try altered.differences()
        #expect(differences.contains { $0.contains(", \(what): ") })

        var headers = try #require(cases.first { !$0.headers.isEmpty })
        headers.headers[0][1] += "x"
        #expect(try headers.differences().count == 1)
    }

    @Test
    func aScriptThatFailsSaysWhy() async throws {
        let error = await #expect(throws: TestSupportError.self) {
            try await PythonEnvironment.run(script: Self.generator, arguments: ["--seed", "none"])
        }
        #expect(error?.description.contains("invalid int value: 'none'") == true)
    }

    @Test
    func theRecordedCorpusCoversWhatItIsToProve() throws {
        let cases = try Self.recorded.get().map(\.request)
        let onAWS = cases.filter { $0.endpoint == nil }
        #expect(Set(cases.map(\.operation)) == Set(S3Operation.allCases.map(\.rawValue)))
        #expect(Set(cases.compactMap(\.variants).joined()) == ["dualStack", "fips", "accelerate"])
        #expect(Set(cases.map(\.bucket).filter { $0.hasPrefix("arn:") }).count == 6)
        #expect(Set(cases.map(\.bucket).filter { $0.hasSuffix("--x-s3") }).count == 3)
        #expect(Set(cases.compactMap { $0.checksum?.first }) == Set(S3Checksum.Algorithm.allCases.map(\.rawValue)))
        #expect(Set(onAWS.map(\.region)).isSuperset(of: S3Catalog.regions.map(\.code)))
        #expect(Set(onAWS.map(\.style)) == ["virtual", "path"])
        #expect(Set(cases.compactMap(\.encryption)) == Set(S3Encryption.allCases.map(\.rawValue)))
        #expect(Set(cases.compactMap(\.kmsKey)).count == 8)
        let classes = StorageClass.all
        #expect(Set(cases.compactMap(\.storageClass)) == Set(classes.map(\.name) + classes.map(\.wireValue)))
        let keys = cases.compactMap(\.key)
        let bytes = Set(keys.flatMap { Array($0.utf8) })
        #expect(bytes.isSuperset(of: 0x20...0x7E))
        #expect(keys.contains { $0.utf8.count == S3PresignTemplate.longestKey })
        for piece in ["//", "/../", "/./", " ", "+", "%", "%2F", "?", "#", "\u{301}", "👩‍👩‍👧‍👦", "\u{10FFFF}"] {
            #expect(keys.contains { $0.utf8.firstRange(of: piece.utf8) != nil }, "no key holds \(piece)")
        }
        #expect(keys.contains { $0.hasPrefix("/") } && keys.contains { $0.hasSuffix("/") })
        #expect(cases.contains { $0.bucket.contains(".") })
        #expect(cases.contains { $0.sessionToken?.contains("+") == true && $0.sessionToken?.contains("/") == true })
        #expect(Set(cases.compactMap(\.endpoint)).count == 12)
        #expect(cases.contains { $0.endpoint != nil && $0.style == "virtual" })
        #expect(Set(cases.map(\.expires)).isSuperset(of: [1, PresignExpiry.longest]))
        #expect(Set(cases.compactMap(\.query).joined().compactMap(\.first)).count == 12)
        #expect(cases.count { $0.metadata != nil } > 100)
        #expect(cases.count { $0.headers != nil } > 100)
    }
}
