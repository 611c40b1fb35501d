// SPDX-License-Identifier: Apache-2.0

extension SignatureClaim {
    /// Finds the claim of a received request.
    ///
    /// - Throws: `missing_signature` or `invalid_signature`, whose parameter names the part.
    init(target: RequestTarget, headers: [String: HeaderField]) throws(SigningError) {
        let isPresigned = target.parameters.contains { Self.isName($0.name, "X-Amz-Algorithm") }
        switch (isPresigned, headers["authorization"]) {
        case (true, nil): self = try Self.presigned(target, headers: headers)
        case (false, let header?): self = try Self.authorized(header.value, headers: headers)
        case (true, .some):
            throw SigningError(
                .missingSignature,
                parameter: "Authorization",
                message: "the request is signed in its query and in its headers; S3 takes one of them only"
            )
        case (false, nil):
            let isOld = target.parameters.contains { ["AWSAccessKeyId", "Signature"].contains($0.name) }
            throw SigningError(
                .missingSignature,
                parameter: "X-Amz-Algorithm",
                message: isOld
                    ? "this is a URL of Signature Version 2, which most regions refuse; sign it with Version 4"
                    : "the request is not signed: it has neither X-Amz-Algorithm in its query nor Authorization"
            )
        }
    }

    private static func presigned(
        _ target: RequestTarget,
        headers: [String: HeaderField]
    ) throws(SigningError) -> SignatureClaim {
        /// The value of a parameter, which must stand once at most and be spelled as it is in what was signed.
        func find(_ name: String) throws(SigningError) -> String? {
            let found = target.parameters.filter { isName($0.name, name) }
            guard let first = found.first else { return nil }
            guard found.count == 1 else { throw malformed(name, "it stands in the query \(found.count) times") }
            guard first.name == name else { throw malformed(name, "it is spelled \(first.name)") }
            guard let text = first.text else { throw malformed(name, "its value is no UTF-8") }
            return text
        }
        func require(_ name: String) throws(SigningError) -> (name: String, value: String) {
            guard let value = try find(name) else { throw malformed(name, "it is missing in the query") }
            return (name, value)
        }
        let token = try find("X-Amz-Security-Token")
        let session = try find("X-Amz-S3session-Token")
        var payload = try find("X-Amz-Content-Sha256").map { ("X-Amz-Content-Sha256", $0) }
        if payload == nil { payload = headers["x-amz-content-sha256"].map { ($0.name, $0.value) } }
        let parts = try Parts(
            algorithm: require("X-Amz-Algorithm").value,
            credential: require("X-Amz-Credential"),
            signedHeaders: require("X-Amz-SignedHeaders"),
            signature: require("X-Amz-Signature"),
            date: require("X-Amz-Date"),
            expires: require("X-Amz-Expires").value,
            sessionToken: oneToken(token, session),
            payload: payload ?? ("X-Amz-Content-Sha256", CanonicalRequest.unsignedPayload)
        )
        return try SignatureClaim(parts, place: .query)
    }

    private static func authorized(
        _ authorization: String,
        headers: [String: HeaderField]
    ) throws(SigningError) -> SignatureClaim {
        let header = try AuthorizationHeader(authorization)
        guard let date = headers["x-amz-date"] else {
            throw malformed("x-amz-date", "the header is missing; it holds the signing time")
        }
        let payload = headers["x-amz-content-sha256"].map { ($0.name, $0.value) }
        let parts = Parts(
            algorithm: header.algorithm,
            credential: ("Credential", header.credential),
            signedHeaders: ("SignedHeaders", header.signedHeaders),
            signature: ("Signature", header.signature),
            date: (date.name, date.value),
            expires: nil,
            sessionToken: try oneToken(
                headers["x-amz-security-token"]?.value,
                headers["x-amz-s3session-token"]?.value
            ),
            payload: payload
        )
        let claim = try SignatureClaim(parts, place: .headers)
        if payload == nil, claim.service.hasPrefix("s3") {
            throw malformed("x-amz-content-sha256", "the header is missing; S3 wants it in every request")
        }
        return claim
    }

    /// Sessions of directory buckets have a name of their own for it.
    private static func oneToken(_ token: String?, _ session: String?) throws(SigningError) -> String? {
        if token != nil, session != nil {
            throw malformed("X-Amz-Security-Token", "it stands beside X-Amz-S3session-Token; a request has one of them")
        }
        return token ?? session
    }

    private static func isName(_ name: String, _ other: String) -> Bool {
        name.utf8.count == other.utf8.count && name.lowercased() == other.lowercased()
    }
}
