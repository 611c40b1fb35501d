// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Joins what a reply carries once with what it carries for each item.
///
/// A reader makes one joiner for a result and asks it for the items it wants.
package struct ReplyJoiner: Sendable {
    /// Bytes of one signature.
    package static let signatureLength = 32

    private let result: S3SigningResult

    package init(_ result: S3SigningResult) {
        self.result = result
    }

    /// One signed item with its full URLs.
    package struct Joined: Sendable {
        package let item: SignedItem
        package let shared: SharedRequest
        /// The presigned URL, a secret for as long as it lives; or where a form goes.
        package let url: String
        /// The object's URL without a signature; `nil` where the client chooses the key.
        package let publicURL: String?
        /// The object's URL at the CDN; `nil` if no CDN domain was asked for.
        package let cdnURL: String?
    }

    /// The signature of the item at `index`, which has a template among what is shared.
    ///
    /// - Throws: As ``join(at:)``.
    package func signature(at index: Int) throws(FailureError) -> Data {
        let item = try item(at: index)
        let start = index * Self.signatureLength
        guard result.shared.indices.contains(Int(item.shared)),
            result.signatures.count >= start + Self.signatureLength
        else { throw Self.broken }
        let from = result.signatures.startIndex + start
        return item.signature.isEmpty ? result.signatures[from..<from + Self.signatureLength] : item.signature
    }

    private func item(at index: Int) throws(FailureError) -> SignedItem {
        guard result.items.indices.contains(index) else { throw Self.broken }
        let item = result.items[index]
        if item.hasFailure { throw FailureError(item.failure) }
        return item
    }

    /// Joins the item at `index`.
    ///
    /// - Throws: The item's own failure, or `malformed` if the reply does not hold together.
    package func join(at index: Int) throws(FailureError) -> Joined {
        let item = try item(at: index)
        let signature = try signature(at: index)
        let common = result.shared[Int(item.shared)]
        let bucketURL = common.origin + common.pathPrefix
        let path = item.path.isEmpty ? common.path : item.path
        let publicURL = bucketURL + path
        let part = item.partNumber == 0 ? "" : "&partNumber=\(item.partNumber)"
        let isForm = !item.fields.isEmpty
        // The client of a form may choose the key.
        let isOpen = isForm && path.isEmpty
        let url =
            !isForm
            ? "\(publicURL)?\(common.query)\(part)&X-Amz-Signature=\(Hexadecimal.string(signature))" : "\(bucketURL)/"
        return Joined(
            item: item,
            shared: common,
            url: url,
            publicURL: isOpen ? nil : publicURL,
            cdnURL: common.cdnOrigin.isEmpty || isOpen ? nil : common.cdnOrigin + path
        )
    }

    /// The result with its URLs joined into the items, as JSON replies carry it.
    package func joined() throws(FailureError) -> S3SigningResult {
        var whole = result
        for index in result.items.indices where !result.items[index].hasFailure {
            let joined = try join(at: index)
            whole.items[index].url = joined.url
            if let publicURL = joined.publicURL { whole.items[index].publicURL = publicURL }
            if let cdnURL = joined.cdnURL { whole.items[index].cdnURL = cdnURL }
            whole.items[index].path = ""
            whole.items[index].signature = Data()
        }
        whole.signatures = Data()
        return whole
    }

    private static var broken: FailureError {
        FailureError(.malformed, message: "the reply does not hold together: an item has no signature or no template")
    }
}
