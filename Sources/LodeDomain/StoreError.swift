/// Why a store did not do what it was asked.
public enum StoreError: Error, Hashable, Sendable {
    /// A dataset's name is empty, too long, or has other characters than letters, digits, `-`, `_` and `.`.
    case invalidName(String)
    /// The dataset exists with another kind of time.
    case timeAxisMismatch(dataset: String, stored: TimeAxis, given: TimeAxis)
    /// There is no dataset with that key (it was deleted meanwhile).
    case datasetNotFound(Identifier<Dataset>)
    /// Another dataset has that name.
    case nameTaken(String)
    /// Another schedule has that name.
    case scheduleExists(String)
    /// Another token that is not revoked has that name.
    case tokenExists(String)
    /// There is no dataset of that name for a schedule to watch.
    case datasetUnknown(String)
    /// There is no model version with that key (its dataset was deleted meanwhile).
    case modelVersionNotFound(Identifier<ModelVersion>)
    /// The version is of another dataset's model.
    case modelVersionOfAnotherDataset(Identifier<ModelVersion>)
    /// Aliases point at the version, so that it cannot be deleted.
    case modelVersionAliased(number: Int, aliases: [String])
    /// The dataset's model has no such alias.
    case aliasNotFound(String)
    /// The alias points elsewhere than the change was meant for.
    case aliasMoved(String, to: Int?)
    /// The idempotency key came with another request before.
    case idempotencyKeyReused(String)
    /// An unfinished job has the unique key, and the request said to refuse then.
    case jobNotUnique(existing: Identifier<Job>)
    /// The job has published a model version or stored an evaluation, which a job does once.
    case jobHasPublished(Identifier<Job>)
    /// The lease ran out, or the job was cancelled; nothing was written.
    case leaseLost(job: Identifier<Job>)
    /// There is no database file at the path.
    case databaseMissing(path: String)
    /// There is a file already where one was to be made.
    case fileExists(path: String)
    /// The file is not a Lode database.
    case notADatabase(path: String)
    /// The database was written by a newer Lode.
    case databaseTooNew(path: String, found: Int, supported: Int)
    /// Another process held the database's lock for longer than the wait.
    case busy
    /// The disk is full; nothing was written.
    case diskFull
    /// The database file or its folder cannot be written.
    case readOnly(path: String)
    /// The file system does not open the file: it is a folder, or as many files are open as may be.
    case cannotOpen(path: String)
    /// The database is damaged.
    case corrupt(detail: String)
    /// The engine reported something else.
    case engine(code: Int, detail: String)

    /// Who can mend an error.
    public enum Disposition: Hashable, Sendable {
        /// The caller: another request is needed.
        case caller
        /// Nobody: the same request may succeed later.
        case transient
        /// An operator: the store cannot go on.
        case operatorNeeded
        /// The maintainers: it should not happen.
        case defect
    }
}
