import Foundation
import Glibc

/// What the kernel knows of this process.
enum ProcessGauges {
    private static let gauges = [
        Metric(name: "process_resident_memory_bytes", kind: "gauge", help: "Memory in use."),
        Metric(name: "process_cpu_seconds_total", kind: "counter", help: "Time on processors."),
        Metric(name: "process_open_fds", kind: "gauge", help: "Open file descriptors."),
        Metric(name: "process_max_fds", kind: "gauge", help: "The most file descriptors that may be open."),
    ]

    static func write(to text: inout MetricText) {
        for gauge in gauges {
            guard let value = value(of: gauge.name) else { continue }
            text.head(gauge)
            text.sample(gauge.name, [], value)
        }
    }

    private static func value(of name: String) -> Double? {
        switch name {
        case "process_resident_memory_bytes":
            // The second word of statm: resident pages.
            guard let words = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
            let pages = String(decoding: words, as: UTF8.self).split(separator: " ").dropFirst().first
            return pages.flatMap { Double($0) }.map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
        case "process_cpu_seconds_total":
            var usage = rusage()
            guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
            return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
        case "process_open_fds":
            // The count includes the one that lists them.
            guard let folder = opendir("/proc/self/fd") else { return nil }
            defer { closedir(folder) }
            var count = 0
            while let entry = readdir(folder) {
                if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
            }
            return Double(count - 1)
        default:
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
            return Double(limit.rlim_cur)
        }
    }
}
