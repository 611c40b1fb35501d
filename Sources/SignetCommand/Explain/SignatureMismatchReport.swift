// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SignetSigning

#if canImport(FoundationXML)
internal import FoundationXML
#endif

/// What S3 saw of a request whose signature it refused: its answer `SignatureDoesNotMatch`
/// (S3 API Reference, "Error responses").
struct SignatureMismatchReport {
    let canonicalRequest: String
    let stringToSign: String

    /// Bytes of an answer at most: S3 repeats a request's headers, which have 8 KB.
    private static let longest = 1 << 20

    /// - Parameter file: `-`: standard input.
    init(file: String) throws {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let handle else { throw CommandError("--error: there is no file \(file)") }
        try self.init(xml: handle.read(upToCount: Self.longest) ?? Data())
    }

    init(xml: Data) throws {
        let reader = ErrorReader()
        let parser = XMLParser(data: xml)
        parser.delegate = reader
        guard parser.parse(), reader.texts["Code"] != nil else {
            throw CommandError("--error: this is no answer of S3: XML with an <Error> was expected")
        }
        guard let code = reader.texts["Code"], code == "SignatureDoesNotMatch" else {
            throw CommandError(
                "--error: S3 answered \(reader.texts["Code"]?.prefix(64) ?? ""), not SignatureDoesNotMatch; "
                    + "the signature is not what is wrong"
            )
        }
        guard let request = reader.texts["CanonicalRequest"], let string = reader.texts["StringToSign"] else {
            throw CommandError("--error: the answer lacks CanonicalRequest or StringToSign: not every store tells them")
        }
        canonicalRequest = request
        stringToSign = string
    }

    /// Line by line how what S3 saw differs from the request as it was described.
    func differences(from ours: SignatureVerification) -> [String] {
        let request = LineDifference(ours.canonicalRequest.text, canonicalRequest)
        let string = LineDifference(ours.stringToSign.text, stringToSign)
        guard !request.isEmpty || !string.isEmpty else {
            return [
                "S3 saw the request as it is described here: the secret key is another one, or the URL was signed for "
                    + "another method, host, path or header"
            ]
        }
        var lines = ["- the request as described here", "+ the request as S3 saw it", ""]
        // The string to sign differs by the request's hash wherever the request does.
        for (name, difference) in [("canonical request", request), ("string to sign", string)] {
            if !difference.isEmpty { lines += ["\(name):"] + difference.lines }
        }
        return lines
    }

    /// Texts of the elements right below the root.
    private final class ErrorReader: NSObject, XMLParserDelegate {
        private(set) var texts: [String: String] = [:]
        private var path: [String] = []
        private var text = ""

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            path.append(name)
            text = ""
        }

        func parser(_ parser: XMLParser, foundCharacters characters: String) {
            text += characters
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            if path.count == 2, path.first == "Error" { texts[name] = text }
            path.removeLast()
            text = ""
        }
    }
}
