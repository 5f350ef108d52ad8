// Questions to the daemon that served this page.

import { make } from "./dom.js";

const tokenKey = "lode-token";

/** An answer that is a problem document (RFC 9457). */
export class ProblemError extends Error {
    constructor(problem) {
        super(problem.detail ?? problem.title);
        this.problem = problem;
    }
}

/** A path of the service: the parts are encoded, what is null in the query is left out. */
export function path(parts, query = {}) {
    const search = new URLSearchParams(
        Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== ""));
    // A plus sign stands for a blank in forms only.
    const text = search.toString().replaceAll("+", "%20");
    return "/" + parts.map(encodeURIComponent).join("/") + (text ? `?${text}` : "");
}

/** The response to a request that succeeded; throws `ProblemError`. Asks for a token where the daemon wants one. */
export async function send(path, { method = "GET", body, type, headers = {}, signal } = {}) {
    for (;;) {
        const token = sessionStorage.getItem(tokenKey);
        const fields = { ...headers };
        if (type) fields["content-type"] = type;
        if (token) fields.authorization = `Bearer ${token}`;
        let response;
        try {
            response = await fetch(path, { method, body, headers: fields, signal });
        } catch (error) {
            if (error.name === "AbortError") throw error;
            throw new Error("The daemon does not answer. Is “lode up” still running?", { cause: error });
        }
        if (response.ok) return response;
        if (response.status === 401) {
            await askForToken(token !== null);
            continue;
        }
        throw new ProblemError(await problemOf(response));
    }
}

/** The JSON that a path answers with. */
export async function ask(path, options) {
    return (await send(path, options)).json();
}

/** Sends JSON, and returns what comes back. */
export async function tell(path, value, { method = "POST", signal } = {}) {
    const response = await send(path, {
        method, signal, type: value === undefined ? null : "application/json",
        body: value === undefined ? null : JSON.stringify(value),
    });
    return response.status === 204 ? null : response.json();
}

async function problemOf(response) {
    const text = await response.text();
    if (response.headers.get("content-type")?.includes("json")) return JSON.parse(text);
    return { title: `${response.status} ${response.statusText}`, detail: text, code: String(response.status) };
}

let openQuestion = null;

/** Asks the person for a token; of several requests that wait for one, one asks. */
function askForToken(wasWrong) {
    openQuestion ??= new Promise((resolve) => {
        const field = make("input", { id: "token", type: "password", autocomplete: "off", required: true });
        const dialog = make(
            "dialog", { "aria-labelledby": "token-title" },
            make("form", { method: "dialog" },
                make("h2", { id: "token-title" }, "This daemon wants a token"),
                make("p", {}, wasWrong ? "The token that was given is not accepted. " : "",
                    "Whoever runs the daemon can make one. It is kept until this tab is closed."),
                make("label", { for: "token" }, "Token"), field,
                make("div", { class: "row" }, make("button", { class: "primary" }, "Go on"))));
        dialog.addEventListener("close", () => {
            sessionStorage.setItem(tokenKey, field.value.trim());
            dialog.remove();
            openQuestion = null;
            resolve();
        });
        dialog.addEventListener("cancel", (event) => event.preventDefault());
        document.body.append(dialog);
        dialog.showModal();
    });
    return openQuestion;
}
