// SPDX-License-Identifier: Apache-2.0

/// Where programs of a user keep what outlives them (XDG Base Directory Specification).
enum StateHome {
    /// Signet's own directory below it; `nil`: the environment names neither `XDG_STATE_HOME` nor `HOME`.
    static func directory(_ environment: [String: String]) -> String? {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        return (variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" }).map { $0 + "/signet" }
    }
}
