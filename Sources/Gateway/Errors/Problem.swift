// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import HTTPTypes
internal import Hummingbird

/// A failed request as the client sees it: `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    /// What was wrong; several for a body with several mistakes, never none.
    package let failures: [FailureError]
    /// `Allow`, `Retry-After` and the like.
    var headers = HTTPFields()
    /// The job that failed, once there is one.
    var jobID: JobID?

    /// - Parameter first: The failure that gives the problem its code and status.
    init(_ first: FailureError, and others: [FailureError] = []) {
        failures = [first] + others
    }

    init(_ code: FailureCode, field: String = "", _ detail: String) {
        self.init(FailureError(code, field: field, message: detail))
    }

    /// A refusal that another try may not meet.
    static func retryLater(_ code: FailureCode, after seconds: Int = 1, _ detail: String) -> Problem {
        var problem = Problem(code, detail)
        problem.headers[.retryAfter] = String(seconds)
        return problem
    }

    /// A failed job, its field named as the request named it.
    static func job(_ failure: FailureError, id: JobID) -> Problem {
        var problem = Problem(failure.namedAsInRequest)
        problem.jobID = id
        return problem
    }

    var code: FailureCode { failures.first?.code ?? .internal }
    var status: HTTPResponse.Status { code.httpStatus }

    /// Writes the problem's members.
    func write(to json: inout JSONWriter, correlationID: String?) {
        let code = code
        let first = failures.first
        json.object { json in
            json.member("type", "urn:signet:problem:\(code)")
            json.member("title", code.title)
            json.member("status", Int64(status.code))
            json.member("code", code.rawValue)
            if let field = first?.field, !field.isEmpty { json.member("field", field) }
            json.member("detail", first?.message ?? "")
            if failures.count > 1 {
                json.key("errors")
                json.array(failures) { json, failure in
                    json.object { json in
                        json.member("code", failure.code.rawValue)
                        if !failure.field.isEmpty { json.member("field", failure.field) }
                        json.member("detail", failure.message)
                    }
                }
            }
            if let jobID { json.member("jobId", jobID.description) }
            if let correlationID { json.member("correlationId", correlationID) }
        }
    }

    func response(correlationID: String) -> Response {
        var json = JSONWriter()
        write(to: &json, correlationID: correlationID)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: json.body)
    }
}
