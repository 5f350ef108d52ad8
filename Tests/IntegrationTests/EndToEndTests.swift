import Foundation
import LodeService
import Testing

/// Real processes of the built binary, from an empty folder to an answer.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EndToEndTests {
    private static let training = #"{"kind":"train","arguments":{"dataset":"waves","maxEpochs":400,"patience":400}}"#

    @Test func `a worker killed in mid-training is followed by one that goes on from its snapshot`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        #expect(try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves).status == 0)
        let up = try await place.up()

        let job = try await up.post("/v1/jobs", Self.training)
        #expect(job.status == 202)
        // A snapshot is saved every tenth of a second here; some curve means some have been.
        _ = try await eventually("progress") {
            let job = try await up.get("/v1/jobs/1")
            #expect(job["state"]?.text != "completed", "training is too short to be interrupted")
            return job["curve"]?.count ?? 0 >= 40 ? true : nil
        }
        let first = try #require(try up.workers.last)
        kill(first, SIGKILL)

        let ended = try await eventually("the job's end") {
            let job = try await up.get("/v1/jobs/1")
            return ["completed", "discarded", "cancelled"].contains(job["state"]?.text) ? job : nil
        }
        #expect(ended["state"]?.text == "completed")
        #expect(ended["attempt"]?.number == 2)
        #expect(try up.workers.count == 2)
        let message = try #require(ended["progress"]?["message"]?.text)
        #expect(message.contains("resumed after epoch"), "\(message)")

        let answer = try await up.post(
            "/v1/predictions", #"{"dataset":"waves","series":"wave 1","times":[3.3,-0.5,12.5]}"#)
        #expect(answer.status == 200)
        let channel = try #require(answer.body["channels"]?[0])
        for index in 0..<3 {
            let median = try #require(channel["median"]?[index]?.number)
            let low = try #require(channel["quantiles"]?["0.1"]?[index]?.number)
            let high = try #require(channel["quantiles"]?["0.9"]?[index]?.number)
            #expect(low < median && median < high)
        }
        #expect(answer.body["regimes"]?[0]?.text == "interpolation")
        #expect(answer.body["regimes"]?[2]?.text == "extrapolation")

        // The interruption left no trace in the model: an undisturbed run with the same seed gives the same figures.
        let undisturbed = try place.lode(
            "train", "waves", "--max-epochs", "400", "--patience", "400", "--here", "--json")
        #expect(undisturbed.status == 0, "\(undisturbed.error)")
        let versions = try await up.get("/v1/datasets/waves/models")["models"]
        #expect(versions?.count == 2)
        #expect(versions?[0]?["metadata"]?["evaluation"] == versions?[1]?["metadata"]?["evaluation"])
        #expect(up.stop() == 0)
    }

    @Test func `a posterior with a flow is trained and answered by, an unknown one refused`() throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        #expect(try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves).status == 0)
        let refused = try place.lode("train", "waves", "--posterior", "diagonal", "--here")
        #expect(refused.status == 64)
        #expect(refused.error.contains("gaussian") && refused.error.contains("continuous-flow"), "\(refused.error)")
        let training = try place.lode(
            "train", "waves", "--max-epochs", "20", "--posterior", "continuous-flow", "--here", "--json")
        #expect(training.status == 0, "\(training.error)")
        #expect(training.output.contains("pass through a continuous flow"))
        let answer = try place.lode("predict", "waves", "wave 1", "--at", "3.3,12.5", "--anomalies")
        #expect(answer.status == 0 && answer.output.contains("log-density of the series"), "\(answer.error)")
    }

    @Test func `the end of training shows the model beside the baselines, and a plot shows the series`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let training = try place.lode("train", "waves", "--max-epochs", "40", "--here")
        #expect(training.status == 0, "\(training.error)")
        for line in ["latent ODE", "the training mean", "the last value carried forward", "linear interpolation"] {
            #expect(training.output.contains(line))
        }
        #expect(training.output.contains("Interpolation: the model"))
        #expect(try place.lode("models", "show", "waves").output.contains("80 % band covers"))
        let truth = try place.file("truth.csv", "series,time,channel,value\nwave 1,3.33,height,0.5\n")
        let plot = try place.lode("plot", "waves", "wave 1", "--truth", truth, "--width", "60")
        #expect(plot.status == 0)
        for mark in ["●", "×", "░"] { #expect(plot.output.contains(mark)) }
        let answer = try place.lode("predict", "waves", "wave 1", "--at", "-0.5,3", "--json")
        #expect(try JSONValue(parsing: answer.output)["times"]?.count == 2)
    }

    @Test func `whichever way the supervisor ends, so do its children`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        for suddenly in [true, false] {
            let up = try await place.up()
            let children = try await eventually("the children's numbers") {
                try up.daemon.flatMap { daemon in try up.workers.last.map { [daemon, $0] } }
            }
            for child in children { #expect(RunningUp.isRunning(child)) }
            if suddenly { up.kill() } else { #expect(up.stop() == 0) }
            try await eventually("the children's end") {
                children.contains(where: RunningUp.isRunning) ? nil : ()
            }
        }
    }

    @Test func `a killed worker is started again`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        let up = try await place.up()
        let first = try await eventually("a worker") { try up.workers.first }
        kill(first, SIGKILL)
        let second = try await eventually("another worker") { try up.workers.count > 1 ? try up.workers.last : nil }
        #expect(second != first && RunningUp.isRunning(second))
    }
}
