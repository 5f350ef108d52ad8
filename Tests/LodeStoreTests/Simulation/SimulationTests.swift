import Foundation
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

/// Runs of ``Simulation``, each on an emptied store.
///
/// `LODE_SIMULATION_RUNS` is how many (default 150), `LODE_SIMULATION_STEPS` how long each is at most (default 60), and
/// `LODE_SIMULATION_SEED` that of the first (default 1): run k has seed + k. A failure prints what repeats it.
@Suite(.serialized, .timeLimit(.minutes(240))) struct SimulationTests {
    private let folder: TemporaryFolder
    private let window: StoreWindow
    private let databases: [LodeDatabase]

    init() throws {
        // In memory where the system has such a place: nothing here is about the disk.
        folder = try TemporaryFolder(beneath: FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil)
        let path = folder.path("lode.db")
        databases = [try LodeDatabase.create(at: path), try LodeDatabase.open(at: path)]
        window = try StoreWindow(path: path)
    }

    private static func setting(_ name: String, default value: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment["LODE_SIMULATION_\(name)"].flatMap { UInt64($0) } ?? value
    }

    /// A run's steps, and what it found broken.
    private func run(
        seed: UInt64, steps: Int, defect: DefectiveQueue.Defect? = nil
    ) async throws -> (steps: Int, broken: [String], trace: [String]) {
        try window.clear()
        let machine = SimulatedMachine()
        let processes = databases.map { database in
            let queue = SQLiteJobQueue(database, clock: machine.clock)
            return Simulation.Process(
                queue: defect.map { DefectiveQueue(base: queue, defect: $0, window: .init(window)) } ?? queue,
                schedules: SQLiteScheduleStore(database), models: SQLiteModelRegistry(database),
                datasets: SQLiteDatasetStore(database, now: { machine.now }))
        }
        var simulation = Simulation(machine: machine, window: window, processes: processes, seed: seed)
        for name in Simulation.datasetNames { await simulation.createDataset(name) }
        let taken = try await simulation.run(steps: steps)
        return (taken, simulation.broken, simulation.trace)
    }

    @Test
    func `whatever the order of calls, crashes and clock steps, the store holds what the rules say`() async throws {
        let first = Self.setting("SEED", default: 1)
        let runs = Self.setting("RUNS", default: 150)
        let most = Int(Self.setting("STEPS", default: 60))
        var steps = 0
        for seed in first..<(first + runs) {
            let (taken, broken, trace) = try await run(seed: seed, steps: most)
            steps += taken
            guard broken.isEmpty else {
                let last = trace.suffix(40).joined(separator: "\n")
                Issue.record(
                    """
                    LODE_SIMULATION_SEED=\(seed) LODE_SIMULATION_RUNS=1 LODE_SIMULATION_STEPS=\(most) repeats this, step \(taken):
                    \(last)
                    \(broken.joined(separator: "\n"))
                    """)
                return
            }
        }
        #expect(try window.faults() == [])
        print("\(runs) runs from seed \(first), \(steps) steps: nothing broken")
    }

    @Test(arguments: DefectiveQueue.Defect.allCases)
    func `a store that breaks a rule is found out`(_ defect: DefectiveQueue.Defect) async throws {
        for seed in UInt64(1)...200 {
            let (taken, broken, _) = try await run(seed: seed, steps: 60, defect: defect)
            if !broken.isEmpty {
                print("\(defect.rawValue): found by seed \(seed) at step \(taken)")
                return
            }
        }
        Issue.record("200 runs did not find it")
    }

    @Test func `a seed repeats its run`() async throws {
        let first = try await run(seed: 7, steps: 60)
        let second = try await run(seed: 7, steps: 60)
        #expect(first.trace == second.trace)
    }
}
