// Jobs that repeat.

import { ask, path, send, tell } from "./api.js";
import { button, make, pageTitle, problemBox, table } from "./dom.js";
import { moment } from "./text.js";

export async function showSchedules(page, _, signal) {
    const list = make("div", {});
    const place = make("div", {});
    const load = async () => {
        const { schedules } = await ask("/v1/schedules?limit=1000", { signal });
        list.replaceChildren(schedules.length
            ? table("Schedules", [
                { title: "Schedule" }, { title: "When" }, { title: "What" }, { title: "Next" }, { title: "Last" }, { title: "" },
            ], schedules.map((schedule) => row(schedule)), { quiet: true })
            : make("p", {}, "Nothing repeats yet. A schedule trains a model again by the clock, or when data have come in."));
    };
    const row = (schedule) => {
        const act = (verb) => async () => {
            await tell(path(["v1", "schedules", schedule.name, verb]));
            await load();
        };
        return [
            schedule.name, triggerText(schedule.trigger),
            [schedule.job.kind, schedule.job.arguments.dataset ? ` ${schedule.job.arguments.dataset}` : ""],
            schedule.problem ? make("span", { class: "bad-text" }, schedule.problem)
                : schedule.paused ? make("span", { class: "state warn" }, "paused")
                : schedule.nextTimes[0] ? moment(schedule.nextTimes[0]) : "when it comes about",
            schedule.lastFiredAt ? moment(schedule.lastFiredAt) : "never",
            make("div", { class: "row" },
                schedule.paused
                    ? button("Resume", act("resume"), { place, label: `Resume ${schedule.name}` })
                    : button("Pause", act("pause"), { place, label: `Pause ${schedule.name}` }),
                button("Run now", act("run"), { place, label: `Run ${schedule.name} now` }),
                button("Delete", async () => {
                    if (!confirm(`Delete the schedule “${schedule.name}”? Its jobs stay.`)) return;
                    await send(path(["v1", "schedules", schedule.name]), { method: "DELETE" });
                    await load();
                }, { place, kind: "quiet", label: `Delete ${schedule.name}` })),
        ];
    };
    const { datasets } = await ask("/v1/datasets?limit=1000", { signal });
    await load();
    page.append(pageTitle("Schedules"), list, place);
    if (datasets.length) page.append(newSchedule(datasets, load));
    // A firing shows as a new job.
    window.addEventListener("job-change", (event) => {
        if (event.detail.state === "available") load().catch((error) => place.replaceChildren(problemBox(error)));
    }, { signal });
}

function triggerText(trigger) {
    if (trigger.cron) return [make("code", {}, trigger.cron), ` (${trigger.timeZone})`];
    if (trigger.everySeconds) return `every ${trigger.everySeconds / 3600} h`;
    if (trigger.likelihoodDrop) return `${trigger.model} fits ${trigger.newObservations} new observations worse by ${trigger.likelihoodDrop}`;
    if (trigger.newObservations) return `after ${trigger.newObservations} new observations of ${trigger.dataset}`;
    if (trigger.newSeries) return `after ${trigger.newSeries} new series of ${trigger.dataset}`;
    return "–";
}

function newSchedule(datasets, load) {
    const place = make("div", {});
    const dataset = make("select", { id: "schedule-dataset" }, datasets.map(({ name }) => make("option", { value: name }, name)));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const choices = [
        ["every night at half past two", () => ({ cron: "30 2 * * *", timeZone: zone })],
        ["every Monday at six", () => ({ cron: "0 6 * * 1", timeZone: zone })],
        ["whenever 1000 observations have come in", () => ({ dataset: dataset.value, newObservations: 1000 })],
        ["whenever 10 series have come in", () => ({ dataset: dataset.value, newSeries: 10 })],
    ];
    const when = make("select", { id: "schedule-when" }, choices.map(([title], index) => make("option", { value: index }, title)));
    const name = make("input", { id: "schedule-name", placeholder: "retrain" });
    const create = async () => {
        await tell("/v1/schedules", {
            name: name.value.trim() || `retrain-${dataset.value}`, trigger: choices[when.value][1](),
            job: { kind: "train", arguments: { dataset: dataset.value }, onConflict: "returnExisting" },
        });
        await load();
    };
    return make(
        "section", { class: "card" }, make("h2", {}, "Train again by itself"),
        make("div", { class: "fields" },
            make("div", { class: "field" }, make("label", { for: "schedule-dataset" }, "Dataset"), dataset),
            make("div", { class: "field" }, make("label", { for: "schedule-when" }, "When"), when),
            make("div", { class: "field" }, make("label", { for: "schedule-name" }, "Name"), name)),
        button("Make the schedule", create, { place, kind: "primary" }), place);
}
