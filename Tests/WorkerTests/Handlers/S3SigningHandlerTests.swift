// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing
import Worker

@Suite struct S3SigningHandlerTests {
    private static let now: Int64 = 1_700_000_000_000

    private static func handler() throws -> S3SigningHandler {
        S3SigningHandler(
            credentials: try CredentialResolver(
                profilesFile: nil,
                environment: [
                    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
                ],
                sealingKeys: []
            )
        )
    }

    private static func sign(_ items: [S3SigningItem]) throws -> S3SigningResult {
        var job = Job()
        job.version = 1
        job.jobID = "0192f3a1-7c5e-7d2b-9c41-3f6a5b7c8d9e"
        job.tenant = "default"
        job.signingTimeMs = now
        job.deadlineMs = now + 60_000
        job.s3Signing.operation = "PutObject"
        job.s3Signing.s3Bucket = "my-bucket"
        job.s3Signing.s3Region = "eu-central-1"
        job.s3Signing.items = items
        return try handler().sign(job, job.s3Signing, now: now).result
    }

    /// Keys of many lengths under three sets of options, with keys between them that are refused.
    private static func items() -> [S3SigningItem] {
        var items: [S3SigningItem] = []
        for number in 0..<200 {
            var item = S3SigningItem()
            item.id = String(number)
            let isBad = number % 17 == 3
            item.key = isBad ? String(repeating: "k", count: 1_025) : String(repeating: "ü/", count: number % 90 + 1)
            if number % 3 > 0 { item.options.contentType = "type/\(number % 3)" }
            items.append(item)
        }
        return items
    }

    /// Items are signed side by side; nobody can tell.
    @Test func aChunkGivesWhatItsItemsGiveAlone() throws {
        let items = Self.items()
        let together = try Self.sign(items)
        #expect(together.items.map(\.id) == items.map(\.id))
        #expect(together.shared.count == 3)
        let joiner = ReplyJoiner(together)
        for (index, item) in items.enumerated() {
            if item.key.utf8.count > 1_024 {
                #expect(together.items[index].failure.code == "invalid_key")
                #expect(together.items[index].failure.field == "items[\(index)].key")
                #expect(together.items[index].path.isEmpty)
                continue
            }
            let alone = try ReplyJoiner(Self.sign([item])).join(at: 0)
            let joined = try joiner.join(at: index)
            #expect(joined.url == alone.url)
            #expect(joined.shared == alone.shared)
        }
    }

    @Test func aChunkOfOneBadItemFailsAsAWhole() {
        var item = S3SigningItem()
        item.key = String(repeating: "k", count: 1_025)
        let failure = #expect(throws: FailureError.self) { try Self.sign([item]) }
        #expect(failure?.code == .invalidKey)
        #expect(failure?.field == "items[0].key")
    }

    private static func pair(_ name: String, _ value: String) -> Pair {
        var pair = Pair()
        pair.name = name
        pair.value = value
        return pair
    }

    /// What belongs together replaces together, names of pairs one by one.
    @Test func anItemsOptionsComeBeforeTheDefaults() throws {
        var defaults = S3RequestOptions()
        defaults.s3EncryptionType = "SSE-KMS"
        defaults.s3KmsKeyID = "alias/a"
        defaults.contentType = "text/plain"
        defaults.cacheControl = "no-cache"
        defaults.metadata = [Self.pair("a", "1"), Self.pair("b", "2")]
        var own = S3RequestOptions()
        own.s3EncryptionType = "SSE-S3"
        own.contentType = "image/png"
        own.metadata = [Self.pair("b", "3")]
        let merged = own.over(defaults)
        #expect(merged.s3EncryptionType == "SSE-S3")
        #expect(!merged.hasS3KmsKeyID)
        #expect(merged.contentType == "image/png")
        #expect(merged.cacheControl == "no-cache")
        #expect(merged.metadata.map { "\($0.name)=\($0.value)" } == ["a=1", "b=3"])
    }
}
