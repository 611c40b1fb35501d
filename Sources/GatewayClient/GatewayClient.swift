// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The reference client of a gateway.
///
/// Streams both ways at once: results are read while items are sent.
package struct GatewayClient: Sendable {
    /// What a batch is of.
    package enum Kind: String, Sendable {
        case s3 = "/api/v1/batch/s3/signed-urls"
        case cloudFront = "/api/v1/batch/cloudfront/signed-urls"
    }

    /// In which order results come.
    package enum Order: String, Sendable, CaseIterable {
        case input
        case completion
    }

    let url: String
    let client: HTTPClient

    private init(url: String, client: HTTPClient) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.client = client
    }

    /// Runs a client as long as the body runs.
    ///
    /// - Parameter url: Of the gateway, e.g. `http://127.0.0.1:8080`.
    package static func run<Result>(
        url: String,
        _ body: (GatewayClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(10)
        // Where nothing listens, people want to know at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await body(GatewayClient(url: url, client: client))
        }
    }

    /// Asks for a batch.
    ///
    /// - Parameters:
    ///   - items: Lines of NDJSON, the first of them the defaults, in any pieces.
    ///   - timeout: For the whole of it.
    /// - Returns: Its results as they come.
    /// - Throws: `unreachable`, `refused` or `notAGateway`; whatever `items` throws.
    package func batch<Items: AsyncSequence & Sendable>(
        _ kind: Kind,
        items: Items,
        order: Order = .input,
        timeout: TimeAmount = .hours(24)
    ) async throws -> BatchResults where Items.Element == ByteBuffer {
        var request = HTTPClientRequest(url: "\(url)\(kind.rawValue)?order=\(order.rawValue)")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-ndjson")
        request.body = .stream(items, length: .unknown)
        let response = try await send(request, timeout: timeout)
        guard response.status == .ok, response.headers.first(name: "content-type") == "application/x-ndjson" else {
            throw await Self.refusal(response)
        }
        return BatchResults(body: response.body)
    }

    /// Sends a request.
    ///
    /// - Throws: `unreachable`; whatever the request's body throws.
    func send(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, timeout: timeout)
        } catch let error as HTTPClientError {
            throw unreachable(error.shortDescription)
        } catch let error as NIOConnectionError {
            throw unreachable("connecting to \(error.host):\(error.port) failed")
        } catch let error as IOError {
            throw unreachable(String(cString: strerror(error.errnoCode)))
        }
    }

    private func unreachable(_ reason: String) -> GatewayClientError {
        GatewayClientError(
            .unreachable,
            isRetriable: true,
            message: "no gateway answers at \(url) (\(reason)); is it running, and is its address right?"
        )
    }

    struct Problem: Decodable {
        let code: String
        let detail: String
        let field: String?
    }

    static func refusal(_ response: HTTPClientResponse) async -> GatewayClientError {
        let body = try? await response.body.collect(upTo: 1 << 20)
        let bytes = body.map { Data($0.readableBytesView) } ?? Data()
        guard let problem = try? JSONDecoder().decode(Problem.self, from: bytes) else {
            return GatewayClientError(
                .notAGateway,
                message: "what answers at that address is no gateway of Signet (status \(response.status.code))"
            )
        }
        return problem.refusal(
            isRetriable: response.status == .serviceUnavailable || problem.code == "request_in_progress"
        )
    }
}

extension GatewayClient.Problem {
    func refusal(isRetriable: Bool = false) -> GatewayClientError {
        let place = field.map { " at \($0)" } ?? ""
        return GatewayClientError(
            .refused,
            problem: code,
            isRetriable: isRetriable,
            message: "\(code)\(place): \(detail)"
        )
    }
}
