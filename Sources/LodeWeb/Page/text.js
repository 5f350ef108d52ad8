// How numbers, times and states are written.

const counts = new Intl.NumberFormat("en");

/** A count with its noun: `1 series`, `2,225 observations`. */
export function count(number, one, many = `${one}s`) {
    return `${counts.format(number)} ${number === 1 ? one : many}`;
}

/** A whole number, its thousands apart. */
export function whole(number) {
    return counts.format(number);
}

/** A number in at most `digits` significant digits. */
export function number(value, digits = 4) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(digits - 2);
    // Digits before the point are all kept.
    return new Intl.NumberFormat("en", {
        maximumSignificantDigits: Math.max(digits, Math.floor(Math.log10(size || 1)) + 1), useGrouping: size >= 1e5,
    }).format(value);
}

/** A share as percent. */
export function percent(value) {
    return value === null || value === undefined ? "–" : `${(100 * value).toFixed(0)} %`;
}

/** A moment in RFC 3339 as people here write it. */
export function moment(text) {
    if (!text) return "–";
    return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}

/** A length of time in words. */
export function duration(seconds) {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86400).toFixed(1)} days`;
}

/** The times of a dataset: numbers, or date-times, which are drawn as milliseconds since 1970. */
export class TimeAxis {
    constructor({ kind, unit }) {
        this.isDate = kind === "dateTime";
        this.unit = unit ?? "";
    }

    /** What is drawn. */
    number(time) { return this.isDate ? Date.parse(time) : time; }

    /** What is asked. */
    wire(number) { return this.isDate ? new Date(number).toISOString() : number; }

    /** What is read. */
    text(number) {
        if (!this.isDate) return `${formatted(number)}${this.unit ? ` ${this.unit}` : ""}`;
        return new Date(number).toISOString().replace("T", " ").replace(/(:00)?\.000Z$/, " UTC").replace(/Z$/, " UTC");
    }

    /** From when to when. */
    span(first, last) {
        if (first === null || first === undefined) return "–";
        if (this.isDate) return `${first.slice(0, 10)} to ${last.slice(0, 10)}`;
        return `${formatted(first)} to ${formatted(last)}${this.unit ? ` ${this.unit}` : ""}`;
    }
}

function formatted(value) {
    return number(value, 6);
}

/** The states of jobs in words, with the mood they are shown in. */
export const jobStates = {
    scheduled: ["waits for its time", "calm"], available: ["waits for a worker", "calm"], running: ["running", "busy"],
    retryable: ["waits to try again", "warn"], completed: ["completed", "good"], cancelled: ["called off", "calm"],
    discarded: ["failed", "bad"],
};

/** Whether nothing more will come of a job. */
export function isOver(state) {
    return state === "completed" || state === "cancelled" || state === "discarded";
}
