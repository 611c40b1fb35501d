// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf

/// What a newer schema does to those who speak the older one.
enum WireComparison {
    /// - Returns: A sentence for each thing that breaks a reader or a writer of `old`; fields and messages that are
    ///   only in `new` break nothing.
    static func breaches(
        from old: Google_Protobuf_FileDescriptorSet,
        to new: Google_Protobuf_FileDescriptorSet
    ) -> [String] {
        let current = new.messages
        return old.messages.sorted { $0.key < $1.key }.flatMap { name, message -> [String] in
            guard let now = current[name] else { return ["\(name): the message was removed"] }
            return breaches(in: name, from: message, to: now)
        }
    }

    private static func breaches(
        in name: String,
        from old: Google_Protobuf_DescriptorProto,
        to new: Google_Protobuf_DescriptorProto
    ) -> [String] {
        var breaches: [String] = []
        for field in old.field {
            let path = "\(name).\(field.name)"
            guard let now = new.field.first(where: { $0.name == field.name }) else {
                let taken = new.field.first { $0.number == field.number }
                breaches.append(taken.map { "\(path): was renamed to \($0.name)" } ?? "\(path): was removed")
                continue
            }
            if now.number != field.number {
                breaches.append("\(path): was renumbered from \(field.number) to \(now.number)")
            }
            if now.type != field.type || now.typeName != field.typeName {
                breaches.append("\(path): was retyped")
            }
            if now.label != field.label || now.proto3Optional != field.proto3Optional {
                breaches.append("\(path): was relabelled")
            }
            if now.jsonName != field.jsonName {
                breaches.append("\(path): has another name in JSON")
            }
            if oneof(of: field, in: old) != oneof(of: now, in: new) {
                breaches.append("\(path): was moved into or out of a oneof")
            }
        }
        return breaches
    }

    private static func oneof(
        of field: Google_Protobuf_FieldDescriptorProto,
        in message: Google_Protobuf_DescriptorProto
    ) -> String? {
        let index = Int(field.oneofIndex)
        guard field.hasOneofIndex, message.oneofDecl.indices.contains(index) else { return nil }
        return message.oneofDecl[index].name
    }
}
