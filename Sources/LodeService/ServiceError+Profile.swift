public import LodeDomain

/// How an error shows at the edges: one row of the table that HTTP and the command line share.
public struct ErrorProfile: Hashable, Sendable {
    /// A stable kebab-case code.
    public var code: String
    /// What kind of error it is, the same words each time.
    public var title: String
    /// The HTTP status.
    public var httpStatus: Int
    /// The exit status of the command line, after BSD's sysexits.
    public var exitStatus: Int32
    /// Who can mend it.
    public var disposition: StoreError.Disposition

    /// A row of the table.
    public init(
        code: String, title: String, httpStatus: Int, exitStatus: Int32, disposition: StoreError.Disposition
    ) {
        self.code = code
        self.title = title
        self.httpStatus = httpStatus
        self.exitStatus = exitStatus
        self.disposition = disposition
    }

    /// Every code with its row, for the documentation and its test.
    public static let table: [ErrorProfile] = [
        .invalidInput, .invalidRequest, .malformedJSON, .invalidDatasetName, .datasetNotFound, .seriesNotFound,
        .channelNotFound, .versionNotFound, .aliasNotFound, .nothingToRollBackTo, .modelOfAnotherDataset,
        .versionAliased, .aliasMoved, .packageRefused, .jobNotFound, .jobKindUnknown, .jobFinished, .datasetUntrained,
        .tooLittleData, .timeAxisMismatch, .timeOutOfReach, .solveFailed, .corruptModel, .databaseMissing,
        .notADatabase, .databaseTooNew, .databaseBusy, .diskFull, .databaseReadOnly, .databaseUnopened,
        .databaseCorrupt,
        .leaseLost, .jobNotUnique, .jobHasPublished, .scheduleExists, .scheduleNotFound, .scheduleChanged,
        .tokenExists, .tokenNotFound, .nameTaken, .fileExists, .idempotencyKeyReused, .internalError,
    ]

    private static func caller(_ code: String, _ title: String, _ status: Int, exit: Int32 = 65) -> ErrorProfile {
        ErrorProfile(code: code, title: title, httpStatus: status, exitStatus: exit, disposition: .caller)
    }

    private static func operatorNeeded(_ code: String, _ title: String, exit: Int32) -> ErrorProfile {
        ErrorProfile(code: code, title: title, httpStatus: 503, exitStatus: exit, disposition: .operatorNeeded)
    }

    static let invalidInput = caller("invalid-input", "A line of the input cannot be taken", 422)
    /// A field or parameter that does not fit.
    public static let invalidRequest = caller("invalid-request", "The request is not valid", 422)
    static let malformedJSON = caller("malformed-json", "The body is not JSON", 400)
    static let invalidDatasetName = caller("invalid-dataset-name", "Not a dataset name", 422)
    static let datasetNotFound = caller("dataset-not-found", "No such dataset", 404, exit: 66)
    static let seriesNotFound = caller("series-not-found", "No such series", 404, exit: 66)
    static let channelNotFound = caller("channel-not-found", "No such channel", 422)
    static let versionNotFound = caller("model-version-not-found", "No such model version", 404, exit: 66)
    static let aliasNotFound = caller("alias-not-found", "The model has no such alias", 404, exit: 66)
    static let nothingToRollBackTo = caller("nothing-to-roll-back-to", "The alias has no version before", 409)
    static let modelOfAnotherDataset = caller("model-of-another-dataset", "The version is of another dataset", 422)
    static let versionAliased = caller("model-version-aliased", "An alias points at the version", 409)
    static let aliasMoved = caller("alias-moved", "The alias points elsewhere by now", 409, exit: 75)
    static let packageRefused = caller("model-refused", "The model cannot be imported", 422)
    static let jobNotFound = caller("job-not-found", "No such job", 404, exit: 66)
    static let jobKindUnknown = caller("job-kind-unknown", "No such kind of job", 422)
    static let jobFinished = caller("job-finished", "The job has ended already", 409)
    static let datasetUntrained = caller("dataset-untrained", "The dataset has no model yet", 409, exit: 66)
    static let tooLittleData = caller("too-little-data", "The dataset is too small to learn from", 409)
    static let timeAxisMismatch = caller("time-axis-mismatch", "The dataset counts time in another way", 409)
    static let timeOutOfReach = caller("time-out-of-reach", "The model cannot follow that far", 422)
    static let solveFailed = ErrorProfile(
        code: "solve-failed", title: "The model's equation could not be solved", httpStatus: 500, exitStatus: 70,
        disposition: .defect)
    static let corruptModel = operatorNeeded("corrupt-model", "The model version cannot be read", exit: 70)
    static let databaseMissing = operatorNeeded("database-missing", "There is no database", exit: 66)
    static let notADatabase = operatorNeeded("not-a-database", "The file is not a Lode database", exit: 65)
    static let databaseTooNew = operatorNeeded("database-too-new", "The database is from a newer Lode", exit: 65)
    static let databaseBusy = ErrorProfile(
        code: "database-busy", title: "The database is busy", httpStatus: 503, exitStatus: 75,
        disposition: .transient)
    static let diskFull = ErrorProfile(
        code: "disk-full", title: "The disk is full", httpStatus: 507, exitStatus: 74, disposition: .operatorNeeded)
    static let databaseUnopened = operatorNeeded("database-unopened", "The database cannot be opened", exit: 75)
    static let databaseReadOnly = operatorNeeded("database-read-only", "The database cannot be written", exit: 77)
    static let databaseCorrupt = operatorNeeded("database-corrupt", "The database is damaged", exit: 74)
    static let nameTaken = caller("name-taken", "Another dataset has that name", 409)
    static let fileExists = caller("file-exists", "There is a file already", 409, exit: 73)
    static let idempotencyKeyReused = caller("idempotency-key-reused", "The key belongs to another request", 422)
    static let jobNotUnique = caller("job-not-unique", "Such a job is waiting or running already", 409)
    static let jobHasPublished = caller("job-has-published", "The job has published what it makes once", 409)
    static let scheduleExists = caller("schedule-exists", "Another schedule has that name", 409)
    static let scheduleNotFound = caller("schedule-not-found", "No such schedule", 404, exit: 66)
    static let scheduleChanged = caller(
        "schedule-changed", "Somebody else changed the schedule meanwhile", 409, exit: 75)
    static let tokenExists = caller("token-exists", "Another token has that name", 409)
    static let tokenNotFound = caller("token-not-found", "No such token", 404, exit: 66)
    static let leaseLost = caller("lease-lost", "The job is no longer this worker's", 409, exit: 75)
    static let internalError = ErrorProfile(
        code: "internal-error", title: "Something went wrong inside Lode", httpStatus: 500, exitStatus: 70,
        disposition: .defect)
}

