// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// An object as `HEAD` tells of it.
package struct S3ObjectInfo: Sendable {
    /// Bytes.
    package let size: Int64
    package let etag: String
    package let versionID: String?
    package let contentType: String?
    /// All that was answered; names in lower case.
    package let headers: [(name: String, value: String)]
    /// `nil`: the server does not say.
    package let lastModified: Date?
}

extension S3ControlPlane {
    /// Looks at an object (S3 API Reference, "HeadObject").
    ///
    /// - Parameters:
    ///   - versionID: `nil`: the current version.
    ///   - headers: E.g. the keys of SSE-C.
    /// - Returns: `nil`: there is none.
    package func head(
        _ key: String,
        in bucket: S3Bucket,
        versionID: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> S3ObjectInfo? {
        let answer: S3Answer
        do {
            answer = try await send(
                S3Request(
                    method: "HEAD",
                    key: key,
                    query: versionID.map { [("versionId", $0)] } ?? [],
                    headers: headers
                ),
                to: bucket
            )
        } catch let error as S3Error where error.status == 404 {
            return nil
        }
        guard let size = answer.header("content-length").flatMap({ Int64($0) }), let etag = answer.header("etag") else {
            throw S3Error(.malformedAnswer, message: "the answer about \(key) has no length or no ETag")
        }
        return S3ObjectInfo(
            size: size,
            etag: etag,
            versionID: answer.header("x-amz-version-id"),
            contentType: answer.header("content-type"),
            headers: answer.headers.map { ($0.name.lowercased(), $0.value) },
            lastModified: answer.header("last-modified").flatMap { try? Date($0, strategy: Self.httpDate) }
        )
    }

    /// E.g. `Sat, 28 Nov 2026 14:26:22 GMT` (RFC 9110, section 5.6.7).
    private static let httpDate = Date.ParseStrategy(
        format: """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .extended(minimumLength: 4)) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) \
            GMT
            """,
        locale: Locale(identifier: "en_US_POSIX"),
        timeZone: .gmt
    )
}
