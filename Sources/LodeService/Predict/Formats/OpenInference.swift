import LodeDomain

/// The Open Inference Protocol, version 2, as KServe, Triton and Seldon clients speak it.
///
/// https://github.com/kserve/open-inference-protocol, file specification/protocol/inference_rest.md.
public enum OpenInference {
    /// A tensor in a request.
    public struct Input: Hashable, Sendable, Decodable {
        /// Its name.
        public var name: String
        /// Its sizes.
        public var shape: [Int]
        /// `FP64`, `FP32`, `INT64`, … or `BYTES`.
        public var datatype: String
        /// Its elements in row-major order.
        public var data: Elements
    }

    /// The elements of a tensor.
    public enum Elements: Hashable, Sendable {
        /// Numbers.
        case numbers([Double])
        /// Texts.
        case texts([String])
    }

    /// What may stand in `parameters`.
    public struct Parameters: Hashable, Sendable, Decodable {
        /// Only observations up to and including this time are used.
        public var asOf: TimeValue?
        /// Posterior samples.
        public var samples: Int?
        /// Decides them.
        public var seed: UInt64?

        private enum CodingKeys: String, CodingKey {
            case asOf = "as_of"
            case samples, seed
        }
    }

    /// A tensor that is wanted.
    public struct WantedOutput: Hashable, Sendable, Decodable {
        /// Its name.
        public var name: String
    }

    /// A question.
    public struct Request: Hashable, Sendable, Decodable {
        /// Comes back with the answer.
        public var id: String?
        /// Settings.
        public var parameters: Parameters?
        /// Tensors.
        public var inputs: [Input]
        /// The tensors that are wanted; nil is all.
        public var outputs: [WantedOutput]?
    }

    /// A tensor's description.
    public struct Tensor: Hashable, Sendable, Encodable {
        /// Its name.
        public var name: String
        /// Its type.
        public var datatype: String
        /// Its sizes; −1 is any.
        public var shape: [Int]
    }

    /// What a model takes and gives.
    public struct ModelDescription: Hashable, Sendable, Encodable {
        /// The dataset.
        public var name: String
        /// Version numbers.
        public var versions: [String]
        /// Who runs it.
        public var platform = "lode_latent_ode"
        /// What it takes.
        public var inputs = [
            Tensor(name: "times", datatype: "FP64", shape: [-1]), Tensor(name: "series", datatype: "BYTES", shape: [1]),
            Tensor(name: "quantiles", datatype: "FP64", shape: [-1]),
            Tensor(name: "observation_times", datatype: "FP64", shape: [-1]),
            Tensor(name: "observation_channels", datatype: "BYTES", shape: [-1]),
            Tensor(name: "observation_values", datatype: "FP64", shape: [-1]),
        ]
        /// What it gives.
        public var outputs: [Tensor]

        /// A model with some channels.
        public init(name: String, versions: [Int], channels: Int) {
            self.name = name
            self.versions = versions.map(String.init)
            outputs = ["mean", "standard_deviation", "median"].map {
                Tensor(name: $0, datatype: "FP64", shape: [-1, channels])
            }
            outputs.append(Tensor(name: "quantiles", datatype: "FP64", shape: [-1, -1, channels]))
            outputs.append(Tensor(name: "channels", datatype: "BYTES", shape: [channels]))
        }
    }
}

extension OpenInference.Elements: Decodable {
    /// Reads numbers or texts, in nested arrays too.
    public init(from decoder: any Decoder) throws {
        let elements = try [JSONValue](from: decoder)
        var numbers: [Double] = []
        var texts: [String] = []
        func add(_ value: JSONValue) throws {
            switch value {
            case .array(let inner): try inner.forEach(add)
            case .string(let text): texts.append(text)
            case .integer(let whole): numbers.append(Double(whole))
            case .unsigned(let whole): numbers.append(Double(whole))
            case .number(let number): numbers.append(number)
            case .null, .bool, .object:
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "numbers or strings"))
            }
        }
        try elements.forEach(add)
        guard numbers.isEmpty || texts.isEmpty else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "either numbers or strings, and not both"))
        }
        self = texts.isEmpty ? .numbers(numbers) : .texts(texts)
    }
}

extension OpenInference.Request {
    /// The question in Lode's own terms.
    public func question(model: String, version: Int?) throws(ServiceError) -> PredictionRequest {
        let known = OpenInference.ModelDescription(name: model, versions: [], channels: 1).inputs.map(\.name)
        var tensors: [String: (index: Int, input: OpenInference.Input)] = [:]
        for (index, input) in inputs.enumerated() {
            guard known.contains(input.name) else {
                throw .invalidRequest(
                    pointer: "/inputs/\(index)/name", value: "“\(input.name)”",
                    expected: "one of \(known.joined(separator: ", "))")
            }
            guard input.shape.allSatisfy({ $0 >= 0 }), input.size == input.data.count else {
                throw .invalidRequest(
                    pointer: "/inputs/\(index)/shape", value: "\(input.shape)",
                    expected: "sizes whose product is the \(input.data.count) elements of “data”")
            }
            tensors[input.name] = (index, input)
        }
        guard let times = tensors["times"] else {
            throw .invalidRequest(pointer: "/inputs", value: nil, expected: "a tensor “times”")
        }
        var request = PredictionRequest(
            dataset: model, version: version, times: Self.times(times.input.data), asOf: parameters?.asOf,
            samples: parameters?.samples ?? PredictionRequest.defaultSamples, seed: parameters?.seed ?? 1)
        if let series = tensors["series"] {
            guard case .texts(let names) = series.input.data, names.count == 1 else {
                throw .invalidRequest(pointer: "/inputs/\(series.index)/data", value: nil, expected: "one name")
            }
            request.series = names[0]
        }
        if let quantiles = tensors["quantiles"] {
            request.quantiles = try Self.numbers(quantiles)
        }
        request.observations = try observations(tensors)
        return request
    }

