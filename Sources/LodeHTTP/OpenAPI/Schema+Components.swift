import LodeDomain
import LodeService

extension Schema {
    /// The schemas that have a name, for requests and answers.
    static let components: [String: Schema] = [
        answers, modelAnswers, predictionAnswers, openInference, orders, jobOrders,
    ].reduce(into: [:]) { $0.merge($1) { $1 } }

    /// A page of a list.
    static func page(_ name: String, of item: Schema) -> Schema {
        .object([name: .list(of: item)], optional: ["next": .string])
    }

    /// Any object, whose members are documented elsewhere.
    static let anyObject = Schema(["type": .string("object")])

    private static let strings = Schema.list(of: .string)

    // MARK: - Answers

    private static let answers: [String: Schema] = [
        "Problem": .object([
            "type": .string, "title": .string, "status": .integer, "detail": .string, "code": .string,
            "requestId": .string,
            "errors": .list(
                of: .object(
                    ["detail": .string],
                    optional: [
                        "pointer": .string, "parameter": .string, "line": .integer, "column": .integer,
                    ])),
        ]),
        "ProblemKind": .object(["code": .string, "title": .string, "status": .integer]),
        "InfluxError": .object(
            ["code": .string, "message": .string, "error": .string],
            optional: ["line": .integer, "rejected": .integer, "rejections": .list(of: .reference("Rejection"))]),
        "InfluxHealth": .object(["name": .string, "status": .string, "message": .string]),
        "Time": Schema(["type": .array([.string("number"), .string("string")])])
            .described("A number in the dataset's unit, or a date-time in RFC 3339, as the dataset counts time."),
        "TimeAxis": .object(["kind": .word(["numeric", "dateTime"])], optional: ["unit": .string]),
        "Examination": .object([
            "severity": .word(["ok", "warning", "error"]),
            "findings": .list(
                of: .object(
                    ["code": .string, "severity": .word(["ok", "warning", "error"]), "message": .string],
                    optional: ["advice": .string])),
        ]),
        "Backup": .object(["path": .string, "byteCount": .integer]),
        "Dataset": .object(
            [
                "name": .string, "timeAxis": .reference("TimeAxis"), "tags": strings,
                "channels": .list(
                    of: .object(
                        ["name": .string, "kind": .word(ChannelKind.self)], optional: ["unit": .string])),
                "series": .integer, "observations": .integer, "createdAt": .moment,
            ],
            optional: ["firstTime": .time, "lastTime": .time, "latestModelVersion": .integer]),
        "Series": .object(
            ["name": .string, "observations": .integer], optional: ["firstTime": .time, "lastTime": .time]),
        "Curve": .object(["times": .list(of: .time), "values": .list(of: .figure), "observations": .integer]),
        "Rejection": .object(
            ["line": .integer, "reason": .string],
            optional: ["column": .integer, "name": .string, "value": .string]),
        "Ingested": .object(
            [
                "dataset": .string, "created": .boolean, "format": .string, "timeAxis": .reference("TimeAxis"),
                "series": .integer, "rows": .integer, "inserted": .integer, "updated": .integer,
                "unchanged": .integer, "rejected": .integer, "rejections": .list(of: .reference("Rejection")),
                "dryRun": .boolean, "revision": .integer,
            ],
            optional: ["delimiter": .string, "wide": .boolean]),
        "IngestedFacts": .object([
            "dataset": .string, "kind": .word(FactKind.self), "rows": .integer, "inserted": .integer,
            "updated": .integer, "unchanged": .integer, "rejected": .integer,
            "rejections": .list(of: .reference("Rejection")), "dryRun": .boolean, "revision": .integer,
        ]),
        "OpenChoice": .object(["setting": .string, "choice": .string]),
        "Deletion": .object(["deleted": .integer, "watermark": .object(["revision": .integer])]),
        "Progress": .object(["fraction": .figure, "message": .string, "metrics": .map(to: .figure)]),
        "Job": .object(
            [
                "id": .integer, "kind": .string, "state": .word(JobState.self), "attempt": .integer,
                "maxAttempts": .integer, "queue": .string, "priority": .integer, "tags": strings,
                "metadata": .anyObject, "hasFollowUp": .boolean, "endsEarly": .boolean, "arguments": .any,
                "failures": .list(
                    of: .object([
                        "attempt": .integer, "at": .moment, "code": .string, "message": .string,
                    ])),
                "createdAt": .moment, "availableAt": .moment,
            ],
            optional: [
                "uniqueKey": .string, "timeoutSeconds": .number, "stallSeconds": .number,
                "progress": .reference("Progress"),
                "curve": .list(of: .object(["epoch": .integer, "metrics": .map(to: .figure)])), "result": .any,
                "attemptedAt": .moment, "finishedAt": .moment,
            ]),
        "Schedule": .object(
            [
                "name": .string, "trigger": .reference("Trigger"), "job": .reference("ScheduledJob"),
                "missedRuns": .word(["skip", "once", "all"]), "paused": .boolean, "nextTimes": .list(of: .moment),
                "createdAt": .moment,
            ],
            optional: [
                "missedRunsLimit": .integer, "problem": .string, "lastFiredAt": .moment,
                "firings": .list(
                    of: .object([
                        "reason": .word(ScheduleFiring.Reason.self), "fireTime": .moment, "firedAt": .moment,
                        "job": .integer,
                    ])),
            ]),
    ]

