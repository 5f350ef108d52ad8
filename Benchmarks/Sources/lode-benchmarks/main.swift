import CPeak
import Foundation
import LodeNumerics
import Synchronization

// lode-benchmarks [case …] [--threads n] [--isa name] [--repetitions n] [--unchecked]
// Cases: solve (solve_B1, solve_B64, solve_B1024), vdp, train (train_spiral, train_big), query, gradient, convolution, growth,
// peak; solve, vdp, train, query and peak where none is named.

// growth-curves measures epochs and questions of growing size and writes their pictures to --folder.
// agreement writes the training steps to --folder for another framework to make again.
// --unchecked leaves out the comparison with an exact solve, for whoever counts instructions.

var names: [String] = []
var isChecked = true
var folder = "."
var threads = ProcessInfo.processInfo.activeProcessorCount
var instructionSet = InstructionSet.best
var repetitions = 21
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--threads": threads = arguments.popFirst().flatMap { Int($0) } ?? threads
    case "--isa": instructionSet = arguments.popFirst().flatMap { InstructionSet(rawValue: $0) } ?? instructionSet
    case "--repetitions": repetitions = arguments.popFirst().flatMap { Int($0) } ?? repetitions
    case "--folder": folder = arguments.popFirst() ?? folder
    case "--unchecked": isChecked = false
    default: names.append(argument)
    }
}
if names.isEmpty { names = ["peak", "solve", "vdp", "train", "query"] }
// As the process of a training does.
FreedMemory.keep()
let pool = ThreadPool(threadCount: threads)
let modelCases = ModelCases(
    pool: pool, instructionSet: instructionSet, repetitions: repetitions, isChecked: isChecked)
let cases = SolveCases(pool: pool, instructionSet: instructionSet, repetitions: repetitions, isChecked: isChecked)

/// The most that independent fused multiply-adds reach on all threads.
func measurePeak(_ pool: ThreadPool) {
    let operations = Mutex(0.0)
    let count = pool.threadCount
    let seconds = Measurement.median(repetitions: 5) {
        pool.forEach(count) { _, _ in
            let done = cpeak_f32(10_000_000)
            operations.withLock { $0 = done * Double(count) }
        }
    }
    Measurement(
        name: "peak", seconds: seconds, figures: [("gflops", operations.withLock { $0 } / seconds / 1e9)]
    ).printLine()
}

for name in names {
    switch name {
    case "peak":
        measurePeak(pool)
    case "solve":
        for count in [1, 64, 1024] { try cases.latent(count: count) }
    case "solve_B1": try cases.latent(count: 1)
    case "solve_B64": try cases.latent(count: 64)
    case "solve_B1024": try cases.latent(count: 1024)
    case "vdp": try cases.vanDerPol()
    case "convolution":
        ConvolutionCases(kernels: Kernels(instructionSet), repetitions: repetitions).run()
    case "train":
        try modelCases.step(name: "train_spiral", .spiral)
        try modelCases.step(name: "train_big", .big)
    case "train_spiral": try modelCases.step(name: name, .spiral)
    case "train_big": try modelCases.step(name: name, .big)
    case "query": try modelCases.query(name: name)
    case "agreement":
        try modelCases.writeAgreement(name: "train_spiral", .spiral, to: folder)
        try modelCases.writeAgreement(name: "train_big", .big, to: folder)
    case "gradient":
        try cases.gradient(name: "gradient_spiral", count: 128, times: 100, widths: [4, 20, 20, 4])
        try cases.gradient(name: "gradient_big", count: 64, times: 60, widths: [20, 100, 100, 20])
    case "growth-curves": try GrowthCases(pool: pool, instructionSet: instructionSet).run(pictures: folder)
    case "growth":
        for count in [100, 1000, 10_000, 100_000, 1_000_000] {
            // Ten outputs each, so that a million trajectories fit into memory.
            try cases.latent(
                count: count, name: "growth_\(count)", outputs: 10, repetitions: count > 10_000 ? 3 : nil)
        }
    default:
        let known = "solve, vdp, train, query, agreement, gradient, convolution, growth, growth-curves, peak"
        FileHandle.standardError.write(Data("unknown case \(name): \(known)\n".utf8))
        exit(2)
    }
}
