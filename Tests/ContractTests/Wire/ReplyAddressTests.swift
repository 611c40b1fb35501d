// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct ReplyAddressTests {
    /// What `kafka_replyPartition` may hold: four bytes are big-endian, anything else is ASCII decimal.
    @Test(
        arguments: [
            ([0, 0, 0, 0], 0), ([0, 0, 0, 7], 7), ([0, 0, 1, 0], 256), ([0x7F, 0xFF, 0xFF, 0xFF], Int32.max),
            (Array("0".utf8), 0), (Array("11".utf8), 11), (Array("007".utf8), 7), (Array("2147483647".utf8), .max),
            // Four digits are four bytes: Spring's reading wins.
            (Array("0012".utf8), 0x3030_3132),
        ] as [([UInt8], Int32)]
    )
    func partitionIsRead(bytes: [UInt8], partition: Int32) {
        #expect(bytes.withUnsafeBytes { ReplyAddress.partition(from: $0) } == partition)
    }

    @Test(
        arguments: [
            [], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 0, 7], [0, 0, 0, 0, 7], Array("-1".utf8),
            Array("x".utf8),
            Array(" 1".utf8), Array("1 ".utf8), Array("1.5".utf8), Array("2147483648".utf8), Array("99999999999".utf8),
            [0xC3, 0x28], Array(repeating: 0x30, count: 5_000), Array("00000000000000001".utf8), [0xD9, 0xA1],
        ] as [[UInt8]]
    )
    func whatIsNoPartitionIsRefused(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { ReplyAddress.partition(from: $0) } == nil)
    }

    @Test func absentBytesAreRefused() {
        #expect(ReplyAddress.partition(from: UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
    }

    @Test(arguments: [(0, [0, 0, 0, 0]), (7, [0, 0, 0, 7]), (66_051, [0, 1, 2, 3])] as [(Int32, [UInt8])])
    func partitionIsWrittenBigEndian(partition: Int32, bytes: [UInt8]) {
        #expect(ReplyAddress.bytes(of: partition) == bytes)
    }

    @Test func bytesAtAnOddAddressAreRead() {
        let bytes: [UInt8] = [9, 0, 0, 0, 5]
        let partition = bytes.withUnsafeBytes {
            ReplyAddress.partition(from: UnsafeRawBufferPointer(rebasing: $0[1...]))
        }
        #expect(partition == 5)
    }
}
