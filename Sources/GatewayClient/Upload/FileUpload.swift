// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Uploads one file in parts through a gateway: the gateway names and signs, the bytes go straight to S3.
///
/// ```
/// begin, or find what an earlier run began ─▶ send the missing parts side by side ─▶ complete ─▶ verify
/// ```
package struct FileUpload: Sendable {
    package let client: GatewayClient
    package let file: LocalFile
    package let place: UploadPlace
    /// `nil`: made from the file's name.
    package let key: String?
    package let contentType: String
    /// `nil`: the store's default.
    package let storageClass: String?
    /// Bytes; `nil`: planned by the gateway.
    package let partSize: Int64?
    /// Parts that are sent at the same time.
    package let parallel: Int
    package let checkpoint: UploadCheckpoint

    package init(
        client: GatewayClient,
        file: LocalFile,
        place: UploadPlace,
        key: String? = nil,
        contentType: String = "application/octet-stream",
        storageClass: String? = nil,
        partSize: Int64? = nil,
        parallel: Int = 4,
        checkpoint: UploadCheckpoint
    ) {
        self.client = client
        self.file = file
        self.place = place
        self.key = key
        self.contentType = contentType
        self.storageClass = storageClass
        self.partSize = partSize
        self.parallel = max(1, parallel)
        self.checkpoint = checkpoint
    }

    /// What became of the file.
    package struct Outcome: Sendable, Encodable {
        package let bucket: String
        package let key: String
        package let size: Int64
        package let etag: String
        /// Parts that this run sent, and those that an earlier one had sent.
        package let sent: Int
        package let resumed: Int
    }

    /// How often a part is sent at most.
    private static let attempts = 6

    // MARK: Life

    /// Uploads the file, or goes on where an earlier run was interrupted.
    ///
    /// - Parameter onProgress: Gets the bytes that S3 has, or that are on their way.
    /// - Throws: `GatewayClientError`; the upload stays, for another run to go on with it.
    package func run(onProgress: @escaping @Sendable (Int64) -> Void = { _ in }) async throws -> Outcome {
        if file.size == 0 { return try await putEmpty() }
        let (upload, window, present) = try await begin()
        let count = UploadCount(onProgress)
        count.add(present.reduce(0) { $0 + size(of: $1.partNumber, upload) })
        let urls = PartURLs(partCount: upload.partCount, window: window) { first, last in
            try await sign(first, last, of: upload)
        }
        let missing = Set(1...upload.partCount).subtracting(present.map(\.partNumber)).sorted()
        let sent = try await send(missing, of: upload, urls, count)
        let parts = (present + sent).sorted { $0.partNumber < $1.partNumber }
        let completed = try await client.post(
            UploadMessages.completePath,
            body(of: upload, UploadMessages.Completion(fileSize: file.size, parts: parts)),
            as: UploadMessages.Completed.self
        )
        guard completed.size == file.size else {
            throw GatewayClientError(
                .refused,
                problem: "size_mismatch",
                message: "the object has \(completed.size) bytes, and the file \(file.size)"
            )
        }
        checkpoint.remove()
        return Outcome(
            bucket: place.s3Bucket,
            key: completed.key,
            size: completed.size,
            etag: completed.etag,
            sent: sent.count,
            resumed: present.count
        )
    }

    /// Aborts what an earlier run began.
    ///
    /// - Returns: Whether there was anything to abort.
    package func abort() async throws -> Bool {
        guard let upload = checkpoint.load() else { return false }
        let aborted = try await client.post(
            UploadMessages.abortPath,
            name(of: upload),
            as: UploadMessages.Aborted.self
        )
        checkpoint.remove()
        return aborted.found
    }

    private func begin() async throws -> (
        UploadCheckpoint.Content, window: UploadMessages.Window?, present: [UploadMessages.Part]
    ) {
        if let known = checkpoint.load() {
            do {
                let listed = try await client.post(
                    UploadMessages.listPath,
                    name(of: known),
                    as: UploadMessages.Listed.self
                )
                let present = listed.parts.filter { $0.size == size(of: $0.partNumber, known) }
                return (known, nil, present.map { .init(partNumber: $0.partNumber, etag: $0.etag) })
            } catch let error as GatewayClientError where error.problem == "upload_not_found" {
                // Completed or aborted since: begun anew.
            }
        }
        let begun = try await client.post(
            UploadMessages.initiatePath,
            UploadMessages.Both(place, object),
            as: UploadMessages.Begun.self
        )
        let content = UploadCheckpoint.Content(
            key: begun.key,
            uploadId: begun.uploadId,
            partSize: begun.partSize,
            partCount: begun.partCount
        )
        try checkpoint.save(content)
        return (content, begun.window, [])
    }

    private var object: UploadMessages.Object {
        UploadMessages.Object(
            key: key,
            filename: key == nil ? (file.path as NSString).lastPathComponent : nil,
            contentType: contentType,
            s3StorageClass: storageClass,
            fileSize: file.size,
            partSize: partSize
        )
    }

    private func name(of upload: UploadCheckpoint.Content) -> some Encodable {
        UploadMessages.Both(place, UploadMessages.Name(key: upload.key, uploadId: upload.uploadId))
    }

    private func body<More: Encodable>(of upload: UploadCheckpoint.Content, _ more: More) -> some Encodable {
        UploadMessages.Both(name(of: upload), more)
    }

    private func sign(
        _ first: Int,
        _ last: Int,
        of upload: UploadCheckpoint.Content
    ) async throws -> UploadMessages.Window {
        let range = UploadMessages.Range(
            firstPart: first,
            lastPart: last,
            fileSize: file.size,
            partSize: upload.partSize
        )
        return try await client.post(
            UploadMessages.partsPath,
            body(of: upload, range),
            as: UploadMessages.Windowed.self
        )
        .window
    }

    // MARK: Parts

    private func range(of number: Int, _ upload: UploadCheckpoint.Content) -> Range<Int64> {
        let start = Int64(number - 1) * upload.partSize
        return start..<max(start, min(start + upload.partSize, file.size))
    }

    private func size(of number: Int, _ upload: UploadCheckpoint.Content) -> Int64 {
        Int64(range(of: number, upload).count)
    }

    private func send(
        _ numbers: [Int],
        of upload: UploadCheckpoint.Content,
        _ urls: PartURLs,
        _ count: UploadCount
    ) async throws -> [UploadMessages.Part] {
        try await withThrowingTaskGroup(of: UploadMessages.Part.self) { group in
            var rest = numbers[...]
            var sent: [UploadMessages.Part] = []
            func addNext() {
                guard let number = rest.popFirst() else { return }
                group.addTask { try await send(number, range(of: number, upload), urls, count) }
            }
            for _ in 0..<parallel { addNext() }
            while let part = try await group.next() {
                sent.append(part)
                addNext()
            }
            return sent
        }
    }

    /// Sends one part, again after failures that may pass.
    private func send(
        _ number: Int,
        _ range: Range<Int64>,
        _ urls: PartURLs,
        _ count: UploadCount
    ) async throws -> UploadMessages.Part {
        var attempt = 1
        while true {
            let part = try await urls.part(number)
            let own = PartCount(count)
            do throws(GatewayClientError) {
                return UploadMessages.Part(partNumber: number, etag: try await put(part, range, own))
            } catch {
                own.takeBack()
                guard error.isRetriable, attempt < Self.attempts else { throw error }
                await urls.forget(number)
                try await Task.sleep(for: .milliseconds(100 << attempt))
                attempt += 1
            }
        }
    }

    private func put(
        _ part: UploadMessages.Window.Part,
        _ range: Range<Int64>,
        _ count: PartCount
    ) async throws(GatewayClientError) -> String {
        var request = HTTPClientRequest(url: part.url)
        request.method = .PUT
        for header in part.headers where header.key != "content-length" {
            request.headers.add(name: header.key, value: header.value)
        }
        request.body = .stream(file.bytes(range) { count.add(Int64($0)) }, length: .known(Int64(range.count)))
        let response: HTTPClientResponse
        do {
            // At least 64 KiB/s.
            response = try await client.client.execute(request, timeout: .seconds(60 + Int64(range.count) >> 16))
        } catch let error as GatewayClientError {
            throw error
        } catch {
            throw GatewayClientError(
                .interrupted,
                isRetriable: !(error is CancellationError),
                message: "part \(part.partNumber) could not be sent"
            )
        }
        let status = response.status.code
        // Read to its end, so that the connection serves again.
        _ = try? await response.body.collect(upTo: 1 << 20)
        if response.status == .ok, let etag = response.headers.first(name: "etag") { return etag }
        throw GatewayClientError(
            .refused,
            problem: "part_refused",
            // 403: its URL may have ended.
            isRetriable: status >= 500 || status == 403 || status == 408 || status == 429,
            message: "the store answered \(status) to part \(part.partNumber)"
        )
    }

    /// An empty object has no parts.
    private func putEmpty() async throws -> Outcome {
        let single = try await client.post(
            UploadMessages.singlePath,
            UploadMessages.Both(place, object),
            as: UploadMessages.Single.self
        )
        let part = UploadMessages.Window.Part(partNumber: 1, url: single.uploadUrl, headers: single.headers)
        let etag = try await put(part, 0..<0, PartCount(UploadCount { _ in }))
        return Outcome(bucket: place.s3Bucket, key: single.key, size: 0, etag: etag, sent: 1, resumed: 0)
    }
}

/// Bytes of an upload that S3 has or that are on their way.
private final class UploadCount: Sendable {
    private let bytes = Atomic<Int64>(0)
    private let onChange: @Sendable (Int64) -> Void

    init(_ onChange: @escaping @Sendable (Int64) -> Void) {
        self.onChange = onChange
    }

    func add(_ count: Int64) {
        onChange(bytes.wrappingAdd(count, ordering: .relaxed).newValue)
    }
}

/// Bytes of one part, which do not count if it fails.
private final class PartCount: Sendable {
    private let bytes = Atomic<Int64>(0)
    private let whole: UploadCount

    init(_ whole: UploadCount) {
        self.whole = whole
    }

    func add(_ count: Int64) {
        bytes.wrappingAdd(count, ordering: .relaxed)
        whole.add(count)
    }

    func takeBack() {
        whole.add(-bytes.exchange(0, ordering: .relaxed))
    }
}
