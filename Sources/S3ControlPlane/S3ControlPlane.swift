// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SignetSigning
internal import Synchronization

/// Sends requests to S3 itself: signed in their headers, with time-outs, tried again where that does no harm.
///
/// Its operations are extensions, one file each. An endpoint that fails again and again is left alone for a while, so that
/// it holds up nobody else's requests.
package final class S3ControlPlane: Sendable {
    /// Endpoints whose state is remembered at most.
    private static let maximumBreakers = 1_000
    /// Bytes of an answer at most: 1,000 parts have about 400,000.
    private static let maximumAnswer = 16 << 20

    private let client: HTTPClient
    private let schedule: RetrySchedule
    /// For an attempt of a request that says nothing else.
    private let timeout: Duration
    private let clock: @Sendable () -> Int64
    private let breakers = Mutex<[String: EndpointBreaker]>([:])

    private init(
        client: HTTPClient,
        schedule: RetrySchedule,
        timeout: Duration,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.client = client
        self.schedule = schedule
        self.timeout = timeout
        self.clock = clock
    }

    /// Runs a control plane as long as the body runs.
    ///
    /// - Parameters:
    ///   - timeout: For an attempt, unless S3 is known to take longer.
    ///   - clock: The time that signatures carry, Unix milliseconds.
    package static func run<Result>(
        schedule: RetrySchedule = RetrySchedule(),
        timeout: Duration = .seconds(15),
        clock: @escaping @Sendable () -> Int64,
        _ body: (S3ControlPlane) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(3)
        // Another region is another signature: who asked is told.
        configuration.redirectConfiguration = .disallow
        // Connecting is tried again as the rest is.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Requests that S3 takes its time for hold up no others.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await body(
                S3ControlPlane(client: client, schedule: schedule, timeout: timeout, clock: clock)
            )
        }
    }

    // MARK: Requests

    /// Sends a request, again if it fails in a way that may pass.
    func send(_ request: S3Request, to bucket: S3Bucket) async throws -> S3Answer {
        var attempt = 1
        while true {
            do throws(S3Error) {
                return try await sendOnce(request, to: bucket)
            } catch {
                var generator = SystemRandomNumberGenerator()
                // An endpoint that rests is not waited for: whoever asks has time, or has not.
                guard error.isRetriable, error.code != .endpointResting, request.isRepeatable || !error.isUnclear,
                    let delay = schedule.delay(behind: attempt, retryAfter: error.retryAfter, using: &generator)
                else { throw error }
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    private func sendOnce(_ request: S3Request, to bucket: S3Bucket) async throws(S3Error) -> S3Answer {
        let origin = bucket.endpoint.origin
        if let rest = breakers.withLock({ $0[origin, default: EndpointBreaker()].admit(now: .now) }) {
            throw S3Error(
                .endpointResting,
                message:
                    "\(origin) failed several times in a row and is left alone for \(rest.components.seconds + 1) s",
                isRetriable: true,
                retryAfter: rest
            )
        }
        var isFault = true
        defer { note(isFault: isFault, at: origin) }
        let answer = try await exchange(request, with: bucket)
        let failure = S3Error(answer, to: request, at: origin)
        // What S3 refuses shows that it works.
        isFault = answer.status >= 500 && failure?.code != .slowDown
        if let failure { throw failure }
        return answer
    }

    private func note(isFault: Bool, at origin: String) {
        breakers.withLock { breakers in
            if breakers.count > Self.maximumBreakers { breakers.removeAll() }
            if isFault {
                breakers[origin, default: EndpointBreaker()].fail(now: .now)
            } else {
                breakers[origin]?.succeed()
            }
        }
    }

    private func exchange(_ request: S3Request, with bucket: S3Bucket) async throws(S3Error) -> S3Answer {
        let origin = bucket.endpoint.origin
        let signed: SignedRequest
        do throws(SigningError) {
            signed = try request.signed(for: bucket, at: SigningTime(unixSeconds: clock() / 1_000))
        } catch {
            throw S3Error(.unsignable, message: error.message, cause: error)
        }
        var outgoing = HTTPClientRequest(url: origin + signed.target)
        outgoing.method = HTTPMethod(rawValue: signed.method)
        for header in signed.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
        do {
            return try await Self.finish(within: request.timeout ?? timeout) { [client, outgoing] in
                // The client's own deadline ends with the head of the answer.
                let response = try await client.execute(outgoing, deadline: .distantFuture)
                let body = try await response.body.collect(upTo: Self.maximumAnswer)
                return S3Answer(
                    status: Int(response.status.code),
                    headers: response.headers.map { ($0.name, $0.value) },
                    body: Array(body.readableBytesView)
                )
            }
        } catch let error as HTTPClientError where Self.timeouts.contains(error) {
            throw S3Error(
                .timedOut,
                message: "\(origin) gave no whole answer in time",
                isRetriable: true,
                isUnclear: error != .connectTimeout,
                cause: error
            )
        } catch is NIOTooManyBytesError {
            throw S3Error(
                .malformedAnswer,
                message: "\(origin) answered more than an answer of S3 has",
                isUnclear: true
            )
        } catch {
            // A connection that was never made has carried nothing.
            let wasConnected = !(error is NIOConnectionError) && (error as? IOError)?.errnoCode != ECONNREFUSED
            throw S3Error(
                .unreachable,
                message: "\(origin) cannot be reached, or broke the connection",
                isRetriable: !(error is CancellationError),
                isUnclear: wasConnected,
                cause: error
            )
        }
    }

    /// Runs an exchange; it is cancelled when the time is over.
    private static func finish(
        within timeout: Duration,
        _ exchange: @escaping @Sendable () async throws -> S3Answer
    ) async throws -> S3Answer {
        try await withThrowingTaskGroup(of: S3Answer.self) { group in
            group.addTask(operation: exchange)
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw HTTPClientError.cancelled }
            return answer
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout,
    ]
}
