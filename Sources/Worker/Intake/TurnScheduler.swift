// SPDX-License-Identifier: Apache-2.0

/// Decides whose turn it is when both lanes have work: `weight` interactive elements, then one of bulk.
///
/// A value without I/O, so a flood of bulk never delays a click and a flood of clicks never starves bulk.
package struct TurnScheduler<Element> {
    /// The two kinds of work.
    package enum Lane: Int, CaseIterable, Sendable {
        case interactive
        case bulk
    }

    private let weight: Int
    private var lanes: [[Element]] = [[], []]
    private var interactiveInARow = 0

    /// - Parameter weight: Interactive elements that may pass a waiting bulk element; at least 1.
    package init(weight: Int) {
        self.weight = max(1, weight)
    }

    package var isEmpty: Bool { lanes.allSatisfy(\.isEmpty) }

    package mutating func add(_ element: Element, to lane: Lane) {
        lanes[lane.rawValue].append(element)
    }

    /// The next element of one lane, out of turn.
    package mutating func next(of lane: Lane) -> Element? {
        lanes[lane.rawValue].isEmpty ? nil : lanes[lane.rawValue].removeFirst()
    }

    /// - Parameter allowsBulk: Whether bulk may have a turn at all.
    package mutating func next(allowsBulk: Bool = true) -> (lane: Lane, element: Element)? {
        let bulkWaits = allowsBulk && !lanes[Lane.bulk.rawValue].isEmpty
        let takesInteractive =
            !lanes[Lane.interactive.rawValue].isEmpty && !(bulkWaits && interactiveInARow >= weight)
        if takesInteractive {
            interactiveInARow = bulkWaits ? interactiveInARow + 1 : 0
            return (.interactive, lanes[Lane.interactive.rawValue].removeFirst())
        }
        guard bulkWaits else { return nil }
        interactiveInARow = 0
        return (.bulk, lanes[Lane.bulk.rawValue].removeFirst())
    }
}
