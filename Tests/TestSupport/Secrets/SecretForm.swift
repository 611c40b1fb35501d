// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A form in which a secret may stand somewhere, apart from escapes.
struct SecretForm {
    let name: String
    let bytes: Data

    static func all(of secret: Data) -> [SecretForm] {
        var forms = [SecretForm(name: "raw", bytes: secret)]
        let digits = secret.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let hex = digits.joined()
        forms.append(SecretForm(name: "hex", bytes: Data(hex.utf8)))
        forms.append(SecretForm(name: "hex", bytes: Data(hex.uppercased().utf8)))
        for offset in 0..<3 {
            let standard = base64(of: secret, after: offset)
            let web = standard.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            forms.append(SecretForm(name: "base64", bytes: Data(standard.utf8)))
            if web != standard {
                forms.append(SecretForm(name: "base64", bytes: Data(web.utf8)))
            }
        }
        return forms
    }

    /// The base64 characters that the secret alone decides when other bytes stand around it.
    ///
    /// - Parameter offset: How many bytes stand before it in its group of three.
    private static func base64(of secret: Data, after offset: Int) -> String {
        let text = (Data(count: offset) + secret).base64EncodedString()
        // A character holds 6 bits: those that share bits with a neighbour go.
        let first = (offset * 8 + 5) / 6
        let end = (offset + secret.count) * 8 / 6
        return String(text.prefix(end).dropFirst(first))
    }
}
