import LodeDomain
import LodeService

/// A schedule in lines for people.
enum ScheduleReport {
    static func lines(_ schedule: ScheduleDescription) -> [String] {
        var lines = ["Schedule \(schedule.name): \(schedule.job.kind), \(trigger(schedule.trigger))"]
        if schedule.paused { lines.append("It is paused.") }
        if let problem = schedule.problem { lines.append("It cannot fire: \(problem)") }
        let limit = schedule.missedRunsLimit.map { ", at most \($0)" } ?? ""
        if schedule.trigger.dataset == nil, schedule.trigger.model == nil {
            lines.append("Missed runs: \(schedule.missedRuns)\(limit)")
        }
        if !schedule.nextTimes.isEmpty { lines.append("Next: " + schedule.nextTimes.joined(separator: ", ")) }
        for firing in schedule.firings ?? [] {
            lines.append(
                "Fired \(firing.firedAt) (\(firing.reason.rawValue), for \(firing.fireTime)): job \(firing.job)")
        }
        return lines
    }

    static func trigger(_ trigger: ScheduleTriggerText) -> String {
        let dataset = trigger.dataset ?? ""
        if let cron = trigger.cron { return "“\(cron)” \(trigger.timeZone ?? "UTC")" }
        if let seconds = trigger.everySeconds { return "every \(NumberText.short(seconds)) s" }
        if let model = trigger.model, let drop = trigger.likelihoodDrop {
            let count = trigger.newObservations ?? 0
            return "\(model) fits worse by \(NumberText.short(drop)) nats, each \(count) observations"
        }
        if let count = trigger.newObservations { return "\(dataset): \(count) new observations" }
        if let count = trigger.newSeries { return "\(dataset): \(count) new series" }
        return "-"
    }
}
