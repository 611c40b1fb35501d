// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Foundation

/// `signet keys`: the key pair that inline credentials are sealed with, and the key of refresh tokens.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Keys: to seal credentials that arrive with a request, and to seal refresh tokens.",
        subcommands: [Generate.self, GenerateTokenKey.self]
    )

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key pair: the private key is for workers, the public key for gateways.",
            discussion: """
                The private key is put in front of FILE (made readable for its owner only), the public key is printed.
                To rotate: generate into the same file, restart the workers, then give gateways the new public key;
                the old private key may go once no job sealed to it is left (24 h).
                """
        )

        @Option(help: "File of private keys, one a line, newest first (setting sealing.privateKeysFile).")
        var file: String

        @Option(help: "Name of the key; default: the start of the public key's SHA-256.")
        var id: String?

        func run() async throws {
            try KeysCommand.validate(id)
            let key = SealingPrivateKey(id: id)
            let old = FileManager.default.fileExists(atPath: file) ? try KeyFile.sealingKeys(path: file) : []
            try KeysCommand.write((key.id, key.exported), before: old.map { ($0.id, $0.exported) }, file: file)
            print("sealing.publicKey \(key.publicKey)")
        }
    }

    struct GenerateTokenKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key that refresh tokens are sealed with: for gateways.",
            discussion: """
                The key is put in front of FILE (made readable for its owner only). Give the same file to all gateways
                (gateway.tokenKeysFile), so that each opens the tokens of the others.
                To rotate: generate into the same file and restart the gateways; the old key may go once no token of it
                is good any more (gateway.refreshLifetime).
                """
        )

        @Option(help: "File of keys, one a line, newest first (setting gateway.tokenKeysFile).")
        var file: String

        @Option(help: "Name of the key; default: the start of its SHA-256.")
        var id: String?

        func run() async throws {
            try KeysCommand.validate(id)
            let key = TokenKey(id: id)
            let old = FileManager.default.fileExists(atPath: file) ? try KeyFile.tokenKeys(path: file) : []
            try KeysCommand.write((key.id, key.exported), before: old.map { ($0.id, $0.exported) }, file: file)
            print("gateway.tokenKeysFile \(file)")
        }
    }

    private static func validate(_ id: String?) throws {
        guard let id else { return }
        guard (1...128).contains(id.utf8.count), !id.contains(where: { $0 == ":" || $0.isWhitespace }) else {
            throw ValidationError("--id must be a name of at most 128 bytes without ':' and spaces")
        }
    }

    /// Puts a key in front of those that the file has.
    private static func write(
        _ key: (id: String, exported: String),
        before old: [(id: String, exported: String)],
        file: String
    ) throws {
        guard !old.contains(where: { $0.id == key.id }) else {
            throw ValidationError("\(file) already has a key named \(key.id); give another --id")
        }
        try KeyFile.write(([key] + old).map(\.exported), path: file)
    }
}
