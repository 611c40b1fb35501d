// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The chunks of a batch that was sent before, read back from Kafka as they are sent again.
actor StoredChunks {
    /// Chunks that are read at once.
    private static let readAhead = 12

    private let job: String
    private let archive: any RecordArchive
    private var rest: ArraySlice<RecordPlace>
    /// The ids of the items to take; `nil`: all.
    private let wanted: Set<String>?
    private var notFound: Set<String>
    /// Chunks to send, the next one last.
    private var ready: [ChunkDraft] = []
    private var count: UInt32 = 0
    private var template: BatchTemplate?

    init(_ ticket: RefreshTicket, ids: [String]?, archive: any RecordArchive) {
        job = ticket.jobID
        self.archive = archive
        rest = ticket.places[...]
        wanted = ids.map(Set.init)
        notFound = Set(ids ?? [])
    }

    /// What the chunks have in common.
    ///
    /// - Throws: A problem if nothing is there, or none of the items.
    func open() async throws -> BatchTemplate {
        try await fill()
        guard let template, !ready.isEmpty else {
            throw Problem(
                .unknownItem,
                field: "ids",
                "no item of the batch has one of the ids; send ids as the batch's items have them"
            )
        }
        return template
    }

    /// The next chunk; `nil` at their end.
    func next() async throws -> ChunkDraft? {
        try await fill()
        return ready.popLast()
    }

    /// Ids that no item of the batch has, when all chunks are read.
    var unknownIDs: [String] { notFound.sorted() }

    /// Reads on until there is a chunk to send.
    private func fill() async throws {
        while ready.isEmpty, !rest.isEmpty {
            let records: [[UInt8]]
            do throws(RecordReadError) {
                records = try await archive.read(Array(rest.prefix(Self.readAhead)))
            } catch {
                throw Self.problem(error)
            }
            rest = rest.dropFirst(Self.readAhead)
            var drafts: [ChunkDraft] = []
            for record in records {
                guard let chunk = StoredChunk(record, of: job) else { throw Self.problem(.gone) }
                template = template ?? chunk.template
                drafts += try chunk.drafts(numbered: count &+ UInt32(drafts.count), of: wanted)
                notFound.subtract(chunk.ids)
            }
            count &+= UInt32(drafts.count)
            ready = drafts.reversed()
        }
    }

    private static func problem(_ error: RecordReadError) -> Problem {
        switch error {
        case .gone: Problem(.resultGone, "the items of the batch are kept no longer; send the batch again")
        case .unavailable:
            .retryLater(.brokerUnavailable, "the items of the batch could not be read; try again in a moment")
        }
    }
}
