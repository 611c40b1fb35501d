// SPDX-License-Identifier: Apache-2.0

import S3ControlPlane
import SignetSigning
import TestSupport
import Testing

@Suite struct EndpointPolicyTests {
    private static func isAllowed(_ endpoint: String?, by policy: EndpointPolicy) throws -> Bool {
        let credentials = try SigningCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "a-secret-of-the-tests"
        )
        let resolved = try S3Endpoint.resolve(bucket: "bucket", region: "us-east-1", customEndpoint: endpoint)
        do throws(S3Error) {
            _ = try S3Bucket(endpoint: resolved, credentials: credentials, allowedBy: policy)
            return true
        } catch {
            #expect(error.code == .endpointNotAllowed)
            return false
        }
    }

    @Test(arguments: [
        ("https://s3.example", true), ("https://s3.example:443", true), ("https://S3.example/base", true),
        ("http://s3.example", false), ("https://s3.example:444", false), ("https://s3.example.evil", false),
        ("http://10.0.0.1:9000", true), ("http://10.0.0.1:9001", false), ("http://169.254.169.254", false),
        ("http://[::1]:9000", false),
    ])
    func onlyListedOriginsAreAsked(endpoint: String, isAllowed: Bool) throws {
        let policy = EndpointPolicy(listed: ["https://s3.example"]).union(
            EndpointPolicy(listed: ["http://10.0.0.1:9000"])
        )
        #expect(try Self.isAllowed(endpoint, by: policy) == isAllowed)
    }

    @Test func awsNeedsNoListing() throws {
        #expect(try Self.isAllowed(nil, by: EndpointPolicy()))
    }

    @Test(arguments: [
        ("https://s3.example", true), ("http://127.0.0.1:9000", true), ("s3.example", false), ("", false),
        ("ftp://s3.example", false), ("https://", false), ("https://user@s3.example", false),
    ])
    func whatCanBeListedIsAnOrigin(text: String, isOrigin: Bool) {
        #expect(EndpointPolicy.isOrigin(text) == isOrigin)
    }
}
