import Foundation
import LodeService
import LodeTestSupport
import Testing

/// The web page in a browser, against a daemon with a worker.
@Suite(.serialized) struct WebPageTests {
    /// Runs `body` with a browser and a running `lode up`; the console must have nothing to complain of.
    private func look(_ body: (Browser, RunningUp) async throws -> Void) async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let up = try await place.up()
        let browser = try await Browser()
        try await browser.look(width: 1280)
        do {
            try await body(browser, up)
        } catch {
            try await browser.stop()
            throw error
        }
        #expect(try await browser.complaints() == [])
        try await browser.stop()
        #expect(up.stop() == 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a person uploads, trains, looks, replays and calls a training off`() async throws {
        try await look { browser, up in
            try await browser.open(up.address)
            try await browser.wait(forText: "Look around with a sample")
            try await browser.picture("1-welcome")

            // A row in the way is named with its line, and the good ones may still be taken.
            try await browser.drop("waves.csv", Workplace.waves + "wave 8,noon,height,1\n")
            try await browser.press("Check the whole file")
            try await browser.wait(forText: "“noon” is not a number")
            #expect(
                try await browser.run("return document.querySelector('.verdict tbody th').innerText") == .string("98"))
            try await browser.picture("2-rows-in-the-way")
            #expect(try await up.get("/v1/datasets")["datasets"]?.count == 0)

            try await browser.drop("waves.csv", Workplace.waves)
            try await browser.press("Check the whole file")
            try await browser.press("Store 96 values")
            try await browser.wait(forText: "8 series, 96 observations")
            try await browser.fill("series-search", "WAVE 3")
            try await browser.wait(until: "document.querySelectorAll('.two tbody tr').length === 1")
            try await browser.picture("3-dataset")

            try await browser.press("Settings")
            // What the trainer would choose is the trainer's word.
            try await browser.wait(forText: "Left open: enough for 4000 steps, at least 40.")
            try await browser.fill("set-maxEpochs", "8")
            try await browser.press("Train")
            try await browser.wait(forText: "The model is there.")
            try await browser.wait(forText: "Learning curve")
            try await browser.picture("4-job")

            try await browser.press("Look at a series")
            try await browser.press("wave 3")
            try await browser.wait(forText: "Version 1, from 12 observations")
            // The keyboard reads the chart.
            try await browser.run("document.querySelector('.chart').focus()")
            try await browser.type("\u{E014}")
            try await browser.wait(forText: "from the nearest observation")
            try await browser.picture("5-series")

            // What the model knew half-way, and then the rest.
            try await browser.fill("as-of", "100")
            try await browser.wait(until: "/from [5-7] observations/.test(document.querySelector('.facts').innerText)")
            try await browser.picture("6-as-of")
            try await browser.fill("as-of", "190")
            try await browser.press("Replay")
            try await browser.wait(forText: "Version 1, from 12 observations")
            try await browser.wait(until: "document.getElementById('as-of').value === '200'")

            // Where one looks closer, more is asked for.
            try await browser.run("document.querySelector('.chart').focus()")
            try await browser.type("+")
            try await browser.wait(
                until: "performance.getEntriesByName(location.origin + '/v1/predictions').length > 3")

