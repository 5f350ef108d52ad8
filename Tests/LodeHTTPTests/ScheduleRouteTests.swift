import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ScheduleRouteTests {
    private func withDataset(_ body: @escaping @Sendable (RunningDaemon) async throws -> Void) async throws {
        try await RunningDaemon.run { daemon in
            let lines = (0..<5).flatMap { series in (0..<5).map { "s\(series),\($0),x,1" } }.joined(separator: "\n")
            _ = try await daemon.post("/v1/datasets/d/observations", csv: lines)
            try await body(daemon)
        }
    }

    @Test func `a schedule is made, shown with its next times, paused, resumed, run, changed and deleted`() async throws
    {
        try await withDataset { daemon in
            let made = try await daemon.post(
                "/v1/schedules",
                json: """
                    {"name":"nightly","trigger":{"cron":"30 2 * * *","timeZone":"Europe/Zurich"},
                     "job":{"kind":"train","arguments":{"dataset":"d"},"priority":2},"missedRuns":"all","missedRunsLimit":3}
                    """)
            #expect(made.status == 201 && made.headers["location"] == "/v1/schedules/nightly")
            #expect(made["missedRunsLimit"] == .integer(3))
            // The fixture's clock shows 2023-11-14T22:13:20Z.
            let shown = try await daemon.get("/v1/schedules/nightly?next=2")
            #expect(shown["nextTimes"] == .array([.string("2023-11-15T01:30:00Z"), .string("2023-11-16T01:30:00Z")]))
            let again = try await daemon.post(
                "/v1/schedules",
                json: #"{"name":"nightly","trigger":{"everySeconds":60},"job":{"kind":"probe"}}"#)
            #expect(again.status == 409 && again["code"] == .string("schedule-exists"))

            #expect(try await daemon.post("/v1/schedules/nightly/pause", json: "")["paused"] == .bool(true))
            #expect(try await daemon.get("/v1/schedules/nightly")["nextTimes"] == .array([]))
            let run = try await daemon.post("/v1/schedules/nightly/run", json: "")
            #expect(run.status == 202 && run["priority"] == .integer(2))
            #expect(try await daemon.post("/v1/schedules/nightly/resume", json: "")["paused"] == .bool(false))
            let changed = try await daemon.send(
                "PATCH", "/v1/schedules/nightly", type: "application/json",
                body: #"{"trigger":{"dataset":"d","newObservations":100}}"#)
            #expect(changed["nextTimes"] == .array([]))
            guard case .array(let firings)? = try await daemon.get("/v1/schedules/nightly")["firings"] else {
                Issue.record("no firings")
                return
            }
            #expect(firings.count == 1)
            #expect(try await daemon.send("DELETE", "/v1/schedules/nightly").status == 204)
            let gone = try await daemon.get("/v1/schedules/nightly")
            #expect(gone.status == 404 && gone["code"] == .string("schedule-not-found"))
        }
    }

    @Test func `what is wrong with a schedule is told with its place`() async throws {
        let wrong: [(trigger: String, pointer: String, detail: String)] = [
            (#"{"cron":"30 25 * * *"}"#, "/trigger/cron", "at character 4"),
            (#"{"cron":"0 0 30 2 *"}"#, "/trigger/cron", "never comes"),
            (#"{"cron":"@daily","timeZone":"Europe/Zurch"}"#, "/trigger/timeZone", "did you mean “Europe/Zurich”?"),
            (#"{"everySeconds":0.5}"#, "/trigger/everySeconds", "from 1"), (#"{}"#, "/trigger", "either cron"),
            (#"{"dataset":"d","newSeries":0}"#, "/trigger/newSeries", "from 1"),
            (#"{"model":"d","likelihoodDrop":0.5}"#, "/trigger", "newObservations together"),
            (#"{"model":"d","likelihoodDrop":-1,"newObservations":5}"#, "/trigger/likelihoodDrop", "above 0"),
            (#"{"model":"d@","likelihoodDrop":1,"newObservations":5}"#, "/trigger/model", "letters"),
        ]
        try await withDataset { daemon in
            for (trigger, pointer, detail) in wrong {
                let reply = try await daemon.post(
                    "/v1/schedules", json: #"{"name":"s","trigger":\#(trigger),"job":{"kind":"probe"}}"#)
                #expect(reply.status == 422)
                #expect(reply.place("pointer") == .string(pointer))
                guard case .string(let text)? = reply["detail"] else {
                    Issue.record("no detail")
                    continue
                }
                #expect(text.contains(detail), "\(text)")
            }
            let unknown = try await daemon.post(
                "/v1/schedules", json: #"{"name":"s","trigger":{"everySeconds":60},"job":{"kind":"dance"}}"#)
            #expect(unknown.status == 422 && unknown["code"] == .string("job-kind-unknown"))
            let missing = try await daemon.post(
                "/v1/schedules",
                json: #"{"name":"s","trigger":{"dataset":"none","newSeries":1},"job":{"kind":"probe"}}"#)
            #expect(missing.status == 404 && missing["code"] == .string("dataset-not-found"))
            let untrained = try await daemon.post(
                "/v1/schedules",
                json:
                    #"{"name":"s","trigger":{"model":"d","likelihoodDrop":1,"newObservations":5},"job":{"kind":"probe"}}"#
            )
            #expect(untrained.status == 409 && untrained["code"] == .string("dataset-untrained"))
            try await daemon.fixture.publishModel()
            let made = try await daemon.post(
                "/v1/schedules",
                json:
                    #"{"name":"s","trigger":{"model":"d@1","likelihoodDrop":1,"newObservations":5},"job":{"kind":"probe"}}"#
            )
            #expect(made.status == 201)
            guard case .object(let trigger)? = made["trigger"] else {
                Issue.record("no trigger")
                return
            }
            #expect(trigger["model"] == .string("d@1") && trigger["newObservations"] == .integer(5))
        }
    }
}
