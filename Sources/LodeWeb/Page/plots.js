// Small plots as vector images: calibration and learning curves.

import { draw, make } from "./dom.js";
import { number, percent } from "./text.js";

const margin = { left: 66, right: 26, top: 12, bottom: 40 };

/** A frame with axes; `x` and `y` are `{from, to, title, ticks, text}`. Returns it with the way from values to places. */
function frame(width, height, x, y, title) {
    const across = (value) => margin.left + ((value - x.from) / (x.to - x.from)) * (width - margin.left - margin.right);
    const up = (value) => height - margin.bottom - ((value - y.from) / (y.to - y.from)) * (height - margin.top - margin.bottom);
    const image = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "plot" });
    for (const tick of y.ticks) {
        image.append(
            draw("line", { x1: across(x.from), x2: across(x.to), y1: up(tick), y2: up(tick), class: "grid" }),
            draw("text", { x: margin.left - 7, y: up(tick) + 4, "text-anchor": "end" }, y.text(tick)));
    }
    for (const tick of x.ticks) {
        image.append(
            draw("line", { x1: across(tick), x2: across(tick), y1: up(y.from), y2: up(y.from) + 4, class: "grid" }),
            draw("text", { x: across(tick), y: height - margin.bottom + 18, "text-anchor": "middle" }, x.text(tick)));
    }
    image.append(
        draw("text", { x: (margin.left + width - margin.right) / 2, y: height - 5, "text-anchor": "middle", class: "axis" }, x.title),
        draw("text", { transform: `translate(13 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)`, "text-anchor": "middle", class: "axis" }, y.title));
    return { image, across, up };
}

/** About five ticks at 1, 2 or 5 times a power of ten. */
function roundTicks(from, to) {
    const power = 10 ** Math.floor(Math.log10((to - from) / 5));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => (to - from) / one <= 5.5);
    const ticks = [];
    for (let index = Math.ceil(from / step); index * step <= to; index += 1) ticks.push(index * step);
    return ticks;
}

function figure(image, title, legend, caption) {
    return make("figure", {}, make("figcaption", {}, make("strong", {}, title)), make("div", { class: "scroll" }, image),
        make("p", { class: "legend" }, legend.map(({ text, kind }) => make("span", { class: `key ${kind}` }, text))),
        caption ? make("p", { class: "fine" }, caption) : null);
}

/** Claimed against measured coverage; each of the `rows` has `title`, `levels`, `covered` and `count`. */
export function calibrationPlot(rows) {
    const ticks = [0, 0.25, 0.5, 0.75, 1];
    const axis = { from: 0, to: 1, ticks, text: (value) => percent(value) };
    const words = rows.map((row) => `${row.title}: ${row.levels.map((level, index) => `${percent(level)} covers ${percent(row.covered[index])}`).join(", ")}`);
    const { image, across, up } = frame(
        360, 320, { ...axis, title: "claimed" }, { ...axis, title: "covered" }, `Calibration. ${words.join("; ")}`);
    // Where a perfect band would be found with that many values, two times in three.
    const spread = (level) => Math.sqrt((level * (1 - level)) / Math.max(rows[0].count, 1));
    const grid = Array.from({ length: 51 }, (_, index) => index / 50);
    const edge = (sign, levels) => levels.map((level) => `${across(level)},${up(Math.min(1, Math.max(0, level + sign * spread(level))))}`);
    image.append(
        draw("polygon", { points: [...edge(1, grid), ...edge(-1, grid.toReversed())].join(" "), class: "tolerance" }),
        draw("line", { x1: across(0), y1: up(0), x2: across(1), y2: up(1), class: "ideal" }));
    rows.forEach((row, index) => {
        const points = row.levels.map((level, at) => [across(level), up(row.covered[at])]).filter(([, y]) => Number.isFinite(y));
        image.append(
            draw("polyline", { points: points.map((point) => point.join(",")).join(" "), class: `curve c${index}` }),
            ...points.map(([cx, cy]) => draw("circle", { cx, cy, r: 4.5, class: `dot c${index}` })));
    });
    return figure(image, "Do the bands keep their promise?", [
        ...rows.map((row, index) => ({ text: row.title, kind: `c${index}` })), { text: "a perfect band", kind: "ideal" },
    ], "Above the diagonal bands are wider than they claim, below it narrower. The strip is what chance alone does to a perfect band.");
}

/** What the 80 % band covers by distance; `bins` as in the report. */
export function distancePlot(bins, unit, title) {
    const level = bins[0].levels.indexOf(0.8);
    if (level < 0) return null;
    const to = Math.max(...bins.map((bin) => bin.to)) || 1;
    const { image, across, up } = frame(
        360, 320,
        { from: 0, to, ticks: [0, to / 2, to], text: (value) => number(value, 3), title: `distance to the nearest observation${unit ? `, ${unit}` : ""}` },
        { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.8, 1], text: percent, title: "covered by the 80 % band" },
        `Coverage of the 80 % band by distance: ${bins.map((bin) => `${number(bin.from, 3)} to ${number(bin.to, 3)}: ${percent(bin.after[level])}`).join(", ")}`);
    image.append(draw("line", { x1: across(0), x2: across(to), y1: up(0.8), y2: up(0.8), class: "ideal" }));
    const middle = (bin) => across((bin.from + bin.to) / 2);
    for (const [key, kind] of [["before", "faint"], ["after", "c0"]]) {
        image.append(
            draw("polyline", { points: bins.map((bin) => `${middle(bin)},${up(bin[key][level])}`).join(" "), class: `curve ${kind}` }),
            ...bins.map((bin) => draw("circle", { cx: middle(bin), cy: up(bin[key][level]), r: 4, class: `dot ${kind}` })));
    }
    return figure(image, "Near and far", [
        { text: `${title}, calibrated`, kind: "c0" }, { text: "before calibration", kind: "faint" },
    ]);
}

/** Losses by epoch; each of the `runs` has `title` and `curve`. */
export function learningCurves(runs) {
    const epochs = Math.max(...runs.flatMap((run) => run.curve.map((point) => point.epoch)));
    const series = runs.flatMap((run, index) => [
        ["trainingLoss", `thin c${index}`, `${run.title}, training`], ["validationLoss", `c${index}`, `${run.title}, validation`],
    ].map(([key, kind, text]) => ({
        kind, text, points: run.curve.filter((point) => Number.isFinite(point.metrics[key])).map((point) => [point.epoch, point.metrics[key]]),
    }))).filter((one) => one.points.length > 1);
    // The first epochs are far off, and would flatten the rest.
    const values = series.flatMap((one) => one.points.filter(([epoch]) => epoch > epochs / 20).map(([, value]) => value)).sort((a, b) => a - b);
    const low = values[0] ?? 0;
    const high = values[Math.floor(values.length * 0.98)] ?? 1;
    const room = (high - low) * 0.08 || 1;
    const [from, to] = [low - room, high + room];
    const { image, across, up } = frame(
        720, 280,
        { from: 0, to: epochs, ticks: roundTicks(0, epochs), text: (value) => number(value), title: "epoch" },
        { from, to, ticks: roundTicks(from, to), text: (value) => number(value, 3), title: "loss" },
        `Learning curve of ${runs.map((run) => run.title).join(", ")}`);
    for (const one of series) {
        image.append(draw("polyline", {
            points: one.points.filter(([, value]) => value <= to).map(([epoch, value]) => `${across(epoch)},${up(value)}`).join(" "), class: `curve ${one.kind}`,
        }));
    }
    image.classList.add("wide");
    return figure(image, "Loss by epoch", series.map(({ text, kind }) => ({ text, kind })));
}
