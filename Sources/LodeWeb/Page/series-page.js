// A series, looked at: charts of its channels, and a slider that shows what the model knew at a moment.

import { ask, path, send } from "./api.js";
import { datasetAddress } from "./datasets.js";
import { button, make, pageTitle, problemBox, trail } from "./dom.js";
import { ChannelChart } from "./series-chart.js";
import { number, percent, TimeAxis } from "./text.js";

const levels = [50, 80, 95];
const mostAtFirst = 4;
const sliderSteps = 200;
const askedTimes = 320;
const restMilliseconds = 140;
const replayMilliseconds = 120;

export async function showSeries(page, [name, series], signal) {
    const dataset = await ask(path(["v1", "datasets", name]), { signal });
    const axis = new TimeAxis(dataset.timeAxis);
    const { curves, span: [first, last] } = await firstCurves(name, series, dataset, axis, signal);
    page.append(trail([["Data", "#/"], [name, datasetAddress(name)]]), pageTitle(series));
    if (!(first <= last)) {
        page.append(make("p", {}, "Nothing is observed of this series."));
        return;
    }
    const view = new SeriesView({ name, series, dataset, axis, shown: new Set(curves.keys()), first, last, signal, curves });
    page.append(...view.nodes);
    view.begin();
}

/**
 * Curves of the channels that are looked at first, by name, and where they begin and end. A series may have been observed in few
 * of very many channels: of the first few in turn, those that show something.
 */
async function firstCurves(name, series, dataset, axis, signal) {
    for (let start = 0; start < dataset.channels.length; start += mostAtFirst) {
        const channels = dataset.channels.slice(start, start + mostAtFirst).map((channel) => channel.name);
        const found = await Promise.all(channels.map((channel) => curveOf(name, series, channel, axis, null, signal)));
        const curves = new Map(channels.map((channel, index) => [channel, found[index]]));
        const span = spanOf(found);
        if (span[0] <= span[1]) return { curves, span };
    }
    return { curves: new Map(), span: spanOf([]) };
}

/** The first and the last time of curves; the wrong way round where there is none. */
function spanOf(curves) {
    const times = curves.flat().map(([time]) => time);
    return [times.reduce((a, b) => Math.min(a, b), Infinity), times.reduce((a, b) => Math.max(a, b), -Infinity)];
}

/** Observations to draw, as `[time, value]`. */
async function curveOf(dataset, series, channel, axis, span, signal) {
    const query = { channel, buckets: 800, from: span && axis.wire(span[0]), to: span && axis.wire(span[1]) };
    const curve = await ask(path(["v1", "datasets", dataset, "series", series, "curve"], query), { signal });
    return curve.times.map((time, index) => [axis.number(time), curve.values[index]]);
}

class SeriesView {
    constructor(parts) {
        Object.assign(this, parts);
        this.hasModel = Boolean(this.dataset.latestModelVersion);
        this.cut = null;
        this.ahead = this.hasModel ? 0.25 : 0;
        this.levels = [...levels];
        this.window = this.whole();
        this.curveOf = this.curves;
        this.charts = new Map();
        this.place = make("div", {});
        this.facts = make("p", { class: "soft facts" });
        this.warnings = make("div", {});
        this.area = make("div", { class: "charts" });
        this.nodes = [this.controls(), this.place, this.area, this.facts, this.warnings, this.exits()];
    }

    whole() {
        const span = this.last - this.first || (this.axis.isDate ? 86_400_000 : 1);
        return [this.first - 0.02 * span, this.last + Math.max(this.ahead, 0.02) * span];
    }

