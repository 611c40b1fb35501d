// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftProtobuf
import TestSupport

/// The schemas of the repository, compiled when the test runs.
enum Schemas {
    /// What `Schemas/generate.sh --descriptor-set` writes for the current .proto files.
    static func current() async throws -> Google_Protobuf_FileDescriptorSet {
        let folder = Repository.file("Schemas/signet/v1")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".proto") }.sorted().map { folder.appending(path: $0).path }
        let output = try await outputOfTool(
            "protoc",
            ["-I", Repository.file("Schemas").path, "--descriptor_set_out=/dev/stdout"] + files
        )
        return try Google_Protobuf_FileDescriptorSet(serializedBytes: output)
    }

    /// The schema that is in use out there.
    static func baseline() throws -> Google_Protobuf_FileDescriptorSet {
        let bytes = try Data(contentsOf: Repository.file("Schemas/baseline/signet-v1.binpb"))
        return try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
    }
}

extension Google_Protobuf_FileDescriptorSet {
    /// All messages by their full names, nested ones too.
    var messages: [String: Google_Protobuf_DescriptorProto] {
        var found: [String: Google_Protobuf_DescriptorProto] = [:]
        func add(_ message: Google_Protobuf_DescriptorProto, within scope: String) {
            let name = "\(scope).\(message.name)"
            found[name] = message
            for nested in message.nestedType { add(nested, within: name) }
        }
        for file in file {
            for message in file.messageType { add(message, within: file.package) }
        }
        return found
    }
}
