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

    private let url: String
    private let client: HTTPClient

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
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: timeout)
        } catch let error as HTTPClientError {
            throw unreachable(error.shortDescription)
        } catch let error as NIOConnectionError {
            throw unreachable("connecting to \(error.host):\(error.port) failed")
        } catch let error as IOError {
            throw unreachable(String(cString: strerror(error.errnoCode)))
        }
        guard response.status == .ok, response.headers.first(name: "content-type") == "application/x-ndjson" else {
            throw await Self.refusal(response)
        }
        return BatchResults(body: response.body)
    }

    private func unreachable(_ reason: String) -> GatewayClientError {
        GatewayClientError(
            .unreachable,
            isRetriable: true,
            message: "no gateway answers at \(url) (\(reason)); is it running, and is its address right?"
        )
    }

    private struct Problem: Decodable {
        let code: String
        let detail: String
        let field: String?
    }

    private static func refusal(_ response: HTTPClientResponse) async -> GatewayClientError {
        let body = try? await response.body.collect(upTo: 1 << 20)
        let bytes = body.map { Data($0.readableBytesView) } ?? Data()
        guard let problem = try? JSONDecoder().decode(Problem.self, from: bytes) else {
            return GatewayClientError(
                .notAGateway,
                message: "what answers at that address is no gateway of Signet (status \(response.status.code))"
            )
        }
        let place = problem.field.map { " at \($0)" } ?? ""
        return GatewayClientError(
            .refused,
            problem: problem.code,
            isRetriable: response.status == .serviceUnavailable,
            message: "\(problem.code)\(place): \(problem.detail)"
        )
    }
}
