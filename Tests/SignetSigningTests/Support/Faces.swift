// SPDX-License-Identifier: Apache-2.0

/// All that logs, crashes and debuggers would print of a value.
func faces(of value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return [String(describing: value), String(reflecting: value), dumped, String(describing: [value])]
}
