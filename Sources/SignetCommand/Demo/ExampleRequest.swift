// SPDX-License-Identifier: Apache-2.0

/// The request that `dev` shows and `demo` sends. The keys are those of AWS's documentation: they open nothing.
enum ExampleRequest {
    static let path = "/api/v1/upload/s3/signed-url"
    static let accessKey = "AKIAIOSFODNN7EXAMPLE"
    static let secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    static let body = """
        {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"\(accessKey)",\
        "s3SecretKey":"\(secretKey)","s3Bucket":"my-bucket","s3Region":"us-east-1","s3StorageClass":"STANDARD"}
        """

    /// A line for a shell.
    static func curl(url: String) -> String {
        "curl -s \(url)\(path) -H 'content-type: application/json' -d '\(body)'"
    }
}
