// All datasets, and the way in for new ones.

import { ask, path, send } from "./api.js";
import { button, make, pageTitle, table } from "./dom.js";
import { count, TimeAxis, whole } from "./text.js";
import { uploadForm } from "./upload.js";

export const datasetAddress = (name) => `#/datasets/${encodeURIComponent(name)}`;

export async function showDatasets(page, _, signal) {
    const { datasets } = await ask("/v1/datasets?limit=1000", { signal });
    if (datasets.length === 0) return welcome(page);
    const list = make("div", {});
    const field = make("input", {
        type: "search", id: "search", placeholder: "Name, channel or tag", oninput: () => fill(field.value),
    });
    const fill = (wanted) => {
        const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
        const found = datasets.filter((dataset) => {
            const text = [dataset.name, ...dataset.tags, ...dataset.channels.map((channel) => channel.name)]
                .join(" ").toLowerCase();
            return words.every((word) => text.includes(word));
        });
        list.replaceChildren(found.length ? datasetTable(found) : make("p", { class: "soft" }, `Nothing has “${wanted}”.`));
    };
    fill("");
    page.append(...[
        pageTitle("Data"),
        make("p", { class: "lead" }, "What was measured, and what models make of it."),
        datasets.length > 5 ? make("div", { class: "field" }, make("label", { for: "search" }, "Find"), field) : null,
        list, make("h2", {}, "Add observations"), uploadForm(),
    ].filter(Boolean));
}

function datasetTable(datasets) {
    return table("Datasets", [
        { title: "Dataset" }, { title: "Series", number: true }, { title: "Observations", number: true },
        { title: "Channels" }, { title: "Time" }, { title: "Model" },
    ], datasets.map((dataset) => [
        make("a", { href: datasetAddress(dataset.name) }, dataset.name),
        whole(dataset.series), whole(dataset.observations), channelNames(dataset),
        new TimeAxis(dataset.timeAxis).span(dataset.firstTime, dataset.lastTime),
        dataset.latestModelVersion
            ? make("a", { class: "state good", href: `${datasetAddress(dataset.name)}/models` }, `version ${dataset.latestModelVersion}`)
            : make("a", { class: "state calm", href: datasetAddress(dataset.name) }, "not trained yet"),
    ]), { quiet: true });
}

function channelNames({ channels }) {
    const names = channels.slice(0, 3).map((channel) => channel.name).join(", ");
    return channels.length > 3 ? `${names} and ${channels.length - 3} more` : names;
}

/** What is shown while there is nothing. */
function welcome(page) {
    const place = make("div", {});
    page.append(
        pageTitle("Lode"),
        make("p", { class: "lead" },
            "Give Lode series that were measured now and then. It learns how they move, and tells you what they were or will be at any time, with a band that says how sure it is."),
        make("ol", { class: "steps" },
            make("li", {}, make("strong", {}, "Bring your data. "), "A CSV file with a time, and a column for each thing measured. Gaps are welcome."),
            make("li", {}, make("strong", {}, "Train. "), "One click; Lode chooses the settings from the data and says why."),
            make("li", {}, make("strong", {}, "Ask. "), "Look at any series, at any time, also as it was known back then.")),
        uploadForm(),
        make("div", { class: "or" }, make("span", {}, "or")),
        make("div", { class: "card sample" },
            make("div", {},
                make("h2", {}, "Look around with a sample"),
                make("p", {}, `Carbon dioxide in the air at Mauna Loa, 1958 to 2001: ${count(2225, "weekly value")}, a series for each year.`)),
            button("Load the sample", async () => {
                const sample = await (await send("/web/mauna-loa-co2.csv")).text();
                await send(path(["v1", "datasets", "co2", "observations"], { timeUnit: "days" }), {
                    method: "POST", body: sample, type: "text/csv",
                });
                location.hash = datasetAddress("co2");
            }, { place, kind: "primary" }), place));
}
