// SPDX-License-Identifier: Apache-2.0

/// The directory that keys have in common: up to the last slash of what they all begin with.
struct KeyPrefix: Sendable {
    private var bytes: [UInt8] = []
    private var hasKeys = false

    /// Forgets the keys, but keeps its memory.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        hasKeys = false
    }

    /// Takes a key's bytes into account.
    mutating func add(_ key: UnsafeRawBufferPointer) {
        guard hasKeys else {
            hasKeys = true
            return bytes.append(contentsOf: key.prefix(Self.directory(of: key)))
        }
        var shared = 0
        while shared < bytes.count, shared < key.count, bytes[shared] == key[shared] { shared += 1 }
        if shared == bytes.count { return }
        bytes.removeLast(bytes.count - bytes.withUnsafeBytes { Self.directory(of: .init(rebasing: $0[..<shared])) })
    }

    private static func directory(of key: UnsafeRawBufferPointer) -> Int {
        key.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    }

    /// Lends the prefix; empty if keys have none.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// The prefix as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
