// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import TestSupport
import Testing

/// A platform whose workers may ask a real S3 server.
struct MultipartFixture {
    let platform: Platform
    let s3: any S3Server
    /// By which workers and clients reach it.
    let endpoint: String

    /// - Parameters:
    ///   - server: `nil`: Ceph's gateway.
    ///   - endpoint: A way to the server; `nil`: the straight one.
    ///   - other: A further endpoint that the workers may ask.
    ///   - all: Further variables of all parts.
    static func run(
        on server: (any S3Server)? = nil,
        endpoint: String? = nil,
        also other: String? = nil,
        all: [String: String] = [:],
        _ body: (MultipartFixture) async throws -> Void
    ) async throws {
        let s3: any S3Server = if let server { server } else { try await RadosGateway.shared() }
        let endpoint = endpoint ?? s3.endpoint
        let options = Platform.Options(
            worker: [
                "AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey,
                "SIGNET_WORKER_ALLOWED_ENDPOINTS": [endpoint, other].compactMap { $0 }.joined(separator: ","),
            ],
            all: all
        )
        try await Platform.run(options) { try await body(MultipartFixture(platform: $0, s3: s3, endpoint: endpoint)) }
    }

    /// Where uploads go.
    var place: [String: Any] { ["s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": endpoint] }

    /// A request to begin an upload.
    func request(_ fields: [String: Any]...) -> [String: Any] {
        fields.reduce(["contentType": "application/octet-stream"]) { $0.merging($1) { $1 } }
    }

    func post(_ step: String, _ fields: [String: Any]) async throws -> JSONAnswer {
        try await platform.postMultipart(step, place.merging(fields) { $1 })
    }

    /// Sends a step whose answer nobody waits for; returns its job.
    func accept(_ step: String, _ fields: [String: Any]) async throws -> String {
        let answer = try await platform.postMultipart(
            step,
            place.merging(fields) { $1 },
            headers: [("prefer", "respond-async")]
        )
        #expect(answer.status == 202, "\(answer.response.text)")
        return try answer.text("jobId")
    }

    /// The result of a job, once it has one.
    func result(of job: String) async throws -> [String: Any] {
        let end = try await platform.end(of: job, at: platform.url)
        return try #require(end["result"] as? [String: Any], "\(end.response.text)")
    }

    /// Sends a step that takes its time, whose path may be another one; returns its job.
    func begin(_ path: String, _ fields: [String: Any]) async throws -> String {
        let answer = try await JSONAnswer(platform.post(path, JSONAnswer.text(of: place.merging(fields) { $1 })))
        #expect(answer.status == 202, "\(answer.response.text)")
        return try answer.text("jobId")
    }

    /// Asks for a job until so many bytes are there.
    func waitForProgress(_ bytes: Int, of job: String) async throws {
        try await withDeadline(for: "\(bytes) bytes of job \(job)") {
            while true {
                let answer = try JSONAnswer(try await Curl.send("GET", platform.url + "/api/v1/jobs/\(job)"))
                if (answer["progress"] as? [String: Any])?["bytes"] as? Int == bytes { return }
            }
        }
    }

    /// Begins an upload and sends all of its parts, 5 MiB each.
    func uploadParts(of key: String, _ file: Data) async throws -> (MultipartUpload, parts: [[String: Any]]) {
        let upload = try MultipartUpload(
            try await post("initiate", request(["key": key, "fileSize": file.count, "partSize": 5 << 20]))
        )
        var parts: [[String: Any]] = []
        for part in upload.parts { parts.append(["partNumber": part.number, "etag": try await part.send(file)]) }
        return (upload, parts)
    }

    func expectProblem(
        _ step: String,
        _ fields: [String: Any],
        _ code: String,
        field: String,
        status: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await post(step, fields)
        let found = "\(answer.status) \(answer["code"] ?? "") \(answer["field"] ?? "")"
        #expect(found == "\(status) \(code) \(field)", "\(answer.response.text)", sourceLocation: sourceLocation)
    }