extension ServiceError {
    /// The row of the table that this error belongs to.
    public var profile: ErrorProfile {
        switch self {
        case .invalidInput: .invalidInput
        case .invalidRequest: .invalidRequest
        case .malformedJSON: .malformedJSON
        case .invalidDatasetName: .invalidDatasetName
        case .datasetNotFound: .datasetNotFound
        case .seriesNotFound: .seriesNotFound
        case .channelNotFound: .channelNotFound
        case .versionNotFound: .versionNotFound
        case .aliasNotFound: .aliasNotFound
        case .nothingToRollBackTo: .nothingToRollBackTo
        case .versionCorrupt: .corruptModel
        case .packageRefused: .packageRefused
        case .jobNotFound: .jobNotFound
        case .jobKindUnknown: .jobKindUnknown
        case .jobFinished: .jobFinished
        case .scheduleNotFound: .scheduleNotFound
        case .scheduleChanged: .scheduleChanged
        case .tokenNotFound: .tokenNotFound
        case .datasetUntrained: .datasetUntrained
        case .tooLittleData: .tooLittleData
        case .timeAxisMismatch: .timeAxisMismatch
        case .forecast(.timeOutOfReach): .timeOutOfReach
        case .forecast(.solveFailed): .solveFailed
        case .forecast(.corruptModel): .corruptModel
        case .unreadable: .internalError
        case .store(let error): error.profile
        }
    }
}

extension StoreError {
    /// The row of the table that this error belongs to.
    public var profile: ErrorProfile {
        switch self {
        case .invalidName: .invalidDatasetName
        case .timeAxisMismatch: .timeAxisMismatch
        case .datasetNotFound: .datasetNotFound
        case .nameTaken: .nameTaken
        case .modelVersionNotFound: .versionNotFound
        case .modelVersionOfAnotherDataset: .modelOfAnotherDataset
        case .modelVersionAliased: .versionAliased
        case .aliasNotFound: .aliasNotFound
        case .aliasMoved: .aliasMoved
        case .fileExists: .fileExists
        case .idempotencyKeyReused: .idempotencyKeyReused
        case .jobNotUnique: .jobNotUnique
        case .jobHasPublished: .jobHasPublished
        case .leaseLost: .leaseLost
        case .scheduleExists: .scheduleExists
        case .tokenExists: .tokenExists
        case .datasetUnknown: .datasetNotFound
        case .databaseMissing: .databaseMissing
        case .notADatabase: .notADatabase
        case .databaseTooNew: .databaseTooNew
        case .busy: .databaseBusy
        case .diskFull: .diskFull
        case .readOnly: .databaseReadOnly
        case .cannotOpen: .databaseUnopened
        case .corrupt: .databaseCorrupt
        case .engine: .internalError
        }
    }
}
