// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Worker

@Suite struct WebhookSecretTests {
    /// What the library `standardwebhooks` of PyPI (1.1.0) makes of the same.
    @Test func signsAsOthersDo() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = secret.signature(
            of: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            time: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_?"])
    func whatIsNoSecretIsRefusedUnseen(_ text: String) {
        let error = #expect(throws: WebhookSecret.Malformed.self) { try WebhookSecret(text) }
        #expect(error.map { "\($0)".contains("openssl rand") } == true)
        if text.count > 6 { #expect(error.map { "\($0)".contains(text) } == false) }
    }

    @Test func showsNothingOfItself() throws {
        let secret = try WebhookSecret("whsec_\(Data(repeating: 77, count: 32).base64EncodedString())")
        #expect("\(secret) \(String(reflecting: secret))" == "WebhookSecret WebhookSecret")
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }
}
