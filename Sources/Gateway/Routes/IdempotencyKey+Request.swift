// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

extension IdempotencyKey {
    /// The key of a request; `nil`: it has none.
    init?(of request: Request) throws(Problem) {
        guard let text = request.headers[.idempotencyKey] else { return nil }
        guard let key = IdempotencyKey(text) else {
            throw Problem(
                .invalidValue,
                field: "Idempotency-Key",
                "Idempotency-Key must have 1 to \(IdempotencyKey.maximumLength) visible characters of ASCII, e.g. a UUID"
            )
        }
        self = key
    }
}

extension Problem {
    /// A request whose first one has no answer yet.
    static func inProgress(_ id: JobID) -> Problem {
        var problem = Problem.retryLater(
            .requestInProgress,
            "a request with this Idempotency-Key is being answered; wait for its answer, or ask for the job"
        )
        problem.jobID = id
        return problem
    }

    /// A request with the key of another one.
    static let keyReused = Problem(
        .idempotencyKeyReused,
        field: "Idempotency-Key",
        "this Idempotency-Key belongs to another request; use a new one for each request"
    )
}

/// The fingerprint of a body that is read on its way.
final class BodyFingerprint: Sendable {
    private let state: Mutex<IdempotencyKey.Fingerprint>

    init(of key: IdempotencyKey, path: String) {
        state = Mutex(IdempotencyKey.Fingerprint(of: key, path: path))
    }

    /// The same body, with each piece taken in as it is read.
    func reading(_ body: RequestBody) -> RequestBody {
        RequestBody(
            asyncSequence: body.map { [self] buffer in
                buffer.withUnsafeReadableBytes { bytes in state.withLock { $0.update(bytes) } }
                return buffer
            }
        )
    }

    /// Of what was read.
    var value: Data { state.withLock { $0.finish() } }
}
