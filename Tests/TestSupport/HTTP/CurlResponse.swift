// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// An answer to ``Curl/send(_:_:headers:body:within:)``.
package struct CurlResponse: Sendable {
    /// The header fields, in the order in which they came.
    package struct Headers: Sendable {
        package let fields: [(name: String, value: String)]

        /// The values of a field, joined as HTTP joins them; nil when it is absent.
        package subscript(_ name: String) -> String? {
            let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }

        /// From what curl writes: one block an answer, of which the last is the final one.
        init(dump: Data) {
            let text = String(decoding: dump, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
            let blocks = text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            fields = (blocks.last ?? "").split(separator: "\n").dropFirst().compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                return (String(line[..<colon]), value)
            }
        }
    }

    package let status: Int
    package let headers: Headers
    package let body: Data

    package var text: String {
        String(decoding: body, as: UTF8.self)
    }
}
