// Shows the page that the address names.

import { ask, path } from "./api.js";
import { showDataset } from "./dataset.js";
import { showDatasets } from "./datasets.js";
import { make, pageTitle, problemBox } from "./dom.js";
import { follow } from "./events.js";
import { showJob, showJobs } from "./jobs.js";
import { showModels } from "./models.js";
import { showSchedules } from "./schedules.js";
import { showSeries } from "./series-page.js";

const routes = [
    ["data", /^\/$/, showDatasets],
    ["data", /^\/datasets\/([^/]+)$/, showDataset],
    ["data", /^\/datasets\/([^/]+)\/models$/, showModels],
    ["data", /^\/datasets\/([^/]+)\/series\/([^/]+)$/, showSeries],
    ["jobs", /^\/jobs$/, showJobs],
    ["jobs", /^\/jobs\/(\d+)$/, showJob],
    ["schedules", /^\/schedules$/, showSchedules],
];

const content = document.getElementById("content");
const banner = make("div", { class: "banner" });
let leaving = new AbortController();
let isFirst = true;

async function show() {
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    const address = location.hash.slice(1) || "/";
    const route = routes.find(([, pattern]) => pattern.test(address));
    for (const link of document.querySelectorAll("[data-page]")) {
        if (link.dataset.page === route?.[0]) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
    // A page is built out of sight, so that it never shows half.
    const page = make("div", { class: "page" });
    try {
        if (route) await route[2](page, address.match(route[1]).slice(1).map(decodeURIComponent), signal);
        else page.append(pageTitle("There is no such page"), make("p", {}, make("a", { href: "#/" }, "Go to the data")));
    } catch (error) {
        if (signal.aborted) return;
        page.replaceChildren(pageTitle("That did not work"), problemBox(error), make("p", {}, make("a", { href: "#/" }, "Go to the data")));
    }
    if (signal.aborted) return;
    content.replaceChildren(page);
    window.scrollTo(0, 0);
    if (!isFirst) page.querySelector("h1")?.focus({ preventScroll: true });
    isFirst = false;
}

/** Keeps the number of running jobs beside the word Jobs. */
async function countJobs() {
    const place = document.getElementById("running");
    const update = async () => {
        const { running } = await ask(path(["v1", "job-counts"]));
        place.hidden = running === 0;
        place.textContent = running;
        place.setAttribute("aria-label", `${running} running`);
    };
    await update();
    await follow("/v1/events", new AbortController().signal, (name, change) => {
        window.dispatchEvent(new CustomEvent("job-change", { detail: change }));
        if (name === "state") update().catch(report);
    }, (isConnected) => {
        if (isConnected) banner.replaceChildren();
        else report(new Error("The connection to the daemon is gone. Trying again …"));
    });
}

/** Says above every page that something is wrong with all of them. */
function report(error) {
    banner.replaceChildren(problemBox(error));
}

document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    content.focus();
});
content.before(banner);
window.addEventListener("hashchange", show);
show();
countJobs().catch(report);
