// SPDX-License-Identifier: Apache-2.0

internal import Contract

extension ChunkPlaces {
    init(_ places: [ChunkDraft.Place]) {
        self.init()
        var last = 0
        count = UInt32(clamping: places.count)
        steps.reserveCapacity(places.count)
        for (index, place) in places.enumerated() {
            steps.append(UInt32(clamping: place.number - last))
            last = place.number
            guard place.failure != nil || !place.warnings.isEmpty else { continue }
            var note = PlaceNote()
            note.place = UInt32(clamping: index)
            if let failure = place.failure { note.failure = Failure(failure) }
            note.id = place.id
            note.warnings = place.warnings
            notes.append(note)
        }
        while steps.count > 1, steps.last == 1 { steps.removeLast() }
    }

    /// The places again.
    var places: [ChunkDraft.Place] {
        var number = 0
        // No chunk has more, whatever the record says.
        let following = min(Int(count), ChunkDraft.maximumItems) - steps.count
        var places = (steps + Array(repeating: 1, count: max(0, following))).map { step in
            number += Int(step)
            return ChunkDraft.Place(number: number)
        }
        for note in notes where places.indices.contains(Int(note.place)) {
            let place = Int(note.place)
            if note.hasFailure { places[place].failure = FailureError(note.failure) }
            places[place].id = note.id
            places[place].warnings = note.warnings
        }
        return places
    }
}
