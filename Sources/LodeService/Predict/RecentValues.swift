/// Keeps values within a budget of memory, and lets go of the ones not used for longest.
package struct RecentValues<Key: Hashable, Value> {
    private struct Slot {
        var key: Key
        var value: Value
        var byteCount: Int
        /// The slots used just before and just after this one.
        var older: Int?
        var newer: Int?
    }

    private let budget: Int
    private var places: [Key: Int] = [:]
    /// A list by use, threaded through an array, so that each call costs the same however many values there are.
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var oldest: Int?
    private var newest: Int?
    /// What is kept takes so many bytes, as its keepers said.
    package private(set) var byteCount = 0

    /// Room for `budget` bytes; 0 keeps nothing.
    package init(budget: Int) {
        self.budget = budget
    }

    /// How many values are kept.
    package var count: Int { places.count }

    /// What is kept under `key`, which counts as a use.
    package mutating func value(_ key: Key) -> Value? {
        guard let place = places[key], let slot = slots[place] else { return nil }
        detach(place)
        append(place)
        return slot.value
    }

    /// Keeps a value in the place of the one before, and lets go of others until all fit.
    package mutating func keep(_ value: Value, under key: Key, byteCount size: Int) {
        remove(key)
        guard size <= budget else { return }
        let place = free.popLast() ?? slots.count
        if place == slots.count { slots.append(nil) }
        slots[place] = Slot(key: key, value: value, byteCount: size)
        places[key] = place
        byteCount += size
        append(place)
        while byteCount > budget, let oldest, let slot = slots[oldest] { remove(slot.key) }
    }

    /// Lets go of everything.
    package mutating func removeAll() { self = RecentValues(budget: budget) }

    private mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key), let slot = slots[place] else { return }
        byteCount -= slot.byteCount
        detach(place)
        slots[place] = nil
        free.append(place)
    }

    private mutating func detach(_ place: Int) {
        let (older, newer) = (slots[place]?.older, slots[place]?.newer)
        if let older { slots[older]?.newer = newer } else { oldest = newer }
        if let newer { slots[newer]?.older = older } else { newest = older }
    }

    private mutating func append(_ place: Int) {
        slots[place]?.older = newest
        slots[place]?.newer = nil
        if let newest { slots[newest]?.newer = place } else { oldest = place }
        newest = place
    }
}
