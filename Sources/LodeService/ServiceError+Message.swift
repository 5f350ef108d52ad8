public import LodeDomain

extension ServiceError {
    /// What happened, with which value, and what to do; for people, may change.
    public var message: String {
        switch self {
        case .invalidInput(let fault): fault.message
        case .invalidRequest(let pointer, let value, let expected):
            "\(pointer)\(value.map { " is \($0)" } ?? ""): expected \(expected)\(expected.hasSuffix("?") ? "" : ".")"
        case .malformedJSON(let detail): "The body is not JSON: \(detail)"
        case .invalidDatasetName(let name):
            "“\(name)” cannot name a dataset: use 1 to 128 letters, digits, “-”, “_” and “.”."
        case .datasetNotFound(let name, let nearest):
            "There is no dataset “\(name)”.\(Self.suggestion(nearest)) Ingest a CSV file to create one."
        case .seriesNotFound(let name, let dataset, let nearest):
            "Dataset “\(dataset)” has no series “\(name)”.\(Self.suggestion(nearest))"
                + " List its series, or send observations in the request to ask about a series that is not stored."
        case .channelNotFound(let name, let known):
            "The model knows no channel “\(name)”; it knows \(known.map { "“\($0)”" }.joined(separator: ", "))."
        case .versionNotFound(let number, let dataset, let latest):
            "Dataset “\(dataset)” has no model version \(number)"
                + (latest.map { "; the latest is \($0)." } ?? ": none was trained yet.")
        case .aliasNotFound(let alias, let dataset, let nearest, let known):
            "The model of “\(dataset)” has no alias “\(alias)”.\(Self.suggestion(nearest))"
                + (known.isEmpty
                    ? " It has none yet; give it one with “lode models promote”."
                    : " It has \(known.map { "“\($0)”" }.joined(separator: ", ")).")
        case .nothingToRollBackTo(let alias, let dataset):
            "Alias “\(alias)” of “\(dataset)” has pointed at no other version before that still exists. Promote the one "
                + "that you want."
        case .versionCorrupt(let number, let dataset, let detail):
            "Version \(number) of the model of “\(dataset)” cannot be read: \(detail). Promote another version, roll back, "
                + "or train a new one."
        case .packageRefused(let detail):
            "The model cannot be imported: \(detail). Nothing was written; export it again from where it works."
        case .jobNotFound(let id): "There is no job \(id). List the jobs to see which there are."
        case .jobKindUnknown(let kind, let known):
            "No worker runs jobs of kind “\(kind)”; known: \(known.joined(separator: ", "))."
        case .jobFinished(let id, let state): "Job \(id) is \(state.rawValue) already; nothing was changed."
        case .scheduleNotFound(let name, let nearest):
            "There is no schedule “\(name)”.\(Self.suggestion(nearest)) List the schedules to see which there are."
        case .scheduleChanged(let name):
            "Schedule “\(name)” changed while this was under way; nothing was written. Look at it and try again."
        case .tokenNotFound(let name, let nearest):
            "There is no token “\(name)” that is worth something.\(Self.suggestion(nearest)) List the tokens to see which there are."
        case .datasetUntrained(let dataset):
            "Dataset “\(dataset)” has no model yet. Train one first, and wait until the job is completed."
        case .tooLittleData(let dataset, let series, let observations):
            "Dataset “\(dataset)” holds \(series) series with \(observations) observations; training needs at least "
                + "\(TrainingService.leastSeries) series, a part of which is held out to measure the model, and "
                + "\(TrainingService.leastObservations) observations. Ingest more first."
        case .timeAxisMismatch(let dataset, let stored, let given):
            "Dataset “\(dataset)” counts time as \(stored.phrase), not as \(given.phrase)."
                + " Use the dataset's own way, or another dataset."
        case .forecast(let error): Self.message(of: error)
        case .store(let error): error.message
        case .unreadable(let what, let detail): "\(what) cannot be read: \(detail)."
        }
    }

