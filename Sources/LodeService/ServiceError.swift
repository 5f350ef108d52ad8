public import LodeDomain

/// Why a use case did not do what it was asked; nothing was written then.
public enum ServiceError: Error, Hashable, Sendable {
    /// A line of an input cannot be taken.
    case invalidInput(IngestFault)
    /// A field of a request is missing, unknown or out of range; `pointer` is a JSON pointer or an option's name.
    case invalidRequest(pointer: String, value: String?, expected: String)
    /// A body that must be JSON is not; the text says where.
    case malformedJSON(detail: String)
    /// A dataset's name is empty, too long or has other characters than letters, digits, `-`, `_` and `.`.
    case invalidDatasetName(String)
    /// There is no such dataset; `nearest` is a similar name that exists.
    case datasetNotFound(String, nearest: String?)
    /// The dataset has no such series; `nearest` is a similar name that exists.
    case seriesNotFound(String, dataset: String, nearest: String?)
    /// The dataset's model knows no such channel.
    case channelNotFound(String, known: [String])
    /// The dataset has no model version of that number.
    case versionNotFound(Int, dataset: String, latest: Int?)
    /// The dataset's model has no such alias; `nearest` is a similar one among those `known`.
    case aliasNotFound(String, dataset: String, nearest: String?, known: [String])
    /// The alias has pointed at no other version before that still exists.
    case nothingToRollBackTo(alias: String, dataset: String)
    /// A stored model version is damaged, or of a kind that this build does not know.
    case versionCorrupt(Int, dataset: String, detail: String)
    /// A model from a file cannot be taken in; the text is a clause.
    case packageRefused(String)
    /// There is no such job.
    case jobNotFound(Int64)
    /// No worker runs jobs of that kind.
    case jobKindUnknown(String, known: [String])
    /// The job has ended, so that it cannot be cancelled.
    case jobFinished(Int64, state: JobState)
    /// There is no such schedule; `nearest` is a similar name that exists.
    case scheduleNotFound(String, nearest: String?)
    /// Somebody else changed the schedule between reading and writing.
    case scheduleChanged(String)
    /// There is no token of that name that is not revoked; `nearest` is a similar name that exists.
    case tokenNotFound(String, nearest: String?)
    /// No model was trained on the dataset yet.
    case datasetUntrained(String)
    /// The dataset is too small to learn from.
    case tooLittleData(dataset: String, series: Int, observations: Int)
    /// The dataset counts time in another way.
    case timeAxisMismatch(dataset: String, stored: TimeAxis, given: TimeAxis)
    /// The model gave no answer.
    case forecast(ForecastError)
    /// The store did not do its part.
    case store(StoreError)
    /// A value could not be encoded or decoded that the program itself wrote.
    case unreadable(what: String, detail: String)
}

extension ServiceError {
    /// A store's error, in this error's own terms where it has them.
    package init(_ error: StoreError) {
        self =
            switch error {
            case .invalidName(let name): .invalidDatasetName(name)
            case .timeAxisMismatch(let dataset, let stored, let given):
                .timeAxisMismatch(dataset: dataset, stored: stored, given: given)
            default: .store(error)
            }
    }
}
