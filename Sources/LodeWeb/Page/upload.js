// A file of observations: a look at it, a rehearsal, and then the real thing.

import { ask, path } from "./api.js";
import { button, make, problemBox, table } from "./dom.js";
import { count, whole } from "./text.js";

const previewBytes = 65536;
const previewRows = 6;

const types = [
    [/\.(ndjson|jsonl)$/i, "application/x-ndjson"], [/\.tsv$/i, "text/tab-separated-values"],
    [/\.(lp|line)$/i, "text/plain"], [/./, "text/csv"],
];

/** A form for a file; `dataset` fixes where it goes, else the person says. */
export function uploadForm(dataset = null) {
    const place = make("div", { "aria-live": "polite" });
    const input = make("input", {
        type: "file", id: "file", class: "hidden-input", accept: ".csv,.tsv,.txt,.ndjson,.jsonl,.lp,.gz",
        onchange: () => take(input.files[0]),
    });
    const zone = make(
        "div", { class: "drop" }, input,
        make("label", { for: "file" },
            make("strong", {}, "Drop a file here"), make("span", {}, " or choose one. "),
            make("small", {}, "CSV, TSV, NDJSON or line protocol, also gzip")));
    zone.addEventListener("dragover", (event) => {
        event.preventDefault();
        zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        take(event.dataTransfer.files[0]);
    });
    const take = async (file) => {
        if (!file) return;
        try {
            place.replaceChildren(await look(file, dataset));
        } catch (error) {
            place.replaceChildren(problemBox(error));
        }
        // The same file may be chosen again after it was changed.
        input.value = "";
    };
    return make("section", { class: "upload", "aria-label": "Upload" }, zone, place);
}

/** The first rows of a file, and what to do with it. */
async function look(file, dataset) {
    const isPacked = /\.gz$/i.test(file.name);
    const plainName = file.name.replace(/\.gz$/i, "");
    const type = types.find(([pattern]) => pattern.test(plainName))[1];
    const lines = await firstLines(file, isPacked);
    const isTable = type === "text/csv" || type === "text/tab-separated-values";
    const separator = isTable ? separatorOf(lines[0] ?? "", type) : null;
    const rows = separator ? lines.map((line) => fields(line, separator)) : lines.map((line) => [line]);
    const header = separator ? rows[0] ?? [] : ["line"];
    const shown = (separator ? rows.slice(1) : rows).slice(0, previewRows);

    const name = make("input", {
        id: "upload-name", required: true, value: dataset ?? plainName.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9._-]+/g, "-"),
        disabled: dataset !== null,
    });
    const unit = make("input", { id: "upload-unit", placeholder: "days, hours, …" });
    const columns = separator ? columnChoices(header, rows[1] ?? []) : null;
    const verdict = make("div", { class: "verdict" });
    const query = (extra) => ({ ...(columns?.query() ?? {}), timeUnit: unit.value.trim(), ...extra });
    const post = async (extra) => ask(path(["v1", "datasets", name.value.trim(), "observations"], query(extra)), {
        method: "POST", body: file, type, headers: isPacked ? { "content-encoding": "gzip" } : {},
    });
    const rehearse = async () => {
        verdict.replaceChildren(make("p", { class: "soft" }, "Reading it all …"));
        const answer = await post({ dryRun: true, partial: true });
        verdict.replaceChildren(outcome(answer, verdict, async (partial) => {
            await post(partial ? { partial: true } : {});
            const target = `#/datasets/${encodeURIComponent(name.value.trim())}`;
            if (location.hash === target) window.dispatchEvent(new HashChangeEvent("hashchange"));
            else location.hash = target;
        }));
    };
    return make(
        "div", { class: "card preview" },
        make("h3", {}, file.name, " ", make("small", { class: "soft" }, sizeText(file.size))),
        table("The first rows", header.map((title) => ({ title })),
            shown.map((row) => header.map((_, index) => row[index] ?? "")), { dense: true }),
        make("div", { class: "fields" },
            make("div", { class: "field" }, make("label", { for: "upload-name" }, "Dataset"), name),
            columns?.nodes,
            dataset ? null : make("div", { class: "field" },
                make("label", { for: "upload-unit" }, "Unit of time ", make("small", {}, "if times are numbers")), unit)),
        button("Check the whole file", rehearse, { place: verdict, kind: "primary" }), verdict);
}