    private static func suggestion(_ nearest: String?) -> String {
        nearest.map { " Did you mean “\($0)”?" } ?? ""
    }

    private static func message(of error: ForecastError) -> String {
        switch error {
        case .corruptModel(let detail): "The model version cannot be read: \(detail). Train a new one."
        case .solveFailed(let time, let outcome):
            "The model's equation could not be solved up to time \(time): \(outcome)."
        case .timeOutOfReach(let time):
            "Time \(time) lies further from the training data than the model can follow. "
                + "Ask for nearer times, from observations that lie nearer."
        }
    }
}

extension StoreError {
    /// What happened, with which value, and what to do; for people, may change.
    public var message: String {
        switch self {
        case .invalidName(let name): ServiceError.invalidDatasetName(name).message
        case .timeAxisMismatch(let dataset, let stored, let given):
            ServiceError.timeAxisMismatch(dataset: dataset, stored: stored, given: given).message
        case .datasetNotFound(let id): "Dataset number \(id) does not exist (any more)."
        case .nameTaken(let name): "Another dataset is called “\(name)”. Choose another name."
        case .scheduleExists(let name): "Another schedule is called “\(name)”. Choose another name, or change that one."
        case .tokenExists(let name): "Another token is called “\(name)”. Choose another name, or revoke that one."
        case .datasetUnknown(let name): "There is no dataset “\(name)” to watch. Ingest observations to create it."
        case .modelVersionNotFound(let id): "Model version with key \(id) does not exist (any more)."
        case .modelVersionOfAnotherDataset(let id):
            "The model version with key \(id) is of another dataset; an alias points at versions of its own."
        case .modelVersionAliased(let number, let aliases):
            "Version \(number) is “\(aliases.joined(separator: "”, “"))”, so that it is not deleted. Promote another version, "
                + "or take the alias away first."
        case .aliasNotFound(let alias): "There is no alias “\(alias)” (any more)."
        case .aliasMoved(let alias, let number):
            "Alias “\(alias)” points at \(number.map { "version \($0)" } ?? "nothing") by now; somebody moved it meanwhile. "
                + "Look again, and repeat if you still want it."
        case .fileExists(let path): "\(path) exists already; it was not touched. Name another file."
        case .idempotencyKeyReused(let key):
            "The idempotency key “\(key)” came with another request before. Use a new key for a new request."
        case .jobNotUnique(let existing): "Job \(existing) does the same and has not ended. Wait for it or cancel it."
        case .jobHasPublished(let job):
            "Job \(job) has published its model version or evaluation, which a job does once. Ask for a new job with the same "
                + "arguments."
        case .leaseLost(let job): "Job \(job) was cancelled or taken over by another worker; nothing was written."
        case .databaseMissing(let path): "There is no database at \(path). Create it with “lode init”."
        case .notADatabase(let path):
            "\(path) is not a Lode database. Name another file; nothing was changed in this one."
        case .databaseTooNew(let path, let found, let supported):
            "\(path) has schema \(found), written by a newer Lode; this one knows schemas up to \(supported)."
                + " Use the newer Lode; nothing was changed."
        case .busy: "Another process keeps the database locked. Try again in a moment."
        case .diskFull: "The disk is full; nothing was written. Free some space and try again."
        case .cannotOpen(let path):
            "\(path) cannot be opened. Check that it is a file, that its folder can be read, and how many files a process may have "
                + "open (ulimit -n), then try again."
        case .readOnly(let path): "\(path) or its folder cannot be written. Check its owner and permissions."
        case .corrupt(let detail): "The database is damaged: \(detail). Restore it from a backup."
        case .engine(let code, let detail): "SQLite reported error \(code): \(detail)."
        }
    }
}

extension TimeAxis {
    /// The axis in words, such as `numbers (days)`.
    public var phrase: String {
        switch self {
        case .numeric(let unit): unit.map { "numbers (\($0))" } ?? "numbers"
        case .dateTime: "date-times (RFC 3339)"
        }
    }
}
