import Foundation
import LodeService
import LodeTestSupport
import Testing

/// The model registry by the built binary, from training to another database.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ModelRegistryTests {
    /// A database whose dataset `waves` has two versions.
    private func trained() throws -> Workplace {
        let place = try Workplace()
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        for seed in ["1", "2"] {
            let training = try place.lode("train", "waves", "--max-epochs", "20", "--seed", seed, "--here")
            #expect(training.status == 0, "\(training.error)")
        }
        return place
    }

    private func answering(_ model: String, _ place: Workplace) throws -> Double? {
        let answer = try place.lode("predict", model, "wave 1", "--at", "3.3", "--json")
        #expect(answer.status == 0, "\(answer.error)")
        return try JSONValue(parsing: answer.output)["modelVersion"]?.number
    }

    @Test func `versions are promoted, rolled back, and told apart by who did it`() throws {
        let place = try trained()
        #expect(try answering("waves", place) == 2)
        #expect(try place.lode("models", "promote", "waves@1", "--by", "ada", "--reason", "first").status == 0)
        #expect(try answering("waves", place) == 1)
        #expect(try place.lode("models", "promote", "waves@latest").status == 0)
        #expect(try answering("waves@production", place) == 2)
        let back = try place.lode("models", "rollback", "waves", "--reason", "worse")
        #expect(back.output.contains("waves@production is version 1 (before: version 2)"))
        let history = try place.lode("models", "history", "waves").output
        for word in ["ada", "first", "rolled back", "worse"] { #expect(history.contains(word), "\(history)") }
        #expect(try place.lode("models", "list", "waves").output.contains("production"))
        let deletion = try place.lode("models", "delete", "waves@1")
        #expect(deletion.status == 65 && deletion.error.contains("production"))
        #expect(try place.lode("models", "delete", "waves@2").status == 0)
        let typo = try place.lode("predict", "waves@productin", "wave 1", "--at", "1")
        #expect(typo.status == 66 && typo.error.contains("Did you mean “production”?"))
        let shown = try JSONValue(parsing: try place.lode("models", "show", "waves", "--json").output)
        #expect(shown["data"]?["observations"]?.number == 96)
        #expect(shown["codeVersion"]?.text?.contains("+") == true)
        #expect(shown["configuration"]?["latentDimension"] != nil)
    }

    @Test func `a rule judges the new version, and the verdict is there to read`() throws {
        let place = try trained()
        #expect(try place.lode("models", "promote", "waves@1").status == 0)
        let training = try place.lode(
            "train", "waves", "--max-epochs", "20", "--promote", "--margin", "1000", "--keep-versions", "1", "--here")
        #expect(training.status == 0, "\(training.error)")
        #expect(training.output.contains("NOT promoted to “production”"), "\(training.output)")
        #expect(training.output.contains("on the same"))
        #expect(try answering("waves", place) == 1)
        // Version 2 had no alias and is not among the newest one.
        let list = try JSONValue(parsing: try place.lode("models", "list", "waves", "--json").output)
        #expect(list.count == 2)
        let taken = try place.lode(
            "train", "waves", "--max-epochs", "20", "--promote", "--margin", "-1000", "--coverage-tolerance", "1",
            "--allow-worse-than-baselines", "--here")
        #expect(taken.output.contains("Promoted to “production”"), "\(taken.output)")
        #expect(try answering("waves", place) == 4)
        #expect(try place.lode("models", "history", "waves").output.contains("job 4"))
    }

    @Test func `a version goes to another database and answers the same there; a damaged one does not`() throws {
        let place = try trained()
        let folder = place.folder.path("package")
        #expect(try place.lode("models", "export", "waves@1", folder).status == 0)
        #expect(try place.lode("models", "export", "waves@1", folder).status == 73)
        let other = try Workplace()
        _ = try other.lode("init")
        _ = try other.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let imported = try other.lode("models", "import", folder, "--dataset", "waves")
        #expect(imported.status == 0, "\(imported.error)")
        let question = ["wave 1", "--at", "3.3,14", "--json"]
        func median(_ place: Workplace, _ model: String) throws -> JSONValue? {
            let answer = try Tool.run(Package.lode, ["predict", model] + question, environment: place.environment)
            return try JSONValue(parsing: answer.output)["channels"]?[0]?["median"]
        }
        #expect(try median(other, "waves") == median(place, "waves@1"))

        let weights = URL(fileURLWithPath: folder).appending(path: "weights.safetensors")
        let whole = try Data(contentsOf: weights)
        var infinite = whole
        infinite.replaceSubrange((whole.count - 4)..., with: [0, 0, 0x80, 0x7F])
        for damaged in [Data(), whole.dropLast(4), infinite, Data(repeating: 0x41, count: whole.count)] {
            try damaged.write(to: weights)
            let refused = try other.lode("models", "import", folder, "--dataset", "waves")
            #expect(refused.status == 65 && refused.error.contains("cannot be imported"), "\(refused.error)")
        }
        try whole.write(to: weights)
        let document = URL(fileURLWithPath: folder).appending(path: "model.json")
        try Data("{".utf8).write(to: document)
        #expect(try other.lode("models", "import", folder, "--dataset", "waves").status == 65)
        #expect(try JSONValue(parsing: other.lode("models", "list", "waves", "--json").output).count == 1)
    }

    @Test func `a version is measured and calibrated on later data`() throws {
        let place = try trained()
        let evaluation = try place.lode("models", "evaluate", "waves@1", "--here")
        #expect(evaluation.status == 0, "\(evaluation.error)")
        #expect(evaluation.output.contains("Measured again by job 3"), "\(evaluation.output)")
        let calibration = try place.lode("models", "calibrate", "waves@1", "--here")
        #expect(calibration.status == 0, "\(calibration.error)")
        let version = try JSONValue(parsing: try place.lode("models", "show", "waves@3", "--json").output)
        #expect(version["origin"]?.text == "calibrated" && version["parent"]?.number == 1)
        #expect(try answering("waves@3", place) == 3)
    }

    @Test func `alias flips under steady requests fail none, and show within a second`() async throws {
        let place = try trained()
        #expect(try place.lode("models", "promote", "waves@1").status == 0)
        let up = try await place.up()
        let question = #"{"model":"waves","series":"wave 1","times":[3.3],"samples":4}"#
        var versions: Set<Double> = []
        for flip in 0..<6 {
            let wanted = Double(2 - flip % 2)
            #expect(try place.lode("models", "promote", "waves@\(Int(wanted))").status == 0)
            for _ in 0..<25 {
                let reply = try await up.post("/v1/predictions", question)
                #expect(reply.status == 200)
                let version = try #require(reply.body["modelVersion"]?.number)
                // The first question after the promotion is answered by the new version.
                #expect(version == wanted)
                versions.insert(version)
            }
        }
        #expect(versions == [1, 2])
        #expect(up.stop() == 0)
    }
}
