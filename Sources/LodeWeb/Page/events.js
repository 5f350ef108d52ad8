// Live changes of jobs, as server-sent events.

import { send } from "./api.js";

/**
 * Follows an event stream until `signal` ends it, or the stream says that it is over.
 *
 * It reads with fetch and not with EventSource, which can send no token. After a broken connection it goes on behind the last
 * event it saw. `onEvent` gets the event's name and its data; `onState` is told whether the stream is connected.
 */
export async function follow(path, signal, onEvent, onState = () => {}) {
    let last = null;
    let pause = 1000;
    while (!signal.aborted) {
        try {
            const response = await send(path, { signal, headers: last === null ? {} : { "last-event-id": last } });
            if (response.status === 204) return;
            onState(true);
            pause = 1000;
            for await (const event of eventsOf(response.body)) {
                if (event.id) last = event.id;
                if (event.name === "end") return;
                onEvent(event.name, JSON.parse(event.data));
            }
        } catch (error) {
            if (signal.aborted) return;
            // A problem that trying again does not mend, such as a job that is gone.
            if (error.problem && error.problem.status < 500) throw error;
        }
        onState(false);
        await new Promise((resolve) => {
            setTimeout(resolve, pause);
            signal.addEventListener("abort", resolve, { once: true });
        });
        pause = Math.min(2 * pause, 30000);
    }
}

async function* eventsOf(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
            const event = { name: "message", data: "", id: null };
            for (const line of text.slice(0, end).split("\n")) {
                const colon = line.indexOf(": ");
                if (colon <= 0) continue;
                const [field, rest] = [line.slice(0, colon), line.slice(colon + 2)];
                if (field === "event") event.name = rest;
                else if (field === "data") event.data += rest;
                else if (field === "id") event.id = rest;
            }
            text = text.slice(end + 2);
            if (event.data) yield event;
        }
    }
}
