// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf
import Testing

@Suite struct WireCompatibilityTests {
    @Test func currentSchemaBreaksNobodyWhoSpeaksTheBaseline() async throws {
        let breaches = WireComparison.breaches(from: try Schemas.baseline(), to: try await Schemas.current())
        #expect(breaches == [])
    }

    @Test func baselineHoldsTheMessagesOfTheContract() throws {
        let messages = try Schemas.baseline().messages
        for name in [
            "Job", "S3SigningJob", "SealedCredential", "SealScope", "Reply", "SignedItem", "UrlsMinted", "JobFailed",
        ] {
            #expect(messages["signet.v1.\(name)"]?.field.isEmpty == false)
        }
    }

    // MARK: The comparison itself

    /// A change to a schema, and what the comparison says of it.
    struct Mutation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout Google_Protobuf_DescriptorProto) -> Void

        init(_ breach: String, _ apply: @escaping @Sendable (inout Google_Protobuf_DescriptorProto) -> Void) {
            testDescription = breach
            self.apply = apply
        }
    }

    /// Changes `signet.v1.Job` in a copy of the baseline.
    private static func mutated(
        _ apply: (inout Google_Protobuf_DescriptorProto) -> Void
    ) throws -> Google_Protobuf_FileDescriptorSet {
        var set = try Schemas.baseline()
        for file in set.file.indices {
            for message in set.file[file].messageType.indices where set.file[file].messageType[message].name == "Job" {
                apply(&set.file[file].messageType[message])
            }
        }
        return set
    }

    @Test(arguments: [
        Mutation("signet.v1.Job.job_id: was removed") { $0.field.remove(at: 1) },
        Mutation("signet.v1.Job.job_id: was renamed to id") { $0.field[1].name = "id" },
        Mutation("signet.v1.Job.job_id: was renumbered from 2 to 99") { $0.field[1].number = 99 },
        Mutation("signet.v1.Job.job_id: was retyped") { $0.field[1].type = .bytes },
        Mutation("signet.v1.Job.s3_signing: was retyped") { $0.field[8].typeName = ".signet.v1.Pair" },
        Mutation("signet.v1.Job.job_id: was relabelled") { $0.field[1].label = .repeated },
        Mutation("signet.v1.Job.job_id: was relabelled") { $0.field[1].proto3Optional = true },
        Mutation("signet.v1.Job.job_id: has another name in JSON") { $0.field[1].jsonName = "id" },
        Mutation("signet.v1.Job.s3_signing: was moved into or out of a oneof") { $0.field[8].clearOneofIndex() },
        Mutation("signet.v1.Job.s3_signing: was moved into or out of a oneof") { $0.oneofDecl[0].name = "work" },
        Mutation("signet.v1.Job: the message was removed") { $0.name = "Work" },
    ])
    func breakingChangeIsFound(mutation: Mutation) throws {
        let breaches = WireComparison.breaches(from: try Schemas.baseline(), to: try Self.mutated(mutation.apply))
        #expect(breaches == [mutation.testDescription])
    }

    @Test func nestedMessagesAreComparedToo() throws {
        var nested = Google_Protobuf_DescriptorProto()
        nested.name = "Inner"
        let old = try Self.mutated { $0.nestedType.append(nested) }
        #expect(
            WireComparison.breaches(from: old, to: try Schemas.baseline())
                == ["signet.v1.Job.Inner: the message was removed"]
        )
    }

    @Test func additionsBreakNobody() throws {
        var set = try Self.mutated { message in
            var field = Google_Protobuf_FieldDescriptorProto()
            field.name = "priority"
            field.number = 9
            field.type = .uint32
            field.label = .optional
            message.field.insert(field, at: 0)
        }
        var message = Google_Protobuf_DescriptorProto()
        message.name = "New"
        set.file[0].messageType.append(message)
        #expect(WireComparison.breaches(from: try Schemas.baseline(), to: set) == [])
        #expect(WireComparison.breaches(from: set, to: try Schemas.baseline()).count == 2)
    }
}