    /// Expects these events of an upload on the metrics topic.
    ///
    /// - Parameter workerDied: A look that is done again may find what a later one has told before, and tells it as its own:
    ///   progress is told apart by its bytes then.
    func expectEvents(
        _ types: [String],
        of upload: String,
        workerDied: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
        let lines = try await kcat.events(
            types.count,
            on: platform.topic("metrics"),
            containing: upload,
            identity: workerDied ? Self.news : Kcat.eventID
        )
        let found = lines.flatMap { line in
            line.matches(of: /ce_type=signet\.multipart\.([a-z]+)\.v1/).map { String($0.output.1) }
        }
        #expect(found.sorted() == types.sorted(), sourceLocation: sourceLocation)
        for line in lines { #expect(!line.contains("X-Amz"), sourceLocation: sourceLocation) }
    }

    @Sendable private static func news(_ line: String) -> String {
        guard let bytes = line.firstMatch(of: /"bytes":"?(\d+)/)?.output.1 else { return Kcat.eventID(line) }
        return "progress \(bytes)"
    }

    /// Random bytes: no two of them alike by chance.
    static func file(bytes: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        let words = (0..<(bytes + 7) / 8).map { _ in generator.next() }
        return words.withUnsafeBytes { Data($0.prefix(bytes)) }
    }

    static func sha256(of data: Data) -> String {
        SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
    }

    // MARK: The description of the API

    private static let holder = """
        import json, sys, jsonschema, yaml
        document = yaml.safe_load(open(sys.argv[1]))
        for step, answer in zip(sys.argv[2::2], sys.argv[3::2]):
            post = document['paths']['/api/v1/upload/s3/multipart/' + step]['post']
            schema = post['responses']['200']['content']['application/json']['schema']
            validator = jsonschema.Draft202012Validator({**schema, 'components': document['components']})
            for error in validator.iter_errors(json.loads(answer)):
                print(f'{step}: {"/".join(map(str, error.path))} {error.message[:200]}')
        for path, value in [(path, example['value']) for path, item in document['paths'].items()
                            if '/multipart/' in path
                            for example in item['post']['requestBody']['content']['application/json'].get('examples', {}).values()]:
            schema = document['paths'][path]['post']['requestBody']['content']
            jsonschema.validate(value, {**schema['application/json']['schema'], 'components': document['components']})
        """

    /// Holds answers against the schemas of the steps that they answer, and the steps' examples likewise.
    static func expectAsDescribed(_ answers: [(step: String, answer: JSONAnswer)]) async throws {
        let output = try await PythonEnvironment.run(
            source: holder,
            arguments: [Repository.file("Schemas/openapi.yaml").path]
                + answers.flatMap { [$0.step, $0.answer.response.text] }
        )
        #expect(output.isEmpty, "\(String(decoding: output, as: UTF8.self))")
    }

    // MARK: An independent client

    private static let boto = """
        import base64, boto3, hashlib, json, sys
        from botocore.config import Config
        what, endpoint, access, secret, bucket, *rest = sys.argv[1:]
        s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
                          region_name='us-east-1', config=Config(s3={'addressing_style': 'path'}))
        if what == 'read':
            secret = {'SSECustomerAlgorithm': 'AES256', 'SSECustomerKey': base64.b64decode(rest[1])} if rest[1:] else {}
            answer = s3.get_object(Bucket=bucket, Key=rest[0], **secret)
            print(json.dumps({'sha256': hashlib.sha256(answer['Body'].read()).hexdigest(),
                              'type': answer['ContentType'], 'metadata': answer['Metadata']}))
        elif what == 'put':
            print(json.dumps({'etag': s3.put_object(Bucket=bucket, Key=rest[0], Body=rest[1].encode())['ETag']}))
        elif what == 'uploads':
            pages = s3.get_paginator('list_multipart_uploads').paginate(Bucket=bucket, Prefix=rest[0])
            print(json.dumps({'ids': sorted(u['UploadId'] for page in pages for u in page.get('Uploads', []))}))
        """

    /// - Parameter what: `read` an object, if need be with a customer's key, or the `uploads` below a prefix.
    func boto(_ what: String, _ arguments: [String]) async throws -> [String: Any] {
        let output = try await PythonEnvironment.run(
            source: Self.boto,
            arguments: [what, s3.endpoint, s3.accessKey, s3.secretKey, s3.bucket] + arguments
        )
        return try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
    }
}

/// What a client was told of an upload.
struct MultipartUpload {
    struct Part {
        let number: Int
        /// `nil`: not told.
        let offset: Int?
        let size: Int?
        let url: String
        let headers: [String: String]

        /// Sends its bytes of a file; returns the ETag.
        @discardableResult
        func send(_ file: Data, whole: Bool = false) async throws -> String {
            let response = try await answer(whole ? file : bytes(of: file))
            guard response.status == 200, let etag = response.headers["etag"] else {
                throw TestSupportError("part \(number): \(response.status) \(response.text)")
            }
            return etag
        }

        func status(_ file: Data) async throws -> Int { try await answer(bytes(of: file)).status }

        private func bytes(of file: Data) -> Data {
            guard let offset, let size else { return file }
            return Data(file[offset..<offset + size])
        }

        private func answer(_ body: Data) async throws -> CurlResponse {
            // curl says itself how long the body is.
            if let length = headers["content-length"] { #expect(length == String(body.count)) }
            let headers = headers.filter { $0.key != "content-length" }.map { ($0.key, $0.value) }
            return try await Curl.send("PUT", url, headers: headers, body: body)
        }
    }

    /// What names it in further requests.
    let name: [String: Any]
    let parts: [Part]

    var id: String {
        get throws { try #require(name["uploadId"] as? String) }
    }

    init(_ answer: JSONAnswer) throws {
        name = ["key": try answer.text("key"), "uploadId": try answer.text("uploadId")]
        parts = answer["window"] == nil ? [] : try Self.parts(of: answer)
    }

    init(_ answer: JSONAnswer, of upload: MultipartUpload) throws {
        name = upload.name
        parts = try Self.parts(of: answer)
    }

    static func parts(of answer: JSONAnswer) throws -> [Part] {
        guard let window = answer["window"] as? [String: Any], let parts = window["parts"] as? [[String: Any]] else {
            throw TestSupportError("no window of parts: \(answer.status) \(answer["code"] ?? "")")
        }
        return try parts.map { part in
            Part(
                number: try #require(part["partNumber"] as? Int),
                offset: part["offset"] as? Int,
                size: part["size"] as? Int,
                url: try #require(part["url"] as? String),
                headers: try #require(part["headers"] as? [String: String])
            )
        }
    }
}
