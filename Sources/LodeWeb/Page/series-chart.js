// The chart of one channel of a series: observations as dots, median, bands, and where the model looks beyond the data.

import { make } from "./dom.js";
import { duration, number } from "./text.js";

const height = 300;
const densePoints = 400;
// A gap is so many times the distance that nine in ten neighbours keep; thinned observations have many short ones.
const gapFactor = 3;
const gapQuantile = 0.9;

// Its legend, which is not used, measures itself with an inline style, which the page's policy forbids.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

/** Colours of the style sheet, which a canvas does not see. */
function palette() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
        ink: read("--ink"), soft: read("--soft"), line: read("--line"), dot: read("--dot"), median: read("--accent"), beyond: read("--beyond"),
        bands: { 95: read("--band-95"), 80: read("--band-80"), 50: read("--band-50") }, cut: read("--cut"),
    };
}

/**
 * `axis` is the dataset's TimeAxis; `onWindow(from, to)` is called when another part is looked at, `onReset()` when all of it is
 * wanted. What is drawn comes by `show`.
 */
export class ChannelChart {
    constructor({ channel, unit, axis, onWindow, onReset }) {
        this.channel = channel;
        this.axis = axis;
        this.onWindow = onWindow;
        this.onReset = onReset;
        this.colors = palette();
        this.readout = make("p", { class: "readout", "aria-live": "polite" });
        this.plot = make("div", {
            class: "chart", tabindex: "0", role: "img",
            "aria-label": `Chart of ${channel}. Arrow keys move the cursor, plus and minus zoom, 0 shows all.`,
        });
        this.node = make("section", { class: "channel" },
            make("h2", {}, channel, unit ? make("small", { class: "soft" }, ` ${unit}`) : null), this.readout, this.plot);
        this.plot.addEventListener("keydown", (event) => this.press(event));
    }

    /**
     * Draws. `seen` and `heldBack` are `[time, value]` pairs, `forecast` is null or has `times`, `median`, `intervals`, `regimes`,
     * `distances`; `levels` are the bands wanted, `span` is what is looked at, `cut` the moment that the model knew up to. Before
     * the chart is in the document it has no size, and nothing is drawn.
     */
    show({ seen, heldBack, forecast, levels, span, cut, distanceUnit }) {
        Object.assign(this, { seen, heldBack, forecast, levels, span, cut, distanceUnit });
        if (!this.plot.isConnected) return;
        const rows = this.rows();
        const options = {
            file: rows.length ? rows : [[span[0], null, null, null]], dateWindow: [...span], pointSize: seen.length > densePoints ? 1.6 : 3.2,
            ...(this.isStretched() ? {} : { valueRange: this.fit() }),
        };
        if (this.graph) {
            this.isShowing = true;
            this.graph.updateOptions(options);
            this.isShowing = false;
        } else {
            this.create(options);
        }
        this.tell(this.cursorTime ?? null);
    }

