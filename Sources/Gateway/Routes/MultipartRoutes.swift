// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/upload/s3/multipart/…`: uploads in parts. A worker asks S3; the client sends the parts themselves to the
/// URLs that it is given.
struct MultipartRoutes: Sendable {
    private static let root = "/api/v1/upload/s3/multipart"
    static let initiatePath = root + "/initiate"
    static let partsPath = root + "/parts"
    static let listPath = root + "/list"
    static let completePath = root + "/complete"
    static let abortPath = root + "/abort"
    static let watchPath = root + "/watch"
    static let copyPath = "/api/v1/s3/multipart/copy"

    /// Seconds that a job may take, at most: a day, but for its last steps.
    private static let longestLife: Int64 = 85_500

    /// For what asks S3.
    let steps: SigningEndpoint
    /// For what is only signed.
    let signing: SigningEndpoint

    func initiate(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeInitiate)
    }

    func parts(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context, decode: Self.decodeParts)
    }

    func list(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeList)
    }

    func complete(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeComplete)
    }

    func abort(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeAbort)
    }

    func watch(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeWatch)
    }

    func copy(_ request: Request, context: GatewayContext) async throws -> Response {
        try await steps.respond(to: request, context: context, decode: Self.decodeCopy)
    }

    // MARK: Reading

    static func decodeInitiate(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var job = S3MultipartJob()
        job.target = S3SigningJob(operation: "", from: &fields)
        let secrets = RequestSecrets(from: &fields)

        var item = S3SigningItem(named: &fields)
        item.options.contentType = fields.required("contentType", "give the file's media type, e.g. video/mp4")
        item.options.readObject(from: &fields)
        item.options.readConditions(from: &fields)
        item.options.readFurther(from: &fields)
        if let algorithm = fields.string("checksumAlgorithm") { item.options.checksumAlgorithm = algorithm }
        job.target.items = [item]

        var initiate = InitiateUpload()
        initiate.fileSize = fields.requiredInteger("fileSize", "give the file's size in bytes, from which parts follow")
        if let size = fields.integer("partSize") { initiate.partSize = size }
        if let window = fields.integer("window") { initiate.window = UInt32(clamping: window) }
        job.initiate = initiate
        return SigningRequest(multipart: job, secrets: secrets, warnings: try fields.finish())
    }

    static func decodeParts(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var signing = S3SigningJob(operation: "UploadPart", from: &fields)
        let secrets = RequestSecrets(from: &fields)
        var item = S3SigningItem()
        item.key = fields.required("key", "give the key that initiate answered")
        item.options.uploadID = fields.required("uploadId", "give the id that initiate answered")
        item.options.readFurther(from: &fields)
        if let algorithm = fields.string("checksumAlgorithm") { item.options.checksumAlgorithm = algorithm }
        signing.items = [item]
        signing.parts = PartSelection(from: &fields)
        return SigningRequest(signing: signing, secrets: secrets, answer: .parts, warnings: try fields.finish())
    }

    static func decodeList(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var (job, secrets) = step(&fields)
        job.list = ListUploadParts()
        return SigningRequest(multipart: job, secrets: secrets, warnings: try fields.finish())
    }

    static func decodeComplete(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var (job, secrets) = step(&fields)
        job.target.items[0].options.readConditions(from: &fields)
        var complete = CompleteUpload()
        if let size = fields.integer("fileSize") { complete.fileSize = size }
        for (index, members) in (fields.objects("parts") ?? []).enumerated() {
            var member = FieldReader(members)
            var part = MultipartPart()
            part.partNumber = Int32(clamping: member.requiredInteger("partNumber", "name the part"))
            part.etag = member.required("etag", "give the ETag that S3 answered, or no parts at all")
            fields.note(member.failures, under: "parts[\(index)]")
            complete.parts.append(part)
        }
        job.complete = complete
        return SigningRequest(multipart: job, secrets: secrets, warnings: try fields.finish())
    }

    static func decodeAbort(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var (job, secrets) = step(&fields)
        job.abort = AbortUpload()
        return SigningRequest(multipart: job, secrets: secrets, warnings: try fields.finish())
    }

    static func decodeWatch(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var (job, secrets) = step(&fields)
        job.target.items[0].options.readConditions(from: &fields)
        var watch = WatchUpload()
        watch.fileSize = fields.requiredInteger("fileSize", "give the bytes that the object shall have")
        watch.complete = fields.flag("complete") ?? false
        job.watch = watch
        job.webhook = webhook(from: &fields)
        let life = life(from: &fields)
        return SigningRequest(multipart: job, secrets: secrets, life: life, warnings: try fields.finish())
    }

    static func decodeCopy(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var job = S3MultipartJob()
        job.target = S3SigningJob(operation: "", from: &fields)
        let secrets = RequestSecrets(from: &fields)
        var item = S3SigningItem()
        item.key = fields.required("key", "give the key of the copy")
        if let type = fields.string("contentType") { item.options.contentType = type }
        item.options.readObject(from: &fields)
        item.options.readFurther(from: &fields)
        job.target.items = [item]
        var copy = CopyObject()
        copy.source = fields.required("copySource", "name what is copied: bucket/key")
        copy.sourceVersionID = fields.string("copySourceVersionId") ?? ""
        if let size = fields.integer("partSize") { copy.partSize = size }
        job.copy = copy
        job.webhook = webhook(from: &fields)
        let life = life(from: &fields)
        return SigningRequest(multipart: job, secrets: secrets, life: life, warnings: try fields.finish())
    }

    /// Who is told of the end.
    private static func webhook(from fields: inout FieldReader) -> String {
        guard let text = fields.string("webhook") else { return "" }
        do throws(FailureError) {
            return try WebhookURL(text).text
        } catch {
            fields.note(error)
            return ""
        }
    }

    /// `deadline`, seconds from now.
    private static func life(from fields: inout FieldReader) -> Duration {
        guard let seconds = fields.integer("deadline") else { return .seconds(longestLife) }
        if !(1...longestLife).contains(seconds) {
            fields.note(
                FailureError(
                    .invalidValue,
                    field: "deadline",
                    message: "deadline is 1 to \(longestLife) seconds from now, not \(seconds)"
                )
            )
        }
        return .seconds(seconds)
    }

    /// What all steps of an upload that has begun say.
    private static func step(_ fields: inout FieldReader) -> (S3MultipartJob, RequestSecrets) {
        var job = S3MultipartJob()
        job.target = S3SigningJob(operation: "", from: &fields)
        let secrets = RequestSecrets(from: &fields)
        var item = S3SigningItem()
        item.key = fields.required("key", "give the key that initiate answered")
        if let payer = fields.flag("requesterPays") { item.options.requesterPays = payer }
        job.target.items = [item]
        job.uploadID = fields.required("uploadId", "give the id that initiate answered")
        return (job, secrets)
    }
}

