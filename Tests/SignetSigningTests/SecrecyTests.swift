// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// Secrets stay out of what logs, crashes and debuggers print.
@Suite
struct SecrecyTests {
    private static let token = "FwoGZXIvYXdzE+SECRET/TOKEN=="

    private static func faces(of value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), dumped, "\(value)", String(describing: [value])]
    }

    /// What must not be seen: secret, token and signature, raw and encoded, and anything of hashes and cached states.
    private static func secrets(_ object: SignedObject) -> [String] {
        let words = stride(from: 0, to: SHA256Digest.byteCount, by: 8).map { start in
            object.signature.bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        return [
            Example.secretAccessKey, PercentEncoding.query(Example.secretAccessKey), token,
            PercentEncoding.query(token),
            object.signature.hexadecimal, "SHA256Hash", "SHA256Digest", "SHA256_CTX", "HMACKey", "hmac",
        ] + words.map(String.init)
    }

    @Test
    func nothingThatHoldsASecretShowsIt() throws {
        let credentials = try Example.credentials(sessionToken: Self.token)
        let signer = S3Signer(credentials: credentials)
        let template = try signer.template(.getObject, at: Example.onAWS(), time: Example.time(), expiresIn: 60)
        let object = try template.sign(key: "photos/1.jpeg")
        let scope = try CredentialScope(dateStamp: Example.time().dateStamp, region: "us-east-1")
        let request = try CanonicalRequest(
            method: "GET",
            path: object.path,
            query: template.query,
            headers: CanonicalHeaders(host: template.endpoint.host, headers: [])
        )
        // The values do hold what is looked for.
        #expect(template.url(for: object).contains(PercentEncoding.query(Self.token)))
        #expect(template.url(for: object).contains(object.signature.hexadecimal))
        #expect(request.text.contains(PercentEncoding.query(Self.token)))

        let key = SigningKey(credentials: credentials, scope: scope)
        let string = try StringToSign(time: Example.time(), scope: scope, canonicalRequest: request)
        let values: [Any] = [credentials, signer, template, object, key, request, string, scope]
        for value in values {
            for face in Self.faces(of: value) {
                for secret in Self.secrets(object) {
                    #expect(!face.contains(secret), "\(type(of: value)) shows \(secret)")
                }
            }
        }
    }

    @Test
    func whatIsShownNamesTheThing() throws {
        let credentials = try Example.credentials(sessionToken: Self.token)
        let template = try Example.template(credentials: credentials)
        #expect("\(credentials)" == "SigningCredentials(AKIAIOSFODNN7EXAMPLE)")
        #expect("\(S3Signer(credentials: credentials))" == "S3Signer(AKIAIOSFODNN7EXAMPLE)")
        #expect("\(template)" == "S3PresignTemplate(GetObject https://examplebucket.s3.us-east-1.amazonaws.com)")
        #expect(try "\(template.sign(key: "a b"))" == "SignedObject(/a%20b)")
    }

    @Test
    func errorsDoNotRepeatSecrets() throws {
        let secret = String(repeating: "secret", count: 200)
        let attempts: [() throws -> Any] = [
            { try SigningCredentials(accessKeyID: "a", secretAccessKey: secret) },
            { try SigningCredentials(accessKeyID: "a b", secretAccessKey: "secret") },
            { try Example.template(headers: [("x-amz-meta-a", "secret\u{0}")]) },
            { try Example.template(query: [("X-Amz-Security-Token", "secret")]) },
            {
                try S3Endpoint.resolve(
                    bucket: "abc",
                    region: "auto",
                    customEndpoint: "https://user:secret@store.example"
                )
            },
        ]
        for attempt in attempts {
            let error = #expect(throws: SigningError.self) { try attempt() }
            for face in Self.faces(of: try #require(error)) { #expect(!face.contains("secretsecret")) }
            #expect(
                error?.description.contains("secret@") == false && error?.description.contains("secret\u{0}") == false
            )
        }
    }
}
