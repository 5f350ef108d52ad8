import LodeDomain

/// The arguments of a job of kind `probe`, which shows that workers take jobs.
public struct ProbeRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "probe"

    /// How long it takes, 0 to 3600.
    public var seconds: Double

    /// A request.
    public init(seconds: Double = 0) {
        self.seconds = seconds
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case seconds
    }

    /// Reads a request; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seconds = try container.decodeIfPresent(Double.self, forKey: .seconds) ?? 0
    }

    func validate() throws(ServiceError) {
        guard seconds >= 0, seconds <= 3600 else {
            throw .invalidRequest(
                pointer: "/arguments/seconds", value: "\(seconds)", expected: "a number from 0 to 3600")
        }
    }
}

/// The arguments of a job of kind `backup`.
public struct BackupRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "backup"

    /// The folder that gets the copy, `lode-<time>-job<number>.db`: an absolute path.
    public var folder: String
    /// How many copies of this kind stay in the folder, the newest; nil keeps all.
    public var keep: Int?
    /// Folders that the folder must lie in or below, which a daemon sets; nil for anywhere.
    public var within: [String]?

    /// A request.
    public init(folder: String, keep: Int? = nil, within: [String]? = nil) {
        self.folder = folder
        self.keep = keep
        self.within = within
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case folder, keep, within
    }

    /// Reads a request; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        folder = try container.decode(String.self, forKey: .folder)
        keep = try container.decodeIfPresent(Int.self, forKey: .keep)
        within = try container.decodeIfPresent([String].self, forKey: .within)
    }

    func validate() throws(ServiceError) {
        guard folder.hasPrefix("/") else {
            throw .invalidRequest(
                pointer: "/arguments/folder", value: "“\(folder)”",
                expected: "an absolute path, since the worker may run elsewhere")
        }
        if let keep, !(1...10_000).contains(keep) {
            throw .invalidRequest(
                pointer: "/arguments/keep", value: "\(keep)", expected: "a whole number from 1 to 10000")
        }
        if let within { try JobFolders(within).require(folder, pointer: "/arguments/folder") }
    }
}

/// The arguments of a job of kind `prune`.
public struct PruneRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "prune"

    /// Jobs that ended longer ago than this go, with their curves and events; their model versions stay.
    public var jobsOlderThanDays: Double
    /// Snapshots of jobs that ended longer ago than this go.
    public var snapshotsOlderThanDays: Double
    /// Of the model versions of each dataset that no alias points at, so many stay, the newest; nil keeps all.
    public var keepUnaliased: Int?

    /// A request.
    public init(
        jobsOlderThanDays: Double = 30, snapshotsOlderThanDays: Double = 7, keepUnaliased: Int? = nil
    ) {
        self.keepUnaliased = keepUnaliased
        self.jobsOlderThanDays = jobsOlderThanDays
        self.snapshotsOlderThanDays = snapshotsOlderThanDays
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case jobsOlderThanDays, snapshotsOlderThanDays, keepUnaliased
    }

    /// Reads a request; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            jobsOlderThanDays: try container.decodeIfPresent(Double.self, forKey: .jobsOlderThanDays) ?? 30,
            snapshotsOlderThanDays: try container.decodeIfPresent(Double.self, forKey: .snapshotsOlderThanDays) ?? 7,
            keepUnaliased: try container.decodeIfPresent(Int.self, forKey: .keepUnaliased))
    }

    func validate() throws(ServiceError) {
        for (name, days) in [
            ("jobsOlderThanDays", jobsOlderThanDays), ("snapshotsOlderThanDays", snapshotsOlderThanDays),
        ] where !(days >= 0 && days <= 36_500) {
            throw .invalidRequest(
                pointer: "/arguments/\(name)", value: "\(days)", expected: "a number of days from 0 to 36500")
        }
        if let keepUnaliased, keepUnaliased < 0 {
            throw .invalidRequest(
                pointer: "/arguments/keepUnaliased", value: "\(keepUnaliased)", expected: "a whole number from 0")
        }
    }
}

