// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

/// A credential, and the job that it is sealed for.
enum SealingFixture {
    static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    static let token = "FwoGZXIvYXdzEXAMPLETOKEN"
    static let now: Int64 = 1_700_000_000_000

    static var credential: InlineCredential {
        var credential = InlineCredential()
        credential.accessKeyID = "AKIAIOSFODNN7EXAMPLE"
        credential.secretAccessKey = secret
        credential.sessionToken = token
        credential.expirationMs = now + 3_600_000
        return credential
    }

    static var scope: SealScope {
        var scope = SealScope()
        scope.version = 1
        scope.tenant = "tenant"
        scope.jobID = "018bcfe5-6800-7000-8000-000000000000"
        scope.bucket = "bucket"
        scope.endpoint = "https://minio.example"
        scope.region = "eu-central-1"
        scope.operations = ["GetObject", "PutObject"]
        scope.notAfterMs = now + 300_000
        return scope
    }

    /// What the scope was made for.
    static var signing: S3SigningJob {
        var signing = S3SigningJob()
        signing.s3Bucket = "bucket"
        signing.s3Endpoint = "https://minio.example"
        signing.s3Region = "eu-central-1"
        signing.operation = "PutObject"
        return signing
    }

    static var job: Job {
        var job = Job()
        job.version = 1
        job.tenant = "tenant"
        job.jobID = scope.jobID
        job.s3Signing = signing
        return job
    }

    /// A change of one field, named.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout SealScope) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout SealScope) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    /// Every field of the scope, changed in each way that might slip through.
    static let changes: [Change] = [
        Change("version") { $0.version = 2 },
        Change("tenant") { $0.tenant = "tenanu" },
        Change("no tenant") { $0.tenant = "" },
        Change("job") { $0.jobID = "018bcfe5-6800-7000-8000-000000000001" },
        Change("bucket") { $0.bucket = "bucket2" },
        Change("endpoint") { $0.endpoint = "https://minio.example:9000" },
        Change("no endpoint") { $0.endpoint = "" },
        Change("region") { $0.region = "eu-central-2" },
        Change("operation added") { $0.operations.append("DeleteObject") },
        Change("operation taken away") { $0.operations.removeLast() },
        Change("operations in another order") { $0.operations.reverse() },
        Change("no operations") { $0.operations = [] },
        Change("not after") { $0.notAfterMs += 1 },
    ]
}
