// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// A caller's topic that the results of a batch go to.
struct ResultTopic: Sendable {
    /// Which ones there may be.
    struct Policy: Sendable {
        let allowed: ReplyTopicPolicy
        /// Of the topics that are Signet's own.
        let ownPrefix: String

        func check(_ name: String) throws(Problem) {
            guard allowed.allows(name), !name.hasPrefix(ownPrefix) else {
                throw Problem(
                    .replyTopicNotAllowed,
                    field: "resultTopic",
                    "results may not be written to \(name.prefix(249)); name a topic of your own that replies.allowed "
                        + "matches, at gateway and workers"
                )
            }
        }
    }

    let name: String
    let format: WireFormat

    /// Reads `resultTopic` and `resultFormat`, which is `json` unless given.
    ///
    /// - Returns: `nil`: the results are kept.
    init?(topic: Substring?, format: Substring?) throws(Problem) {
        guard let topic, !topic.isEmpty else {
            if format == nil { return nil }
            throw Problem(.missingField, field: "resultTopic", "resultFormat needs a resultTopic")
        }
        name = String(topic)
        switch format {
        case nil, "json": self.format = .json
        case "protobuf": self.format = .protobuf
        default: throw Problem(.invalidValue, field: "resultFormat", "resultFormat must be json or protobuf")
        }
    }
}
