import Glibc

/// How many files and connections the kernel lets this process have open.
enum OpenFiles {
    /// What the database, its log and the program itself need.
    private static let reserved = 64

    /// How many connections there is room for, at most `wanted`; asks the kernel for as many as it gives.
    static func connections(wanted: Int) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return wanted }
        let needed = rlim_t(wanted + reserved)
        if limit.rlim_cur < needed {
            var raised = limit
            raised.rlim_cur = min(needed, limit.rlim_max)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return max(1, min(wanted, Int(min(limit.rlim_cur, needed)) - reserved))
    }
}
