// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import Testing

@Suite
struct POSTPolicyTests {
    private static func sign(
        key: String = "user/user1/${filename}",
        fields: [POSTPolicy.Pair] = [],
        conditions: [POSTCondition] = [],
        bucket: String = "sigv4examplebucket",
        expiresIn: Int64 = 129_600,
        region: String = "us-east-1",
        service: String = "s3",
        token: String? = nil
    ) throws -> PresignedPOST {
        // The time of AWS's example.
        try POSTPolicy(bucket: bucket, key: key, fields: fields, conditions: conditions).signed(
            with: Example.credentials(sessionToken: token),
            at: SigningTime(unixSeconds: 1_451_347_200),
            expiresIn: expiresIn,
            region: region,
            service: service
        )
    }

    /// What AWS publishes, with the line ends that its signature is of
    /// (S3 API Reference, "Example: Browser-Based Upload using HTTP POST").
    @Test
    func thePublishedPolicyHasThePublishedSignature() throws {
        let policy = """
            { "expiration": "2015-12-30T12:00:00.000Z",
              "conditions": [
                {"bucket": "sigv4examplebucket"},
                ["starts-with", "$key", "user/user1/"],
                {"acl": "public-read"},
                {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
                ["starts-with", "$Content-Type", "image/"],
                {"x-amz-meta-uuid": "14365123651274"},
                {"x-amz-server-side-encryption": "AES256"},
                ["starts-with", "$x-amz-meta-tag", ""],

                {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
                {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
                {"x-amz-date": "20151229T000000Z" }
              ]
            }
            """
        let document = POSTPolicyDocument(text: policy.replacing("\n", with: "\r\n"))
        let scope = CredentialScope(dateStamp: "20151229", region: "us-east-1")
        let key = try SigningKey(credentials: Example.credentials(), scope: scope)
        #expect(
            document.encoded.hasPrefix(
                "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6"
            )
        )
        #expect(
            document.signature(by: key).hexadecimal
                == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        )
    }

    /// The same form by our builder: the same conditions as AWS's example, in another order and spacing.
    @Test
    func aFormCarriesAllThatItsPolicyDemands() throws {
        let post = try Self.sign(
            fields: [
                ("acl", "public-read"), ("x-amz-meta-uuid", "14365123651274"), ("x-ignore-button", "Upload"),
                ("Content-Type", "image/jpeg"),
            ],
            conditions: [
                .startsWith(field: "Content-Type", prefix: "image/"), .startsWith(field: "x-amz-meta-tag", prefix: ""),
                .exact(field: "x-amz-server-side-encryption", value: "AES256"), .contentLength(from: 1, to: 1_048_576),
            ],
            token: "token+/="
        )
        #expect(
            post.document.text
                == "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[{\"bucket\":\"sigv4examplebucket\"},"
                + "[\"starts-with\",\"$key\",\"user/user1/\"],{\"acl\":\"public-read\"},"
                + "{\"x-amz-meta-uuid\":\"14365123651274\"},[\"starts-with\",\"$Content-Type\",\"image/\"],"
                + "[\"starts-with\",\"$x-amz-meta-tag\",\"\"],{\"x-amz-server-side-encryption\":\"AES256\"},"
                + "[\"content-length-range\",1,1048576],{\"x-amz-algorithm\":\"AWS4-HMAC-SHA256\"},"
                + "{\"x-amz-credential\":\"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"},"
                + "{\"x-amz-date\":\"20151229T000000Z\"},{\"x-amz-security-token\":\"token+/=\"}]}"
        )
        #expect(
            post.fields.map(\.name) == [
                "key", "acl", "x-amz-meta-uuid", "x-ignore-button", "Content-Type", "x-amz-server-side-encryption",
                "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "policy",
                "x-amz-signature",
            ]
        )
        #expect(post.fields.first?.value == "user/user1/${filename}")
        #expect(post.expiry.end == 1_451_347_200 + 129_600)
    }

    @Test
    func aSessionOfADirectoryBucketHasATokenFieldOfItsOwn() throws {
        let post = try Self.sign(service: "s3express", token: "t")
        #expect(post.fields.contains { $0.name == "x-amz-s3session-token" && $0.value == "t" })
        #expect(post.document.text.contains("/s3express/aws4_request"))
    }

    @Test(arguments: [
        ("k", "{\"key\":\"k\"}"), ("${filename}", "[\"starts-with\",\"$key\",\"\"]"),
        ("a/${filename}", "[\"starts-with\",\"$key\",\"a/\"]"), ("$\"\\", "{\"key\":\"$\\\"\\\\\"}"),
        ("ü", "{\"key\":\"\\u00fc\"}"), ("😀\u{7F}\n", "{\"key\":\"\\ud83d\\ude00\u{7F}\\u000a\"}"),
        // As characters, this sign and the dollar sign are one.
        ("\u{600}${filename}", "[\"starts-with\",\"$key\",\"\\u0600\"]"),
    ])
    func aKeyIsExactOrAPrefix(key: String, condition: String) throws {
        #expect(try Self.sign(key: key).document.text.contains(",\(condition),"))
    }

    @Test(arguments: [
        "", "${filename}.jpg", "a/${filename}/b", "${filename}${filename}", "\u{600}${filename}x",
        String(repeating: "k", count: 1_025), String(repeating: "ü", count: 512) + "${filename}",
    ])
    func aKeyThatNoUploadCouldHaveIsRefused(key: String) throws {
        #expect(try refusal { try Self.sign(key: key) } == Refusal(.invalidKey, "key"))
    }

    @Test
    func theLongestKeysAreTaken() throws {
        #expect(try refusal { try Self.sign(key: String(repeating: "k", count: 1_024)) } == nil)
        #expect(try refusal { try Self.sign(key: String(repeating: "k", count: 1_023) + "${filename}") } == nil)
    }

    @Test(arguments: [
        "key", "Key", "bucket", "policy", "file", "x-amz-signature", "X-Amz-Algorithm", "x-amz-credential",
        "x-amz-date", "x-amz-security-token", "x-amz-s3session-token", "", "a b", "$a", "ä", "a\"",
        String(repeating: "a", count: 129),
    ])
    func aFieldThatIsThePolicysOwnOrHasNoNameIsRefused(name: String) throws {
        #expect(try refusal { try Self.sign(fields: [(name, "x")]) } == Refusal(.invalidField, "fields"))
        for condition in [POSTCondition.exact(field: name, value: "x"), .startsWith(field: name, prefix: "x")] {
            #expect(
                try refusal { try Self.sign(conditions: [condition]) } == Refusal(.invalidCondition, "conditions")
            )
        }
    }

    @Test
    func contradictionsAreRefused() throws {
        func refused(_ fields: [POSTPolicy.Pair], _ conditions: [POSTCondition]) throws -> Refusal? {
            try refusal { try Self.sign(fields: fields, conditions: conditions) }
        }
        let condition = Refusal(.invalidCondition, "conditions")
        let exact = POSTCondition.exact(field: "acl", value: "private")
        #expect(try refused([("acl", "private")], [exact]) == nil)
        #expect(try refused([("ACL", "public-read")], [exact]) == condition)
        #expect(try refused([("acl", "e\u{301}")], [.exact(field: "acl", value: "\u{E9}")]) == condition)
        #expect(try refused([], [exact, exact]) == condition)
        #expect(try refused([], [exact, .startsWith(field: "Acl", prefix: "")]) == condition)
        #expect(
            try refused([("Content-Type", "text/plain")], [.startsWith(field: "content-type", prefix: "i")])
                == condition
        )
        #expect(try refused([("a", "${filename}")], [.startsWith(field: "a", prefix: "")]) == nil)
        #expect(try refused([], [.exact(field: "a", value: "x${filename}")]) == condition)
        #expect(try refused([], [.exact(field: "x-ignore-a", value: "x")]) == condition)
        #expect(try refused([("a", "1"), ("A", "1")], []) == Refusal(.invalidField, "fields"))
        #expect(try refused([("a", "x${filename}")], []) == Refusal(.invalidField, "fields"))
        #expect(try refused([("x-ignore-a", "${filename}")], []) == nil)
    }

    @Test(
        arguments: [
            (0, 0, true), (0, 5 << 30, true), (7, 7, true), (-1, 5, false), (6, 5, false), (0, (5 << 30) + 1, false),
            (.min, .max, false),
        ] as [(Int64, Int64, Bool)]
    )
    func aRangeOfLengthsIsOneThatAnUploadCanMeet(least: Int64, most: Int64, isGood: Bool) throws {
        let refused = try refusal { try Self.sign(conditions: [.contentLength(from: least, to: most)]) }
        #expect(refused == (isGood ? nil : Refusal(.invalidCondition, "conditions")))
        let twice = [POSTCondition.contentLength(from: 0, to: 1), .contentLength(from: 0, to: 1)]
        #expect(try refusal { try Self.sign(conditions: twice) } == Refusal(.invalidCondition, "conditions"))
    }

    @Test
    func formsThatS3WouldNotTakeAreRefused() throws {
        for expiresIn in [Int64.min, 0, 604_801, .max] {
            #expect(try refusal { try Self.sign(expiresIn: expiresIn) } == Refusal(.invalidExpiry, "expiresIn"))
        }
        #expect(try refusal { try Self.sign(bucket: "a/b") } == Refusal(.invalidBucket, "bucket"))
        #expect(try refusal { try Self.sign(region: "us/east") } == Refusal(.unknownRegion, "region"))
        #expect(try refusal { try Self.sign(service: "") } == Refusal(.invalidOption, "service"))
        let large = String(repeating: "x", count: 20_000)
        #expect(try refusal { try Self.sign(fields: [("x-amz-meta-a", large)]) } == Refusal(.invalidField, "fields"))
        let last = try SigningTime(unixSeconds: 253_402_300_799)
        let refused = try refusal {
            try POSTPolicy(bucket: "abc", key: "k")
                .signed(with: Example.credentials(), at: last, expiresIn: 1, region: "us-east-1")
        }
        #expect(refused == Refusal(.invalidTime, "unixSeconds"))
    }

    @Test
    func theFormEndsWithItsCredential() throws {
        let time = try Example.time()
        let credentials = try Example.credentials(sessionToken: "t", expiration: time.unixSeconds + 60)
        let post = try POSTPolicy(bucket: "abc", key: "k")
            .signed(with: credentials, at: time, expiresIn: 3_600, region: "us-east-1")
        #expect(post.expiry.end == time.unixSeconds + 60 && post.expiry.limitedBy == .credential)
    }

    @Test
    func nothingOfTheFormsPowerIsShown() throws {
        let post = try Self.sign(fields: [("acl", "private")], token: "SECRETTOKEN")
        let secrets = post.fields.filter { ["policy", "x-amz-signature", "x-amz-security-token"].contains($0.name) }
        #expect(secrets.count == 3 && post.document.text.contains("SECRETTOKEN"))
        let values: [Any] = [post, post.document]
        for face in values.flatMap({ faces(of: $0) }) {
            for secret in secrets { #expect(!face.contains(secret.value)) }
        }
    }
}