    private static let modelAnswers: [String: Schema] = [
        "Model": .object([
            "dataset": .string, "aliases": .list(of: .reference("ModelAlias")),
            "versions": .list(of: .reference("ModelVersion")),
        ]),
        "ModelAlias": .object(["alias": .string, "version": .integer, "change": .reference("AliasChange")]),
        "AliasChange": .object(
            [
                "alias": .string, "kind": .word(AliasChange.Kind.self), "at": .moment, "by": .string,
                "reason": .string,
            ],
            optional: ["from": .integer, "to": .integer]),
        "ModelVersion": .object(
            [
                "dataset": .string, "version": .integer, "aliases": strings,
                "origin": .word(ModelProvenance.Origin.self), "dataRevision": .integer, "createdAt": .moment,
                "verdicts": strings,
                "promotions": .list(of: .object(["verdict": .anyObject, "at": .moment])),
            ],
            optional: [
                "parent": .integer, "job": .integer, "codeVersion": .string, "problem": .string,
                "data": .object(
                    ["series": .integer, "observations": .integer], optional: ["firstTime": .time, "lastTime": .time]),
                "metadata": Schema.anyObject.described("As docs/formats/model.md has it."), "configuration": .any,
                "calibration": .any,
                "evaluations": .list(
                    of: .object(["job": .integer, "dataRevision": .integer, "at": .moment, "report": .anyObject])),
            ]),
        "ModelDocument": .object([
            "format": .string, "dataset": .string, "version": .integer, "timeAxis": .reference("TimeAxis"),
            "createdAt": .string, "dataRevision": .integer, "provenance": .reference("Provenance"),
            "weightsBytes": .integer, "metadata": .anyObject,
        ]),
        "Provenance": .object(
            ["origin": .word(ModelProvenance.Origin.self)],
            optional: [
                "parent": .integer, "codeVersion": .string,
                "extent": .object(
                    ["series": .integer, "observations": .integer],
                    optional: ["firstTime": .number, "lastTime": .number]),
            ]),
    ]

