// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// What a request holds that must not leave the process in the clear.
struct RequestSecrets: Sendable {
    let credential: RequestCredential
    /// Keys of SSE-C; `nil`: none.
    let customerKeys: CustomerKeys?

    /// Reads the fields of `RequestCredential`, and `s3CustomerKey` and `copySourceCustomerKey`: 32 bytes in base64.
    init(from fields: inout FieldReader) {
        credential = RequestCredential(from: &fields)
        var keys = CustomerKeys()
        keys.key = fields.base64("s3CustomerKey")
        keys.copySourceKey = fields.base64("copySourceCustomerKey")
        customerKeys = keys == CustomerKeys() ? nil : keys
    }
}

extension CustomerKeys {
    /// The value of a header that a reply withholds; `nil` if it is none of ours.
    func value(ofHeader name: String) -> String? {
        switch name {
        case SecretHeaders.customerKey: key.base64EncodedString()
        case SecretHeaders.copySourceCustomerKey: copySourceKey.base64EncodedString()
        default: nil
        }
    }
}
