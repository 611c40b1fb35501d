// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

/// A chunk of a batch as its items come in.
struct ChunkDraft: Sendable {
    /// Items of a chunk at most: what workers take in one record.
    static let maximumItems = 500
    /// Bytes of a chunk's items, and of what is wrong with others, from which on it takes no more.
    static let fullBytes = 262_144

    /// What stands at one place of the batch.
    struct Place: Sendable {
        /// The line, from 1, or the index in `items`, from 0.
        let number: Int
        /// Why it is no item; the others stand in the chunk in their order.
        var failure: FailureError?
        /// The caller's name of what is no item.
        var id = ""
        /// What the item itself gave reason to warn about.
        var warnings: [String] = []
    }

    let kind: BatchTemplate.Kind
    /// Position in the batch, from 0.
    let number: UInt32
    /// Position of its first item in the batch.
    let firstItem: UInt64
    private(set) var places: [Place] = []
    /// Items that are written, and how many.
    private(set) var items = ProtobufWriter()
    private(set) var count = 0

    var isEmpty: Bool { places.isEmpty }
    /// Bytes of what its places say beside their numbers, about.
    private var noteBytes = 0

    var isFull: Bool { places.count >= Self.maximumItems || items.bytes.count + noteBytes >= Self.fullBytes }

    init(_ kind: BatchTemplate.Kind, number: UInt32 = 0, firstItem: UInt64 = 0) {
        self.kind = kind
        self.number = number
        self.firstItem = firstItem
    }

    /// The callers' names of its items; of those that are none, `Place` has them.
    var ids: [String] {
        switch kind {
        case .s3: (try? S3SigningJob(serializedBytes: items.bytes))?.items.map(\.id) ?? []
        case .cloudFront: (try? CloudFrontSigningJob(serializedBytes: items.bytes))?.items.map(\.id) ?? []
        }
    }

    /// The draft of the chunk behind this one.
    var next: ChunkDraft {
        ChunkDraft(kind, number: number &+ 1, firstItem: firstItem + UInt64(count))
    }

    mutating func append(plain id: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, at number: Int) {
        BatchTemplate.write(id: id, key: key, of: kind, to: &items)
        places.append(Place(number: number))
        count += 1
    }

    /// Reads an item, or notes why it is none.
    mutating func append(_ fields: consuming FieldReader, at number: Int) {
        let id = fields.string("id") ?? ""
        do {
            let warnings: [String]
            switch kind {
            case .s3:
                var item = S3SigningItem(from: &fields)
                item.id = id
                warnings = try fields.finish()
                try BatchTemplate.write(item, of: kind, to: &items)
            case .cloudFront:
                var item = CloudFrontItem()
                item.id = id
                item.key = fields.required("key", "name the object")
                item.query = fields.string("query") ?? ""
                warnings = try fields.finish()
                try BatchTemplate.write(item, of: kind, to: &items)
            }
            places.append(Place(number: number, warnings: warnings))
            noteBytes += warnings.reduce(0) { $0 + $1.utf8.count }
            count += 1
        } catch let problem as Problem {
            refuse(at: number, problem.failures.first ?? Self.unwritable, id: id)
        } catch {
            refuse(at: number, Self.unwritable, id: id)
        }
    }

    /// Appends an item that was read before.
    mutating func append(_ item: some Message, at place: Place) throws {
        try BatchTemplate.write(item, of: kind, to: &items)
        places.append(place)
        count += 1
    }

    mutating func refuse(at number: Int, _ failure: FailureError, id: String = "") {
        places.append(Place(number: number, failure: failure, id: id))
        noteBytes += id.utf8.count + failure.message.utf8.count
    }

    private static let unwritable = FailureError(.internal, message: "the item could not be written")
}

extension S3SigningItem {
    /// Reads what an item says beyond the batch's defaults.
    init(from fields: inout FieldReader) {
        self.init()
        key = fields.string("key") ?? ""
        keyPrefix = fields.string("keyPrefix") ?? ""
        filename = fields.string("filename") ?? ""
        let own = S3RequestOptions(from: &fields)
        // Without options of its own an item takes the workers' fast way.
        if own != S3RequestOptions() { options = own }
    }
}
