// SPDX-License-Identifier: Apache-2.0

/// What signing a key needs of a template, in the form of bytes.
///
/// A class, for signing is all closures: to lend them a structure with as many references costs as much as three
/// compressions in counting these.
final class PreparedPresign: Sendable {
    /// The canonical request up to the encoded key, with the slash before it.
    let requestHead: [UInt8]
    /// The canonical request behind the key's path.
    let requestTail: [UInt8]
    let string: PreparedString
    /// The URL up to the key's path.
    private let urlHead: [UInt8]
    /// The URL between the path and the signature's digits.
    private let urlTail: [UInt8]

    init(operation: S3Operation, endpoint: S3Endpoint, query: String, requestTail: String, string: PreparedString) {
        requestHead = Array("\(operation.method)\n\(endpoint.pathPrefix)/".utf8)
        self.requestTail = Array(requestTail.utf8)
        self.string = string
        urlHead = Array("\(endpoint.origin)\(endpoint.pathPrefix)".utf8)
        urlTail = Array("?\(query)&X-Amz-Signature=".utf8)
    }

    /// Of one key, where what differs stands in the query.
    ///
    /// What it lends as the path is the value that differs, with the `=` before it.
    ///
    /// - Parameters:
    ///   - whole: Of the same requests with `1` where they differ.
    ///   - path: The encoded key with its leading slash.
    ///   - before: The query up to the value, with its `=`.
    ///   - after: The query behind the value.
    init(_ whole: PreparedPresign, path: String, before: String, after: String) {
        let query = Array(before.utf8)
        // The line of the query follows that of the path.
        requestHead = whole.requestHead + path.utf8.dropFirst() + "\n".utf8 + query
        requestTail = Array(whole.requestTail[(1 + query.count + 1)...])
        string = whole.string
        urlHead = whole.urlHead + path.utf8 + "?".utf8 + query.dropLast()
        urlTail = Array("\(after)&X-Amz-Signature=".utf8)
    }

    /// Signs a key, and lends its encoded path with the leading slash.
    @inline(__always)
    func withSignature<Result>(
        of key: String,
        _ body: (_ path: UnsafeRawBufferPointer, _ signature: SHA256Digest) -> Result
    ) -> Result {
        var key = key
        return key.withUTF8 { key in
            let capacity = requestHead.count + key.count * 3 + requestTail.count + SHA256Padding.longest
            return withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { request in
                let start = request.append(requestHead, at: 0)
                let length = PercentEncoding.write(
                    UnsafeRawBufferPointer(key),
                    to: UnsafeMutableRawBufferPointer(rebasing: request[start...]),
                    keepsSlash: true
                )
                let count = request.append(requestTail, at: start + length)
                let padded = SHA256Padding.pad(request, count: count, hashed: 0)
                var hash = SHA256Hash()
                hash.update(blocks: UnsafeRawBufferPointer(rebasing: request[0..<padded]))
                let path = UnsafeRawBufferPointer(rebasing: request[start - 1..<start + length])
                return body(path, string.signature(ofRequest: hash.digestOfPaddedBlocks))
            }
        }
    }

    /// Assembles a URL.
    func url(path: UnsafeRawBufferPointer, signature: SHA256Digest) -> String {
        String(unsafeUninitializedCapacity: urlLength(ofPath: path.count)) { text in
            writeURL(path: path, signature: signature, to: UnsafeMutableRawBufferPointer(text))
        }
    }

    /// Bytes of a URL.
    func urlLength(ofPath count: Int) -> Int { urlHead.count + count + urlTail.count + 64 }

    /// Assembles a URL in `url`, which must hold `urlLength(ofPath:)`; returns its length.
    @inline(__always)
    func writeURL(
        path: UnsafeRawBufferPointer,
        signature: SHA256Digest,
        to url: UnsafeMutableRawBufferPointer
    ) -> Int {
        let signatureStart = url.append(urlTail, at: url.append(path, at: url.append(urlHead, at: 0)))
        signature.writeHexadecimal(to: UnsafeMutableRawBufferPointer(rebasing: url[signatureStart...]))
        return signatureStart &+ 64
    }
}
