// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Whatever a text is, a parser gives a value that holds together, or an error that says what is wrong.
@Suite(.takingTurnsBusy, .timeLimit(.minutes(60)))
struct ParserPropertyTests {
    /// Runs the cases; what a parser gives is judged by the body, which tells what is wrong with it.
    private static func run(
        _ samples: [String],
        tokens: [String],
        count: Int = ParserCases.count,
        _ parse: (String) throws(SigningError) -> String?
    ) {
        let seed = ParserCases.seed
        var mangler = Mangler(seed: seed, samples: samples, tokens: tokens)
        var (good, bad) = (0, 0)
        var failures: [String] = []
        for number in 0..<count {
            let text = number < samples.count ? samples[number] : mangler.next()
            do throws(SigningError) {
                if let complaint = try parse(text) { failures.append("\(complaint): \(text.debugDescription)") }
                good += 1
            } catch {
                bad += 1
                if error.message.isEmpty || error.parameter.isEmpty || error.code.rawValue.isEmpty {
                    failures.append("an error that says nothing: \(text.debugDescription)")
                }
                // No error repeats what may be megabytes of somebody's text.
                if error.message.utf8.count > 2_000 { failures.append("a long error: \(error.message.prefix(200))") }
            }
        }
        #expect(failures.isEmpty, "SIGNET_PARSER_SEED=\(seed): \(failures.count) wrong; the first: \(failures[0])")
        // Neither side was left out.
        #expect(good >= samples.count && bad > count / 20, "\(good) good, \(bad) bad")
    }

    @Test func explanationsOfURLs() throws {
        let template = try Example.template(credentials: Example.credentials(sessionToken: "token+/="))
        let mrap = try MultiRegionPresigner(credentials: Example.credentials()).presign(
            .getObject,
            at: S3Endpoint.resolve(bucket: "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", region: ""),
            key: "k",
            time: Example.time(),
            expiresIn: 60
        )
        let samples = [
            try template.url(forKey: "a b/ü+%2F?#"), try Example.template(.putObject).url(forKey: "k"),
            mrap.url,
        ]
        Self.run(
            samples,
            tokens: [
                "&", "=", "?", "#", "/", "//", "/../", ":", ":443", "@", "[::1]", "http://", "https://",
                "X-Amz-Expires=",
                "X-Amz-Date=20130524T000000Z", "&X-Amz-Signature=", "%2F", "+", ";", "99999999999999999999", "-1",
            ]
        ) { text throws(SigningError) in
            let request = try ReceivedRequest(
                method: "GET",
                url: text,
                headers: [("host", "h"), ("range", "bytes=0-1")]
            )
            let verification = SignatureVerifier.examine(request, now: Example.unixSeconds)
            if verification.canonicalRequest.text.isEmpty || verification.stringToSign.text.isEmpty {
                return "an examination without its strings"
            }
            for refusal in verification.refusals where "\(refusal)".isEmpty { return "a refusal that says nothing" }
            return nil
        }
    }

    @Test func accessPoints() {
        Self.run(
            [
                "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point",
                "arn:aws:s3:us-west-2:123456789012:accesspoint:my-point",
                "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/my-point",
                "arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/my-lambda",
                "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/my-point",
                "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
            ],
            tokens: [
                "arn:", "aws", "s3", ":", "/", "::", "accesspoint", "outpost", ".mrap", "us-west-2", "123456789012",
            ]
        ) { text throws(SigningError) in
            // Anything that does not begin so is the name of a bucket.
            let endpoint = try S3Endpoint.resolve(bucket: text.hasPrefix("arn:") ? text : "arn:" + text, region: "")
            return Self.complaint(about: endpoint)
        }
    }

    @Test(arguments: ["us-east-1", "cn-north-1", "us-iso-east-1", "eu-elsewhere-9"])
    func bucketsAndRegions(region: String) {
        Self.run(
            ["my-bucket", "my.bucket.name", "a-bucket--usw2-az1--x-s3", "123", String(repeating: "b", count: 63)],
            tokens: ["--x-s3", "-s3alias", "xn--", ".", "..", "-", "_", "--", "/", ".mrap", "sthree-", "A"],
            count: ParserCases.count / 4
        ) { text throws(SigningError) in
            if text.hasPrefix("arn:") { throw SigningError(.invalidBucket, parameter: "bucket", message: "an ARN") }
            // Directory buckets are not everywhere.
            let region = text.hasSuffix("--x-s3") ? "us-west-2" : region
            return Self.complaint(about: try S3Endpoint.resolve(bucket: text, region: region))
        }
    }

