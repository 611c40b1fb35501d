// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Testing

@Suite struct ReplyAssemblyTests {
    private func part(_ index: UInt32, of count: UInt32, keys: [String], origin: String = "https://a") -> Reply {
        var reply = Reply()
        reply.part = index
        reply.parts = count
        var shared = SharedRequest()
        shared.origin = origin
        reply.s3Signing.shared = [shared]
        for key in keys {
            var item = SignedItem()
            item.key = key
            reply.s3Signing.items.append(item)
            reply.s3Signing.signatures.append(
                Data(repeating: UInt8(truncatingIfNeeded: index), count: ReplyJoiner.signatureLength)
            )
        }
        return reply
    }

    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 1, 0, 0, 2]] as [[UInt32]])
    func partsJoinInTheOrderOfTheirItems(arrival: [UInt32]) throws {
        var assembly = ReplyAssembly()
        var whole: Reply?
        for index in arrival { whole = assembly.add(part(index, of: 3, keys: ["\(index)a", "\(index)b"])) }
        let result = try #require(whole).s3Signing
        #expect(result.items.map(\.key) == ["0a", "0b", "1a", "1b", "2a", "2b"])
        #expect(result.signatures.count == 6 * ReplyJoiner.signatureLength)
        #expect(result.shared.count == 1)
        #expect(try ReplyJoiner(result).join(at: 5).url.hasSuffix(String(repeating: "02", count: 32)))
    }

    @Test func partsWithTemplatesOfTheirOwnKeepThem() throws {
        var assembly = ReplyAssembly()
        _ = assembly.add(part(0, of: 2, keys: ["a"], origin: "https://one"))
        let last = assembly.add(part(1, of: 2, keys: ["b"], origin: "https://two"))
        let whole = try #require(last)
        #expect(try ReplyJoiner(whole.s3Signing).join(at: 0).publicURL == "https://one")
        #expect(try ReplyJoiner(whole.s3Signing).join(at: 1).publicURL == "https://two")
    }

    @Test func failureNeedsNoOtherParts() {
        var assembly = ReplyAssembly()
        var failed = part(1, of: 5, keys: [])
        failed.failure.code = "internal"
        #expect(assembly.add(failed) != nil)
    }

    @Test(arguments: [(9, 3), (3, 3), (.max, 2), (0, .max), (0, ReplyAssembly.maximumParts + 1)] as [(UInt32, UInt32)])
    func partBeyondTheCountIsIgnored(index: UInt32, count: UInt32) {
        var assembly = ReplyAssembly()
        #expect(assembly.add(part(index, of: count, keys: ["a"])) == nil)
    }

    @Test(arguments: [0, 1, 12, 100])
    func partitionOfAnInstanceIsStableAndInRange(count: Int) {
        for instance in ["", "gateway-1", "gateway-2", String(repeating: "x", count: 300)] {
            let partition = ReplyPartition.of(instance: instance, count: count)
            #expect(partition == ReplyPartition.of(instance: instance, count: count))
            #expect((0..<Int32(max(1, count))).contains(partition))
        }
    }

    @Test func instancesSpreadOverPartitions() {
        let used = Set((0..<200).map { ReplyPartition.of(instance: "gateway-\($0)", count: 12) })
        #expect(used.count == 12)
    }
}
