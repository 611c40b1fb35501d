// SPDX-License-Identifier: Apache-2.0

import SignetSigning

/// The example that AWS documents use: nobody's account.
enum Example {
    static let accessKeyID = "AKIAIOSFODNN7EXAMPLE"
    static let secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    /// 2013-05-24T00:00:00Z.
    static let unixSeconds: Int64 = 1_369_353_600

    static func credentials(
        sessionToken: String? = nil,
        expiration: Int64? = nil
    ) throws -> SigningCredentials {
        try SigningCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: secretAccessKey,
            sessionToken: sessionToken,
            expiration: expiration
        )
    }

    static func time() throws -> SigningTime {
        try SigningTime(unixSeconds: unixSeconds)
    }

    static func onAWS() throws -> S3Endpoint {
        try S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1")
    }

    static func onCustomStore() throws -> S3Endpoint {
        try S3Endpoint.resolve(
            bucket: "examplebucket",
            region: "us-east-1",
            customEndpoint: "https://minio.example:9000"
        )
    }

    static func template(
        _ operation: S3Operation = .getObject,
        headers: [S3ObjectOptions.Pair] = [],
        query: [S3ObjectOptions.Pair] = [],
        credentials: SigningCredentials? = nil
    ) throws -> S3PresignTemplate {
        var options = S3ObjectOptions()
        if operation == .putObject { options.encryption = S3Encryption.none }
        options.headers = headers
        options.query = query
        return try S3Signer(credentials: credentials ?? Self.credentials()).template(
            operation,
            at: onAWS(),
            time: time(),
            expiresIn: 86_400,
            options: options
        )
    }
}

/// What a caller branches on when something is refused.
struct Refusal: Equatable, Sendable, CustomStringConvertible {
    let code: SigningError.Code
    let parameter: String

    init(_ code: SigningError.Code, _ parameter: String) {
        self.code = code
        self.parameter = parameter
    }

    var description: String { "\(code) (\(parameter))" }
}

/// How `body` is refused; `nil` if it is not.
func refusal(_ body: () throws -> some Any) throws -> Refusal? {
    do {
        _ = try body()
        return nil
    } catch let error as SigningError {
        return Refusal(error.code, error.parameter)
    }
}