/// The arguments of a job of kind `import`, which takes in a large file piece by piece.
public struct ImportRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "import"

    /// The form of a file.
    public enum Format: String, Hashable, Sendable, Codable, CaseIterable {
        /// Delimited text with a header.
        case csv
        /// Text delimited by tabs, with a header.
        case tsv
        /// A JSON object a line.
        case ndjson
        /// InfluxDB line protocol.
        case lineProtocol = "line-protocol"
    }

    /// The file, an absolute path; may be gzip.
    public var file: String
    /// The dataset's name; it is made if there is none.
    public var dataset: String
    /// The form; by the file's name if not given.
    public var format: Format?
    /// The unit of numeric times, for a new dataset.
    public var timeUnit: String?
    /// Folders that the file must lie in or below, which a daemon sets; nil for anywhere.
    public var within: [String]?

    /// A request.
    public init(
        file: String, dataset: String, format: Format? = nil, timeUnit: String? = nil, within: [String]? = nil
    ) {
        self.file = file
        self.dataset = dataset
        self.format = format
        self.timeUnit = timeUnit
        self.within = within
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case file, dataset, format, timeUnit, within
    }

    /// Reads a request; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            file: try container.decode(String.self, forKey: .file),
            dataset: try container.decode(String.self, forKey: .dataset),
            format: try container.decodeIfPresent(Format.self, forKey: .format),
            timeUnit: try container.decodeIfPresent(String.self, forKey: .timeUnit),
            within: try container.decodeIfPresent([String].self, forKey: .within))
    }

    func validate() throws(ServiceError) {
        guard file.hasPrefix("/") else {
            throw .invalidRequest(
                pointer: "/arguments/file", value: "“\(file)”",
                expected: "an absolute path, since the worker may run elsewhere")
        }
        if let within { try JobFolders(within).require(file, pointer: "/arguments/file") }
    }

    /// How the text of the file is to be taken in.
    public var ingestRequest: IngestRequest {
        let name = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
        let byName: Format =
            switch name.split(separator: ".").last.map({ $0.lowercased() }) {
            case "tsv", "tab": .tsv
            case "ndjson", "jsonl": .ndjson
            case "lp", "line": .lineProtocol
            default: .csv
            }
        let text: IngestRequest.Format =
            switch format ?? byName {
            case .csv: .delimited(DelimitedLayout())
            case .tsv: .delimited(DelimitedLayout(delimiter: UInt8(ascii: "\t")))
            case .ndjson: .ndjson
            case .lineProtocol: .lineProtocol(.nanoseconds)
            }
        return IngestRequest(dataset: dataset, format: text, timeAxis: timeUnit.map { .numeric(unit: $0) })
    }
}

extension JobKind {
    /// The kinds that read or write files of the machine, or delete what others keep.
    package static let needsAdmin: Set<String> = [
        BackupRequest.jobKind, PruneRequest.jobKind, ImportRequest.jobKind,
    ]

    /// The kinds that take care of a database, and the probe.
    ///
    /// - Parameter folders: where the files of backups and imports must lie; nil for anywhere.
    public static func care(within folders: JobFolders? = nil) -> [JobKind] {
        [
            JobKind(name: ProbeRequest.jobKind, ProbeRequest.self) { request throws(ServiceError) in
                try request.validate()
            },
            JobKind(name: BackupRequest.jobKind, BackupRequest.self) { request throws(ServiceError) in
                if let folders { request.within = folders.paths }
                try request.validate()
            },
            JobKind(name: PruneRequest.jobKind, PruneRequest.self) { request throws(ServiceError) in
                try request.validate()
            },
            JobKind(name: ImportRequest.jobKind, ImportRequest.self) { request throws(ServiceError) in
                if let folders { request.within = folders.paths }
                try request.validate()
                guard Dataset.isValidName(request.dataset) else { throw .invalidDatasetName(request.dataset) }
            },
        ]
    }
}
