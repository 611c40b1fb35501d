// SPDX-License-Identifier: Apache-2.0

import Contract
import Crypto
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// Against an implementation of RFC 9180 that shares no code with ours: `Oracles/hpke.py`.
@Suite struct SealingOracleTests {
    struct Request: Encodable {
        var `do`: String
        var key: String?
        var enc: String?
        var ciphertext: String?
        var recipient: String?
        var ephemeral: String?
        var plaintext: String?
        var scope: Scope?
    }

    /// The scope in the words of Protobuf-JSON, written here by hand.
    struct Scope: Encodable {
        let version: UInt32
        let tenant, jobId, bucket, endpoint, region: String
        let operations: [String]
        let notAfterMs: Int64

        init(_ scope: SealScope) {
            version = scope.version
            tenant = scope.tenant
            jobId = scope.jobID
            bucket = scope.bucket
            endpoint = scope.endpoint
            region = scope.region
            operations = scope.operations
            notAfterMs = scope.notAfterMs
        }
    }

    struct Answer: Decodable {
        var checked: Int?
        var enc: String?
        var ciphertext: String?
        var plaintext: String?
        var refused: Bool?
    }

    private static func ask(_ request: Request) async throws -> Answer {
        let script = Repository.file("Tests/ContractTests/Oracles/hpke.py")
        let output = try await PythonEnvironment.run(script: script, input: JSONEncoder().encode(request))
        return try JSONDecoder().decode(Answer.self, from: output)
    }

    private static func bytes(_ hexadecimal: String?) -> Data {
        let digits = Array((hexadecimal ?? "").utf8).compactMap(Hexadecimal.value(of:))
        return Data(stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    @Test func oracleMeetsTheVectorOfTheStandard() async throws {
        #expect(try await Self.ask(Request(do: "check")).checked == 9)
    }

    @Test func oracleOpensWhatWeSealed() async throws {
        let key = SealingPrivateKey()
        let sealed = try CredentialSealer(publicKey: key.publicKey)
            .seal(SealingFixture.credential, scope: SealingFixture.scope)
        var request = Request(do: "open")
        request.key = Hexadecimal.string(key.key.rawRepresentation)
        request.enc = Hexadecimal.string(sealed.encapsulatedKey)
        request.ciphertext = Hexadecimal.string(sealed.ciphertext)
        request.scope = Scope(SealingFixture.scope)
        let answer = try await Self.ask(request)
        let opened = try InlineCredential(serializedBytes: Self.bytes(answer.plaintext))
        #expect(opened == SealingFixture.credential)

        // And it refuses the same bytes under another scope, so it does look at the associated data.
        var other = SealingFixture.scope
        other.bucket = "other"
        request.scope = Scope(other)
        #expect(try await Self.ask(request).refused == true)
    }

    @Test func weOpenWhatTheOracleSealed() async throws {
        let key = SealingPrivateKey()
        let plaintext: Data = try SealingFixture.credential.serializedBytes()
        var request = Request(do: "seal")
        request.recipient = Hexadecimal.string(key.publicKey.key.rawRepresentation)
        request.ephemeral = Hexadecimal.string((0..<32).map { _ in UInt8.random(in: 0...255) })
        request.plaintext = Hexadecimal.string(plaintext)
        request.scope = Scope(SealingFixture.scope)
        let answer = try await Self.ask(request)
        var sealed = SealedCredential()
        sealed.keyID = key.id
        sealed.encapsulatedKey = Self.bytes(answer.enc)
        sealed.ciphertext = Self.bytes(answer.ciphertext)
        sealed.scope = SealingFixture.scope
        #expect(try CredentialOpener(keys: [key]).open(sealed) == SealingFixture.credential)
    }
}
