// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// An answer of the gateway: a JSON object with its status and headers.
struct JSONAnswer {
    let response: CurlResponse
    private let object: [String: Any]

    init(_ response: CurlResponse) throws {
        self.response = response
        guard let object = try JSONSerialization.jsonObject(with: response.body) as? [String: Any] else {
            throw TestSupportError("status \(response.status) without a JSON object: \(response.text.prefix(500))")
        }
        self.object = object
    }

    var status: Int { response.status }

    subscript(_ name: String) -> Any? { object[name] }

    func text(_ name: String) throws -> String {
        guard let text = object[name] as? String else {
            throw TestSupportError("status \(status) without a text \"\(name)\": keys \(object.keys.sorted())")
        }
        return text
    }

    /// The member `headers`: what the client must send.
    var headersToSend: [(name: String, value: String)] {
        (object["headers"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    static func text(of object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }
}