extension S3SigningItem {
    /// The key of an object that is written, or what a key is made from.
    init(named fields: inout FieldReader) {
        self.init()
        key = fields.string("key") ?? ""
        keyPrefix = fields.string("keyPrefix") ?? ""
        filename =
            fields.has("key")
            ? fields.string("filename") ?? ""
            : fields.required("filename", "give the file's name, or the whole key")
    }
}

extension PartSelection {
    /// `parts`, a list of numbers, or `firstPart` and `lastPart`.
    fileprivate init(from fields: inout FieldReader) {
        self.init()
        if fields.beginsWithObject("parts") {
            for (index, members) in (fields.objects("parts") ?? []).enumerated() {
                var member = FieldReader(members)
                var range = PartRange()
                range.first = Int32(clamping: member.requiredInteger("partNumber", "name the part"))
                range.checksum = member.required("checksum", "give the base64 of the part's checksum, or numbers alone")
                fields.note(member.failures, under: "parts[\(index)]")
                ranges.append(range)
            }
            readSizes(from: &fields)
            return
        }
        let numbers = fields.integers("parts")
        let (first, last) = (fields.integer("firstPart"), fields.integer("lastPart"))
        if let numbers {
            if first != nil || last != nil {
                fields.note(
                    FailureError(
                        .conflictingFields,
                        field: "parts",
                        message: "parts and firstPart exclude each other; give a list of numbers, or a range"
                    )
                )
            }
            for number in numbers {
                var range = PartRange()
                range.first = Int32(clamping: number)
                ranges.append(range)
            }
        } else {
            var range = PartRange()
            range.first = Int32(clamping: first ?? fields.requiredInteger("parts", "list the parts, or give firstPart"))
            range.last = Int32(clamping: last ?? first ?? 0)
            ranges = [range]
        }
        readSizes(from: &fields)
    }

    private mutating func readSizes(from fields: inout FieldReader) {
        if let bytes = fields.integer("fileSize") { fileSize = bytes }
        if let bytes = fields.integer("partSize") { partSize = bytes }
    }
}
