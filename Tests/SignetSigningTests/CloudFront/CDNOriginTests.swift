// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct CDNOriginTests {
    @Test(arguments: [
        ("d111111abcdef8.cloudfront.net", "https://d111111abcdef8.cloudfront.net"),
        ("https://D111111abcdef8.CloudFront.net/", "https://d111111abcdef8.cloudfront.net"),
        ("cdn.example.com", "https://cdn.example.com"),
    ])
    func aDomainBecomesAnOrigin(domain: String, origin: String) throws {
        #expect(try CDNOrigin.make(domain: domain) == origin)
    }

    @Test(arguments: [
        "", "cdn", "http://cdn.example.com", "https://", "cdn.example.com/path", "cdn.example.com:8443", "a b.example",
        "cdn..example", "user@cdn.example.com", "cdn.exämple", "cdn.example.com?a",
    ])
    func anythingElseIsNoDomain(domain: String) throws {
        #expect(try refusal { try CDNOrigin.make(domain: domain) } == Refusal(.invalidDomain, "domain"))
    }
}
