// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SignetSigning

/// What a signed request says, in lines for people. Without its signature and token: they are secrets.
struct RequestExplanation {
    private let request: ReceivedRequest
    private let now: Int64

    /// - Parameter now: Unix seconds.
    init(_ request: ReceivedRequest, now: Int64) {
        self.request = request
        self.now = now
    }

    var facts: [String] {
        let claim = request.claim
        var lines = [
            "request     \(request.method) \(request.host)",
            "path        \(request.path)",
        ]
        if let key = request.path.removingPercentEncoding, key != request.path { lines.append("            = \(key)") }
        lines += [
            "signed by   \(claim.accessKeyID)\(claim.sessionToken == nil ? "" : " (temporary, with a session token)")",
            "algorithm   \(claim.algorithm.rawValue), in the \(claim.place.rawValue)",
            "scope       \(claim.regions), \(claim.service), \(claim.dateStamp)",
            "signed at   \(time(claim.time.unixSeconds))",
        ]
        if let expiresIn = claim.expiresIn {
            lines.append("ends        \(time(claim.time.unixSeconds + expiresIn)), \(expiresIn) s after that")
        }
        let toSend = claim.signedHeaders.filter { $0 != "host" }
        lines.append("must send   \(toSend.isEmpty ? "no header but host" : toSend.joined(separator: ", "))")
        return lines
    }

    /// A refusal, with its times as people write them.
    func sentence(for refusal: SignatureRefusal) -> String {
        switch refusal {
        case .expired(let end): "it expired at \(time(end)); sign it anew"
        case .notYetValid(let start):
            "it is valid from \(time(start)) on only; the signer's clock goes ahead, or this one is slow"
        case .tooOld(let start): "it was signed at \(time(start)), and must arrive within 15 minutes; check the clocks"
        case .credentialExpired(let end): "its credential expired at \(time(end)); renew it and sign anew"
        default: refusal.description
        }
    }

    private func time(_ seconds: Int64) -> String {
        let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        let (difference, overflow) = seconds.subtractingReportingOverflow(now)
        guard !overflow else { return text }
        return "\(text) (\(Self.span(difference)))"
    }

    private static func span(_ seconds: Int64) -> String {
        let size = seconds.magnitude
        let amount =
            switch size {
            case ..<120: "\(size) s"
            case ..<7_200: "\(size / 60) min"
            case ..<172_800: "\(size / 3_600) h"
            default: "\(size / 86_400) days"
            }
        return seconds < 0 ? "\(amount) ago" : "in \(amount)"
    }
}
