import LodeDomain
import LodeJobs
import LodeService
import Logging
import ServiceLifecycle

/// Fires schedules beside whatever else a process does; every worker and daemon has one.
struct SchedulerService: Service {
    let scheduler: Scheduler

    /// A scheduler over the session's database.
    init(_ session: Session, logger: Logger) {
        scheduler = Scheduler(
            store: session.scheduleStore, pollSeconds: session.settings.workerPollSeconds, now: session.now,
            wait: { try await Task.sleep(for: .seconds($0)) },
            onEvent: { event in
                switch event {
                case .fired(let schedule, let jobs):
                    logger.info(
                        "schedule fired",
                        metadata: [
                            "schedule": "\(schedule)", "jobs": "\(jobs.map(\.description).joined(separator: " "))",
                        ])
                case .cannotFire(let schedule, let problem):
                    logger.error(
                        "schedule cannot fire", metadata: ["schedule": "\(schedule)", "problem": "\(problem)"])
                case .storeUnavailable(let error):
                    logger.warning("store unavailable", metadata: ["error": "\(error.message)"])
                }
            })
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await scheduler.run() }
    }
}
