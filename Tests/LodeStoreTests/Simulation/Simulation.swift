import LodeDomain
import LodeJobs
import LodeStore
import LodeTestSupport

/// Several processes with workers, schedulers and people on one store, whose calls come in an order that a seed decides.
///
/// The calls are those of the real queue, schedules and registry. Workers die, sleep through their leases and go on as if nothing had
/// happened; schedulers act upon what they saw long ago; the clock is set and the machine started again. After each step all that the
/// store holds is compared with the ``Ledger``, and each answer with the one that the ledger gives.
///
/// Most calls come one after another; two at the same moment are claims, completions and firings (``race()``). Not simulated: cuts inside
/// a transaction (`FaultyDiskTests`).
struct Simulation {
    /// A process with the file open.
    struct Process {
        var queue: any JobQueue
        var schedules: any ScheduleStore
        var models: SQLiteModelRegistry
        var datasets: SQLiteDatasetStore
        /// What its scheduler saw and has not acted upon.
        var seen: [(due: DueSchedule, ledger: Ledger.Due)] = []
    }

    /// Calls the queue of one process for the leases that it remembers, whether they hold or not.
    struct Worker {
        var process: Int
        var leases: [Lease] = []
    }

    static let kinds = ["probe", "train"]
    static let keys = ["a", "b"]
    static let scheduleNames = ["nightly", "fresh", "often"]
    static let datasetNames = ["co2", "tides"]
    static let aliases = ["production", "canary"]

    let machine: SimulatedMachine
    let window: StoreWindow
    var random: SplitMix64
    var processes: [Process]
    var workers: [Worker]
    var ledger = Ledger()
    /// Each step and its answer.
    private(set) var trace: [String] = []
    private(set) var broken: [String] = []
    private var states: [Int64: JobState] = [:]
    /// How often a completion was accepted of a job since it was last asked to run again.
    var completions: [Int64: Int] = [:]
    var count: Int64 = 0
    /// Schedules and versions as somebody read them before, perhaps long ago.
    var readSchedules: [Schedule] = []
    var readVersions: [ModelVersion] = []

    /// Requires an empty store.
    init(machine: SimulatedMachine, window: StoreWindow, processes: [Process], seed: UInt64) {
        self.machine = machine
        self.window = window
        self.processes = processes
        random = SplitMix64(seed: seed)
        workers = (0..<5).map { Worker(process: $0 % processes.count) }
    }

    /// Takes steps up to the first after which a rule is broken; how many.
    mutating func run(steps: Int) async throws -> Int {
        for step in 1...steps {
            machine.pass(microseconds: Int64.random(in: 1...1000, using: &random))
            try await takeStep()
            try compare()
            if !broken.isEmpty { return step }
        }
        return steps
    }

    private mutating func takeStep() async throws {
        // Out of 200.
        switch Int.random(in: 0..<200, using: &random) {
        case ..<26: await enqueue()
        case ..<30: await race()
        case ..<56: await claim()
        case ..<66: await renew()
        case ..<71: await saveSnapshot()
        case ..<85: await complete()
        case ..<91: await fail()
        case ..<95: await giveBack()
        case ..<99: await cancel()
        case ..<104: await retry()
        case ..<107: await prune()
        case ..<128: pass()
        case ..<131: setClock()
        case ..<135: crash()
        case ..<140: await createSchedule()
        case ..<144: await editSchedule()
        case ..<146: await deleteOrRunSchedule()
        case ..<154: await look()
        case ..<164: await fire()
        case ..<170: await ingest()
        case ..<173: await createOrDeleteDataset()
        case ..<176: await readModels()
        case ..<184: await moveAlias()
        case ..<187: await rollBack()
        case ..<189: await removeAlias()
        default: await deleteVersions()
        }
    }

    // MARK: - Looking

    /// Compares an answer with the ledger's.
    mutating func check(_ what: String, _ answer: String, expected: String) {
        trace.append(answer == expected ? "\(what): \(answer)" : "\(what): \(answer), not \(expected)")
        if answer != expected { broken.append("\(what) answered \(answer), not \(expected)") }
    }

    mutating func note(_ what: String) { trace.append(what) }

    mutating func fault(_ what: String) { broken.append(what) }