/** Which columns hold the series and the time, where the header does not say so by itself; `row` is the first below it. */
function columnChoices(header, row) {
    const lower = header.map((title) => title.toLowerCase());
    if (lower.includes("series") && lower.includes("time")) return null;
    const options = () => header.map((title) => make("option", { value: title }, title));
    const series = make("select", { id: "upload-series" }, make("option", { value: "" }, "none: it is all one series"), options());
    const time = make("select", { id: "upload-time" }, options());
    const guess = (pattern, fallback) => header.find((title) => pattern.test(title)) ?? fallback;
    time.value = guess(/^(time|t|date|datetime|timestamp|ds|day|hour)$/i, header[0]);
    const wordy = header.find((title, index) => title !== time.value && row[index] && Number.isNaN(Number(row[index])));
    series.value = guess(/^(series|id|unique_id|patient|subject|sensor|name|station)$/i, wordy ?? "");
    return {
        nodes: [
            make("div", { class: "field" }, make("label", { for: "upload-series" }, "Column of the series"), series),
            make("div", { class: "field" }, make("label", { for: "upload-time" }, "Column of the time"), time),
        ],
        query: () => ({
            timeColumn: time.value, ...(series.value ? { seriesColumn: series.value } : { seriesName: "all" }),
        }),
    };
}

function outcome(answer, place, store) {
    const good = answer.inserted + answer.updated;
    const facts = [
        `${count(answer.rows, "value")} in ${answer.series} series`, `${whole(answer.inserted)} new`,
        answer.updated ? `${whole(answer.updated)} change what is stored` : null,
        answer.unchanged ? `${whole(answer.unchanged)} stored already` : null,
        answer.rejected ? `${whole(answer.rejected)} cannot be taken` : null,
    ].filter(Boolean);
    const axis = answer.timeAxis.kind === "dateTime" ? "dates" : `numbers${answer.timeAxis.unit ? ` (${answer.timeAxis.unit})` : ""}`;
    const problems = make("div", {});
    const nodes = [
        make("p", { class: answer.rejected ? "warn-text" : "good-text" },
            `${answer.rejected ? "Not all of it can be taken" : "All of it can be taken"}: ${facts.join(", ")}. Times are ${axis}.`),
    ];
    if (answer.rejected) {
        nodes.push(table(
            answer.rejected > answer.rejections.length ? `The first ${answer.rejections.length} rows in the way` : "Rows in the way",
            [{ title: "Line", number: true }, { title: "Column" }, { title: "Value" }, { title: "What is wrong" }],
            answer.rejections.map((row) => [
                whole(row.line), row.name ?? (row.column ? `field ${row.column}` : "–"), row.value ?? "–", row.reason,
            ])));
    }
    if (good === 0) {
        nodes.push(make("p", {}, answer.rejected ? "Mend the file and drop it again." : "There is nothing to do."));
    } else {
        const text = answer.rejected ? `Store ${count(good, "good value")}` : `Store ${count(good, "value")}`;
        nodes.push(button(text, () => store(answer.rejected > 0), { place: problems, kind: "primary" }));
    }
    return make("div", {}, nodes, problems);
}

async function firstLines(file, isPacked) {
    let text;
    if (isPacked) {
        const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream()).getReader();
        text = (await reader.read()).value ?? "";
        await reader.cancel();
    } else {
        text = await file.slice(0, previewBytes).text();
    }
    return text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).filter((line) => line.trim() && !line.startsWith("#")).slice(0, previewRows + 1);
}

function separatorOf(line, type) {
    if (type !== "text/csv") return "\t";
    const found = [",", "\t", ";", "|"].map((mark) => [line.split(mark).length, mark]);
    return found.reduce((best, one) => (one[0] > best[0] ? one : best))[1];
}

/** The fields of a line, for a look: the daemon reads the file itself. */
function fields(line, separator) {
    const found = [];
    let field = "";
    let isQuoted = false;
    for (const character of line) {
        if (character === '"') isQuoted = !isQuoted;
        else if (character === separator && !isQuoted) {
            found.push(field.trim());
            field = "";
        } else field += character;
    }
    return [...found, field.trim()];
}

function sizeText(bytes) {
    return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