            try await browser.open("\(up.address)/#/datasets/waves")
            try await browser.press("Settings")
            try await browser.fill("set-maxEpochs", "900000")
            try await browser.fill("set-patience", "900000")
            try await browser.press("Train")
            try await browser.wait(until: #"/epoch \d+ of at most/.test(document.body.innerText)"#)
            try await browser.picture("7-training")
            try await browser.press("Cancel")
            try await browser.wait(forText: "called off")
            try await browser.picture("8-cancelled")
            #expect(try await up.get("/v1/jobs/2")["state"]?.text == "cancelled")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `of hundreds of channels those are read that are shown`() async throws {
        try await look { browser, up in
            let names = (0..<300).map { String(format: "channel %03d", $0) }
            let rows = (0..<20).map { time in
                // The first five were never observed of this series.
                let values = names.indices.map { $0 < 5 ? "" : "\(Double($0) + Double(time))" }
                return "wide,\(time)," + values.joined(separator: ",")
            }
            let other = "other,0," + names.map { _ in "1" }.joined(separator: ",")
            let table = (["series,time," + names.joined(separator: ","), other] + rows).joined(separator: "\n")
            _ = try await up.post("/v1/datasets/many/observations", type: "text/csv", table)
            try await browser.open("\(up.address)/#/datasets/many/series/wide")
            try await browser.wait(until: "document.querySelectorAll('.chart').length === 4")
            let reads = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/curve?')).length"
            // Four that show nothing, then four of which three do.
            #expect(try await browser.run("return \(reads)") == .integer(8))
            try await browser.run(
                "[...document.querySelectorAll('.toggle')].find((one) => one.innerText === 'channel 299').click()")
            try await browser.wait(until: "document.querySelectorAll('.chart').length === 5")
            #expect(try await browser.run("return \(reads)") == .integer(9))
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `where tokens are wanted the page asks for one, and goes on with it`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let token = try place.lode("tokens", "create", "ada", "--scope", "read").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let up = try await place.up(settings: ["LODE_HTTP_REQUIRE_TOKENS": "true"])
        let browser = try await Browser()
        do {
            try await browser.look(width: 1280)
            try await browser.open(up.address)
            try await browser.wait(
                until: "document.querySelector('dialog')?.innerText.includes('This daemon wants a token')")
            try await browser.fill("token", "lode_of_somebody_else")
            try await browser.press("Go on")
            try await browser.wait(
                until: "document.querySelector('dialog')?.innerText.includes('is not accepted')")
            try await browser.picture("9-token")
            try await browser.fill("token", token)
            try await browser.press("Go on")
            try await browser.wait(forText: "Look around with a sample")
        } catch {
            try await browser.stop()
            throw error
        }
        try await browser.stop()
        #expect(up.stop() == 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func `every page can be read, on paper, by night and on a telephone`() async throws {
        try await look { browser, up in
            try await browser.open(up.address)
            try await browser.press("Load the sample")
            try await browser.wait(forText: "44 series, 2,225 observations")
            try await browser.press("Settings")
            try await browser.fill("set-maxEpochs", "40")
            try await browser.press("Train")
            try await browser.wait(forText: "The model is there.")

            try await browser.open("\(up.address)/#/schedules")
            try await browser.press("Make the schedule")
            try await browser.press("Pause")
            try await browser.wait(forText: "paused")
            #expect(try await up.get("/v1/schedules/retrain-co2")["paused"] == .bool(true))

            let pages = [
                ("data", "", "2,225"), ("dataset", "datasets/co2", "Version 1"),
                ("series", "datasets/co2/series/1985", "Version 1"),
                ("models", "datasets/co2/models", "Learning curves"),
                ("jobs", "jobs", "completed"), ("job", "jobs/1", "The model is there"),
                ("schedules", "schedules", "paused"),
            ]
            for (name, path, text) in pages {
                for (kind, width, scheme, media) in [
                    ("wide", 1280, "light", ""), ("night", 1280, "dark", ""), ("telephone", 400, "light", ""),
                    ("paper", 800, "light", "print"),
                ] {
                    try await browser.look(width: width, scheme: scheme, media: media)
                    try await browser.open("\(up.address)/#/\(path)")
                    try await browser.run("location.reload()")
                    try await browser.wait(forText: text)
                    let faults = try await browser.run("const isPaper = \(media == "print");\n" + Self.examination)
                    #expect(faults == .array([]), "\(name), \(kind)")
                    try await browser.picture("\(name)-\(kind)")
                }
            }
        }
    }

    /// Finds what cannot be read or reached: fields and pictures without a name, text too faint (WCAG 2.2, 1.4.3: 4.5 to 1, or
    /// 3 to 1 where it is large), values that no page should show, headings that skip a level, and what is wider than the
    /// screen.
    private static let examination = """
        const faults = [];
        const seen = (node) => node.checkVisibility({ visibilityProperty: true });
        for (const field of document.querySelectorAll('input, select')) {
            if (seen(field) && !field.labels.length && !field.ariaLabel) faults.push('no label: ' + field.outerHTML);
        }
        for (const one of document.querySelectorAll('button, a')) {
            if (seen(one) && !(one.innerText.trim() || one.ariaLabel)) faults.push('no name: ' + one.outerHTML);
        }
        for (const image of document.querySelectorAll('img')) if (image.getAttribute('alt') === null) faults.push('no alt: ' + image.src);
        const odd = document.body.innerText.match(/.*(\\[object |\\bundefined\\b|\\bNaN\\b).*/);
        if (odd) faults.push('not meant for people: ' + odd[0]);
        let level = 0;
        for (const heading of document.querySelectorAll('h1, h2, h3')) {
            const own = Number(heading.tagName[1]);
            if (own > level + 1) faults.push('skips a level: ' + heading.innerText);
            level = own;
        }
        if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
        if (!isPaper && document.documentElement.scrollWidth > window.innerWidth) faults.push('wider than the screen');
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const color = (text) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = text;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
        };
        const light = ([r, g, b]) => [r, g, b].map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
            .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
        const ground = (node) => {
            for (let one = node; one; one = one.parentElement) {
                const own = color(getComputedStyle(one).backgroundColor);
                if (own[3] > 0.99) return own;
            }
            return [1, 1, 1, 1];
        };
        for (const node of document.querySelectorAll('body *')) {
            const hasText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
            if (!hasText || !seen(node) || node.closest('svg, :disabled')) continue;
            const style = getComputedStyle(node);
            const [a, b] = [light(color(style.color)), light(ground(node))].toSorted((x, y) => y - x);
            const size = parseFloat(style.fontSize);
            const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
            if ((a + 0.05) / (b + 0.05) < needed) faults.push(`faint: ${node.tagName} ${node.className} ${node.innerText.slice(0, 30)} ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
        }
        return faults;
        """
}
