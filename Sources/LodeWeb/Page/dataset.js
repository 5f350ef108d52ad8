// One dataset: its series, its model, and how to train one.

import { ask, path } from "./api.js";
import { datasetAddress } from "./datasets.js";
import { make, pageTitle, problemBox, table, trail } from "./dom.js";
import { count, moment, TimeAxis, whole } from "./text.js";
import { trainingForm } from "./training-form.js";
import { uploadForm } from "./upload.js";

const pageLength = 25;

export async function showDataset(page, [name], signal) {
    const dataset = await ask(path(["v1", "datasets", name]), { signal });
    const { models } = await ask(path(["v1", "datasets", name, "models"]), { signal });
    const axis = new TimeAxis(dataset.timeAxis);
    const address = datasetAddress(name);
    page.append(
        trail([["Data", "#/"]]),
        pageTitle(name, dataset.tags.map((tag) => make("span", { class: "tag" }, tag))),
        make("p", { class: "lead" },
            `${whole(dataset.series)} series, ${count(dataset.observations, "observation")}, ${axis.span(dataset.firstTime, dataset.lastTime)}.`),
        make("p", { class: "soft" }, "Channels: ", dataset.channels.map((channel) =>
            channel.name + (channel.unit ? ` (${channel.unit})` : "") + (channel.kind === "input" ? ", an input" : "")).join("; "), "."),
        make("div", { class: "two" },
            await seriesList(name, address, axis, signal),
            make("section", { "aria-labelledby": "model-title" },
                make("h2", { id: "model-title" }, "Model"),
                models.length ? summary(models, address) : make("p", {}, "No model yet. Train one to see what lies between and beyond the observations."),
                trainingForm(dataset, models, signal))),
        make("h2", {}, "Add observations"), uploadForm(name));
}

function summary(models, address) {
    const shown = models.find((model) => model.aliases.includes("production")) ?? models[0];
    return make(
        "div", { class: "card" },
        make("p", {}, make("strong", {}, `Version ${shown.version}`), shown.aliases.map((alias) => make("span", { class: "tag" }, alias)),
            " ", make("span", { class: "soft" }, `of ${moment(shown.createdAt)}`)),
        shown.problem ? make("p", { class: "bad-text" }, shown.problem) : null,
        make("ul", { class: "plain" }, shown.verdicts.map((verdict) =>
            make("li", { class: verdict.includes("LOSES") ? "warn-text" : "good-text" }, verdict))),
        make("p", {}, make("a", { href: `${address}/models` },
            models.length === 1 ? "How good is it? Scores, calibration, learning curve" : `All ${models.length} versions side by side`)));
}

async function seriesList(name, address, axis, signal) {
    const list = make("div", { "aria-live": "polite" });
    const search = make("input", { type: "search", id: "series-search", placeholder: "A part of its name" });
    // The names after which the pages up to this one begin.
    let starts = [null];
    let asked = 0;
    const load = async () => {
        asked += 1;
        const turn = asked;
        const query = { limit: pageLength, search: search.value, after: starts.at(-1) };
        const answer = await ask(path(["v1", "datasets", name, "series"], query), { signal });
        // A slow answer to what is no longer asked.
        if (turn !== asked) return;
        const turnPage = (change, title) => make("button", { type: "button", onclick: () => { change(); load().catch(fail); } }, title);
        list.replaceChildren(
            answer.series.length
                ? table(`Series ${pageLength * (starts.length - 1) + 1} to ${pageLength * (starts.length - 1) + answer.series.length}`, [
                    { title: "Series" }, { title: "Observations", number: true }, { title: "Time" },
                ], answer.series.map((series) => [
                    make("a", { href: `${address}/series/${encodeURIComponent(series.name)}` }, series.name),
                    whole(series.observations), axis.span(series.firstTime, series.lastTime),
                ]))
                : make("p", { class: "soft" }, `No series has “${search.value}” in its name.`),
            make("div", { class: "row" },
                starts.length > 1 ? turnPage(() => starts.pop(), "Back") : null,
                answer.next ? turnPage(() => starts.push(answer.next), "More") : null));
    };
    const fail = (error) => { if (error.name !== "AbortError") list.replaceChildren(problemBox(error)); };
    search.addEventListener("input", () => {
        starts = [null];
        load().catch(fail);
    });
    await load();
    return make("section", { "aria-labelledby": "series-title" },
        make("h2", { id: "series-title" }, "Series"),
        make("div", { class: "field" }, make("label", { for: "series-search" }, "Find"), search), list);
}
