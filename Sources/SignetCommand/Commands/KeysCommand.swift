// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Foundation

/// `signet keys generate`: the key pair that inline credentials are sealed with.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Sealing keys for credentials that arrive with a request.",
        subcommands: [Generate.self]
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
            if let id, id.isEmpty || id.contains(where: { $0 == ":" || $0.isWhitespace }) {
                throw ValidationError("--id must be a name without ':' and spaces")
            }
            let key = SealingPrivateKey(id: id)
            var lines = [key.exported]
            if FileManager.default.fileExists(atPath: file) {
                let old = try SealingKeyFile.read(path: file)
                guard !old.contains(where: { $0.id == key.id }) else {
                    throw ValidationError("\(file) already has a key named \(key.id); give another --id")
                }
                lines += old.map(\.exported)
            }
            try SealingKeyFile.write(lines, path: file)
            print("sealing.publicKey \(key.publicKey)")
        }
    }
}
