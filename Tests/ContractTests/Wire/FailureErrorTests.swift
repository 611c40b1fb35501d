// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct FailureErrorTests {
    @Test func failureOfAReplyCarriesCodeFieldAndMessage() {
        let failure = Failure(FailureError(.invalidExpiry, field: "expiresIn", message: "too long"))
        #expect(failure.code == "invalid_expiry")
        #expect(failure.field == "expiresIn")
        #expect(failure.message == "too long")
    }

    @Test func descriptionNamesTheFieldIfThereIsOne() {
        #expect("\(FailureError(.expired, message: "late"))" == "expired: late")
        #expect("\(FailureError(.invalidKey, field: "items[3].key", message: "m"))" == "invalid_key at items[3].key: m")
    }
}
