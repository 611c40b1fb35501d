// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SignetSigning

/// What webhooks are signed with; receivers have it, too (Standard Webhooks, "Signature scheme", symmetric).
///
/// Shows nothing of itself.
package struct WebhookSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private static let prefix = "whsec_"
    private static let lengths = 24...64

    private let key: HMACKey

    /// Why a text is no secret; does not show it.
    package struct Malformed: Error, CustomStringConvertible {
        package var description: String {
            "a webhook secret is whsec_ and the base64 of 24 to 64 random bytes; make one by "
                + "`echo whsec_$(openssl rand -base64 32)`"
        }
    }

    /// - Parameter text: `whsec_<base64>`, of 24 to 64 bytes.
    package init(_ text: String) throws(Malformed) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            Self.lengths.contains(bytes.count)
        else { throw Malformed() }
        key = bytes.withUnsafeBytes { HMACKey($0) }
    }

    /// The signature of a message as its header has it.
    ///
    /// - Parameter time: Unix seconds.
    package func signature(of id: String, time: Int64, body: [UInt8]) -> String {
        let digest = (Array("\(id).\(time).".utf8) + body).withUnsafeBytes { key.authenticate($0) }
        return "v1," + digest.withUnsafeBytes { Data($0).base64EncodedString() }
    }

    package var description: String { "WebhookSecret" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
