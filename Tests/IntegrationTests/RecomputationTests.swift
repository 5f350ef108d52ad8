import Foundation
import LodeTestSupport
import Testing

/// A served prediction, computed again outside: by Python, from the stored model alone.
@Suite(.timeLimit(.minutes(5))) struct RecomputationTests {
    /// Whether `python3` has what scripts/recompute-prediction needs.
    private static var isPythonThere: Bool {
        do {
            return try Tool.run("/usr/bin/env", ["python3", "-c", "import numpy, torch, torchdiffeq"]).status == 0
        } catch {
            return false
        }
    }

    @Test(
        .enabled(if: isPythonThere, "needs python3 with numpy, torch and torchdiffeq"),
        arguments: [
            [], ["--noise", "point", "--encoder", "decay", "--dynamics", "time-dependent"],
            ["--encoder", "ode-rnn", "--derivative-bound", "2"], ["--posterior", "continuous-flow"],
        ])
    func `a served prediction is what torchdiffeq makes of the stored model`(options: [String]) throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let training = try Tool.run(
            Package.lode, ["train", "waves", "--max-epochs", "80", "--here"] + options, environment: place.environment)
        #expect(training.status == 0, "\(training.error)")
        let answer = try place.lode(
            "predict", "waves", "wave 1", "--at", "-3,0.4,3.3,7,11.5,14,40", "--quantiles", "0.025,0.1,0.5,0.9,0.975",
            "--as-of", "9", "--seed", "5", "--json")
        #expect(answer.status == 0, "\(answer.error)")
        let file = try place.file("answer.json", answer.output)
        let recomputed = try Tool.run(
            "/usr/bin/env",
            [
                "python3", Package.root.appending(path: "scripts/recompute-prediction").path(percentEncoded: false),
                file, "--database", place.folder.path("lode.db"),
            ])
        #expect(recomputed.status == 0, "\(recomputed.output) \(recomputed.error)")
    }
}
