// SPDX-License-Identifier: Apache-2.0

/// Keys that follow each other: while a distribution trusts both, the next one takes over at its time, and what the last
/// one signed stays good.
public struct CloudFrontKeyRing: Sendable {
    /// A key and from when on it signs.
    public struct Entry: Sendable {
        /// The key.
        public let key: CloudFrontKey
        /// Unix seconds; 0: always.
        public let activeFrom: Int64

        /// - Parameters:
        ///   - key: The key.
        ///   - activeFrom: Unix seconds.
        public init(key: CloudFrontKey, activeFrom: Int64 = 0) {
            self.key = key
            self.activeFrom = activeFrom
        }
    }

    /// In the order of their times.
    public let entries: [Entry]

    /// - Throws: `invalid_key_pair` if there is no key, or one id stands twice.
    public init(_ entries: [Entry]) throws(SigningError) {
        guard !entries.isEmpty, Set(entries.map(\.key.keyPairID)).count == entries.count else {
            throw SigningError(
                .invalidKeyPair,
                parameter: "keyPairId",
                message: "a key ring has at least one key, and each with an id of its own"
            )
        }
        self.entries = entries.sorted { ($0.activeFrom, $0.key.keyPairID) < ($1.activeFrom, $1.key.keyPairID) }
    }

    /// The key that signs at a time: the last one whose time has come.
    ///
    /// - Throws: `invalid_key_pair` if none has.
    public func key(at unixSeconds: Int64) throws(SigningError) -> CloudFrontKey {
        guard let entry = entries.last(where: { $0.activeFrom <= unixSeconds }) else {
            throw SigningError(
                .invalidKeyPair,
                parameter: "keyRing",
                message: "no key of the ring is active yet at the signing time"
            )
        }
        return entry.key
    }
}