    private func observations(
        _ tensors: [String: (index: Int, input: OpenInference.Input)]
    ) throws(ServiceError) -> [PredictionRequest.Observation]? {
        let parts = ["observation_times", "observation_channels", "observation_values"].map { tensors[$0] }
        if parts.allSatisfy({ $0 == nil }) { return nil }
        guard let times = parts[0], let channels = parts[1], let values = parts[2],
            times.input.data.count == channels.input.data.count, times.input.data.count == values.input.data.count
        else {
            throw .invalidRequest(
                pointer: "/inputs", value: nil,
                expected: "“observation_times”, “observation_channels” and “observation_values” of one length")
        }
        let numbers = try Self.numbers(values)
        let names: [String]
        switch channels.input.data {
        case .texts(let texts): names = texts
        case .numbers(let none) where none.isEmpty: names = []
        case .numbers:
            throw .invalidRequest(
                pointer: "/inputs/\(channels.index)/data", value: nil, expected: "names of channels")
        }
        return zip(Self.times(times.input.data), zip(names, numbers)).map { time, rest in
            PredictionRequest.Observation(time: time, channel: rest.0, value: rest.1)
        }
    }

    private static func times(_ elements: OpenInference.Elements) -> [TimeValue] {
        switch elements {
        case .numbers(let numbers): numbers.map { .number($0) }
        case .texts(let texts): texts.map { .text($0) }
        }
    }

    private static func numbers(
        _ tensor: (index: Int, input: OpenInference.Input)
    ) throws(ServiceError) -> [Double] {
        guard case .numbers(let numbers) = tensor.input.data else {
            throw .invalidRequest(pointer: "/inputs/\(tensor.index)/data", value: nil, expected: "numbers")
        }
        return numbers
    }

    /// The answer as this protocol writes it.
    public func answer(_ answer: PredictionAnswer) throws(ServiceError) -> [UInt8] {
        let known = OpenInference.ModelDescription(name: "", versions: [], channels: 1).outputs.map(\.name)
        let wanted = outputs.map { $0.map(\.name) } ?? known
        for (index, name) in wanted.enumerated() where !known.contains(name) {
            throw .invalidRequest(
                pointer: "/outputs/\(index)/name", value: "“\(name)”",
                expected: "one of \(known.joined(separator: ", "))")
        }
        var json = JSONBytes(capacity: 256 + 20 * wanted.count * answer.times.count * answer.channels.count)
        json.object { json in
            if let id {
                json.key("id")
                json.string(id)
            }
            json.key("model_name")
            json.string(answer.dataset)
            json.key("model_version")
            json.string("\(answer.modelVersion)")
            json.key("outputs")
            json.array { json in
                for name in wanted { answer.writeTensor(name, to: &json) }
            }
        }
        return json.bytes
    }
}

extension OpenInference.Input {
    fileprivate var size: Int {
        shape.reduce(1) { product, size in
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            return overflow ? -1 : value
        }
    }
}

extension OpenInference.Elements {
    fileprivate var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .texts(let texts): texts.count
        }
    }
}

extension PredictionAnswer {
    /// A tensor by its name in the protocol, `[T][C]`, or `[Q][T][C]` for quantiles.
    fileprivate func writeTensor(_ name: String, to json: inout JSONBytes) {
        let shape = [times.count, channels.count]
        switch name {
        case "mean": writeTensor(name, shape, [channels.map(\.mean)], to: &json)
        case "standard_deviation": writeTensor(name, shape, [channels.map(\.standardDeviation)], to: &json)
        case "median": writeTensor(name, shape, [channels.map(\.median)], to: &json)
        case "quantiles":
            let keys = channels.first?.quantiles.keys.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) } ?? []
            let values = keys.map { key in channels.map { $0.quantiles[key] ?? [] } }
            writeTensor(name, [keys.count] + shape, values, to: &json)
        default:
            json.object { json in
                json.key("data")
                json.array { json in
                    for channel in channels { json.string(channel.channel) }
                }
                json.key("datatype")
                json.string("BYTES")
                json.key("name")
                json.string(name)
                json.key("shape")
                json.array { $0.integer(channels.count) }
            }
        }
    }

    /// Values `[…][C][T]` as a tensor `[…][T][C]`.
    private func writeTensor(_ name: String, _ shape: [Int], _ values: [[[Double]]], to json: inout JSONBytes) {
        json.object { json in
            json.key("data")
            json.array { json in
                for byChannel in values {
                    for time in times.indices {
                        for channel in byChannel { json.number(channel[time]) }
                    }
                }
            }
            json.key("datatype")
            json.string("FP64")
            json.key("name")
            json.string(name)
            json.key("shape")
            json.array { json in
                for size in shape { json.integer(size) }
            }
        }
    }
}