    private mutating func compare() throws {
        broken += ledger.broken
        guard let (stored, changes) = try window.look() else {
            if !ledger.changes.isEmpty { broken.append("nothing was written, but should be: \(ledger.changes)") }
            return
        }
        if stored != ledger.contents { broken += stored.differences(from: ledger.contents) }
        if changes != ledger.changes { broken.append("the journal says \(changes), not \(ledger.changes)") }
        ledger.changes = []
        for change in changes {
            let from = states.updateValue(change.state, forKey: change.job)
            if !Self.isLegal(from, change.state) {
                broken.append("job \(change.job) went from \(from?.rawValue ?? "nothing") to \(change.state)")
            }
        }
        for job in stored.jobs.values where job.attempt > job.maxAttempts {
            broken.append("job \(job.id) has had \(job.attempt) of \(job.maxAttempts) attempts")
        }
        for (job, count) in completions where count > 1 { broken.append("job \(job) was completed \(count) times") }
        let unfinished = stored.jobs.values.filter { $0.key != nil && !$0.state.isFinal }
        if Set(unfinished.map { "\($0.kind) \($0.key ?? "")" }).count != unfinished.count {
            broken.append("two unfinished jobs have one unique key")
        }
        let published = stored.versions.values.compactMap(\.job)
        if Set(published).count != published.count { broken.append("a job has two model versions") }
        for alias in stored.aliases where stored.versions[alias.version]?.dataset != alias.dataset {
            broken.append("alias \(alias.name) points at no version of its dataset")
        }
        let named = Set(stored.aliases.map { "\($0.dataset) \($0.name)" })
        if named.count != stored.aliases.count { broken.append("an alias points at two versions") }
        let fired = Set(stored.firings.map { "\($0.schedule) \($0.reason) \($0.fireTime)" })
        if fired.count != stored.firings.count { broken.append("a schedule fired twice for one time") }
    }

    /// The arrows of docs/job-states.md.
    private static func isLegal(_ from: JobState?, _ to: JobState) -> Bool {
        switch (from, to) {
        case (nil, .available), (nil, .scheduled): true
        case (.available, .running), (.scheduled, .running), (.retryable, .running): true
        case (.running, .available), (.running, .scheduled), (.running, .retryable), (.running, .completed),
            (.running, .cancelled), (.running, .discarded):
            true
        // By hand.
        case (.available, .cancelled), (.scheduled, .cancelled), (.retryable, .cancelled): true
        case (let from?, .available): from != .running
        default: false
        }
    }

    // MARK: - Choosing

    mutating func choose<Value>(_ values: [Value]) -> Value? { values.randomElement(using: &random) }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func anyProcess() -> Process { processes[Int.random(in: 0..<processes.count, using: &random)] }

    /// The answer of a call as text.
    func answer<Value>(
        _ call: () async throws(StoreError) -> Value, _ text: (Value) -> String = { _ in "done" }
    ) async -> String {
        do throws(StoreError) {
            return text(try await call())
        } catch {
            return "\(error)"
        }
    }

    func text(_ refusal: StoreError?) -> String { refusal.map { "\($0)" } ?? "done" }

    // MARK: - Time and death

    private mutating func pass() {
        let microseconds: Int64 =
            switch Int.random(in: 0..<10, using: &random) {
            case ..<5: .random(in: 100_000...6_000_000, using: &random)
            case ..<9: .random(in: 6_000_000...25_000_000, using: &random)
            default: .random(in: 25_000_000...4_000_000_000, using: &random)
            }
        machine.pass(microseconds: microseconds)
        note("\(Double(microseconds) / 1e6) s pass")
    }

    private mutating func setClock() {
        if chance(20) {
            machine.restart()
            for index in workers.indices { workers[index].leases = [] }
            for index in processes.indices { processes[index].seen = [] }
            note("the machine is started again")
        } else {
            // Far more than what counts as drift.
            let seconds = 600 * Int64.random(in: 1...12, using: &random) * (chance(50) ? 1 : -1)
            machine.setClock(by: seconds)
            note("the clock is set by \(seconds) s")
        }
    }

    private mutating func crash() {
        let worker = Int.random(in: 0..<workers.count, using: &random)
        workers[worker].leases = []
        note("worker \(worker) dies with all it knew")
    }
}
