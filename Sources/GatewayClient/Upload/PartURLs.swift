// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The URLs of an upload's parts, signed in windows when their time comes, and again before they end.
actor PartURLs {
    /// Parts that are signed together.
    private static let window = 100

    private let sign: @Sendable (_ first: Int, _ last: Int) async throws -> UploadMessages.Window
    private let partCount: Int
    private var known: [Int: (part: UploadMessages.Window.Part, goodUntil: Date)] = [:]
    private var signing: Task<Void, any Error>?

    init(
        partCount: Int,
        window: UploadMessages.Window?,
        sign: @escaping @Sendable (_ first: Int, _ last: Int) async throws -> UploadMessages.Window
    ) {
        self.partCount = partCount
        self.sign = sign
        if let window { known = Self.entries(of: window) }
    }

    /// The URL of a part, good for a while.
    ///
    /// - Throws: What the gateway says, or `notAGateway` where it signs other parts, or for too short a time.
    func part(_ number: Int) async throws -> UploadMessages.Window.Part {
        for _ in 0..<10 {
            if let entry = known[number], entry.goodUntil > .now { return entry.part }
            // Who comes while others are asked for waits: theirs may be among them.
            let task = signing ?? Task { try await signWindow(from: number) }
            signing = task
            try await task.value
        }
        throw GatewayClientError(
            .notAGateway,
            message: "the gateway gives no URL for part \(number) that is good long enough to be used"
        )
    }

    private func signWindow(from number: Int) async throws {
        defer { signing = nil }
        known.merge(Self.entries(of: try await sign(number, min(number + Self.window - 1, partCount)))) { $1 }
    }

    /// Forgets the URL of a part: the server does not take it.
    func forget(_ number: Int) {
        known[number] = nil
    }

    private static func entries(
        of window: UploadMessages.Window
    ) -> [Int: (part: UploadMessages.Window.Part, goodUntil: Date)] {
        // A part that begins shortly before the end would be refused.
        let margin = min(60, window.expiresIn / 4)
        let end = window.expiresAt.addingTimeInterval(-margin)
        return Dictionary(window.parts.map { ($0.partNumber, ($0, end)) }) { $1 }
    }
}