    @Test func customEndpoints() {
        Self.run(
            [
                "https://minio.example:9000", "http://127.0.0.1:9000/base/path", "https://[2001:db8::1]:8443",
                "https://account.eu.r2.cloudflarestorage.com", "https://s3.us-west-004.backblazeb2.com/",
            ],
            tokens: [
                "http://", "https://", "://", ":", ":0", ":65536", ":443", "/", "//", "/../", "@", "user:pass@", "?",
                "#",
                "[", "]", "[::1]", "[fe80::1%25eth0]", ".", "..", "-", "_", "xn--",
            ]
        ) { text throws(SigningError) in
            let endpoint = try S3Endpoint.resolve(bucket: "my-bucket", region: "auto", customEndpoint: text)
            return Self.complaint(about: endpoint)
        }
    }

    /// What was resolved is an origin that can stand in a URL, and resolves to itself.
    private static func complaint(about endpoint: S3Endpoint) -> String? {
        let text = endpoint.origin + endpoint.pathPrefix
        guard endpoint.origin.hasPrefix("https://") || endpoint.origin.hasPrefix("http://") else { return "no scheme" }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return "more than ASCII in \(text)" }
        // Foundation refuses names that say to be internationalised and are not: not what is asked here.
        let host = endpoint.host.replacing("xn--", with: "xx--")
        guard let url = URLComponents(string: text.replacing("xn--", with: "xx--")), url.host?.isEmpty == false,
            url.user == nil, url.query == nil,
            url.fragment == nil
        else { return "no URL: \(text)" }
        let port = url.port.map { ":\($0)" } ?? ""
        guard host == (url.encodedHost ?? "") + port else { return "\(endpoint.host) is not of \(text)" }
        return nil
    }

    @Test func keysInPEM() async throws {
        let keys = try await CloudFrontOracle.keys()
        let samples = ["rsa pkcs1", "rsa pkcs8", "ec sec1", "ec pkcs8"].compactMap { keys[$0] }
        try #require(samples.count == 4)
        // Taking the armour off is cheap, asking OpenSSL what is below it is not: that for one case of twelve.
        let armours = samples.map { $0.replacing("PRIVATE KEY", with: "PUBLIC KEY") }
        let tokens = [
            "-----BEGIN ", "-----END ", "-----", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED",
            "\r\n",
            "Proc-Type: 4,ENCRYPTED", "=", "==", "MII",
        ]
        func parse(_ text: String) throws(SigningError) -> String? {
            let key = try CloudFrontKey(keyPairID: "K1", pem: text)
            // A key whose numbers were changed may fail to sign, but says so.
            do throws(SigningError) {
                return try key.signature(of: "policy", hash: .sha256).isEmpty ? "an empty signature" : nil
            } catch {
                return error.code == .signingFailed ? nil : "another error than signing_failed"
            }
        }
        Self.run(samples, tokens: tokens, count: ParserCases.count / 12, parse)
        var mangler = Mangler(seed: ParserCases.seed, samples: armours, tokens: tokens)
        for _ in 0..<ParserCases.count * 11 / 12 {
            let text = mangler.next()
            do throws(SigningError) { _ = try parse(text) } catch {
                #expect(error.code == .invalidPrivateKey, "SIGNET_PARSER_SEED=\(ParserCases.seed)")
            }
        }
    }

    @Test func policiesAndDomainsOfCloudFront() {
        Self.run(
            [
                "https://d111111abcdef8.cloudfront.net/a%20b?x=1", "http*://*.example.com/videos/*", "*",
                "rtmp://example.com/x", "https://example.com:8443/?a=%C3%BC&b",
            ],
            tokens: ["*", "?", "/", "://", ":", "&", "Expires=1", "&Signature=", "Policy=", "%", "\"", "\\", "{", "}"]
        ) { text throws(SigningError) in
            let policy = try CloudFrontPolicy(resource: text, end: 1_767_290_400)
            let json = try? JSONSerialization.jsonObject(with: Data(policy.text.utf8)) as? [String: Any]
            let statement = (json?["Statement"] as? [[String: Any]])?.first
            guard statement?["Resource"] as? String == text else { return "a policy of something else" }
            return policy.text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) ? nil : "more than ASCII in the policy"
        }
    }
}
