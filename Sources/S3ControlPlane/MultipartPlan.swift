// SPDX-License-Identifier: Apache-2.0

/// How a file is cut into the parts of a multipart upload (S3 User Guide, "Amazon S3 multipart upload limits").
package struct MultipartPlan: Sendable, Hashable {
    package static let smallestPart: Int64 = 5 << 20
    package static let largestPart: Int64 = 5 << 30
    package static let mostParts = 10_000
    /// 10,000 parts of 5 GiB: 48.8 TiB.
    package static let largestFile = largestPart * Int64(mostParts)
    /// Of files that need no larger ones: few enough requests, and little lost with one that fails.
    package static let usualPart: Int64 = 16 << 20
    /// Part sizes are whole multiples of it.
    private static let alignment: Int64 = 1 << 20

    /// Bytes.
    package let fileSize: Int64
    /// Bytes of every part but the last.
    package let partSize: Int64
    package let partCount: Int

    /// Plans an upload.
    ///
    /// - Parameters:
    ///   - partSize: `nil`: the usual one, or the smallest that makes no more than 10,000 parts.
    ///   - usual: Of files that need no larger ones, bytes.
    /// - Throws: Which of both cannot be, and what could.
    package init(
        fileSize: Int64,
        partSize wanted: Int64? = nil,
        usual: Int64 = usualPart
    ) throws(MultipartPlanError) {
        guard fileSize > 0 else {
            throw MultipartPlanError(
                .fileSize,
                message: "fileSize must be at least 1 byte, not \(fileSize); an empty object is uploaded in one request"
            )
        }
        guard fileSize <= Self.largestFile else {
            throw MultipartPlanError(
                .fileSize,
                message:
                    "fileSize is at most \(Self.largestFile) bytes (48.8 TiB: 10,000 parts of 5 GiB), not \(fileSize)"
            )
        }
        let least = Self.round(up: fileSize / Int64(Self.mostParts) + (fileSize % Int64(Self.mostParts) == 0 ? 0 : 1))
        let size = wanted ?? max(usual, least)
        guard size <= Self.largestPart else {
            throw MultipartPlanError(
                .partSize,
                message: "partSize is at most \(Self.largestPart) bytes (5 GiB), not \(size)"
            )
        }
        // The last part, and so the only one, may have any size.
        guard size >= Self.smallestPart || size > 0 && size >= fileSize else {
            throw MultipartPlanError(
                .partSize,
                message: "partSize must be at least \(Self.smallestPart) bytes (5 MiB), not \(size)"
            )
        }
        let count = (fileSize - 1) / size + 1
        guard count <= Self.mostParts else {
            throw MultipartPlanError(
                .partSize,
                message: "parts of \(size) bytes make \(count), and S3 takes \(Self.mostParts); "
                    + "partSize must be at least \(least), or left out"
            )
        }
        self.fileSize = fileSize
        partSize = size
        partCount = Int(count)
    }

    /// The bytes of a part; `nil`: there is no such part.
    ///
    /// - Parameter number: From 1.
    package func range(of number: Int) -> Range<Int64>? {
        guard (1...partCount).contains(number) else { return nil }
        let start = Int64(number - 1) * partSize
        return start..<min(start + partSize, fileSize)
    }

    /// Bytes of a part; 0: there is no such part.
    package func size(of number: Int) -> Int64 { Int64(range(of: number)?.count ?? 0) }

    private static func round(up size: Int64) -> Int64 {
        (size + alignment - 1) / alignment * alignment
    }
}

/// Why a file cannot be uploaded in such parts.
package struct MultipartPlanError: Error, Sendable, CustomStringConvertible {
    package enum Field: String, Sendable {
        case fileSize
        case partSize
    }

    package let field: Field
    package let message: String

    init(_ field: Field, message: String) {
        self.field = field
        self.message = message
    }

    package var description: String { message }
}
