// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// Real data of events against the JSON Schemas under `Schemas/events`, by an independent validator.
@Suite struct EventSchemaTests {
    private static func schema(_ type: CloudEvent.EventType) throws -> [String: Any] {
        let bytes = try Data(contentsOf: Repository.file("Schemas/events/\(type.rawValue).json"))
        return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    /// What is wrong with each document.
    private static func validate(_ type: CloudEvent.EventType, _ documents: [[String: Any]]) async throws -> [[String]]
    {
        let request = try JSONSerialization.data(withJSONObject: ["schema": try schema(type), "documents": documents])
        let script = Repository.file("Tests/ContractTests/Oracles/validate.py")
        let output = try await PythonEnvironment.run(script: script, input: request)
        let answer = try JSONDecoder().decode([[String]].self, from: output)
        try #require(answer.count == documents.count)
        return answer
    }

    /// The data as it stands in the record.
    private static func document(_ type: CloudEvent.EventType, _ data: some Message) throws -> [String: Any] {
        let event = try CloudEvent(
            type: type,
            jobID: "j",
            chunk: 0,
            source: "/s",
            subject: "",
            unixMilliseconds: 0,
            data: data
        )
        return try #require(JSONSerialization.jsonObject(with: Data(event.data)) as? [String: Any])
    }

    private static var minted: UrlsMinted {
        var data = UrlsMinted()
        data.jobID = JobID(unixMilliseconds: 1_700_000_000_000).description
        data.chunk = 0
        data.tenant = "tenant"
        data.operation = "PutObject"
        data.bucket = "bucket"
        data.count = 0
        data.failed = 0
        data.outcome = "success"
        data.latencyMs = 0
        data.worker = "host-1"
        return data
    }

    private static var wholeMinted: UrlsMinted {
        var data = minted
        data.chunk = .max
        data.caller = "caller"
        data.region = "eu-central-1"
        data.keyPrefix = "a/b/"
        data.storageClass = "GLACIER_IR"
        data.encryption = "aws:kms"
        data.count = 499
        data.failed = 1
        data.declaredBytes = 53_687_091_200_000
        data.expiresAt = Timestamp.rfc3339(unixMilliseconds: 1_700_000_000_250)
        data.expiryLimitedBy = "credential"
        data.outcome = "partial"
        data.code = FailureCode.invalidKey.rawValue
        data.latencyMs = 12.25
        return data
    }

    private static var refused: JobFailed {
        var data = JobFailed()
        data.chunk = 0
        data.code = FailureCode.expired.rawValue
        data.latencyMs = 0
        data.worker = "host-1"
        return data
    }

    private static var wholeRefused: JobFailed {
        var data = refused
        data.jobID = "no uuid"
        data.tenant = "tenant"
        data.caller = "caller"
        data.operation = "Nonsense"
        data.bucket = "Bad Bucket"
        data.region = "nowhere"
        data.domain = "no domain"
        data.field = "items[3].key"
        return data
    }

    private static var initiated: MultipartInitiated {
        var data = MultipartInitiated()
        data.jobID = JobID(unixMilliseconds: 1_700_000_000_000).description
        data.tenant = "tenant"
        data.bucket = "bucket"
        data.uploadID = "2~upload"
        data.latencyMs = 0
        data.worker = "host-1"
        data.encryption = "none"
        data.fileSize = 1
        data.partSize = 16 << 20
        data.partCount = 1
        return data
    }

    private static var wholeInitiated: MultipartInitiated {
        var data = initiated
        data.caller = "caller"
        data.region = "eu-central-1"
        data.keyPrefix = "a/b/"
        data.storageClass = "GLACIER_IR"
        data.fileSize = 53_687_091_200_000
        data.partSize = 5 << 30
        data.partCount = 10_000
        return data
    }

    private static func completed(_ initiated: MultipartInitiated) -> MultipartCompleted {
        var data = MultipartCompleted()
        (data.jobID, data.tenant, data.caller) = (initiated.jobID, initiated.tenant, initiated.caller)
        (data.bucket, data.region, data.keyPrefix) = (initiated.bucket, initiated.region, initiated.keyPrefix)
        (data.uploadID, data.latencyMs, data.worker) = (initiated.uploadID, 12.5, initiated.worker)
        (data.size, data.partCount) = (initiated.fileSize, initiated.partCount)
        return data
    }

    private static func progress(_ initiated: MultipartInitiated) -> MultipartProgress {
        var data = MultipartProgress()
        (data.jobID, data.tenant, data.caller) = (initiated.jobID, initiated.tenant, initiated.caller)
        (data.bucket, data.region, data.keyPrefix) = (initiated.bucket, initiated.region, initiated.keyPrefix)
        (data.uploadID, data.latencyMs, data.worker) = (initiated.uploadID, 12.5, initiated.worker)
        (data.bytes, data.parts, data.bytesPerSecond, data.fileSize) = (0, 0, 0, initiated.fileSize)
        return data
    }

    private static func aborted(_ initiated: MultipartInitiated) -> MultipartAborted {
        var data = MultipartAborted()
        (data.jobID, data.tenant, data.caller) = (initiated.jobID, initiated.tenant, initiated.caller)
        (data.bucket, data.region, data.keyPrefix) = (initiated.bucket, initiated.region, initiated.keyPrefix)
        (data.uploadID, data.latencyMs, data.worker) = (initiated.uploadID, 12.5, initiated.worker)
        data.found = false
        return data
    }

    /// For each type: the data with the least that is ever written, and with all of it.
    private static func messages(_ type: CloudEvent.EventType) -> (least: any Message, whole: any Message) {
        switch type {
        case .urlsMinted: (minted, wholeMinted)
        case .jobFailed: (refused, wholeRefused)
        case .multipartInitiated: (initiated, wholeInitiated)
        case .multipartProgress: (progress(initiated), progress(wholeInitiated))
        case .multipartCompleted: (completed(initiated), completed(wholeInitiated))
        case .multipartAborted: (aborted(initiated), aborted(wholeInitiated))
        }
    }

    private static func samples(_ type: CloudEvent.EventType) throws -> (least: [String: Any], whole: [String: Any]) {
        let (least, whole) = messages(type)
        return (try document(type, least), try document(type, whole))
    }

    @Test(arguments: CloudEvent.EventType.allCases)
    func dataOfAnEventIsValid(type: CloudEvent.EventType) async throws {
        let samples = try Self.samples(type)
        #expect(try await Self.validate(type, [samples.least, samples.whole]) == [[], []])
    }

    @Test(arguments: CloudEvent.EventType.allCases)
    func schemaHasTheFieldsOfTheMessageAndRequiresItsNumbers(type: CloudEvent.EventType) async throws {
        let name = Swift.type(of: Self.messages(type).whole).protoMessageName
        let message = try #require(try await Schemas.current().messages[name])
        let schema = try Self.schema(type)
        let properties = try #require(schema["properties"] as? [String: Any])
        let required = try #require(schema["required"] as? [String])
        #expect(properties.keys.sorted() == message.field.map(\.jsonName).sorted())
        for field in message.field where field.proto3Optional { #expect(required.contains(field.jsonName)) }
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(schema["title"] as? String == type.rawValue)
        // Each property is driven by the whole sample.
        #expect(try Self.samples(type).whole.keys.sorted() == properties.keys.sorted())
    }

    @Test(arguments: CloudEvent.EventType.allCases)
    func documentWithoutARequiredFieldIsRefused(type: CloudEvent.EventType) async throws {
        let required = try #require(try Self.schema(type)["required"] as? [String])
        let whole = try Self.samples(type).whole
        let answers = try await Self.validate(type, required.map { name in whole.filter { $0.key != name } })
        for (name, errors) in zip(required, answers) {
            #expect(errors.count == 1, "\(name)")
            #expect(errors.first?.contains("'\(name)' is a required property") == true)
        }
    }

    @Test(arguments: CloudEvent.EventType.allCases)
    func valueOfAnotherTypeOrFieldOfAnotherNameIsRefused(type: CloudEvent.EventType) async throws {
        let whole = try Self.samples(type).whole
        // Protobuf-JSON writes no lists here, and 64-bit numbers as text would surprise a reader.
        var wrong = whole.keys.sorted().map { name in whole.merging([name: ["list"]]) { $1 } }
        for (name, value) in whole where value is NSNumber {
            wrong.append(whole.merging([name: "1"]) { $1 })
            wrong.append(whole.merging([name: -1]) { $1 })
        }
        wrong.append(whole.merging(["url": "https://example"]) { $1 })
        wrong.append(whole.merging(["code": "Not A Code"]) { $1 })
        if type == .urlsMinted {
            wrong.append(whole.merging(["outcome": "perhaps"]) { $1 })
            wrong.append(whole.merging(["expiryLimitedBy": "nobody"]) { $1 })
            wrong.append(whole.merging(["expiresAt": "tomorrow"]) { $1 })
            wrong.append(whole.merging(["jobId": "no uuid"]) { $1 })
            wrong.append(whole.merging(["count": 1.5]) { $1 })
        }
        for (document, errors) in zip(wrong, try await Self.validate(type, wrong)) {
            #expect(!errors.isEmpty, "\(document)")
        }
    }
}
