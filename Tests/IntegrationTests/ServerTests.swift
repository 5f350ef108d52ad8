import Foundation
import LodeTestSupport
import Testing

/// The command line with `--server`: what it prints is what it prints on the file.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServerTests {
    /// What only looks, right and wrong, of a place with the trained dataset `waves`.
    private static let looks: [[String]] = [
        ["datasets"], ["datasets", "--json"], ["datasets", "--csv"],
        ["series", "waves"], ["series", "waves", "--search", "WAVE 1", "--json"],
        ["series", "waves", "--after", "wave 2", "--limit", "3", "--csv"], ["series", "wave"],
        ["export", "waves"], ["export", "waves", "--what", "channels"], ["export", "waves", "--what", "statics"],
        ["export", "waves", "--what", "labels"], ["export", "wavs"],
        ["predict", "waves", "wave 1", "--at", "3.3,14"], ["predict", "waves", "wave 1", "--at", "3.3", "--json"],
        ["predict", "waves", "wave 1", "--from", "0", "--to", "5", "--count", "3", "--csv"],
        ["predict", "waves@production", "wave 1", "--at", "3", "--as-of", "2", "--quantiles", "0.25,0.75"],
        ["predict", "waves@1", "wave 1", "--at", "3", "--samples", "8", "--seed", "7", "--tolerance", "1e-3"],
        ["predict", "waves", "wave1", "--at", "1"], ["predict", "waves", "wave 1", "--at", "noon"],
        ["predict", "waves", "wave 1"], ["predict", "waves@nine", "wave 1", "--at", "1"],
        ["predict", "waves", "wave 1", "--at", "1", "--quantiles", "0.9,0.1"],
        ["predict", "waves", "wave 1", "--at", "1", "--samples", "0"],
        ["plot", "waves", "wave 1"], ["plot", "waves", "wave 1", "--json", "--as-of", "4"],
        ["plot", "waves", "wave 1", "--svg", "-"], ["plot", "waves", "wave 1", "--channel", "depth"],
        ["plot", "waves", "wave x"],
        ["models", "list"], ["models", "list", "waves", "--json"], ["models", "list", "waves", "--csv"],
        ["models", "show", "waves"], ["models", "show", "waves@latest", "--json"], ["models", "show", "waves@9"],
        ["models", "plot", "waves", "calibration", "--svg", "-"],
        ["models", "plot", "waves", "learning-curve", "--svg", "-"],
        ["models", "history", "waves"], ["models", "history", "waves", "--csv"],
        ["models", "history", "waves", "--json"],
        ["models", "history", "waves", "--alias", "production"], ["models", "history", "waves", "--alias", "nobody"],
        ["models", "promote", "waves"], ["models", "delete", "waves"], ["models", "delete", "waves@1"],
        ["jobs", "list"], ["jobs", "list", "--json", "--limit", "1"],
        ["jobs", "list", "--state", "completed", "--csv"],
        ["jobs", "show", "1"], ["jobs", "show", "1", "--json"], ["jobs", "show", "77"],
        ["jobs", "watch", "1"], ["jobs", "watch", "1", "--json"], ["jobs", "watch", "77"], ["jobs", "retry", "77"],
        ["jobs", "cancel", "1"], ["jobs", "enqueue", "dance"],
        ["schedules", "list"], ["schedules", "list", "--json"], ["schedules", "list", "--csv"],
        ["schedules", "show", "often"], ["schedules", "show", "often", "--next", "2", "--json"],
        ["schedules", "show", "oftn"], ["schedules", "show", "often", "--next", "0"],
        ["train", "waves", "--learning-rate", "7"], ["train", "waver"], ["tune", "waves", "--minutes", "0"],
        ["delete", "waves", "--from", "9", "--to", "3"], ["rename", "waves", "a b"], ["rename", "oceans", "seas"],
        ["ingest", "-", "--dataset", "waves"], ["ingest", "/nowhere.csv", "--dataset", "waves"],
    ]

    /// A place whose dataset `waves` has a version in production, and a schedule.
    private func trained() throws -> Workplace {
        let place = try Workplace()
        for arguments in [
            ["init"], ["ingest", try place.file("waves.csv", Workplace.waves), "--dataset", "waves"],
            ["train", "waves", "--max-epochs", "20", "--here"], ["models", "promote", "waves@1", "--by", "ada"],
            ["schedules", "create", "often", "--every", "86400", "--train", "waves", "--paused"],
        ] {
            let outcome = try Tool.run(Package.lode, arguments, environment: place.environment)
            try #require(outcome.status == 0, "\(arguments): \(outcome.error)")
        }
        return place
    }

    @Test func `whoever looks sees the same bytes, on the file and from a daemon on it`() async throws {
        let place = try trained()
        let up = try await place.up()
        for arguments in Self.looks {
            let file = try Tool.run(Package.lode, arguments, environment: place.environment)
            let daemon = try Tool.run(Package.lode, arguments + ["--server", up.address])
            #expect(file.output == daemon.output, "\(arguments)")
            #expect(file.error == daemon.error, "\(arguments)")
            #expect(file.status == daemon.status, "\(arguments)")
        }
        // What is free on the disk changes meanwhile; what is looked at does not.
        func codes(_ outcome: Tool.Outcome) -> [Substring] {
            outcome.output.split(separator: "\n").map { $0.prefix { $0 != ":" } }
        }
        let findings = codes(try place.lode("doctor"))
        #expect(findings.count > 3)
        #expect(codes(try Tool.run(Package.lode, ["doctor", "--server", up.address])) == findings)
        #expect(up.stop() == 0)
    }

    /// What changes something, in an order in which each finds what it needs; files are in the folder of the place.
    private static let changes: [[String]] = [
        ["ingest", "waves.csv", "--dataset", "sea", "--dry-run"],
        ["ingest", "waves.csv", "--dataset", "sea"], ["ingest", "waves.csv", "--dataset", "sea"],
        [
            "ingest", "wide.tsv", "--dataset", "wide", "--series", "only", "--channels", "x", "--missing", "NA",
            "--time-unit",
            "s", "--json",
        ],
        ["ingest", "bad.csv", "--dataset", "sea"], ["ingest", "bad.csv", "--dataset", "sea", "--partial"],
        ["ingest", "lines.lp", "--dataset", "lines", "--precision", "s", "--inputs", "dose"],
        ["ingest", "waves.csv", "--dataset", "sea", "--date-time"],
        ["ingest", "facts.csv", "--dataset", "sea", "--as", "statics"],
        ["ingest", "facts.csv", "--dataset", "sea", "--as", "labels", "--json"],
        ["ingest", "channels.csv", "--dataset", "sea", "--as", "channels"],
        ["channel", "sea", "height", "--unit", "m"], ["tag", "sea", "wet", "deep"], ["rename", "sea", "ocean"],
        ["rename", "ocean", "wide"], ["datasets", "--csv"], ["export", "ocean", "--what", "statics"],
        ["delete", "ocean", "--series", "wave 7", "--from", "3"], ["delete", "wide", "--whole-dataset", "--yes"],
        ["train", "ocean", "--max-epochs", "3"], ["jobs", "cancel", "1"], ["jobs", "retry", "1", "--json"],
        ["jobs", "cancel", "1", "--json"],
        [
            "jobs", "enqueue", "probe", "--arguments", #"{"seconds":1}"#, "--unique", "one", "--tag", "t", "--count",
            "3",
        ],
        ["jobs", "list", "--csv"], ["tune", "ocean", "--minutes", "1", "--json"],
        [
            "schedules", "create", "nightly", "--cron", "0 3 * * *", "--time-zone", "Europe/Zurich", "--train", "ocean",
            "--missed-runs", "all",
        ],
        ["schedules", "create", "nightly", "--every", "60", "--train", "ocean"],
        ["schedules", "create", "wrong", "--cron", "0 3 * *", "--train", "ocean"],
        ["schedules", "pause", "nightly"], ["schedules", "resume", "nightly", "--json"],
        ["schedules", "run", "nightly"],
        ["schedules", "delete", "nightly"], ["schedules", "delete", "nightly"],
        ["models", "import", "package", "--dataset", "ocean"], ["models", "import", "package", "--dataset", "lines"],
        ["models", "import", "package", "--dataset", "ocean", "--json"],
        ["models", "promote", "ocean@1", "--by", "ada", "--reason", "first"],
        ["models", "promote", "ocean@latest", "--by", "ada", "--json"], ["models", "rollback", "ocean", "--by", "ada"],
        ["models", "rollback", "ocean", "--by", "ada"], ["models", "history", "ocean"],
        ["models", "evaluate", "ocean@1"], ["models", "calibrate", "ocean@production", "--json"],
        ["models", "promote", "ocean@2", "--alias", "candidate", "--by", "ada"],
        ["models", "unalias", "ocean", "candidate", "--by", "ada"], ["models", "export", "ocean@1", "copy"],
        ["models", "prune", "ocean", "--keep", "0"], ["models", "delete", "ocean@1"], ["models", "list", "--csv"],
    ]

    private static let files = [
        "waves.csv": Workplace.waves, "wide.tsv": "time\tx\ty\n1\t2\t3\n2\tNA\t4\n",
        "bad.csv": "series,time,channel,value\na,1,height,2\na,x,height,3\n",
        "lines.lp": "m,site=a dose=1,level=2 100\n",
        "facts.csv": "series,name,value\nwave 1,age,7\n", "channels.csv": "channel,unit,kind\nheight,cm,measured\n",
    ]

    @Test func `whoever changes something is told the same, on a file and by a daemon on another`() async throws {
        let source = try trained()
        let (first, second) = (try Workplace(), try Workplace())
        for place in [first, second] {
            for (name, text) in Self.files { _ = try place.file(name, text) }
            #expect(try source.lode("models", "export", "waves", place.folder.path("package")).status == 0)
            #expect(try place.lode("init").status == 0)
        }
        // Without a worker, so that jobs stay where they are.
        let daemon = try await second.serve()
        func run(_ arguments: [String], _ place: Workplace, _ environment: [String: String]) throws -> [String] {
            let outcome = try Tool.run(
                "/bin/sh", ["-c", #"cd "$0" && exec "$@""#, place.folder.path(""), Package.lode] + arguments,
                environment: environment)
            // Moments differ, and nothing else may.
            let moment = #/\d{4}-\d\d-\d\dT[\d:.]+Z/#
            return [outcome.output, outcome.error].map { $0.replacing(moment, with: "MOMENT") } + ["\(outcome.status)"]
        }
        var done = 0
        for arguments in Self.changes {
            let onFile = try run(arguments, first, first.environment)
            let byDaemon = try run(arguments, second, ["LODE_SERVER": daemon.address])
            #expect(onFile == byDaemon, "\(arguments)")
            if onFile.last == "0" { done += 1 }
        }
        // All but those that are to be refused.
        #expect(done == Self.changes.count - 9)
        let copies = [first, second].map { $0.folder.path("copy/weights.safetensors") }
        #expect(try Data(contentsOf: .init(filePath: copies[0])) == Data(contentsOf: .init(filePath: copies[1])))
        #expect(daemon.stop() == 0)
    }

    @Test func `a training by a worker elsewhere is followed live, and ends with the model`() async throws {
        let place = try trained()
        let up = try await place.up()
        let training = try Tool.run(
            Package.lode, ["train", "waves", "--max-epochs", "20", "--wait", "--server", up.address])
        #expect(training.status == 0, "\(training.error)")
        #expect(training.output.hasPrefix("Model version 2 of “waves”, trained by job 2"), "\(training.output)")
        let lines = training.error.split(separator: "\n")
        #expect(lines.first == "job 2 available" && lines.contains("job 2 running"), "\(training.error)")
        #expect(lines.contains("job 2 completed"))
        let quiet = try Tool.run(
            Package.lode, ["models", "evaluate", "waves", "--wait", "--quiet", "--server", up.address])
        #expect(quiet.status == 0 && quiet.error.isEmpty, "\(quiet.error)")
        #expect(quiet.output.contains("Measured again by job 3"))
        #expect(up.stop() == 0)
    }

    @Test func `whoever follows a job goes on where they were when the daemon comes back`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        // Without a worker it stays as it is until it is called off.
        #expect(try place.lode("jobs", "enqueue", "probe", "--arguments", #"{"seconds":1}"#).status == 0)
        let daemon = try await place.serve()
        let told = URL(fileURLWithPath: place.folder.path("told"))
        let watch = Process()
        watch.executableURL = URL(fileURLWithPath: "/bin/sh")
        watch.arguments = ["-c", #"exec "$0" watch 1 --server "$1" > "$2""#, Package.lode, daemon.address, told.path]
        try watch.run()
        _ = try await eventually("the first change") {
            FileManager.default.contents(atPath: told.path)?.isEmpty == false ? true : nil
        }
        daemon.kill()
        let port = try #require(daemon.address.split(separator: ":").last)
        let next = try await place.serve(port: String(port))
        #expect(try place.lode("jobs", "cancel", "1").status == 0)
        watch.waitUntilExit()
        #expect(watch.terminationStatus == 0)
        let lines = try String(contentsOf: told, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains("available") && lines[1].contains("cancelled"), "\(lines)")
        #expect(next.stop() == 0)
    }

    @Test func `what needs the file says so, with the next step`() throws {
        for (arguments, advice) in [
            (["init"], "leave the daemon's address away"), (["serve"], "without the address"),
            (["worker"], "without the address"), (["up"], "without the address"),
            (["backup", "x.db"], "jobs enqueue backup"),
            (["restore", "x.db"], "on its machine"), (["tokens", "list"], "on the daemon's machine"),
        ] {
            let outcome = try Tool.run(Package.lode, arguments + ["--server", "http://127.0.0.1:1"])
            #expect(outcome.status == 64 && outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.error.contains("works on a database file"), "\(outcome.error)")
            #expect(outcome.error.contains(advice), "\(outcome.error)")
        }
        let both = try Tool.run(Package.lode, ["datasets", "--server", "http://127.0.0.1:1", "--database", "x.db"])
        #expect(both.status == 64 && both.error.contains("choose one"))
        // A flag goes over the environment.
        let flag = try Tool.run(
            Package.lode, ["datasets", "--database", "/nowhere/x.db"],
            environment: ["LODE_SERVER": "http://127.0.0.1:1"])
        #expect(flag.status == 66)
    }

    @Test func `a daemon that is not there, or wants another token, is told with what to do`() async throws {
        let nobody = try Tool.run(Package.lode, ["datasets", "--server", "http://127.0.0.1:1"])
        #expect(nobody.status == 69 && nobody.error.contains("No daemon answers at http://127.0.0.1:1"))
        let address = try Tool.run(Package.lode, ["datasets", "--server", "127.0.0.1:7433"])
        #expect(address.status == 64 && address.error.contains("Write it like http://127.0.0.1:7433"))

        let place = try trained()
        let reader = try place.lode("tokens", "create", "r", "--scope", "read").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let daemon = try await place.serve(settings: ["LODE_HTTP_REQUIRE_TOKENS": "true"])
        let server = ["--server", daemon.address]
        let without = try Tool.run(Package.lode, ["datasets"] + server)
        #expect(without.status == 77 && without.error.contains("lode tokens create"))
        let wrong = try Tool.run(Package.lode, ["datasets", "--token", "lode_x"] + server)
        #expect(wrong.status == 77 && wrong.error.contains("no such token"))
        let right = try Tool.run(Package.lode, ["datasets"] + server, environment: ["LODE_TOKEN": reader])
        #expect(right.status == 0 && right.output.contains("waves"))
        let scope = try Tool.run(Package.lode, ["train", "waves", "--token", reader] + server)
        #expect(scope.status == 77 && scope.error.contains("“train”"))
        #expect(daemon.stop() == 0)
    }

    @Test func `a daemon that speaks TLS is asked by those who trust its certificate`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let (certificate, key) = (place.folder.path("certificate.pem"), place.folder.path("key.pem"))
        let made = try Tool.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=lode", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
        try #require(made.status == 0, "\(made.error)")
        let daemon = try await place.serve(settings: [
            "LODE_HTTP_TLS_CERTIFICATE": certificate, "LODE_HTTP_TLS_KEY": key,
        ])
        #expect(daemon.address.hasPrefix("https://127.0.0.1:"))
        let server = ["datasets", "--server", daemon.address]
        let stranger = try Tool.run(Package.lode, server)
        #expect(stranger.status == 69 && stranger.error.contains("its certificate is not trusted"), "\(stranger)")
        #expect(stranger.error.contains("LODE_SERVER_CERTIFICATE"))
        let friend = try Tool.run(Package.lode, server, environment: ["LODE_SERVER_CERTIFICATE": certificate])
        #expect(friend.status == 0 && friend.error.contains("No datasets"), "\(friend)")
        let plain = try Tool.run(
            Package.lode, ["datasets", "--server", daemon.address.replacing("https", with: "http")])
        #expect(plain.status == 69, "\(plain)")
        #expect(daemon.stop() == 0)
    }

    @Test func `quiet leaves nothing on standard error, and results alone on standard output`() throws {
        let place = try trained()
        for arguments in [
            ["datasets"], ["ingest", try place.file("more.csv", Workplace.waves), "--dataset", "more"],
            ["train", "waves", "--max-epochs", "3", "--here"], ["tokens", "create", "t", "--scope", "read"],
            ["schedules", "list"],
        ] {
            let outcome = try Tool.run(Package.lode, arguments + ["--quiet"], environment: place.environment)
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(arguments): \(outcome.error)")
            #expect(!outcome.output.isEmpty, "\(arguments)")
        }
        // An error is said all the same, and warnings are.
        #expect(try place.lode("datasets", "--quiet", "--database", "/nowhere").error.contains("lode init"))
        let far = try place.lode("predict", "waves", "wave 1", "--at", "40", "--quiet")
        #expect(far.error.hasPrefix("warning: "), "\(far.error)")
    }

    @Test(arguments: [
        ["datasets"], ["series", "waves"], ["jobs", "list"], ["models", "list"], ["models", "history", "waves"],
        ["schedules", "list"], ["tokens", "list"], ["predict", "waves", "wave 1", "--at", "1,2"],
    ])
    func `a list as CSV has a header and as many fields in each line`(command: [String]) throws {
        let place = try trained()
        _ = try place.lode("tokens", "create", "t", "--scope", "read")
        let outcome = try Tool.run(Package.lode, command + ["--csv"], environment: place.environment)
        #expect(outcome.status == 0, "\(outcome.error)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count > 1)
        // Fields in quotes hold commas.
        let counts = Set(
            lines.map { line in line.replacing(#/"[^"]*"/#, with: "").count { $0 == "," } })
        #expect(counts.count == 1, "\(outcome.output)")
        #expect(
            lines[0].allSatisfy { $0.isLowercase || "_,-.".contains($0) || $0.isNumber || $0 == "D" }, "\(lines[0])")
        let both = try Tool.run(Package.lode, command + ["--csv", "--json"], environment: place.environment)
        #expect(both.status == 64)
    }
}
