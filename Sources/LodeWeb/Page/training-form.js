// Asks for a training; every setting may be left to the trainer.

import { ask, tell } from "./api.js";
import { button, make, problemBox } from "./dom.js";

const settings = [
    { name: "maxEpochs", title: "Epochs at most", hint: "Passes over the data." },
    { name: "patience", title: "Patience", hint: "Epochs without improvement before it stops." },
    { name: "latentDimension", title: "Latent components", hint: "How many numbers describe a series at a moment." },
    { name: "hiddenDimension", title: "Hidden width", hint: "Units of each hidden layer." },
    { name: "learningRate", title: "Learning rate", hint: "The first one; it falls by itself.", step: "any" },
    { name: "restarts", title: "Starts", hint: "How often to begin from other weights; the best is kept." },
    { name: "seed", title: "Seed", hint: "Decides everything random: the same seed gives the same model.", from: 0 },
];

const encoders = [
    ["", "chosen: recurrent"], ["recurrent", "recurrent: reads from the last to the first"],
    ["decay", "decay: forgets in gaps"], ["ode-rnn", "ODE-RNN: moves on in gaps"], ["attention", "attention: for very many observations"],
];

const posteriors = [
    ["", "chosen: Gaussian"], ["gaussian", "Gaussian"], ["continuous-flow", "Gaussian, bent by a continuous flow"],
];

/** Says beneath each field what the trainer chooses where it is left open, as the daemon tells it. */
async function tellChoices(fields, signal) {
    const { choices } = await ask("/v1/training-choices", { signal });
    for (const { setting, choice } of choices) {
        const field = fields.find(({ name }) => name === setting);
        if (field) field.note.append(` Left open: ${choice}.`);
    }
}

export function trainingForm(dataset, models, signal) {
    const place = make("div", {});
    const fields = settings.map((setting) => ({
        ...setting,
        input: make("input", {
            id: `set-${setting.name}`, type: "number", min: setting.from ?? 0, step: setting.step ?? 1, placeholder: "from the data",
            inputmode: "decimal", "aria-describedby": `hint-${setting.name}`,
        }),
        note: make("small", { id: `hint-${setting.name}` }, setting.hint),
    }));
    const posterior = make("select", { id: "set-posterior", "aria-describedby": "hint-posterior" },
        posteriors.map(([value, title]) => make("option", { value }, title)));
    const posteriorNote = make("small", { id: "hint-posterior" },
        "A flow suits series that may have begun in one of several ways; it takes longer.");
    tellChoices([...fields, { name: "posterior", note: posteriorNote }], signal).catch((error) => {
        if (error.name !== "AbortError") place.replaceChildren(problemBox(error));
    });
    const encoder = make("select", { id: "set-encoder" }, encoders.map(([value, title]) => make("option", { value }, title)));
    const warm = make("input", { type: "checkbox", id: "set-warm" });
    const start = async () => {
        const wishes = { dataset: dataset.name };
        for (const { name, input } of fields) if (input.value !== "") wishes[name] = Number(input.value);
        if (encoder.value) wishes.encoder = encoder.value;
        if (posterior.value) wishes.posterior = posterior.value;
        if (warm.checked) wishes.warmStart = true;
        const job = await tell("/v1/jobs", { kind: "train", arguments: wishes });
        location.hash = `#/jobs/${job.id}`;
    };
    return make(
        "div", { class: "card" },
        make("h3", {}, models.length ? "Train another version" : "Train"),
        make("p", { class: "soft" }, "Some series are held out to measure how good the model is, beside simple baselines. What you leave open is chosen from the data, and the report says how."),
        make("details", {},
            make("summary", {}, "Settings"),
            fields.map(({ title, input, note }) => make("div", { class: "field" },
                make("label", { for: input.id }, title), input, note)),
            make("div", { class: "field" }, make("label", { for: "set-encoder" }, "How a series is read"), encoder),
            make("div", { class: "field" },
                make("label", { for: "set-posterior" }, "Posterior of the initial state"), posterior, posteriorNote),
            models.length ? make("div", { class: "check" }, warm, make("label", { for: "set-warm" }, "Start from the weights of the version in use")) : null),
        button("Train", start, { place, kind: "primary" }), place);
}
