// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct WebhookURLTests {
    @Test(arguments: [
        ("https://example.com/hooks/1", "https://example.com"), ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://[::1]:9/a", "HTTPS://[::1]:9"),
    ])
    func hasAnOrigin(_ text: String, origin: String) throws {
        let url = try WebhookURL(text)
        #expect(url.text == text)
        #expect(url.origin == origin)
    }

    @Test(arguments: [
        "", "example.com/hooks", "ftp://example.com/", "https:///hooks", "https://", "https://user:key@example.com/",
        "https://example.com/?token=1", "https://example.com/#token", "https://example.com/\u{e9}",
        "https://example.com/a b", "https://example.com/\r\nx: y",
        "https://example.com/" + String(repeating: "a", count: 2_048),
    ])
    func whatMayHoldSecretsOrIsNoURLIsRefused(_ text: String) {
        let error = #expect(throws: FailureError.self) { try WebhookURL(text) }
        #expect(error?.code == .invalidValue)
        #expect(error?.field == "webhook")
    }
}
