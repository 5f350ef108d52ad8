import Foundation
import Glibc

/// The wall clock beside the time since the machine was started, from which a step of the former shows.
public struct BootClock: Sendable {
    /// Both clocks at one moment.
    public struct Reading: Hashable, Sendable {
        /// Names the boot: another one has another name.
        public var boot: String
        /// Microseconds since then, suspended time included; is never set.
        public var sinceBoot: Int64
        /// Microseconds since 1970 by the wall clock, which may be set.
        public var wall: Int64

        /// A reading.
        public init(boot: String, sinceBoot: Int64, wall: Int64) {
            self.boot = boot
            self.sinceBoot = sinceBoot
            self.wall = wall
        }
    }

    /// Reads both clocks, or nil where they could not be read close together.
    public var read: @Sendable () -> Reading?

    /// A clock.
    public init(read: @escaping @Sendable () -> Reading?) {
        self.read = read
    }

    /// The kernel's clocks.
    public static let system: BootClock = {
        let boot: String
        do {
            boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        } catch {
            // Without the kernel's name for the boot a step cannot be told from a restart.
            return BootClock { nil }
        }
        return BootClock {
            for _ in 0..<3 {
                let before = microseconds(CLOCK_BOOTTIME)
                let wall = microseconds(CLOCK_REALTIME)
                let after = microseconds(CLOCK_BOOTTIME)
                // A process that was held up between the two would see a step that never was.
                if after - before < 10_000 { return Reading(boot: boot, sinceBoot: before, wall: wall) }
            }
            return nil
        }
    }()

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