    /** One row for each time: observed, not yet known, median. */
    rows() {
        const rows = new Map();
        const at = (time) => {
            if (!rows.has(time)) rows.set(time, [time, null, null, null]);
            return rows.get(time);
        };
        for (const [time, value] of this.seen) at(time)[1] = value;
        for (const [time, value] of this.heldBack) at(time)[2] = value;
        this.forecast?.times.forEach((time, index) => { at(time)[3] = this.forecast.median[index]; });
        const sorted = [...rows.values()].sort((a, b) => a[0] - b[0]);
        // Without a model, and where dots lie close, a line joins the observations; a gap stays one.
        const times = this.seen.map(([time]) => time);
        const steps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b);
        const usual = steps[Math.floor(steps.length * gapQuantile)] ?? 0;
        this.gaps = [];
        times.slice(1).forEach((time, index) => {
            if (usual > 0 && time - times[index] > gapFactor * usual) this.gaps.push([times[index], time]);
        });
        return this.axis.isDate ? sorted.map(([time, ...values]) => [new Date(time), ...values]) : sorted;
    }

    /** The heights that show all; kept, to tell whether others were chosen since. */
    fit() {
        this.fitted = this.valueRange();
        return this.fitted;
    }

    /** Whether a person zoomed to other heights. */
    isStretched() {
        const heights = this.graph?.yAxisRange(0);
        return Boolean(heights) && (heights[0] !== this.fitted[0] || heights[1] !== this.fitted[1]);
    }

    valueRange() {
        const [from, to] = this.span;
        const values = [...this.seen, ...this.heldBack].filter(([time]) => time >= from && time <= to).map(([, value]) => value);
        if (this.forecast) {
            const edges = this.levels.length ? this.levels.map((level) => this.forecast.intervals[level]) : [{ lower: this.forecast.median, upper: this.forecast.median }];
            this.forecast.times.forEach((time, index) => {
                if (time >= from && time <= to) for (const { lower, upper } of edges) values.push(lower[index], upper[index]);
            });
        }
        const finite = values.filter(Number.isFinite);
        let low = finite.reduce((best, value) => Math.min(best, value), Infinity);
        let high = finite.reduce((best, value) => Math.max(best, value), -Infinity);
        if (low > high) [low, high] = [0, 1];
        const room = (high - low) * 0.07 || Math.abs(high) * 0.1 || 1;
        return [low - room, high + room];
    }

    create(options) {
        this.graph = new Dygraph(this.plot, options.file, {
            ...options, labels: ["time", "observed", "not yet known", "median"], legend: "never", height, connectSeparatedPoints: false,
            gridLineColor: this.colors.line, axisLineColor: this.colors.line, rightGap: 4, xRangePad: 0,
            axes: { x: { ...(this.axis.isDate ? {} : { axisLabelFormatter: (value) => number(value, 6) }), drawGrid: false, axisLabelWidth: this.axis.isDate ? 80 : 60, pixelsPerLabel: 70 }, y: { axisLabelWidth: 56, axisLabelFormatter: (value) => number(value, 6) } },
            labelsUTC: true, highlightCircleSize: 0,
            series: {
                observed: { color: this.colors.dot, strokeWidth: 0, drawPoints: true, plotter: (event) => this.drawObserved(event) },
                "not yet known": { color: this.colors.dot, strokeWidth: 0, plotter: (event) => this.drawHeldBack(event) },
                median: { color: this.colors.median, strokeWidth: 2, connectSeparatedPoints: true, drawPoints: false },
            },
            underlayCallback: (context, area, graph) => this.drawUnder(context, area, graph),
            highlightCallback: (_, time) => this.tell(time),
            unhighlightCallback: () => this.tell(null),
            drawCallback: (graph, isInitial) => {
                if (isInitial || this.isShowing) return;
                const [from, to] = graph.xAxisRange();
                if (from !== this.span[0] || to !== this.span[1]) this.onWindow(from, to);
            },
            interactionModel: { ...Dygraph.defaultInteractionModel, dblclick: () => this.reset() },
        });
    }

    reset() {
        this.graph.updateOptions({ valueRange: this.fit() }, true);
        this.onReset();
    }

    drawObserved({ points, drawingContext: context }) {
        const isDense = this.seen.length > densePoints;
        if (!this.forecast || isDense) {
            context.strokeStyle = this.colors.dot;
            context.globalAlpha = this.forecast ? 0.35 : 0.8;
            context.lineWidth = 1;
            context.beginPath();
            let gap = 0;
            let isFirst = true;
            let last = -Infinity;
            for (const point of points) {
                if (!Number.isFinite(point.canvasy)) continue;
                while (gap < this.gaps.length && this.gaps[gap][1] <= last) gap += 1;
                const isGap = gap < this.gaps.length && last <= this.gaps[gap][0] && point.xval >= this.gaps[gap][1];
                if (isFirst || isGap) context.moveTo(point.canvasx, point.canvasy);
                else context.lineTo(point.canvasx, point.canvasy);
                isFirst = false;
                last = point.xval;
            }
            context.stroke();
            context.globalAlpha = 1;
        }
        context.fillStyle = this.colors.dot;
        const radius = isDense ? 1.4 : 3.2;
        for (const { canvasx, canvasy } of points) {
            if (!Number.isFinite(canvasy)) continue;
            context.beginPath();
            context.arc(canvasx, canvasy, radius, 0, 2 * Math.PI);
            context.fill();
        }
    }

    drawHeldBack({ points, drawingContext: context }) {
        context.strokeStyle = this.colors.dot;
        context.lineWidth = 1.3;
        for (const { canvasx, canvasy } of points) {
            if (!Number.isFinite(canvasy)) continue;
            context.beginPath();
            context.arc(canvasx, canvasy, 3, 0, 2 * Math.PI);
            context.stroke();
        }
    }

    /** The bands, what lies beyond the observations, and the cut. */
    drawUnder(context, area, graph) {
        const { forecast, colors } = this;
        const across = (time) => graph.toDomXCoord(time);
        if (forecast) {
            for (const [from, to] of this.beyond()) {
                const left = Math.max(area.x, across(from));
                const right = Math.min(area.x + area.w, across(to));
                if (right <= left) continue;
                context.fillStyle = colors.beyond;
                context.fillRect(left, area.y, right - left, area.h);
                if (right - left > 90) {
                    context.fillStyle = colors.soft;
                    context.font = "11px system-ui, sans-serif";
                    // Beside the line of the cut, which lies shortly behind the last observation.
                    const start = this.cut === null || this.cut < from ? left : Math.max(left, Math.min(across(this.cut), right - 90));
                    context.fillText("beyond the data", start + 7, area.y + 14);
                }
            }
            for (const level of this.levels.toSorted((a, b) => b - a)) {
                const { lower, upper } = forecast.intervals[level];
                context.fillStyle = colors.bands[level];
                context.beginPath();
                forecast.times.forEach((time, index) => context.lineTo(across(time), graph.toDomYCoord(upper[index])));
                for (let index = forecast.times.length - 1; index >= 0; index -= 1) {
                    context.lineTo(across(forecast.times[index]), graph.toDomYCoord(lower[index]));
                }
                context.fill();
            }
        }
        if (this.cut !== null && this.cut >= this.span[0] && this.cut <= this.span[1]) {
            context.strokeStyle = colors.cut;
            context.lineWidth = 1.5;
            context.setLineDash([5, 4]);
            context.beginPath();
            context.moveTo(across(this.cut), area.y);
            context.lineTo(across(this.cut), area.y + area.h);
            context.stroke();
            context.setLineDash([]);
        }
    }

    /** Ranges of times that are extrapolated, from the last time that is not. */
    beyond() {
        const { times, regimes } = this.forecast;
        const ranges = [];
        regimes.forEach((regime, index) => {
            if (regime !== "extrapolation") return;
            const from = regimes[index - 1] === "interpolation" ? this.edge(times[index - 1], times[index]) : times[index];
            const to = regimes[index + 1] === "interpolation" ? this.edge(times[index], times[index + 1]) : times[index + 1] ?? times[index];
            if (ranges.length && ranges.at(-1)[1] >= from) ranges.at(-1)[1] = to;
            else ranges.push([from, to]);
        });
        return ranges;
    }

    /** The first or last observation, which lies between two times that were asked for. */
    edge(from, to) {
        const between = this.seen.map(([time]) => time).filter((time) => time >= from && time <= to);
        return between.length ? between[0] : (from + to) / 2;
    }

    /** Says what is at a time; null says what the model is. */
    tell(time) {
        this.cursorTime = time;
        const { forecast } = this;
        if (time === null || time === undefined) {
            this.readout.replaceChildren(forecast ? "Move over the chart, or use the arrow keys, to read it. Drag to zoom; double-click to see all." : "");
            return;
        }
        const parts = [make("strong", {}, this.axis.text(time))];
        const seen = this.seen.find(([at]) => at === time);
        const held = this.heldBack.find(([at]) => at === time);
        if (seen) parts.push(`observed ${number(seen[1], 5)}`);
        if (held) parts.push(`measured ${number(held[1], 5)}, not yet known`);
        if (forecast) {
            const index = nearest(forecast.times, time);
            parts.push(`median ${number(forecast.median[index], 5)}`);
            const level = this.levels.includes(80) ? 80 : this.levels[0];
            if (level) {
                const { lower, upper } = forecast.intervals[level];
                parts.push(`${level} % band ${number(lower[index], 5)} to ${number(upper[index], 5)}`);
            }
            const away = forecast.distances[index];
            const length = this.axis.isDate ? duration(away) : `${number(away, 3)}${this.distanceUnit ? ` ${this.distanceUnit}` : ""}`;
            parts.push(`${forecast.regimes[index]}, ${length} from the nearest observation`);
        }
        this.readout.replaceChildren(...parts.flatMap((part, index) => (index ? [" · ", part] : [part])));
    }

    press(event) {
        const [from, to] = this.span;
        const times = this.forecast?.times ?? this.seen.map(([time]) => time);
        const zoom = (factor) => {
            const middle = this.cursorTime ?? (from + to) / 2;
            this.onWindow(middle - (middle - from) * factor, middle + (to - middle) * factor);
        };
        const move = (step) => {
            const visible = times.filter((time) => time >= from && time <= to);
            if (!visible.length) return;
            const index = this.cursorTime === null ? Math.floor(visible.length / 2) : nearest(visible, this.cursorTime) + step;
            const time = visible[Math.min(visible.length - 1, Math.max(0, index))];
            this.tell(time);
            for (let row = 0; row < this.graph.numRows(); row += 1) {
                if (this.graph.getValue(row, 0) === time) this.graph.setSelection(row, undefined, false);
            }
        };
        const pan = (share) => this.onWindow(from + (to - from) * share, to + (to - from) * share);
        const actions = {
            ArrowLeft: () => (event.shiftKey ? pan(-0.25) : move(-1)), ArrowRight: () => (event.shiftKey ? pan(0.25) : move(1)),
            "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => this.reset(), Escape: () => this.tell(null),
        };
        const action = actions[event.key];
        if (!action) return;
        event.preventDefault();
        action();
    }

    /** Draws again in the colours that hold now. */
    recolor() {
        this.colors = palette();
        this.graph?.updateOptions({
            gridLineColor: this.colors.line, axisLineColor: this.colors.line, series: {
                observed: { color: this.colors.dot, strokeWidth: 0, drawPoints: true, plotter: (event) => this.drawObserved(event) },
                "not yet known": { color: this.colors.dot, strokeWidth: 0, plotter: (event) => this.drawHeldBack(event) },
                median: { color: this.colors.median, strokeWidth: 2, connectSeparatedPoints: true, drawPoints: false },
            },
        });
    }

    resize() { this.graph?.resize(); }

    close() { this.graph?.destroy(); }
}

/** The index of the nearest of ascending times. */
function nearest(times, time) {
    let [low, high] = [0, times.length - 1];
    while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (times[middle] < time) low = middle;
        else high = middle;
    }
    return Math.abs(times[low] - time) <= Math.abs(times[high] - time) ? low : high;
}
