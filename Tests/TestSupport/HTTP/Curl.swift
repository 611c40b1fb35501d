// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// An HTTP client that shares no code with the project: the `curl` program.
///
/// The path goes out as it is given. Neither addresses nor headers appear in the list of processes or in an error:
/// both may hold secrets.
package enum Curl {
    /// Sends one request; redirects are not followed.
    ///
    /// - Parameters:
    ///   - url: Sent as it is, without a fragment. A path of ASCII: curl percent-encodes all else there.
    ///   - headers: In the order of sending. `content-type` is sent only if it is here.
    ///   - body: Sent with its length; nil sends none.
    /// - Throws: ``TestSupportError`` when there is no answer. A status of 400 or more is an answer.
    package static func send(
        _ method: String = "GET",
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: Data? = nil,
        within duration: Duration = .seconds(120)
    ) async throws -> CurlResponse {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("signet-curl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let bodyFile = folder.appendingPathComponent("body")
        let headFile = folder.appendingPathComponent("head")

        var options = [
            ("url", url), ("output", bodyFile.path), ("dump-header", headFile.path), ("write-out", "%{http_code}"),
            ("noproxy", "*"),
        ]
        if method == "HEAD" {
            options.append(("head", ""))
        } else {
            options.append(("request", method))
        }
        if let body {
            let file = folder.appendingPathComponent("sent")
            try body.write(to: file)
            options.append(("data-binary", "@" + file.path))
        }
        options += try headerLines(headers, hasBody: body != nil).map { ("header", $0) }

        let configuration = try options.map { name, value in
            value.isEmpty ? name : "\(name) = \(try quoted(value))"
        }
        let (status, stdout, stderr) = try await runToEnd(
            "curl",
            ["--disable", "--silent", "--show-error", "--path-as-is", "--globoff", "--http1.1", "--config", "-"],
            input: Data(configuration.joined(separator: "\n").utf8),
            within: duration
        )
        guard status.isSuccess, let code = Int(String(decoding: stdout, as: UTF8.self)) else {
            let words = String(decoding: stderr, as: UTF8.self).replacingOccurrences(of: url, with: "(the address)")
            throw TestSupportError("curl got no answer to a \(method) (\(status)): \(words)")
        }
        return CurlResponse(
            status: code,
            headers: CurlResponse.Headers(dump: (try? Data(contentsOf: headFile)) ?? Data()),
            // For HEAD curl writes the headers there as well.
            body: method == "HEAD" ? Data() : (try? Data(contentsOf: bodyFile)) ?? Data()
        )
    }

    private static func headerLines(
        _ headers: [(name: String, value: String)],
        hasBody: Bool
    ) throws -> [String] {
        // A name alone takes back what curl adds by itself.
        var lines = ["Expect:"]
        if hasBody, !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for header in headers {
            // An empty value has a notation of its own.
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        return lines
    }

    /// A value in the notation of curl's configuration files.
    private static func quoted(_ value: String) throws -> String {
        guard !value.utf8.contains(0), !value.utf8.contains(UInt8(ascii: "\n")), !value.utf8.contains(13) else {
            throw TestSupportError("an address or a header for curl must stand on one line")
        }
        let escaped = value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
