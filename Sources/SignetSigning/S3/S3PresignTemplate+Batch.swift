// SPDX-License-Identifier: Apache-2.0

extension S3PresignTemplate {
    /// Keys from which on they are signed side by side; for fewer it gains less than its preparation costs.
    package static let leastBatch = 8

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

    /// Signs with certain kernels, all of which must be available.
    package func sign(keys: [String], kernels: [SHA256Kernel]) -> SignedBatch {
        var batch = SignedBatch(keyCount: keys.count, byteCount: keys.reduce(0) { $0 + $1.utf8.count })
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
        prepared.withSignatures(of: keys, lengths: keyLengths, kernels: kernels) { index, path, signature in
            if let path {
                urls.append(.success(prepared.url(path: path, signature: signature)))
            } else {
                urls.append(.failure(refusal(of: keys[index])))
            }
        }
        return urls
    }

    private func kernels(for count: Int) -> [SHA256Kernel] {
        count < Self.leastBatch ? [] : SHA256Kernel.preferred
    }
}
