// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Testing

@Suite struct ReplyJoinerTests {
    /// Two items under two templates; the third one failed.
    private static func result() -> S3SigningResult {
        var first = SharedRequest()
        first.method = "GET"
        first.origin = "https://bucket.s3.eu-central-1.amazonaws.com"
        first.query = "X-Amz-Date=20260131T235959Z&X-Amz-Expires=60"
        var second = first
        second.origin = "https://minio.example:9000"
        second.pathPrefix = "/base/bucket"
        second.cdnOrigin = "https://d111.cloudfront.net"
        var result = S3SigningResult()
        result.shared = [first, second]
        result.items = [item("1", "/a/b%20c", shared: 0), item("2", "/d", shared: 1), SignedItem()]
        result.items[2].id = "3"
        result.items[2].failure.code = "invalid_key"
        result.items[2].failure.field = "items[2].key"
        result.items[2].failure.message = "the key is empty"
        result.signatures = Data(repeating: 0x0A, count: 32) + Data(repeating: 0xFB, count: 32) + Data(count: 32)
        return result
    }

    private static func item(_ id: String, _ path: String, shared: UInt32) -> SignedItem {
        var item = SignedItem()
        item.id = id
        item.path = path
        item.shared = shared
        return item
    }

    @Test func presignedURLIsOriginPrefixPathQueryAndSignature() throws {
        let joiner = ReplyJoiner(Self.result())
        let first = try joiner.join(at: 0)
        #expect(
            first.url == "https://bucket.s3.eu-central-1.amazonaws.com/a/b%20c?X-Amz-Date=20260131T235959Z"
                + "&X-Amz-Expires=60&X-Amz-Signature=" + String(repeating: "0a", count: 32)
        )
        #expect(first.publicURL == "https://bucket.s3.eu-central-1.amazonaws.com/a/b%20c")
        #expect(first.cdnURL == nil)
        #expect(first.shared.method == "GET")

        let second = try joiner.join(at: 1)
        #expect(second.url.hasPrefix("https://minio.example:9000/base/bucket/d?"))
        #expect(second.url.hasSuffix("&X-Amz-Signature=" + String(repeating: "fb", count: 32)))
        #expect(second.cdnURL == "https://d111.cloudfront.net/d")
        #expect(second.item.id == "2")
    }

    @Test func itemsOwnFailureIsThrown() {
        let failure = #expect(throws: FailureError.self) { try ReplyJoiner(Self.result()).join(at: 2) }
        #expect(failure?.code == .invalidKey)
        #expect(failure?.field == "items[2].key")
        #expect(failure?.message == "the key is empty")
    }

    @Test func wholeResultCarriesURLsInsteadOfPathsAndSignatures() throws {
        let whole = try ReplyJoiner(Self.result()).joined()
        #expect(whole.signatures.isEmpty)
        #expect(whole.items.map(\.path) == ["", "", ""])
        #expect(whole.items[0].url == (try ReplyJoiner(Self.result()).join(at: 0).url))
        #expect(whole.items[1].publicURL == "https://minio.example:9000/base/bucket/d")
        #expect(whole.items[1].cdnURL == "https://d111.cloudfront.net/d")
        #expect(whole.items[0].cdnURL.isEmpty)
        #expect(whole.items[2].url.isEmpty)
        #expect(whole.items[2].failure.code == "invalid_key")
    }

    @Test func signaturesInASliceAreReadFromItsStart() throws {
        var result = Self.result()
        let padded = Data(repeating: 0xEE, count: 5) + result.signatures
        result.signatures = padded[5...]
        #expect(try ReplyJoiner(result).join(at: 0).url.hasSuffix("=" + String(repeating: "0a", count: 32)))
    }

    // MARK: Replies that do not hold together

    @Test(arguments: [0, 1, 31, 63])
    func shortSignaturesAreMalformed(bytes: Int) {
        var result = Self.result()
        result.signatures = Data(count: bytes)
        let failure = #expect(throws: FailureError.self) { try ReplyJoiner(result).join(at: 1) }
        #expect(failure?.code == .malformed)
        #expect(throws: FailureError.self) { try ReplyJoiner(result).joined() }
    }

    @Test(arguments: [2, 1_000, UInt32.max])
    func templateThatIsNotThereIsMalformed(shared: UInt32) {
        var result = Self.result()
        result.items[0].shared = shared
        let failure = #expect(throws: FailureError.self) { try ReplyJoiner(result).join(at: 0) }
        #expect(failure?.code == .malformed)
    }

    @Test(arguments: [-1, 3, Int.max, Int.min])
    func itemThatIsNotThereIsMalformed(index: Int) {
        let failure = #expect(throws: FailureError.self) { try ReplyJoiner(Self.result()).join(at: index) }
        #expect(failure?.code == .malformed)
    }

    @Test func emptyResultJoinsToNothing() throws {
        #expect(try ReplyJoiner(S3SigningResult()).joined().items.isEmpty)
    }

    @Test func failureWithAnUnknownCodeKeepsIt() {
        var result = Self.result()
        result.items[2].failure.code = "of_the_future"
        let failure = #expect(throws: FailureError.self) { try ReplyJoiner(result).join(at: 2) }
        #expect(failure?.code.rawValue == "of_the_future")
    }

    @Test func partsShareThePathAndDifferInTheirNumbers() throws {
        var result = Self.result()
        result.shared[0].path = "/a/b%20c"
        result.items = [Int32(1), 10_000].map { number in
            var item = SignedItem()
            item.partNumber = number
            return item
        }
        let joiner = ReplyJoiner(result)
        let url = "https://bucket.s3.eu-central-1.amazonaws.com/a/b%20c?X-Amz-Date=20260131T235959Z&X-Amz-Expires=60"
        let digits = ["0a", "fb"].map { String(repeating: $0, count: 32) }
        #expect(try joiner.join(at: 0).url == "\(url)&partNumber=1&X-Amz-Signature=\(digits[0])")
        #expect(try joiner.join(at: 1).url == "\(url)&partNumber=10000&X-Amz-Signature=\(digits[1])")
    }
}
