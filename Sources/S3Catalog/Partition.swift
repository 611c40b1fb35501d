// SPDX-License-Identifier: Apache-2.0

/// A group of regions with accounts and host names of its own (AWS General Reference, "Partitions").
public struct Partition: Sendable, Hashable {
    /// E.g. `aws`, `aws-cn`.
    public let id: String
    /// What the hosts of its services end with, e.g. `amazonaws.com`.
    public let dnsSuffix: String
    /// First words of its region names, for regions newer than this list; empty where only known ones are accepted.
    let regionPrefixes: [String]

    /// Whether its networks are cut off from all others.
    public var isIsolated: Bool { id.hasPrefix("aws-iso") }

    /// The commercial regions.
    public static let standard = Partition(
        id: "aws",
        dnsSuffix: "amazonaws.com",
        regionPrefixes: ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"]
    )
    /// China.
    public static let china = Partition(id: "aws-cn", dnsSuffix: "amazonaws.com.cn", regionPrefixes: ["cn"])
    /// AWS GovCloud (US).
    public static let govCloud = Partition(id: "aws-us-gov", dnsSuffix: "amazonaws.com", regionPrefixes: ["us-gov"])
    /// AWS European Sovereign Cloud.
    public static let europeanSovereign = Partition(
        id: "aws-eusc",
        dnsSuffix: "amazonaws.eu",
        regionPrefixes: ["eusc-de"]
    )
    /// AWS ISO (US), isolated.
    public static let iso = Partition(id: "aws-iso", dnsSuffix: "c2s.ic.gov", regionPrefixes: ["us-iso"])
    /// AWS ISOB (US), isolated.
    public static let isoB = Partition(id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", regionPrefixes: ["us-isob"])
    /// AWS ISOE (Europe), isolated.
    public static let isoE = Partition(id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", regionPrefixes: ["eu-isoe"])
    /// AWS ISOF, isolated.
    public static let isoF = Partition(id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", regionPrefixes: ["us-isof"])

    /// All, the more specific region prefixes first.
    public static let all: [Partition] = [.govCloud, .isoB, .isoF, .iso, .isoE, .europeanSovereign, .china, .standard]

    /// Whether a code has the form of this partition's regions: `<prefix>-<word>-<number>`.
    func couldContain(_ code: String) -> Bool {
        regionPrefixes.contains { prefix in
            guard code.hasPrefix(prefix + "-") else { return false }
            let rest = code.dropFirst(prefix.count + 1).split(separator: "-", omittingEmptySubsequences: false)
            guard rest.count == 2, let word = rest.first, let number = rest.last else { return false }
            return !word.isEmpty && word.utf8.allSatisfy(\.isWordCharacter)
                && !number.isEmpty && number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }
}

extension UInt8 {
    fileprivate var isWordCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
