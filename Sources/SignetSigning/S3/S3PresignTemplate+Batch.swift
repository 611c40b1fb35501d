// SPDX-License-Identifier: Apache-2.0

extension S3PresignTemplate {
    /// Keys from which on they are signed side by side; for fewer it gains less than its preparation costs.
    package static let leastBatch = 16

    /// Signs many keys: what `sign(key:)` gives for each, at a fraction of its cost where the processor has wide vectors
    /// or instructions for SHA-256. A key that is refused leaves the others as they are.
    ///
    /// Keys whose encoded forms are equally long cost least: their requests end alike.
    ///
    /// - Parameter keys: Each as for `sign(key:)`.
    public func sign(keys: [String]) -> SignedBatch {
        sign(keys: keys, kernels: kernels(for: keys.count))
    }

    /// The presigned URLs of many keys: what `url(forKey:)` gives or throws for each. Secrets for as long as they live.
    ///
    /// - Parameter keys: Each as for `sign(key:)`.
    public func urls(forKeys keys: [String]) -> [Result<String, SigningError>] {
        urls(forKeys: keys, kernels: kernels(for: keys.count))
    }

    /// Lends the presigned URL of each key, in order, as the bytes of ASCII: what `urls(forKeys:)` gives, without a
    /// string for each.
    ///
    /// - Parameters:
    ///   - keys: Each as for `sign(key:)`.
    ///   - body: Gets a key's index, and its URL or why it is refused. The bytes are valid during the call alone.
    public func withURLs(
        forKeys keys: [String],
        _ body: (_ index: Int, _ url: Result<UnsafeRawBufferPointer, SigningError>) -> Void
    ) {
        withURLs(forKeys: keys, kernels: kernels(for: keys.count), body)
    }

    /// Signs with certain kernels, all of which must be available.
    package func sign(keys: [String], kernels: [SHA256Kernel]) -> SignedBatch {
        if keys.count == 1, keyLengths.contains(keys[0].utf8.count) {
            return prepared.withSignature(of: keys[0]) { SignedBatch(path: $0, signature: $1) }
        }
        var batch = SignedBatch(capacity: keys.count, byteCount: keys.reduce(0) { $0 + $1.utf8.count })
        prepared.withSignatures(of: keys, lengths: keyLengths, kernels: kernels) { index, path, signature in
            if let path {
                batch.append(path: path, signature: signature)
            } else {
                batch.append(failure: refusal(of: keys[index]))
            }
        }
        return batch
    }

    /// Presigns with certain kernels, all of which must be available.
    package func urls(forKeys keys: [String], kernels: [SHA256Kernel]) -> [Result<String, SigningError>] {
        var urls: [Result<String, SigningError>] = []
        urls.reserveCapacity(keys.count)
        guard !kernels.isEmpty else {
            for key in keys {
                do throws(SigningError) {
                    urls.append(.success(try url(forKey: key)))
                } catch {
                    urls.append(.failure(error))
                }
            }
            return urls
        }
        withURLs(forKeys: keys, kernels: kernels) { _, url in urls.append(url.map { String(copying: $0) }) }
        return urls
    }

    /// Lends URLs, signed with certain kernels, all of which must be available.
    package func withURLs(
        forKeys keys: [String],
        kernels: [SHA256Kernel],
        _ body: (_ index: Int, _ url: Result<UnsafeRawBufferPointer, SigningError>) -> Void
    ) {
        let longestPath = 1 + 3 * Self.longestKey
        withUnsafeTemporaryAllocation(byteCount: prepared.urlLength(ofPath: longestPath), alignment: 16) { url in
            prepared.withSignatures(of: keys, lengths: keyLengths, kernels: kernels) { index, path, signature in
                guard let path else {
                    body(index, .failure(refusal(of: keys[index])))
                    return
                }
                let length = prepared.writeURL(path: path, signature: signature, to: url)
                body(index, .success(UnsafeRawBufferPointer(rebasing: url[..<length])))
            }
        }
    }

    private func kernels(for count: Int) -> [SHA256Kernel] {
        count < Self.leastBatch ? [] : SHA256Kernel.preferred
    }
}
