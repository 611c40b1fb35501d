// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Requests of one answer.
extension GatewayClient {
    /// Bytes of an answer at most: 10,000 parts have about 8 million.
    private static let largestAnswer = 64 << 20
    private static let attempts = 6

    private struct Accepted: Decodable {
        let location: String
    }

    private struct JobAnswer<Answer: Decodable>: Decodable {
        let state: String
        let result: Answer?
        let problem: Problem?
    }

    /// Sends a request until it is answered: again after a failure that may pass, as the same job; a job that takes longer
    /// is asked for.
    ///
    /// - Throws: `unreachable`, `refused` or `notAGateway`.
    func post<Answer: Decodable>(_ path: String, _ body: some Encodable, as type: Answer.Type) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "idempotency-key", value: UUID().uuidString)
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        let response = try await sendAgain(request)
        switch response.status {
        case .ok: return try await Self.decode(Answer.self, response)
        case .accepted: return try await wait(at: Self.decode(Accepted.self, response).location, for: Answer.self)
        default: throw await Self.refusal(response)
        }
    }

    private func wait<Answer: Decodable>(at location: String, for type: Answer.Type) async throws -> Answer {
        while true {
            let response = try await sendAgain(HTTPClientRequest(url: url + location))
            guard response.status == .ok else { throw await Self.refusal(response) }
            let job = try await Self.decode(JobAnswer<Answer>.self, response)
            if let result = job.result { return result }
            if let problem = job.problem { throw problem.refusal() }
            guard job.state == "accepted" else {
                throw GatewayClientError(.refused, problem: job.state, message: "the job is \(job.state)")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func sendAgain(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        var attempt = 1
        while true {
            do throws(GatewayClientError) {
                let response: HTTPClientResponse
                do {
                    response = try await send(request, timeout: .seconds(60))
                } catch let error as GatewayClientError {
                    throw error
                } catch {
                    throw GatewayClientError(.interrupted, message: "the request was broken off")
                }
                guard response.status == .serviceUnavailable || response.status == .conflict else { return response }
                let refusal = await Self.refusal(response)
                throw refusal
            } catch {
                guard error.isRetriable, attempt < Self.attempts else { throw error }
                try await Task.sleep(for: .milliseconds(200 << attempt))
                attempt += 1
            }
        }
    }

    private static func decode<Answer: Decodable>(
        _ type: Answer.Type,
        _ response: HTTPClientResponse
    ) async throws -> Answer {
        let body = try await response.body.collect(upTo: largestAnswer)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(Answer.self, from: Data(body.readableBytesView))
        } catch {
            throw GatewayClientError(.notAGateway, message: "the gateway's answer is not as this client knows it")
        }
    }
}
