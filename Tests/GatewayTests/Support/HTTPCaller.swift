// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Sends requests to a port of this machine.
protocol HTTPCaller: Sendable {
    var port: Int { get }
}

struct HTTPAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: Data

    func header(_ name: String) -> String? { headers.first(name: name) }
    /// The body, which must be JSON.
    var json: JSON { get throws { try JSON(body) } }
}

extension HTTPCaller {
    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: HTTPClientRequest.Body? = nil
    ) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers = headers
        request.body = body
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(50))
        let body = try await response.body.collect(upTo: 1 << 24)
        return HTTPAnswer(
            status: Int(response.status.code),
            headers: response.headers,
            body: Data(body.readableBytesView)
        )
    }

    func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> HTTPAnswer {
        try await send(.GET, path, headers: headers)
    }

    func post(
        _ path: String,
        _ body: String,
        headers: HTTPHeaders = [:]
    ) async throws -> HTTPAnswer {
        var headers = headers
        if !headers.contains(name: "content-type") { headers.add(name: "content-type", value: "application/json") }
        return try await send(.POST, path, headers: headers, body: .bytes(ByteBuffer(string: body)))
    }
}
