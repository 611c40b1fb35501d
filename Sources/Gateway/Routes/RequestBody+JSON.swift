// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird
internal import NIOCore

extension Request {
    /// Reads a body of JSON.
    ///
    /// - Parameters:
    ///   - maximum: Bytes of the body at most.
    ///   - remedy: What to do about a longer one, behind the name of the setting.
    ///   - types: Media types that the path takes.
    /// - Throws: 413 or 415.
    func jsonBody(
        upTo maximum: Int,
        orElse remedy: String,
        accepting types: String
    ) async throws -> [UInt8] {
        let isJSON = mediaType.map { $0 == "application/json" }
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
        return Array(bytes.readableBytesView)
    }

    private static func notJSON(accepting types: String) -> Problem {
        var problem = Problem(
            .unsupportedMediaType,
            "the body must be JSON; send it with the header content-type: \(types.replacing(", ", with: " or "))"
        )
        problem.headers[.acceptPost] = types
        return problem
    }

    /// The body's media type, without its parameters.
    var mediaType: String? {
        headers[.contentType].map { contentType in
            contentType.prefix { $0 != ";" }.trimmingSuffix(while: { $0 == " " || $0 == "\t" }).lowercased()
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}

extension JSONValue {
    /// The members of a body.
    static func members(of body: [UInt8]) throws(Problem) -> [String: JSONValue] {
        do throws(FailureError) {
            return try object(from: body)
        } catch {
            throw Problem(error)
        }
    }
}
