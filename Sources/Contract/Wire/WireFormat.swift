// SPDX-License-Identifier: Apache-2.0

package import SwiftProtobuf

/// How a message is written in a record's value.
package enum WireFormat: Sendable, Hashable {
    /// `application/protobuf`: between gateway and workers.
    case protobuf
    /// `application/json`: the same messages as Protobuf-JSON, for people and other languages.
    case json

    /// The value of the `content-type` header.
    package var contentType: String {
        switch self {
        case .protobuf: "application/protobuf"
        case .json: "application/json"
        }
    }

    /// Tells the format of a value.
    ///
    /// - Parameters:
    ///   - contentType: Bytes of the `content-type` header; parameters such as a charset are ignored.
    ///   - value: Without a content-type, a first byte `{` means JSON.
    /// - Returns: `nil` for a content-type that is neither.
    package init?(contentType: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer) {
        guard let contentType, !contentType.isEmpty else {
            self = value.first == UInt8(ascii: "{") ? .json : .protobuf
            return
        }
        let type = contentType.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        switch String(decoding: type, as: UTF8.self).lowercased() {
        case "application/protobuf", "application/x-protobuf": self = .protobuf
        case "application/json": self = .json
        default: return nil
        }
    }

    /// Reads a message.
    ///
    /// A field of JSON that this version does not know is no error, for a newer producer may send it, but it is named
    /// in `warnings`, for it may also be a slip.
    ///
    /// - Throws: `FailureError` with the code `malformed`.
    package func decode<Message: SwiftProtobuf.Message>(
        _ type: Message.Type,
        from value: UnsafeRawBufferPointer,
        warnings: inout [String]
    ) throws(FailureError) -> Message {
        let bytes = Array(value)
        do {
            switch self {
            case .protobuf:
                return try Message(serializedBytes: bytes)
            case .json:
                do {
                    return try Message(jsonUTF8Bytes: bytes)
                } catch JSONDecodingError.unknownField(let name) {
                    warnings.append("unknown field \(name) was ignored")
                    var options = JSONDecodingOptions()
                    options.ignoreUnknownFields = true
                    return try Message(jsonUTF8Bytes: bytes, options: options)
                }
            }
        } catch {
            throw FailureError(
                .malformed,
                message: "the record is no \(Message.protoMessageName) in \(contentType); see Schemas/signet/v1"
            )
        }
    }

    /// Writes a message.
    package func encode(_ message: some SwiftProtobuf.Message) throws -> [UInt8] {
        switch self {
        case .protobuf: try message.serializedBytes()
        case .json: try message.jsonUTF8Bytes(options: Self.jsonOptions)
        }
    }

    /// 64-bit integers as JSON numbers: Protobuf-JSON's strings surprise its readers, and all of ours stay below 2^53.
    package static let jsonOptions: JSONEncodingOptions = {
        var options = JSONEncodingOptions()
        options.alwaysPrintInt64sAsNumbers = true
        return options
    }()
}
