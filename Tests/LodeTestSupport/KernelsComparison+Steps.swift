import Foundation
import LodeNumerics

extension KernelCase {
    private static func wide(_ values: [Scalar]) -> [Double] { values.map { Double($0) } }

    /// Kernels of Runge–Kutta steps and dense output, over blocks of `lanes` lanes and n components.
    static var steps: [KernelCase] {
        [1, 8, 16].flatMap { lanes in
            [
                combine(lanes), combineLanes(lanes), errorNorm(lanes, maximum: false), errorNorm(lanes, maximum: true),
                rows(lanes), merge(lanes), interpolate(lanes), interpolateDue(lanes), interpolatePullback(lanes),
            ]
        } + [polynomial, chooseSteps, stageTimes, decideSteps]
    }

    private static var widths: [Int] { Array(0...20) + [31, 32, 33, 50] }

    private static func buffer(_ array: [Scalar]) -> AlignedBuffer<Scalar> {
        let buffer = AlignedBuffer<Scalar>(count: array.count)
        for (index, value) in array.enumerated() { buffer.pointer[index] = value }
        return buffer
    }

    /// Calls `body` with pointers to each array.
    private static func withPointers(
        _ arrays: [[Scalar]], _ body: (UnsafePointer<UnsafeRawPointer?>) -> Void
    ) {
        let buffers = arrays.map(buffer)
        withExtendedLifetime(buffers) {
            body(buffers.map { UnsafeRawPointer($0.pointer) })
        }
    }

    private static func combine(_ lanes: Int) -> KernelCase {
        KernelCase(name: "combine, \(lanes) lanes", sizes: widths, roundings: { _ in 16 }) { kernels, n in
            var memory = KernelMemory<Scalar>("combine", n)
            let count = n % 10
            let stride = n * lanes + 3
            let terms = memory.values((count + 1) * stride)
            // Not in order, and not all.
            let places = (0..<count).map { $0 == 0 ? count : $0 - 1 }
            let coefficients = memory.doubles(count)
            let scale = memory.values(lanes)
            let base = memory.values(n * lanes)
            var out = memory.output(n * lanes)
            var plain = memory.output(n * lanes)
            kernels.combine(
                &out, base: base, scale: scale, terms: terms, stride: stride, places: places,
                coefficients: coefficients, count: count, components: n, lanes: lanes)
            kernels.combine(
                &plain, base: nil, scale: scale, terms: terms, stride: stride, places: places,
                coefficients: coefficients, count: count, components: n, lanes: lanes)
            return wide(out) + wide(plain)
        }
    }

    private static func combineLanes(_ lanes: Int) -> KernelCase {
        KernelCase(name: "combineLanes, \(lanes) lanes", sizes: widths, roundings: { _ in 16 }) { kernels, n in
            var memory = KernelMemory<Scalar>("combineLanes", n)
            let count = n % 8
            let terms = (0..<count).map { _ in memory.values(n * lanes) }
            let weights = memory.values(count * lanes)
            let base = memory.values(n * lanes)
            var out = memory.output(n * lanes)
            var plain = memory.output(n * lanes)
            withPointers(terms) { pointers in
                kernels.combineLanes(
                    &out, base: base, weights: weights, terms: pointers, count: count, components: n, lanes: lanes)
                kernels.combineLanes(
                    &plain, base: nil, weights: weights, terms: pointers, count: count, components: n, lanes: lanes)
            }
            return wide(out) + wide(plain)
        }
    }

