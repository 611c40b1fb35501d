// SPDX-License-Identifier: Apache-2.0

/// Reads a Protobuf `Job` of the commonest kind without making messages of it: presigned S3 requests for items that are a
/// key and perhaps an id, with nothing sealed.
///
/// Whatever is not of this kind, or not well formed, it leaves to the decoder of all jobs. Reused from record to record,
/// so that it allocates nothing once it has grown (Protocol Buffers, "Encoding").
package struct PlainJobScanner {
    /// An item, as ranges of the bytes that were scanned.
    package struct Item {
        /// Empty: it has none. ASCII.
        package let id: Range<Int>
        /// Not empty; any bytes.
        package let key: Range<Int>
    }

    /// What jobs of one template have in common: all fields but those below.
    package private(set) var head: [UInt8] = []
    /// At least 1.
    package private(set) var items: [Item] = []
    package private(set) var jobID = 0..<0
    package private(set) var chunk: UInt32 = 0
    package private(set) var signingTimeMs: Int64 = 0
    package private(set) var waitUntilMs: Int64 = 0
    package private(set) var deadlineMs: Int64 = 0
    package private(set) var echo = 0..<0

    package init() {}

    /// Scans a record's value.
    ///
    /// - Returns: Whether it is a job of this kind; if not, what was scanned means nothing.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool {
        head.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        (jobID, echo) = (0..<0, 0..<0)
        (chunk, signingTimeMs, waitUntilMs, deadlineMs) = (0, 0, 0, 0)
        var hasSigning = false
        var cursor = ProtobufCursor(bytes, 0..<bytes.count)
        while !cursor.isAtEnd {
            let start = cursor.position
            guard let (field, type) = cursor.tag() else { return false }
            switch (field, type) {
            case (Field.jobID, .bytes):
                guard let range = cursor.range() else { return false }
                jobID = range
            case (Field.chunk, .varint):
                guard let value = cursor.varint() else { return false }
                chunk = UInt32(truncatingIfNeeded: value)
            case (Field.signingTime, .varint):
                guard let value = cursor.varint() else { return false }
                signingTimeMs = Int64(bitPattern: value)
            case (Field.waitUntil, .varint):
                guard let value = cursor.varint() else { return false }
                waitUntilMs = Int64(bitPattern: value)
            case (Field.deadline, .varint):
                guard let value = cursor.varint() else { return false }
                deadlineMs = Int64(bitPattern: value)
            case (Field.echo, .bytes):
                guard let range = cursor.range() else { return false }
                echo = range
            case (Field.version, .varint), (Field.tenant, .bytes), (Field.caller, .bytes):
                guard cursor.skip(type) else { return false }
                head.append(contentsOf: bytes[start..<cursor.position])
            case (Field.s3Signing, .bytes):
                // A message that stands twice is merged: rare enough to leave to others.
                guard !hasSigning, let range = cursor.range(), scanSigning(bytes, range) else { return false }
                hasSigning = true
            default:
                return false
            }
        }
        return hasSigning && !items.isEmpty
    }

    private mutating func scanSigning(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var cursor = ProtobufCursor(bytes, range)
        while !cursor.isAtEnd {
            let start = cursor.position
            guard let (field, type) = cursor.tag() else { return false }
            switch (field, type) {
            case (Field.items, .bytes):
                guard let range = cursor.range(), scanItem(bytes, range) else { return false }
            case (Field.firstItem, .varint):
                // It numbers keys that are made; here keys are given. What cannot be counted is an error of its own.
                guard let value = cursor.varint(), value < UInt64(Int64.max) else { return false }
            case (Field.sealedCredential, _), (Field.sealedCustomerKeys, _):
                return false
            default:
                guard cursor.skip(type) else { return false }
                head.append(contentsOf: bytes[start..<cursor.position])
            }
        }
        return true
    }

    private mutating func scanItem(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var cursor = ProtobufCursor(bytes, range)
        var id = 0..<0
        var key = 0..<0
        while !cursor.isAtEnd {
            switch cursor.tag() {
            case (Field.itemID, .bytes)?:
                guard let range = cursor.range() else { return false }
                id = range
            case (Field.itemKey, .bytes)?:
                guard let range = cursor.range() else { return false }
                key = range
            default:
                return false
            }
        }
        guard !key.isEmpty, bytes[id].allSatisfy({ $0 < 0x80 }) else { return false }
        items.append(Item(id: id, key: key))
        return true
    }

    /// Numbers in Schemas/signet/v1/jobs.proto.
    private enum Field {
        static let version: UInt64 = 1
        static let jobID: UInt64 = 2
        static let chunk: UInt64 = 3
        static let tenant: UInt64 = 4
        static let caller: UInt64 = 5
        static let signingTime: UInt64 = 6
        static let waitUntil: UInt64 = 7
        static let deadline: UInt64 = 8
        static let echo: UInt64 = 9
        static let s3Signing: UInt64 = 16
        static let sealedCredential: UInt64 = 7
        static let items: UInt64 = 11
        static let firstItem: UInt64 = 12
        static let sealedCustomerKeys: UInt64 = 17
        static let itemID: UInt64 = 1
        static let itemKey: UInt64 = 2
    }
}
