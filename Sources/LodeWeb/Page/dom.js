// Elements of the page, and how faults are shown on it.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else if (name === "value") node.value = value;
        else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

/** An element. Attributes that begin with "on" are listeners; those without a value are left out, as are such children. */
export function make(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
}

/** The same of a vector image. */
export function draw(name, attributes = {}, ...children) {
    return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

/** What went wrong, with its place and what to do. */
export function problemBox(error) {
    const problem = error.problem;
    if (!problem) return make("div", { class: "notice bad", role: "alert" }, make("strong", {}, error.message));
    const fault = problem.errors?.[0] ?? {};
    const place = [
        fault.line && `line ${fault.line}`, fault.column && `field ${fault.column}`,
        fault.pointer && `at ${fault.pointer}`,
    ].filter(Boolean).join(", ");
    return make(
        "div", { class: "notice bad", role: "alert" },
        make("strong", {}, problem.title, place ? ` (${place})` : ""), make("p", {}, problem.detail),
        make("p", { class: "fine" }, `${problem.code}${problem.requestId ? ` · request ${problem.requestId}` : ""}`));
}

/** Runs `action` for a button, which is out of use meanwhile; a fault is shown in `place`. */
export function button(title, action, { place = null, kind = "", disabled = false, label = null } = {}) {
    const node = make("button", { type: "button", class: kind, disabled, "aria-label": label }, title);
    node.addEventListener("click", async () => {
        node.disabled = true;
        try {
            if (place) place.replaceChildren();
            await action();
        } catch (error) {
            if (error.name === "AbortError") return;
            const box = problemBox(error);
            if (place) place.replaceChildren(box);
            else node.after(box);
        } finally {
            node.disabled = false;
        }
    });
    return node;
}

/** A heading that takes the focus when its page is shown. */
export function pageTitle(title, ...beside) {
    document.title = title === "Lode" ? title : `${title} · Lode`;
    return make("div", { class: "title" }, make("h1", { tabindex: "-1" }, title), beside);
}

/** Where one is: `[[title, address], …]`. */
export function trail(steps) {
    return make("nav", { class: "trail", "aria-label": "Where you are" },
        steps.map(([title, address], index) => [index ? " / " : "", make("a", { href: address }, title)]));
}

/**
 * A table whose cells know their column, so that on a narrow screen each row can be a list; one that is `dense` stays a table. A
 * `quiet` caption is there for those who do not see the page.
 */
export function table(caption, columns, rows, { dense = false, quiet = false } = {}) {
    return make(
        "div", { class: dense ? "scroll dense" : "scroll", tabindex: dense ? "0" : null, role: dense ? "region" : null, "aria-label": dense ? caption : null },
        make("table", {}, make("caption", { class: quiet ? "unseen" : null }, caption),
            make("thead", {}, make("tr", {}, columns.map((column) =>
                make("th", { scope: "col", class: column.number ? "number" : null }, column.title)))),
            make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell, index) =>
                make(index ? "td" : "th", {
                    scope: index ? null : "row", "data-title": columns[index].title,
                    class: columns[index].number ? "number" : null,
                }, make("div", {}, cell))))))));
}
