// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird
internal import NIOCore

extension Request {
    /// Reads the body's fields.
    ///
    /// - Parameter maximum: Bytes of the body at most: `http.maxBodyBytes`.
    /// - Throws: 413, 415 or `malformed`.
    func jsonFields(upTo maximum: Int) async throws -> FieldReader {
        FieldReader(
            try await jsonObject(
                upTo: maximum,
                orElse: "(http.maxBodyBytes); send less, or several requests",
                accepting: "application/json"
            )
        )
    }

    /// Reads the members of the body.
    ///
    /// - Parameters:
    ///   - maximum: Bytes of the body at most.
    ///   - remedy: What to do about a longer one, behind the name of the setting.
    ///   - types: Media types that the path takes.
    func jsonObject(
        upTo maximum: Int,
        orElse remedy: String,
        accepting types: String
    ) async throws -> [String: JSONValue] {
        let isJSON = headers[.contentType].map(Self.isJSON)
        let tooLarge = Problem(.bodyTooLarge, "the body is longer than \(maximum) bytes \(remedy)")
        let notJSON = Self.notJSON(accepting: types)
        // Not even begun to read where the client says how much would come.
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > maximum { throw tooLarge }
        if isJSON == false { throw notJSON }
        var bytes = ByteBuffer()
        for try await part in body {
            guard bytes.readableBytes + part.readableBytes <= maximum else { throw tooLarge }
            if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
        }
        if isJSON == nil, bytes.readableBytes > 0 { throw notJSON }
        do throws(FailureError) {
            return try JSONValue.object(from: Array(bytes.readableBytesView))
        } catch {
            throw Problem(error)
        }
    }

    private static func notJSON(accepting types: String) -> Problem {
        var problem = Problem(
            .unsupportedMediaType,
            "the body must be JSON; send it with the header content-type: \(types.replacing(", ", with: " or "))"
        )
        problem.headers[.acceptPost] = types
        return problem
    }

    /// Whether a media type is `application/json`, whatever its parameters.
    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }
        return type.trimmingSuffix(while: { $0 == " " || $0 == "\t" }).lowercased() == "application/json"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