    private static let predictionAnswers: [String: Schema] = [
        "Predictions": .object(["predictions": .list(of: .reference("Prediction"))]),
        "Prediction": .object(
            [
                "dataset": .string, "modelVersion": .integer, "observationsUsed": .integer,
                "seed": Schema(["type": .string("integer")]), "samples": .integer, "noise": .boolean,
                "times": .list(of: .time),
                "regimes": .list(of: .word(["interpolation", "extrapolation"])),
                "distances": .list(of: Schema.figure.orNull), "distancesBeyondTraining": .list(of: .figure),
                "coverage": .object(
                    [:], optional: ["interpolation": .map(to: .figure), "extrapolation": .map(to: .figure)]),
                "channels": .list(of: .reference("PredictedChannel")), "warnings": strings,
            ],
            optional: [
                "series": .string, "asOf": .time, "dataRevision": .integer, "distanceUnit": .string,
                "intensities": .list(of: .figure),
                "nextObservation": .object(
                    ["after": .time, "quantiles": .map(to: Schema.time.orNull)], optional: ["mean": .time]),
                "outcome": .object(["name": .string, "value": .figure, "isProbability": .boolean]),
                "latentStates": .object([
                    "mean": .list(of: .list(of: .figure)), "standardDeviation": .list(of: .list(of: .figure)),
                ]),
                "seriesAnomaly": .object(
                    ["logDensity": .figure, "references": .integer], optional: ["rank": .figure]),
                "anomalies": .list(
                    of: .object([
                        "time": .time, "channel": .string, "value": .figure, "expected": .figure,
                        "tailProbability": .figure,
                    ])),
            ]),
        "PredictedChannel": .object(
            [
                "channel": .string, "median": .list(of: .figure), "mean": .list(of: .figure),
                "standardDeviation": .list(of: .figure), "quantiles": .map(to: .list(of: .figure)),
            ],
            optional: [
                "intervals": .map(to: .object(["lower": .list(of: .figure), "upper": .list(of: .figure)])),
                "paths": .list(of: .list(of: .figure)),
            ]),
    ]

    private static let openInference: [String: Schema] = [
        "InferenceServer": .object(["name": .string, "version": .string, "extensions": strings]),
        "InferenceModel": .object([
            "name": .string, "versions": strings, "platform": .string,
            "inputs": .list(of: .reference("InferenceTensor")), "outputs": .list(of: .reference("InferenceTensor")),
        ]),
        "InferenceTensor": .object(["name": .string, "datatype": .string, "shape": .list(of: .integer)]),
        "InferenceAnswer": .object(
            [
                "model_name": .string, "model_version": .string,
                "outputs": .list(
                    of: .object([
                        "name": .string, "datatype": .string, "shape": .list(of: .integer), "data": .list(of: .figure),
                    ])),
            ], optional: ["id": .string]),
        "InferenceOrder": Schema([
            "type": .string("object"), "required": .array([.string("inputs")]),
            "properties": .object([
                "id": Schema.string.orNull.json,
                "inputs": Schema.list(
                    of: Schema([
                        "type": .string("object"),
                        "required": .array(["name", "shape", "datatype", "data"].map { .string($0) }),
                        "properties": .object([
                            "name": Schema.string.json, "datatype": Schema.string.json,
                            "shape": Schema.list(of: .integer).json, "data": Schema(["type": .string("array")]).json,
                        ]),
                    ])
                ).json,
                "parameters": Schema([
                    "type": .array([.string("object"), .string("null")]),
                    "properties": .object([
                        "as_of": Schema.time.orNull.json, "samples": Schema.integer(1...1000).orNull.json,
                        "seed": Schema.seed.orNull.json,
                    ]),
                ]).json,
                "outputs": Schema.list(
                    of: Schema([
                        "type": .string("object"), "required": .array([.string("name")]),
                        "properties": .object(["name": Schema.string.json]),
                    ])
                ).orNull.json,
            ]),
        ]),
    ]

    // MARK: - Requests

    /// What decides everything random.
    private static let seed = Schema(["type": .string("integer"), "minimum": .integer(0), "maximum": .unsigned(.max)])

    private static func number(above least: Double, below most: Double) -> Schema {
        Schema.number.adding(["exclusiveMinimum": .number(least), "exclusiveMaximum": .number(most)])
    }

