// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

/// A chunk of a batch, read back from its record.
struct StoredChunk {
    private enum Items {
        case s3([S3SigningItem])
        case cloudFront([CloudFrontItem])
    }

    /// What it has in common with the other chunks.
    let template: BatchTemplate
    /// The callers' names of its items.
    let ids: [String]
    private let items: Items
    /// Of its items.
    private let places: [ChunkDraft.Place]
    /// Position of the first of them in the batch.
    private let firstItem: UInt64

    /// - Parameter job: The batch that it belongs to.
    /// - Returns: `nil`: the record is another one.
    init?(_ record: [UInt8], of job: String) {
        guard let message = try? Job(serializedBytes: record), message.jobID == job,
            let noted = try? ChunkPlaces(serializedBytes: message.echo)
        else { return nil }
        places = noted.places.filter { $0.failure == nil }
        do {
            switch message.kind {
            case .s3Signing(var signing):
                items = .s3(signing.items)
                ids = signing.items.map(\.id)
                firstItem = signing.firstItem
                signing.items = []
                signing.firstItem = 0
                template = try BatchTemplate(signing)
            case .cloudFrontSigning(var signing):
                items = .cloudFront(signing.items)
                ids = signing.items.map(\.id)
                firstItem = 0
                signing.items = []
                template = try BatchTemplate(signing)
            case .s3Multipart, .webhook, nil: return nil
            }
        } catch {
            return nil
        }
        guard places.count == ids.count else { return nil }
    }

    /// Its items as chunks to be sent.
    ///
    /// - Parameters:
    ///   - first: Number of the first chunk.
    ///   - wanted: The ids of those to take; `nil`: all.
    func drafts(numbered first: UInt32, of wanted: Set<String>?) throws -> [ChunkDraft] {
        var taken = ids.indices.filter { wanted?.contains(ids[$0]) ?? true }[...]
        var drafts: [ChunkDraft] = []
        while let start = taken.first {
            // A key that is made holds the item's place in the batch, which is counted from the chunk's first.
            let run = hasMadeKeys ? Self.run(taken) : taken
            var draft = ChunkDraft(
                template.kind,
                number: first &+ UInt32(drafts.count),
                firstItem: firstItem &+ UInt64(start)
            )
            for index in run { try append(index, to: &draft) }
            drafts.append(draft)
            taken = taken.dropFirst(run.count)
        }
        return drafts
    }

    /// Those at the beginning that follow on each other.
    private static func run(_ indices: ArraySlice<Int>) -> ArraySlice<Int> {
        let pairs = zip(indices, indices.dropFirst())
        return indices.prefix(1 + pairs.prefix { $1 == $0 + 1 }.reduce(0) { count, _ in count + 1 })
    }

    private var hasMadeKeys: Bool {
        switch items {
        case .s3(let items): items.contains { $0.key.isEmpty }
        case .cloudFront: false
        }
    }

    private func append(_ index: Int, to draft: inout ChunkDraft) throws {
        switch items {
        case .s3(let items): try draft.append(items[index], at: places[index])
        case .cloudFront(let items): try draft.append(items[index], at: places[index])
        }
    }
}
