// SPDX-License-Identifier: Apache-2.0

internal import Contract

extension ChunkPlaces {
    init(_ places: [ChunkDraft.Place]) {
        self.init()
        var last = 0
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
    }

    /// The places again.
    var places: [ChunkDraft.Place] {
        var number = 0
        var places = steps.map { step in
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