    private static let orders: [String: Schema] = [
        "DatasetChange": .order(optional: ["name": .string(1...128), "tags": .list(of: .string)]),
        "ChannelChange": .order(optional: ["unit": .string, "kind": .word(ChannelKind.self)]),
        "PruneOrder": .order(["keep": .integer(0...1_000_000)]),
        "AliasOrder": .order(
            ["version": .either([.integer, .string])], optional: ["by": .string, "reason": .string]),
        "RollbackOrder": .order(
            optional: ["version": .either([.integer, .string]), "by": .string, "reason": .string]),
        "CalibrationOrder": .order(optional: ["promote": .reference("PromotionRule"), "keepVersions": .integer]),
        "PromotionRule": .order(optional: [
            "alias": .string, "margin": .number, "coverageTolerance": .number, "mustBeatBaselines": .boolean,
        ]),
        "ModelPackage": .order(["document": .reference("ModelDocument"), "weights": .string]),
        "Question": .order(
            ["times": .reference("Times")],
            optional: [
                "dataset": .string.described("The model that answers: co2, co2@production, co2@3 or co2@latest."),
                "model": .string.described("Another word for dataset."), "version": .integer,
                "series": .either([
                    .string, .list(of: .string, counts: 1...PredictionOrder.mostSeries),
                ]),
                "observations": .list(of: .object(["time": .time, "channel": .string, "value": .number])),
                "statics": .map(to: .number), "asOf": .time,
                "quantiles": .list(of: number(above: 0, below: 1), counts: 0...99),
                "levels": .list(
                    of: Schema.number.adding(["minimum": .integer(1), "exclusiveMaximum": .integer(100)]),
                    counts: 0...99),
                "samples": .integer(1...PredictionService.mostSamples),
                "paths": .integer(0...PredictionService.mostSamples), "noise": .boolean, "states": .boolean,
                "anomalies": .boolean, "seed": seed,
                "tolerance": Schema.number.adding([
                    "minimum": .number(PredictionService.tolerances.lowerBound),
                    "maximum": .number(PredictionService.tolerances.upperBound),
                ]),
            ]),
        "Times": .either([
            .list(of: .time, counts: 1...PredictionService.mostTimes),
            .order(
                ["from": .time, "to": .time],
                optional: [
                    "count": .integer(1...PredictionService.mostTimes),
                    "step": Schema.number.adding(["exclusiveMinimum": .integer(0)]),
                ]),
        ]),
    ]

    /// What a job and a scheduled job have in common.
    private static let jobSettings: [String: Schema] = [
        "arguments": .any, "queue": .string(1...64), "priority": .integer(0...9),
        "maxAttempts": .integer(1...100), "tags": .list(of: .string(1...128), counts: 0...32),
        "timeoutSeconds": .number, "stallSeconds": .number,
    ]

    private static let scheduleSettings: [String: Schema] = [
        "missedRuns": .word(["skip", "once", "all"]), "missedRunsLimit": .integer(1...1000), "paused": .boolean,
    ]

    private static let jobOrders: [String: Schema] = [
        "JobOrder": .order(
            ["kind": .string],
            optional: jobSettings.merging([
                "notBefore": .moment, "metadata": .anyObject,
                "unique": .order(
                    ["key": .string(1...255)], optional: ["onConflict": .word(JobUniqueness.Conflict.self)]),
            ]) { $1 }),
        "ScheduledJob": .order(
            ["kind": .string],
            optional: jobSettings.merging(["onConflict": .word(JobUniqueness.Conflict.self)]) { $1 }),
        "Trigger": .order(optional: [
            "cron": .string, "timeZone": .string, "everySeconds": .number, "dataset": .string, "model": .string,
            "likelihoodDrop": .number, "newObservations": .integer, "newSeries": .integer,
        ]),
        "ScheduleOrder": .order(
            ["name": .string, "trigger": .reference("Trigger"), "job": .reference("ScheduledJob")],
            optional: scheduleSettings),
        "ScheduleChange": .order(
            optional: scheduleSettings.merging([
                "trigger": .reference("Trigger"), "job": .reference("ScheduledJob"),
            ]) { $1 }),
    ]
}