    controls() {
        const check = (title, isOn, change) => {
            const input = make("input", { type: "checkbox", checked: isOn, onchange: () => change(input.checked) });
            return make("label", { class: "toggle" }, input, title);
        };
        const channels = this.dataset.channels.length > 1
            ? make("fieldset", {}, make("legend", {}, "Channels"), this.dataset.channels.map((channel) =>
                check(channel.name, this.shown.has(channel.name), (isOn) => {
                    if (isOn) return this.add(channel.name).catch((error) => this.fail(error));
                    this.shown.delete(channel.name);
                    this.arrange();
                    this.draw();
                }))) : null;
        if (!this.hasModel) {
            return make("div", { class: "controls" }, channels, make("p", { class: "notice" }, "There is no model of this dataset yet. ",
                make("a", { href: datasetAddress(this.name) }, "Train one"), " to see what lies between and beyond the observations."));
        }
        const bands = make("fieldset", {}, make("legend", {}, "Bands"), levels.map((level) => check(`${level} %`, true, (isOn) => {
            this.levels = levels.filter((one) => (one === level ? isOn : this.levels.includes(one)));
            this.draw();
        })));
        const ahead = make("select", {
            id: "ahead", onchange: () => {
                this.ahead = Number(ahead.value);
                this.look(...this.whole());
            },
        }, [[0, "to the last observation"], [0.25, "a quarter further"], [0.5, "half as far again"], [1, "as far again"]].map(([value, title]) =>
            make("option", { value, selected: value === this.ahead }, title)));
        return make("div", { class: "controls" }, channels, bands,
            make("div", { class: "field" }, make("label", { for: "ahead" }, "Look ahead"), ahead),
            button("Show all", () => this.look(...this.whole())), this.replay());
    }

    /** The slider over what the model knew. */
    replay() {
        const output = make("output", { for: "as-of" }, "all there is");
        const slider = make("input", { type: "range", id: "as-of", min: 0, max: sliderSteps, value: sliderSteps });
        const set = () => {
            const step = Number(slider.value);
            this.cut = step === sliderSteps ? null : this.first + ((this.last - this.first) * step) / sliderSteps;
            const text = this.cut === null ? "all there is" : this.axis.text(this.cut);
            output.value = text;
            slider.setAttribute("aria-valuetext", text);
            this.draw();
            return this.predict();
        };
        slider.addEventListener("input", () => set().catch((error) => this.fail(error)));
        let isPlaying = false;
        const play = make("button", { type: "button", "aria-pressed": "false" }, "Replay");
        const stop = () => {
            isPlaying = false;
            play.textContent = "Replay";
            play.setAttribute("aria-pressed", "false");
        };
        play.addEventListener("click", async () => {
            if (isPlaying) return stop();
            isPlaying = true;
            play.textContent = "Stop";
            play.setAttribute("aria-pressed", "true");
            if (Number(slider.value) === sliderSteps) slider.value = 0;
            try {
                while (isPlaying && !this.signal.aborted && Number(slider.value) < sliderSteps) {
                    slider.value = Number(slider.value) + 2;
                    // The next picture waits for this one.
                    await Promise.all([set(), new Promise((resolve) => setTimeout(resolve, replayMilliseconds))]);
                }
            } catch (error) {
                this.fail(error);
            }
            stop();
        });
        return make("div", { class: "field replay" },
            make("label", { for: "as-of" }, "Known up to ", output), make("div", { class: "row" }, slider, play));
    }

