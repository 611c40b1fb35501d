// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird
internal import NIOCore

/// Writes JSON (RFC 8259) straight into bytes: the shape of an answer is known, so nothing is reflected or boxed.
///
/// The caller keeps objects and arrays balanced by giving their content as closures.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element stands behind another.
    private var needsComma = false

    init() {
        bytes.reserveCapacity(1_024)
    }

    var body: ResponseBody { ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }

    mutating func object(_ content: (inout JSONWriter) -> Void) {
        beginObject()
        content(&self)
        endObject()
    }

    /// Begins an object whose members follow, up to `endObject`.
    mutating func beginObject() { open(UInt8(ascii: "{")) }

    mutating func endObject() { close(UInt8(ascii: "}")) }

    mutating func array<Elements: Sequence>(
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ text: String) {
        separate()
        quote(text)
        needsComma = true
    }

    mutating func value(_ number: Int64) { raw(String(number).utf8) }

    /// A finite number, in the shortest form that reads back as the same one.
    mutating func value(_ number: Double) { raw(number.description.utf8) }

    mutating func value(_ flag: Bool) { raw((flag ? "true" : "false").utf8) }

    mutating func null() { raw("null".utf8) }

    /// Appends what is JSON already, as one value.
    mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Appends a piece of JSON between values.
    mutating func punctuation(_ json: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
        needsComma = false
    }

    /// A text that is written in pieces, the last of them in hexadecimal digits.
    mutating func value(_ pieces: String..., hexadecimal: some Collection<UInt8> = EmptyCollection()) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for piece in pieces { escape(piece) }
        for byte in hexadecimal {
            bytes.append(Hexadecimal.digit(byte >> 4))
            bytes.append(Hexadecimal.digit(byte))
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Takes what was written; what follows is written behind it.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    mutating func member(_ name: String, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    mutating func member(_ name: String, _ number: Int64) {
        key(name)
        value(number)
    }

    mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    mutating func member(_ name: String, _ texts: [String]) {
        key(name)
        array(texts) { json, text in json.value(text) }
    }

    // MARK: Bytes

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        escape(text)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: String) {
        let isPlain: Void? = text.utf8.withContiguousStorageIfAvailable { utf8 in
            // Nearly all there is: appended as one.
            let needsNone = utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if needsNone { bytes.append(contentsOf: utf8) } else { escapeEach(utf8) }
        }
        if isPlain == nil { escapeEach(text.utf8) }
    }

    private mutating func escapeEach(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Hexadecimal.digit(byte >> 4))
                bytes.append(Hexadecimal.digit(byte))
            default: bytes.append(byte)
            }
        }
    }
}
