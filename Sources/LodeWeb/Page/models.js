// The versions of a model side by side, beside simple baselines.

import { ask, path, tell } from "./api.js";
import { datasetAddress } from "./datasets.js";
import { button, make, pageTitle, table, trail } from "./dom.js";
import { calibrationPlot, distancePlot, learningCurves } from "./plots.js";
import { count, moment, number, percent } from "./text.js";

const mostCompared = 4;

const methods = {
    "latent-ode": "Latent ODE", "training-mean": "Mean of the training data", "last-value": "Last value carried forward",
    "linear-interpolation": "Straight lines", "gaussian-process": "Gaussian process",
};

const regimes = [
    ["interpolation", "Between observations"], ["extrapolation", "Beyond the last observation"],
];

export async function showModels(page, [name], signal) {
    const dataset = await ask(path(["v1", "datasets", name]), { signal });
    const { models } = await ask(path(["v1", "datasets", name, "models"]), { signal });
    page.append(
        trail([["Data", "#/"], [name, datasetAddress(name)]]), pageTitle("Model versions"));
    const readable = models.filter((model) => model.metadata);
    if (!readable.length) {
        page.append(make("p", {}, "No version yet. ", make("a", { href: datasetAddress(name) }, "Train one"), "."));
        return;
    }
    const chosen = new Set(readable.slice(0, mostCompared).map((model) => model.version));
    const comparison = make("div", {});
    const place = make("div", {});
    const compare = async () => {
        const shown = readable.filter((model) => chosen.has(model.version));
        comparison.replaceChildren(...shown.length ? await scores(shown, dataset, signal) : [make("p", { class: "soft" }, "Choose a version to see its scores.")]);
    };
    page.append(
        table("Versions, newest first", [
            { title: "Compare" }, { title: "Version" }, { title: "Made" }, { title: "Verdict" }, { title: "" },
        ], readable.map((model) => [
            make("input", {
                type: "checkbox", checked: chosen.has(model.version), "aria-label": `Compare version ${model.version}`,
                onchange: (event) => {
                    if (event.target.checked) chosen.add(model.version);
                    else chosen.delete(model.version);
                    compare();
                },
            }),
            [`${model.version} `, model.aliases.map((alias) => make("span", { class: "tag" }, alias))], moment(model.createdAt),
            make("ul", { class: "plain" }, model.verdicts.map((verdict) =>
                make("li", { class: verdict.includes("LOSES") ? "warn-text" : "good-text" }, verdict))),
            model.aliases.includes("production") ? "" : button("Let it answer", async () => {
                await tell(path(["v1", "models", name, "aliases", "production"]), { version: model.version, by: "web page" }, { method: "PUT" });
                window.dispatchEvent(new HashChangeEvent("hashchange"));
            }, { place, label: `Let version ${model.version} answer` }),
        ])), place, comparison);
    await compare();
}

async function scores(shown, dataset, signal) {
    const sections = [];
    for (const [regime, title] of regimes) {
        const reports = shown.filter((model) => model.metadata.evaluation[regime]);
        if (!reports.length) continue;
        const newest = reports[0].metadata.evaluation[regime];
        const rows = [
            ...reports.map((model) => [`Version ${model.version}`, model.metadata.evaluation[regime].scores[0], true]),
            ...newest.scores.slice(1).map((score) => [methods[score.method] ?? score.method, score, false]),
        ];
        const best = Math.min(...rows.map(([, score]) => score.meanSquaredError));
        sections.push(
            make("h2", {}, title),
            make("p", { class: "soft" }, `Measured on ${count(newest.pointCount, "held-out value")}: ${newest.protocolDescription}. Errors are in units of the training deviation; lower is better, but for coverage, which should be what its column says.`),
            table("Scores", [
                { title: "Who" }, { title: "MSE", number: true }, { title: `Times that of version ${reports[0].version}`, number: true }, { title: "MAE", number: true }, { title: "NLL", number: true }, { title: "CRPS", number: true },
                { title: "50 % band", number: true }, { title: "80 % band", number: true }, { title: "95 % band", number: true },
            ], rows.map(([who, score, isModel]) => [
                make("span", { class: isModel ? "who model" : "who" }, who),
                make("span", { class: score.meanSquaredError === best ? "best" : null }, number(score.meanSquaredError, 3)),
                number(score.meanSquaredError / rows[0][1].meanSquaredError, 3),
                number(score.meanAbsoluteError, 3), number(score.negativeLogLikelihood, 3), number(score.continuousRankedProbabilityScore, 3),
                percent(score.coverage50), percent(score.coverage80), percent(score.coverage95),
            ]), { dense: true, quiet: true }),
            make("div", { class: "plots" },
                calibrationPlot(reports.map((model) => ({
                    title: `version ${model.version}`, levels: [0.5, 0.8, 0.95],
                    covered: ["coverage50", "coverage80", "coverage95"].map((key) => model.metadata.evaluation[regime].scores[0][key]),
                    count: model.metadata.evaluation[regime].pointCount,
                }))),
                newest.calibration ? distancePlot(newest.calibration, dataset.timeAxis.unit ?? (dataset.timeAxis.kind === "dateTime" ? "seconds" : ""), `version ${reports[0].version}`) : null));
    }
    const jobs = await Promise.all(shown.filter((model) => model.job).map(async (model) => {
        const job = await ask(path(["v1", "jobs", model.job]), { signal }).catch((error) => {
            // The job may have been pruned; the version stays.
            if (error.problem?.code === "job-not-found") return null;
            throw error;
        });
        return job?.curve?.length > 1 ? { title: `version ${model.version}`, curve: job.curve } : null;
    }));
    const curves = jobs.filter(Boolean);
    if (curves.length) sections.push(make("h2", {}, "Learning curves"), learningCurves(curves));
    const newest = shown[0];
    sections.push(
        make("h2", {}, `How version ${newest.version} was made`),
        make("ul", {}, newest.metadata.choices.map((choice) => make("li", {}, choice))),
        ...newest.metadata.evaluation.warnings.map((warning) => make("p", { class: "notice warn" }, warning)));
    return sections;
}
