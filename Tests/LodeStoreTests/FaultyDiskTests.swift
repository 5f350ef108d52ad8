import CFaultDisk
import Foundation
import LodeTestSupport
import Testing

/// A store on a disk that loses power, fails, or is full, at every call that changes it.
///
/// `LODE_POWER_CUTS` is how many cuts to simulate (default 150); `LODE_FAULT_SEED` repeats a run.
@Suite(.serialized, .timeLimit(.minutes(30))) struct FaultyDiskTests {
    /// Failures that a program survives.
    enum Failure: String, CaseIterable {
        case ioError = "an I/O error"
        case fullDisk = "a full disk"

        fileprivate var kind: fault_kind { self == .ioError ? FAULT_IO_ERROR : FAULT_DISK_FULL }
    }

    let folder: TemporaryFolder
    var path: String { folder.path("lode.db") }
    let seed: UInt64

    init() throws {
        folder = try TemporaryFolder()
        seed = ProcessInfo.processInfo.environment["LODE_FAULT_SEED"].flatMap { UInt64($0) } ?? 1
        #expect(fault_disk_install() == 0)
    }

    func clear() throws {
        let place = folder.path("")
        for name in try FileManager.default.contentsOfDirectory(atPath: place) {
            try FileManager.default.removeItem(atPath: place + name)
        }
    }

    /// Waits until what is no longer used is closed too, which the database library does on threads of its own.
    func closeAll() async {
        while fault_disk_open_files() > 0 { await Task.yield() }
    }

    /// How many calls a day takes on a disk that never fails.
    private func calls(processes: Int = 1) async throws -> Int64 {
        fault_disk_watch(folder.path(""), FAULT_NONE, 0, seed)
        var day = WorkingDay(path: path, processes: processes)
        await day.run()
        await closeAll()
        let calls = fault_disk_calls()
        fault_disk_unwatch()
        #expect(day.written.count == 6 && day.hasPublished)
        #expect(await day.brokenPromises() == [])
        try clear()
        return calls
    }

    /// Half of the cuts each.
    @Test(arguments: [1, 2])
    func `after a power cut all that was acknowledged is there, and nothing is half-written`(
        processes: Int
    ) async throws {
        let cuts = (ProcessInfo.processInfo.environment["LODE_POWER_CUTS"].flatMap { Int($0) } ?? 150) / 2
        let calls = try await calls(processes: processes)
        var random = SplitMix64(seed: seed)
        var came = 0
        for cut in 0..<cuts {
            // Every call in turn where there are enough cuts for that, then anywhere.
            let at = cut < calls && cuts >= calls ? Int64(cut) : Int64(random.next() % UInt64(calls))
            let broken = try await brokenPromises(
                after: FAULT_POWER_CUT, at: at, seed: random.next(), processes: processes, came: &came)
            #expect(broken == [], "\(processes) processes, seed \(seed), cut \(cut) at call \(at) of \(calls)")
            if !broken.isEmpty { return }
        }
        // One day takes a few calls less than another.
        #expect(came > cuts * 9 / 10)
    }

    @Test func `a disk that lies about its syncs is found out`() async throws {
        let calls = try await calls()
        var random = SplitMix64(seed: seed)
        var came = 0
        var losses = 0
        for _ in 0..<20 {
            let at = Int64(random.next() % UInt64(calls))
            let broken = try await brokenPromises(
                after: FAULT_LYING_POWER_CUT, at: at, seed: random.next(), came: &came)
            losses += broken.isEmpty ? 0 : 1
        }
        #expect(losses > 0)
    }

    /// A day that ends with a power cut, and what is wrong with what the disk then has.
    private func brokenPromises(
        after kind: fault_kind, at call: Int64, seed: UInt64, processes: Int = 1, came: inout Int
    ) async throws -> [String] {
        fault_disk_watch(folder.path(""), kind, call, seed)
        var day = WorkingDay(path: path, processes: processes)
        await day.run()
        await closeAll()
        came += Int(fault_disk_has_failed())
        #expect(fault_disk_restore_power() == 0)
        let broken = await day.brokenPromises()
        try clear()
        return broken
    }

    @Test(arguments: Failure.allCases)
    func `a call that fails loses nothing, and the step succeeds when it is taken again`(
        _ failure: Failure
    ) async throws {
        let calls = try await calls()
        var random = SplitMix64(seed: seed)
        for at in stride(from: 0, to: calls, by: 3) {
            fault_disk_watch(folder.path(""), failure.kind, at, random.next())
            var day = WorkingDay(path: path)
            var failures = 0
            await day.run {
                failures += 1
                // Somebody has made room.
                if failure == .fullDisk { fault_disk_watch(folder.path(""), FAULT_NONE, 0, 0) }
                return failures < 10
            }
            await closeAll()
            fault_disk_unwatch()
            #expect(failures < 10, "call \(at) of \(calls) leaves a store that never works again")
            #expect(day.written.count == 6, "call \(at) of \(calls)")
            let broken = await day.brokenPromises()
            #expect(broken == [], "call \(at) of \(calls)")
            if !broken.isEmpty { return }
            try clear()
        }
    }
}
