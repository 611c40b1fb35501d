// SPDX-License-Identifier: Apache-2.0

package import Contract

/// The key of an item: the caller's, or a unique one made from the prefix, the job id and the filename.
///
/// A made key derives from the job, so that a redelivered job signs the same one:
/// `<keyPrefix><jobId>/<filename>`, and `<jobId>-<n>` for the n-th item of a job beyond the first.
package enum ObjectKey {
    /// - Parameters:
    ///   - position: The item's position in the whole job, from 0.
    ///   - path: Path of the item's field in the job, for failures.
    package static func make(
        for item: S3SigningItem,
        jobID: String,
        position: UInt64,
        path: @autoclosure () -> String
    ) throws(FailureError) -> String {
        if !item.key.isEmpty {
            guard item.keyPrefix.isEmpty else {
                throw FailureError(
                    .conflictingFields,
                    field: "\(path()).keyPrefix",
                    message: "key and keyPrefix exclude each other; give the whole key or a prefix for a made one"
                )
            }
            return item.key
        }
        // Browsers send a bare name; some clients send a path. What counts is the last component.
        let name = item.filename.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        guard !name.isEmpty, name != ".", name != ".." else {
            throw FailureError(
                .missingField,
                field: item.filename.isEmpty ? "\(path()).key" : "\(path()).filename",
                message: "an item needs a key, or a filename to make a key from"
            )
        }
        return "\(item.keyPrefix)\(jobID)\(position == 0 ? "" : "-\(position)")/\(name)"
    }
}
