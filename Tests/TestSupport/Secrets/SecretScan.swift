// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Searches for secrets in whatever form they may have been written down.
///
/// A secret is found as it is, in hexadecimal, and in base64 (both alphabets, at any alignment in a longer text);
/// each of these also behind percent-encoding (whichever characters are encoded, once or twice) and behind the
/// escapes of JSON.
package struct SecretScan: Sendable {
    /// A secret that was found. Its description does not repeat it.
    package struct Finding: Hashable, Sendable, CustomStringConvertible {
        /// The name that the secret was given.
        package let secret: String
        /// The name of the place.
        package let place: String
        /// As what it was found, such as `base64` or `raw, percent-decoded`.
        package let form: String

        package var description: String { "\(secret) in \(place) (\(form))" }
    }

    private struct Needle {
        let secret: String
        let form: String
        let bytes: Data
    }

    private let needles: [Needle]

    /// - Parameter secrets: What to look for, by name.
    /// - Throws: ``TestSupportError`` for a secret of fewer than 8 bytes: its forms appear by chance.
    package init(_ secrets: [String: String]) throws {
        var needles: [Needle] = []
        for (name, secret) in secrets.sorted(by: { $0.key < $1.key }) {
            let bytes = Data(secret.utf8)
            guard bytes.count >= 8 else { throw TestSupportError("the secret \(name) is too short to look for") }
            needles += SecretForm.all(of: bytes).map { Needle(secret: name, form: $0.name, bytes: $0.bytes) }
        }
        guard !needles.isEmpty else { throw TestSupportError("a scan without secrets finds none") }
        self.needles = needles
    }

    /// The secrets in some bytes, each form once; empty when there are none.
    package func findings(in data: Data, place: String) -> [Finding] {
        var findings: [Finding] = []
        for view in DecodedView.all(of: data) {
            for needle in needles where view.bytes.range(of: needle.bytes) != nil {
                let form = view.name.isEmpty ? needle.form : "\(needle.form), \(view.name)"
                findings.append(Finding(secret: needle.secret, place: place, form: form))
            }
        }
        return findings
    }

    /// The secrets in several places, by their names.
    package func findings(in places: [String: Data]) -> [Finding] {
        places.sorted { $0.key < $1.key }.flatMap { findings(in: $0.value, place: $0.key) }
    }

    /// The secrets in a file, or in all files below a folder.
    package func findings(inFilesAt url: URL) throws -> [Finding] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw TestSupportError("there is nothing to search at \(url.path)")
        }
        guard isFolder.boolValue else { return findings(in: try Data(contentsOf: url), place: url.path) }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted().flatMap { name in
            let file = url.appendingPathComponent(name)
            let isFile = try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile ?? false
            return isFile ? findings(in: try Data(contentsOf: file), place: name) : []
        }
    }
}