    private static func errorNorm(_ lanes: Int, maximum: Bool) -> KernelCase {
        KernelCase(
            name: "\(maximum ? "maximum" : "sum") errorNorm, \(lanes) lanes", sizes: widths,
            roundings: { 16 * Double($0 + 1) }
        ) { kernels, n in
            var memory = KernelMemory<Scalar>("errorNorm", n)
            let error = memory.values(n * lanes)
            let y0 = memory.values(n * lanes)
            let y1 = memory.values(n * lanes)
            let relative = memory.values(n).map { abs($0) + 0.5 }
            let absolute = memory.values(n).map { abs($0) + 0.5 }
            let included = memory.flags(n)
            var all = Array(repeating: 7.0, count: lanes + 4)
            var some = all
            kernels.errorNorm(
                &all, error: error, y0: y0, y1: y1, relative: relative, absolute: absolute, included: nil,
                maximum: maximum, components: n, lanes: lanes)
            kernels.errorNorm(
                &some, error: error, y0: y0, y1: y1, relative: relative, absolute: absolute, included: included,
                maximum: maximum, components: n, lanes: lanes)
            return all + some
        }
    }

    private static func rows(_ lanes: Int) -> KernelCase {
        KernelCase(name: "rows, \(lanes) lanes", sizes: widths, roundings: { _ in 0 }) { kernels, n in
            var memory = KernelMemory<Scalar>("rows", n)
            let arrays = (0..<lanes).map { _ in memory.values(n) }
            var block = memory.output(n * lanes)
            withPointers(arrays) { pointers in
                var some = (0..<lanes).map { pointers[$0] }
                if lanes > 1 { some[n % lanes] = nil }
                kernels.gatherRows(&block, rows: some, components: n, lanes: lanes)
            }
            var scattered = memory.output(n * lanes)
            scattered.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                var targets: [UnsafeMutableRawPointer?] = (0..<lanes).map { UnsafeMutableRawPointer(base + $0 * n) }
                if lanes > 1 { targets[0] = nil }
                kernels.scatterRows(targets, block: block, components: n, lanes: lanes)
            }
            var row = memory.output(n)
            kernels.getLane(lanes - 1, of: block, into: &row, components: n, lanes: lanes)
            kernels.setLane(0, of: &block, to: arrays[0], components: n, lanes: lanes)
            return wide(block) + wide(scattered) + wide(row)
        }
    }

    private static func merge(_ lanes: Int) -> KernelCase {
        KernelCase(name: "mergeLanes, \(lanes) lanes", sizes: widths, roundings: { _ in 0 }) { kernels, n in
            var memory = KernelMemory<Scalar>("merge", n)
            // What is not merged must not matter, NaN included.
            let input = memory.values(n * lanes)
            let mask = memory.flags(lanes)
            var out = memory.output(n * lanes)
            kernels.mergeLanes(&out, input, mask: mask, components: n, lanes: lanes)
            return wide(out)
        }
    }

    /// Places of evaluations: lane l has l % 4, in the order that follows.
    private static func places(_ lanes: Int) -> (first: [Int], last: [Int], order: [Int], count: Int) {
        var first: [Int] = []
        var last: [Int] = []
        var place = 0
        for lane in 0..<lanes {
            first.append(place)
            // More than one chunk of evaluations in one lane.
            place += lane == 0 ? 70 : lane % 4
            last.append(place)
        }
        return (first, last, (0..<place).map { ($0 * 37) % place }, place)
    }

    private static func interpolate(_ lanes: Int) -> KernelCase {
        KernelCase(name: "interpolate, \(lanes) lanes", sizes: Array(1...20) + [33], roundings: { _ in 16 }) {
            kernels, n in
            var memory = KernelMemory<Scalar>("interpolate", n)
            let degree = 1 + n % 11
            let blocks = (0...degree).map { _ in memory.values(n * lanes) }
            let places = places(lanes)
            let times = memory.doubles(places.count)
            let start = memory.doubles(lanes)
            let size = memory.doubles(lanes).map { $0 < 0 ? $0 - 2 : $0 + 2 }
            var out = memory.output(places.count * n)
            var ordered = out
            withPointers(blocks) { pointers in
                kernels.interpolate(
                    &out, times: times, order: nil, first: places.first, last: places.last, start: start, size: size,
                    blocks: pointers, degree: degree, components: n, lanes: lanes)
                kernels.interpolate(
                    &ordered, times: times, order: places.order, first: places.first, last: places.last,
                    start: start, size: size, blocks: pointers, degree: degree, components: n, lanes: lanes)
            }
            return wide(out) + wide(ordered)
        }
    }

    private static func interpolateDue(_ lanes: Int) -> KernelCase {
        KernelCase(name: "interpolateDue, \(lanes) lanes", sizes: Array(1...20) + [33], roundings: { _ in 16 }) {
            kernels, n in
            var memory = KernelMemory<Scalar>("interpolateDue", n)
            let degree = 1 + n % 11
            let blocks = (0...degree).map { _ in memory.values(n * lanes) }
            let places = places(lanes)
            var order = places.order
            let times = memory.doubles(places.count)
            let direction = (0..<lanes).map { $0 % 2 == 0 ? 1.0 : -1 }
            for lane in 0..<lanes {
                order[places.first[lane]..<places.last[lane]].sort { direction[lane] * (times[$1] - times[$0]) > 0 }
            }
            // Some lanes are due for nothing, some for all.
            let limit = (0..<lanes).map { $0 % 5 == 4 ? -Double.infinity : $0 % 5 == 3 ? 2 : 0.3 }
            let next = (0..<lanes).map { lane in
                let first = places.first[lane]
                return first < places.last[lane] ? direction[lane] * times[order[first]] : .infinity
            }
            let start = memory.doubles(lanes)
            let size = memory.doubles(lanes).map { $0 < 0 ? $0 - 2 : $0 + 2 }
            var out = memory.output(places.count * n)
            var cursor = places.first
            var after = next
            withPointers(blocks) { pointers in
                kernels.interpolateDue(
                    &out, times: times, order: order, cursor: &cursor, end: places.last, next: &after, limit: limit,
                    direction: direction, start: start, size: size, blocks: pointers, degree: degree, components: n,
                    lanes: lanes)
            }
            return wide(out) + cursor.map { Double($0) } + after.map { $0 == .infinity ? 1e300 : $0 }
        }
    }

    private static var chooseSteps: KernelCase {
        KernelCase(name: "chooseSteps", sizes: widths, roundings: { _ in 0 }) { kernels, n in
            var memory = KernelMemory<Scalar>("chooseSteps", n)
            let time = memory.values(n)
            let proposed = memory.values(n)
            // Some stops lie within the step, some just beyond it, some far.
            let stop = zip(time, proposed).enumerated().map { lane, pair in
                pair.0 + pair.1 * (lane % 3 == 0 ? 0.5 : lane % 3 == 1 ? 1.005 : 4)
            }
            let active = memory.flags(n)
            var attempted = memory.output(n)
            var newTime = memory.output(n)
            var low = memory.output(n)
            var high = memory.output(n)
            kernels.chooseSteps(
                attempted: &attempted, newTime: &newTime, low: &low, high: &high, time: time, proposed: proposed,
                stop: stop, active: active, stretch: 1.01, lanes: n)
            return wide(attempted) + wide(newTime) + wide(low) + wide(high)
        }
    }

    private static var stageTimes: KernelCase {
        KernelCase(name: "stageTimes", sizes: widths, roundings: { _ in 0 }) { kernels, n in
            var memory = KernelMemory<Scalar>("stageTimes", n)
            let (time, size) = (memory.values(n), memory.values(n))
            let bounds = memory.values(n)
            var out = memory.output(n)
            kernels.stageTimes(
                &out, time: time, size: size, low: bounds.map { $0 - 0.5 }, high: bounds.map { $0 + 0.5 }, node: 0.3,
                lanes: n)
            return wide(out)
        }
    }

    private static var decideSteps: KernelCase {
        // Logarithms and exponentials are rounded by themselves.
        KernelCase(name: "decideSteps", sizes: widths, roundings: { _ in 64 }) { kernels, n in
            var memory = KernelMemory<Scalar>("decideSteps", n)
            var norm = memory.values(n).map { 1.2 + $0 }
            for lane in norm.indices where lane % 7 == 3 { norm[lane] = lane % 2 == 0 ? .nan : .infinity }
            let inputs = [
                norm, memory.values(n), memory.values(n), memory.values(n), memory.values(n),
                memory.values(n).map { 1 + $0 / 2 }, memory.flags(n).map { 2 * $0 - 1 }, memory.flags(n),
                memory.values(n).map { abs($0) * 0.2 },
            ].map(buffer)
            let outputs = [
                memory.output(n), memory.flags(n), memory.output(n), memory.output(n), memory.output(n),
                memory.values(n), memory.values(n), memory.output(n),
            ].map(buffer)
            var accepted = Array(repeating: 2, count: n)
            var rejected = Array(repeating: 3, count: n)
            var ends = false
            accepted.withUnsafeMutableBufferPointer { accepted in
                rejected.withUnsafeMutableBufferPointer { rejected in
                    guard let yes = accepted.baseAddress, let no = rejected.baseAddress else { return }
                    ends = kernels.decideSteps(
                        StepDecision(
                            .init(
                                norm: inputs[0].pointer, attempted: inputs[1].pointer, time: inputs[2].pointer,
                                newTime: inputs[3].pointer, endTime: inputs[4].pointer,
                                exponentScale: inputs[5].pointer, direction: inputs[6].pointer,
                                active: inputs[7].pointer, smallestSize: inputs[8].pointer),
                            .init(
                                accepted: outputs[0].pointer, rejected: outputs[1].pointer,
                                proposed: outputs[2].pointer, smallest: outputs[3].pointer,
                                logError: outputs[4].pointer, lastLogError: outputs[5].pointer,
                                logErrorBefore: outputs[6].pointer, factor: outputs[7].pointer, acceptedCount: yes,
                                rejectedCount: no),
                            normScale: 0.9, gains: (-0.14, 0.08, -0.01), logSafety: -0.1,
                            factors: (least: 0.2, most: 5), safety: 0.9, largestStep: 2, mostAttempts: 100),
                        lanes: n)
                }
            }
            // Logarithms and factors may be large or infinite: their sizes are compared.
            let written = outputs.flatMap { array in
                (0..<array.count).map { asinh(min(Double(array.pointer[$0]), 1e30)) }
            }
            return written + (accepted + rejected + [ends ? 1 : 0]).map(Double.init)
        }
    }

    private static func interpolatePullback(_ lanes: Int) -> KernelCase {
        KernelCase(
            name: "pullback of interpolate, \(lanes) lanes", sizes: Array(1...20) + [33], roundings: { _ in 128 }
        ) { kernels, n in
            var memory = KernelMemory<Scalar>("interpolatePullback", n)
            let degree = 1 + n % 11
            let places = places(lanes)
            let times = memory.doubles(places.count)
            let start = memory.doubles(lanes)
            let size = memory.doubles(lanes).map { $0 < 0 ? $0 - 2 : $0 + 2 }
            let cotangents = memory.values(places.count * n)
            var out = memory.output((degree + 1) * n * lanes)
            out.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let blocks: [UnsafeMutableRawPointer?] = (0...degree).map {
                    UnsafeMutableRawPointer(base + $0 * n * lanes)
                }
                kernels.interpolatePullback(
                    blocks, rowCotangents: cotangents, times: times, order: places.order, first: places.first,
                    last: places.last, start: start, size: size, degree: degree, components: n, lanes: lanes)
            }
            return wide(out)
        }
    }

    private static var polynomial: KernelCase {
        KernelCase(name: "polynomial", sizes: widths, roundings: { _ in 16 }) { kernels, n in
            var memory = KernelMemory<Scalar>("polynomial", n)
            let degree = n % 8
            let stride = n + 3
            let coefficients = memory.values((degree + 1) * stride)
            var out = memory.output(n)
            kernels.polynomial(
                &out, coefficients: coefficients, stride: stride, theta: 0.7, degree: degree, components: n)
            let cotangent = memory.values(n)
            var back = memory.output((degree + 1) * stride)
            kernels.polynomialPullback(
                &back, stride: stride, cotangent: cotangent, theta: 0.7, degree: degree, components: n)
            return wide(out) + wide(back)
        }
    }
}
