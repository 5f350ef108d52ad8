import LodeDomain
import LodeService

/// The state of a job in a line, with how fast it goes and how long it may take yet.
struct JobMeter {
    private var start: (fraction: Double, time: UInt64)?
    private static let barWidth = 20

    /// The line after a change at `time`, in nanoseconds of a monotonic clock; with a bar where a person watches.
    mutating func line(_ change: JobChangeDescription, at time: UInt64, hasBar: Bool) -> String {
        var line = "job \(change.job) \(change.state.rawValue)"
        if change.attempt > 1 { line += " (attempt \(change.attempt))" }
        guard let progress = change.progress, !change.state.isFinal else {
            start = nil
            return line
        }
        let fraction = min(max(progress.fraction, 0), 1)
        line += hasBar ? " \(Self.bar(fraction)) " : ": "
        line += NumberText.percent(fraction)
        if let pace = pace(fraction, time) { line += pace }
        return line + ", \(progress.message)"
    }

    private mutating func pace(_ fraction: Double, _ time: UInt64) -> String? {
        guard let start, fraction > start.fraction, time > start.time else {
            if start == nil || fraction < start?.fraction ?? 0 { start = (fraction, time) }
            return nil
        }
        let rate = (fraction - start.fraction) / (Double(time - start.time) / 1e9)
        // A training that gets no better ends before its last epoch.
        return ", \(NumberText.short(rate * 6000)) %/min, at most \(Self.duration((1 - fraction) / rate)) left"
    }

    private static func bar(_ fraction: Double) -> String {
        let full = Int((fraction * Double(barWidth)).rounded(.down))
        return String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
    }

    private static func duration(_ seconds: Double) -> String {
        if seconds < 100 { return "\(NumberText.fixed(seconds, 0)) s" }
        if seconds < 6000 { return "\(NumberText.fixed(seconds / 60, 0)) min" }
        return "\(NumberText.fixed(seconds / 3600, 1)) h"
    }
}
