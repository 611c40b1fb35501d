// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// What of a batch was no item: how many places, and the first of them.
struct RefusedPlaces: Sendable {
    private static let maximumNamed = 20

    private var count = 0
    private var named: [(number: Int, failure: FailureError)] = []

    mutating func add(_ places: [ChunkDraft.Place]) {
        for place in places {
            guard let failure = place.failure else { continue }
            count += 1
            if named.count < Self.maximumNamed { named.append((place.number, failure)) }
        }
    }

    /// - Parameter answer: The shape of the batch's answer.
    func warnings(_ answer: AnswerShape) -> [String] {
        let name = answer.places?.rawValue ?? ""
        var warnings = named.map { "\(name) \($0.number) was refused: \($0.failure.message)" }
        if count > named.count { warnings.append("\(count - named.count) more were refused") }
        return warnings
    }
}
