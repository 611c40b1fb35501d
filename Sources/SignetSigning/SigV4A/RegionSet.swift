// SPDX-License-Identifier: Apache-2.0

/// The regions in which a SigV4A signature holds: what `X-Amz-Region-Set` carries.
public struct RegionSet: Sendable, Hashable, CustomStringConvertible {
    /// Regions and patterns, separated by commas.
    public let text: String

    /// Any region of the partition.
    public static let all = RegionSet(unchecked: "*")

    /// - Parameter text: Regions separated by commas; `*` stands for any characters, e.g. `us-*,eu-central-1`.
    /// - Throws: `invalid_region_set`.
    public init(_ text: String) throws(SigningError) {
        let patterns = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard text.utf8.count <= 1_024, patterns.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isAllowed) }) else {
            throw SigningError(
                .invalidRegionSet,
                parameter: "regionSet",
                message: "a region set names regions separated by commas, e.g. us-east-1,eu-*; * is all of them"
            )
        }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// Whether a signature for this set holds in a region.
    public func contains(_ region: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: ",")).contains { Self.matches(Array($0), Array(region.utf8)) }
    }

    /// The text.
    public var description: String { text }

    /// Goes back to the last star when a character does not fit: no more steps than the product of the lengths.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        var lastStar: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                lastStar = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let star = lastStar {
                place = star.place + 1
                index = star.index + 1
                lastStar = (star.place, index)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