    /** What one may take away. */
    exits() {
        if (!this.hasModel) return make("div", {});
        return make("div", { class: "row exits" },
            button("Download as CSV", async () => {
                const text = await (await send("/v1/predictions", {
                    method: "POST", type: "application/json", headers: { accept: "text/csv" }, body: JSON.stringify(this.question()),
                })).text();
                const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${this.name}-${this.series}.csv` });
                link.click();
                URL.revokeObjectURL(link.href);
            }, { place: this.place }),
            make("details", {}, make("summary", {}, "Ask the same from a program"), this.recipe = make("pre", {})));
    }

    begin() {
        this.arrange();
        this.predict().catch((error) => this.fail(error));
        const recolor = () => this.charts.forEach((chart) => chart.recolor());
        for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", recolor, { signal: this.signal });
        // A chart measures itself, so it is drawn once it is in the document.
        const observer = new ResizeObserver(() => {
            if ([...this.charts.values()].some((chart) => !chart.graph)) this.draw();
            this.charts.forEach((chart) => chart.resize());
        });
        observer.observe(this.area);
        this.signal.addEventListener("abort", () => {
            observer.disconnect();
            this.charts.forEach((chart) => chart.close());
        });
    }

    /** Shows a channel more, whose observations are read where they have not been. */
    async add(channel) {
        this.shown.add(channel);
        if (!this.curveOf.has(channel)) {
            const curve = await curveOf(this.name, this.series, channel, this.axis, null, this.signal);
            this.curveOf.set(channel, curve);
            const [first, last] = spanOf([curve]);
            [this.first, this.last] = [Math.min(this.first, first), Math.max(this.last, last)];
        }
        this.arrange();
        this.draw();
    }

    arrange() {
        for (const channel of this.dataset.channels) {
            const chart = this.charts.get(channel.name);
            if (this.shown.has(channel.name) && this.curveOf.has(channel.name) && !chart) {
                this.charts.set(channel.name, new ChannelChart({
                    channel: channel.name, unit: channel.unit, axis: this.axis, onWindow: (from, to) => this.look(from, to), onReset: () => this.look(...this.whole()),
                }));
            } else if (!this.shown.has(channel.name) && chart) {
                chart.close();
                this.charts.delete(channel.name);
            }
        }
        this.area.replaceChildren(...this.dataset.channels.filter((channel) => this.charts.has(channel.name)).map((channel) => this.charts.get(channel.name).node));
    }

    draw() {
        for (const [channel, chart] of this.charts) {
            const curve = this.curveOf.get(channel);
            const isKnown = ([time]) => this.cut === null || time <= this.cut;
            const told = this.answer?.channels.find((one) => one.channel === channel);
            chart.show({
                seen: curve.filter(isKnown), heldBack: curve.filter((point) => !isKnown(point)), levels: this.levels, span: this.window, cut: this.cut,
                distanceUnit: this.answer?.distanceUnit, forecast: told
                    ? { times: this.answerTimes, median: told.median, intervals: told.intervals, regimes: this.answer.regimes, distances: this.answer.distances } : null,
            });
        }
    }

    /** Looks at another part: at once with what there is, then with as many points as it has there. */
    look(from, to) {
        this.window = [from, to];
        this.draw();
        clearTimeout(this.rest);
        this.rest = setTimeout(() => this.refine().catch((error) => this.fail(error)), restMilliseconds);
    }

    async refine() {
        const span = this.window;
        const room = (span[1] - span[0]) / 10;
        const isWhole = span[0] <= this.first && span[1] >= this.last;
        const wanted = isWhole ? null : [span[0] - room, span[1] + room];
        const found = await Promise.all([...this.charts.keys()].map(async (channel) =>
            [channel, await curveOf(this.name, this.series, channel, this.axis, wanted, this.signal)]));
        if (span !== this.window) return;
        for (const [channel, curve] of found) this.curveOf.set(channel, curve);
        this.draw();
        await this.predict();
    }

    question() {
        const [from, to] = this.window;
        return {
            dataset: this.name, series: this.series, times: { from: this.axis.wire(from), to: this.axis.wire(to), count: askedTimes },
            levels, quantiles: [0.5], ...(this.cut === null ? {} : { asOf: this.axis.wire(this.cut) }),
        };
    }

    /** Asks the model; while an answer is under way only the latest other question is kept. */
    async predict() {
        if (!this.hasModel) return;
        this.isStale = true;
        if (this.asking) return this.asking;
        this.asking = (async () => {
            while (this.isStale) {
                this.isStale = false;
                const question = this.question();
                const answer = await ask("/v1/predictions", { method: "POST", type: "application/json", body: JSON.stringify(question), signal: this.signal });
                this.answer = answer;
                this.answerTimes = answer.times.map((time) => this.axis.number(time));
                this.describe(question);
                this.draw();
            }
        })();
        try {
            await this.asking;
            this.place.replaceChildren();
        } finally {
            this.asking = null;
        }
    }

    describe(question) {
        const { answer } = this;
        const covered = ["interpolation", "extrapolation"].map((regime) => answer.coverage?.[regime]?.[80] === undefined ? null
            : `${percent(answer.coverage[regime][80])} ${regime === "interpolation" ? "between" : "beyond"} observations`).filter(Boolean);
        this.facts.textContent = [
            `Version ${answer.modelVersion}, from ${number(answer.observationsUsed)} observations.`,
            covered.length ? `On held-out series its 80 % band covered ${covered.join(" and ")}.` : "",
        ].join(" ");
        this.warnings.replaceChildren(...(answer.warnings.length
            ? [make("ul", { class: "plain notice warn" }, answer.warnings.map((warning) => make("li", {}, warning)))] : []));
        this.recipe.textContent = `curl -H 'content-type: application/json' ${location.origin}/v1/predictions \\\n  -d '${JSON.stringify(question).replaceAll("'", "'\\''")}'`;
    }

    fail(error) {
        if (error.name === "AbortError") return;
        this.place.replaceChildren(problemBox(error));
    }
}
