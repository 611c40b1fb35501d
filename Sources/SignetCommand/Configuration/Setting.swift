// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// One setting: what `signet config` says about it, and how its text is read.
struct Setting: Sendable {
    /// What a value is.
    enum Kind: Sendable {
        case text
        case boolean
        case integer(ClosedRange<Int>)
    }

    /// E.g. `http.port`; as an environment variable `SIGNET_HTTP_PORT`.
    let key: String
    /// `nil`: unset.
    let defaultText: String?
    let kind: Kind
    /// E.g. `ms`; empty if it has none.
    let unit: String
    let meaning: String

    init(_ key: String, _ defaultText: String?, is kind: Kind = .text, unit: String = "", _ meaning: String) {
        self.key = key
        self.defaultText = defaultText
        self.kind = kind
        self.unit = unit
        self.meaning = meaning
    }

    /// `SIGNET_HTTP_ALLOW_UNAUTHENTICATED` for `http.allowUnauthenticated`.
    var environmentName: String {
        var name = "SIGNET_"
        for character in key {
            if character == "." {
                name.append("_")
            } else {
                if character.isUppercase { name.append("_") }
                name.append(character.uppercased())
            }
        }
        return name
    }

    /// Reads a value.
    ///
    /// - Parameter source: Where it was found, for errors.
    func content(of text: String, from source: String) throws(CommandError) -> ConfigContent {
        switch kind {
        case .text:
            return .string(text)
        case .boolean:
            guard let value = Bool(text.lowercased()) else {
                throw CommandError("\(key) (\(source)) must be true or false")
            }
            return .bool(value)
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else {
                let unit = unit.isEmpty ? "" : " \(unit)"
                throw CommandError(
                    "\(key) (\(source)) must be a whole number from \(range.lowerBound) to \(range.upperBound)\(unit)"
                )
            }
            return .int(value)
        }
    }
}

extension ConfigContent {
    /// As `signet config` shows it.
    var text: String {
        switch self {
        case .string(let value): value
        case .int(let value): String(value)
        case .bool(let value): String(value)
        default: ""
        }
    }
}
