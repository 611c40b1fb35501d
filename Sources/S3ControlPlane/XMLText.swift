// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import XMLCoder

/// Messages of S3 in XML.
enum XMLText {
    /// Reads a message.
    ///
    /// - Throws: `malformed_answer`.
    static func decode<Message: Decodable>(_ type: Message.Type, _ text: [UInt8]) throws(S3Error) -> Message {
        do {
            let decoder = XMLDecoder()
            decoder.shouldProcessNamespaces = true
            return try decoder.decode(Message.self, from: Data(text))
        } catch {
            throw S3Error(
                .malformedAnswer,
                message:
                    "the answer is no message of S3: is the endpoint one of S3, and not of a web server before it?",
                isRetriable: true,
                isUnclear: true,
                cause: error
            )
        }
    }

    static func encode(_ message: some Encodable, root: String) throws(S3Error) -> [UInt8] {
        do {
            let attributes = ["xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"]
            return Array(try XMLEncoder().encode(message, withRootKey: root, rootAttributes: attributes))
        } catch {
            throw S3Error(.malformedAnswer, message: "the request could not be written", cause: error)
        }
    }

    /// The name of the first element; `nil`: it is no XML.
    ///
    /// Whitespace before it is what S3 sends to keep the connection open.
    static func root(of text: [UInt8]) -> Substring? {
        var rest = Substring(decoding: text.prefix(4_096), as: UTF8.self).drop(while: \.isWhitespace)
        while rest.hasPrefix("<?") || rest.hasPrefix("<!--") {
            guard let end = rest.firstRange(of: rest.hasPrefix("<?") ? "?>" : "-->") else { return nil }
            rest = rest[end.upperBound...].drop(while: \.isWhitespace)
        }
        guard rest.first == "<" else { return nil }
        return rest.dropFirst().prefix { $0.isLetter || $0.isNumber }
    }
}
