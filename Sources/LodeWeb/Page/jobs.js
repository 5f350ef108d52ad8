// Background work as it goes on.

import { ask, path, tell } from "./api.js";
import { button, make, pageTitle, problemBox, table, trail } from "./dom.js";
import { follow } from "./events.js";
import { learningCurves } from "./plots.js";
import { duration, isOver, jobStates, moment } from "./text.js";

const pageLength = 50;

export async function showJobs(page, _, signal) {
    const list = make("div", {});
    const place = make("div", {});
    const rows = new Map();
    const load = async () => {
        const { jobs } = await ask(path(["v1", "jobs"], { limit: pageLength }), { signal });
        rows.clear();
        list.replaceChildren(jobs.length
            ? table(jobs.length === pageLength ? `The last ${pageLength} jobs` : "Jobs", [
                { title: "Job" }, { title: "State" }, { title: "Progress" }, { title: "Asked for" }, { title: "" },
            ], jobs.map((job) => {
                const progress = progressBar(job);
                rows.set(job.id, progress);
                return [
                    make("a", { href: `#/jobs/${job.id}` }, `${job.id} · ${job.kind} ${job.arguments.dataset ?? job.arguments.model ?? ""}`),
                    stateMark(job), progress.node, moment(job.createdAt),
                    make("div", { class: "row" }, actions(job, place, load)),
                ];
            }), { quiet: true })
            : make("p", {}, "No jobs yet. ", make("a", { href: "#/" }, "Choose a dataset"), " and train."));
    };
    await load();
    const fail = (error) => { if (error.name !== "AbortError") place.replaceChildren(problemBox(error)); };
    window.addEventListener("job-change", ({ detail }) => {
        if (detail.progress && rows.has(detail.job)) rows.get(detail.job).show(detail);
        else load().catch(fail);
    }, { signal });
    page.append(pageTitle("Jobs"), place, list);
}

export async function showJob(page, [id], signal) {
    const address = path(["v1", "jobs", id]);
    let job = await ask(address, { signal });
    const curve = job.curve ?? [];
    const place = make("div", {});
    const head = make("div", {});
    const body = make("div", {});
    const plot = make("div", {});
    const progress = progressBar(job);
    const connection = make("span", { class: "soft" });
    const reload = async () => {
        const fresh = await ask(path(["v1", "jobs", id], { after: curve.at(-1)?.epoch ?? 0 }), { signal });
        curve.push(...(fresh.curve ?? []));
        job = fresh;
        paint();
    };
    const paint = () => {
        progress.show(job);
        head.replaceChildren(make("p", { class: "lead" }, stateMark(job), " ",
            make("span", { class: "soft" }, job.finishedAt ? `${moment(job.finishedAt)}` : `asked for ${moment(job.createdAt)}`)),
            make("div", { class: "row" }, actions(job, place, reload)));
        plot.replaceChildren(...(curve.length > 1 ? [
            make("h2", {}, "Learning curve"), learningCurves([{ title: `job ${id}`, curve }]),
            make("p", { class: "soft" }, "The loss on series kept for validation decides which weights are kept; lower is better."),
        ] : []));
        body.replaceChildren(...result(job), ...failures(job), request(job));
    };
    paint();
    page.append(
        trail([["Jobs", "#/jobs"]]),
        pageTitle(`Job ${id}: ${job.kind} ${job.arguments.dataset ?? job.arguments.model ?? ""}`), head, progress.node, connection, place, body, plot);
    const fail = (error) => { if (error.name !== "AbortError") place.replaceChildren(problemBox(error)); };
    if (!isOver(job.state)) {
        follow(`${address}/events`, signal, () => reload().catch(fail), (isConnected) => {
            connection.textContent = isConnected ? "" : "The connection is gone; trying again …";
        }).then(() => signal.aborted || reload()).catch(fail);
    }
}

function stateMark(job) {
    const [text, mood] = jobStates[job.state];
    return make("span", { class: `state ${mood}` }, text);
}

/** A bar that is told of changes, and reckons how long it will take. */
function progressBar(job) {
    const bar = make("progress", { max: 1, "aria-label": `Progress of job ${job.id}` });
    const text = make("span", { class: "soft" });
    const node = make("div", { class: "progress" }, bar, text);
    // Where the reckoning begins: an attempt that goes on from a snapshot did not do all of it now.
    let first = null;
    const show = ({ state, progress, failures }) => {
        bar.hidden = state !== "running";
        const fraction = progress?.fraction ?? 0;
        if (progress) bar.value = fraction;
        else bar.removeAttribute("value");
        const now = Date.now();
        if (state === "running" && !first && progress) first = { fraction, at: now };
        const done = first ? fraction - first.fraction : 0;
        const left = done > 0.02 && fraction < 1 ? ((1 - fraction) * (now - first.at)) / done / 1000 : null;
        text.textContent = [
            state === "completed" || state === "cancelled" ? null : progress?.message ?? failures?.at(-1)?.message,
            state === "running" && left ? `at most ${duration(left)} left` : null,
        ].filter(Boolean).join(", ");
    };
    show(job);
    return { node, show };
}

function actions(job, place, reload) {
    const act = (address) => async () => {
        await tell(address);
        await reload();
    };
    const named = (verb) => `${verb} job ${job.id}`;
    if (isOver(job.state)) {
        if (job.state === "completed") return [];
        return [button("Try again", act(path(["v1", "jobs", job.id, "retry"])), { place, label: named("Try again") })];
    }
    return [
        button("Cancel", act(path(["v1", "jobs", job.id, "cancel"])), { place, label: named("Cancel") }),
        job.kind === "train" && job.state === "running"
            ? button("Keep the best so far", act(path(["v1", "jobs", job.id, "cancel"], { keepBest: true })), { place, label: named("End and keep the best of") })
            : null,
        job.state === "retryable" || job.state === "scheduled"
            ? button("Run now", act(path(["v1", "jobs", job.id, "retry"])), { place, label: named("Run") }) : null,
    ];
}

function result(job) {
    if (job.state !== "completed") return [];
    const dataset = job.arguments.dataset;
    if (job.kind !== "train" || !dataset) return [make("h2", {}, "Result"), make("pre", {}, JSON.stringify(job.result, null, 2))];
    const base = `#/datasets/${encodeURIComponent(dataset)}`;
    return [make("div", { class: "card next" }, make("p", {}, make("strong", {}, "The model is there. ")),
        make("div", { class: "row" }, make("a", { class: "button primary", href: base }, "Look at a series"),
            make("a", { class: "button", href: `${base}/models` }, "See how good it is")))];
}

function failures(job) {
    if (!job.failures.length) return [];
    return [make("h2", {}, "What went wrong"), table("Attempts that failed", [
        { title: "Attempt", number: true }, { title: "When" }, { title: "What" },
    ], job.failures.map((failure) => [`${failure.attempt}`, moment(failure.at), failure.message]))];
}

function request(job) {
    return make("details", {}, make("summary", {}, "What was asked"), make("pre", {}, JSON.stringify(job.arguments, null, 2)));
}
