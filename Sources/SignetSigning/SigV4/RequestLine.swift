// SPDX-License-Identifier: Apache-2.0

/// Method, host and path of a request: what must hold, so that what is signed and what is sent cannot differ.
enum RequestLine {
    static func check(method: String) throws(SigningError) {
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw SigningError(
                .invalidMethod,
                parameter: "method",
                message: "a method consists of capital letters, e.g. GET"
            )
        }
    }

    /// - Parameter host: With its port, if that is not the scheme's default.
    static func check(host: String) throws(SigningError) {
        let isAllowed: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "\\"): false
            default: (0x21...0x7E).contains(byte)
            }
        }
        guard !host.isEmpty, host.utf8.allSatisfy(isAllowed) else {
            throw SigningError(
                .invalidHost,
                parameter: "host",
                message: "a host is a name or an address with its port, without scheme and path"
            )
        }
    }

    static func check(path: String) throws(SigningError) {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw SigningError(.invalidPath, parameter: "path", message: "a path begins with a slash")
        }
    }
}
