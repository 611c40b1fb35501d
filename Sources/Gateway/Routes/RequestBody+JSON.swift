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
        let isJSON = headers[.contentType].map(Self.isJSON)
        let tooLarge = Problem(
            .bodyTooLarge,
            "the body is longer than \(maximum) bytes (http.maxBodyBytes); send less, or several requests"
        )
        // Not even begun to read where the client says how much would come.
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > maximum { throw tooLarge }
        if isJSON == false { throw Self.notJSON }
        var bytes = ByteBuffer()
        for try await part in body {
            guard bytes.readableBytes + part.readableBytes <= maximum else { throw tooLarge }
            if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
        }
        if isJSON == nil, bytes.readableBytes > 0 { throw Self.notJSON }
        do throws(FailureError) {
            return FieldReader(try JSONValue.object(from: Array(bytes.readableBytesView)))
        } catch {
            throw Problem(error)
        }
    }

    private static var notJSON: Problem {
        var problem = Problem(
            .unsupportedMediaType,
            "the body must be JSON; send it with the header content-type: application/json"
        )
        problem.headers[.acceptPost] = "application/json"
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
