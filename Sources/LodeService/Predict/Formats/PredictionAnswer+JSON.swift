import LodeDomain

extension PredictionAnswer {
    /// The answer as JSON, the same bytes as ``JSONText`` writes.
    public var json: [UInt8] {
        var json = JSONBytes(capacity: 64 * times.count * (channels.count + 1) + 1024)
        write(to: &json)
        return json.bytes
    }

    /// Several answers as one JSON object.
    public static func json(_ answers: [PredictionAnswer]) -> [UInt8] {
        var json = JSONBytes()
        json.object { json in
            json.key("predictions")
            json.array { json in
                for answer in answers { answer.write(to: &json) }
            }
        }
        return json.bytes
    }

    private func write(to json: inout JSONBytes) {
        json.object { json in
            if let anomalies {
                json.key("anomalies")
                json.array { json in
                    for anomaly in anomalies { anomaly.write(to: &json) }
                }
            }
            if let asOf {
                json.key("asOf")
                json.time(asOf)
            }
            json.key("channels")
            json.array { json in
                for channel in channels { channel.write(to: &json) }
            }
            json.key("coverage")
            coverage.write(to: &json)
            if let dataRevision {
                json.key("dataRevision")
                json.integer(dataRevision)
            }
            json.key("dataset")
            json.string(dataset)
            writeDistances(to: &json)
            if let intensities {
                json.key("intensities")
                json.numbers(intensities)
            }
            if let latentStates {
                json.key("latentStates")
                json.object { json in
                    json.key("mean")
                    json.rows(latentStates.mean)
                    json.key("standardDeviation")
                    json.rows(latentStates.standardDeviation)
                }
            }
            writeRest(to: &json)
        }
    }

    private func writeDistances(to json: inout JSONBytes) {
        if let distanceUnit {
            json.key("distanceUnit")
            json.string(distanceUnit)
        }
        json.key("distances")
        json.array { json in
            for distance in distances {
                if let distance { json.number(distance) } else { json.null() }
            }
        }
        json.key("distancesBeyondTraining")
        json.numbers(distancesBeyondTraining)
    }

    /// What comes after “latentStates” in order.
    private func writeRest(to json: inout JSONBytes) {
        json.key("modelVersion")
        json.integer(modelVersion)
        if let nextObservation {
            json.key("nextObservation")
            nextObservation.write(to: &json)
        }
        json.key("noise")
        json.bool(noise)
        json.key("observationsUsed")
        json.integer(observationsUsed)
        if let outcome {
            json.key("outcome")
            json.object { json in
                json.key("isProbability")
                json.bool(outcome.isProbability)
                json.key("name")
                json.string(outcome.name)
                json.key("value")
                json.number(outcome.value)
            }
        }
        json.key("regimes")
        json.array { json in
            for regime in regimes { json.string(regime.rawValue) }
        }
        json.key("samples")
        json.integer(samples)
        json.key("seed")
        json.integer(seed)
        if let series {
            json.key("series")
            json.string(series)
        }
        if let seriesAnomaly {
            json.key("seriesAnomaly")
            seriesAnomaly.write(to: &json)
        }
        json.key("times")
        json.array { json in
            for time in times { json.time(time) }
        }
        if let tolerance {
            json.key("tolerance")
            json.number(tolerance)
        }
        json.key("warnings")
        json.array { json in
            for warning in warnings { json.string(warning) }
        }
    }
}

extension PredictionAnswer.Channel {
    fileprivate func write(to json: inout JSONBytes) {
        json.object { json in
            json.key("channel")
            json.string(channel)
            if let intervals {
                json.key("intervals")
                json.object { json in
                    for key in intervals.keys.sorted() {
                        json.key(key)
                        json.object { json in
                            json.key("lower")
                            json.numbers(intervals[key]?.lower ?? [])
                            json.key("upper")
                            json.numbers(intervals[key]?.upper ?? [])
                        }
                    }
                }
            }
            json.key("mean")
            json.numbers(mean)
            json.key("median")
            json.numbers(median)
            if let paths {
                json.key("paths")
                json.rows(paths)
            }
            json.key("quantiles")
            json.object { json in
                for key in quantiles.keys.sorted() {
                    json.key(key)
                    json.numbers(quantiles[key] ?? [])
                }
            }
            json.key("standardDeviation")
            json.numbers(standardDeviation)
        }
    }
}

extension PredictionAnswer.SeriesAnomaly {
    fileprivate func write(to json: inout JSONBytes) {
        json.object { json in
            json.key("logDensity")
            json.number(logDensity)
            if let rank {
                json.key("rank")
                json.number(rank)
            }
            json.key("references")
            json.integer(references)
        }
    }
}

extension PredictionAnswer.NextObservation {
    fileprivate func write(to json: inout JSONBytes) {
        json.object { json in
            json.key("after")
            json.time(after)
            if let mean {
                json.key("mean")
                json.time(mean)
            }
            json.key("quantiles")
            json.object { json in
                for key in quantiles.keys.sorted() {
                    json.key(key)
                    if let time = quantiles[key] ?? nil { json.time(time) } else { json.null() }
                }
            }
        }
    }
}

extension PredictionAnswer.Anomaly {
    fileprivate func write(to json: inout JSONBytes) {
        json.object { json in
            json.key("channel")
            json.string(channel)
            json.key("expected")
            json.number(expected)
            json.key("tailProbability")
            json.number(tailProbability)
            json.key("time")
            json.time(time)
            json.key("value")
            json.number(value)
        }
    }
}

extension PredictionAnswer.Coverage {
    fileprivate func write(to json: inout JSONBytes) {
        json.object { json in
            for (name, shares) in [("extrapolation", extrapolation), ("interpolation", interpolation)] {
                guard let shares else { continue }
                json.key(name)
                json.object { json in
                    for key in shares.keys.sorted() {
                        json.key(key)
                        json.number(shares[key] ?? .nan)
                    }
                }
            }
        }
    }
}

extension JSONBytes {
    fileprivate mutating func rows(_ rows: [[Double]]) {
        array { array in
            for row in rows { array.numbers(row) }
        }
    }
}
