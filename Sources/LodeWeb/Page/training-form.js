// Asks for a training; every setting may be left to the trainer.

import { path, tell } from "./api.js";
import { button, make } from "./dom.js";

const settings = [
    { name: "maxEpochs", title: "Epochs at most", hint: "Passes over the data. Left open: enough for 4,000 steps, at least 40." },
    { name: "patience", title: "Patience", hint: "Epochs without improvement before it stops. Left open: a quarter of the epochs." },
    { name: "latentDimension", title: "Latent components", hint: "How many numbers describe a series at a moment. Left open: 4 and one for each channel, from 6 to 20." },
    { name: "hiddenDimension", title: "Hidden width", hint: "Units of each hidden layer. Left open: 32, or 64 from 20,000 values on." },
    { name: "learningRate", title: "Learning rate", hint: "The first one; it falls by itself. Left open: 0.005.", step: "any" },
    { name: "restarts", title: "Starts", hint: "How often to begin from other weights; the best is kept. Left open: 1." },
    { name: "seed", title: "Seed", hint: "Decides everything random: the same seed gives the same model. Left open: 1.", from: 0 },
];

const encoders = [
    ["", "chosen: recurrent"], ["recurrent", "recurrent: reads from the last to the first"],
    ["decay", "decay: forgets in gaps"], ["ode-rnn", "ODE-RNN: moves on in gaps"], ["attention", "attention: for very many observations"],
];

export function trainingForm(dataset, models) {
    const place = make("div", {});
    const fields = settings.map((setting) => ({
        ...setting,
        input: make("input", {
            id: `set-${setting.name}`, type: "number", min: setting.from ?? 0, step: setting.step ?? 1, placeholder: "from the data",
            inputmode: "decimal", "aria-describedby": `hint-${setting.name}`,
        }),
    }));
    const encoder = make("select", { id: "set-encoder" }, encoders.map(([value, title]) => make("option", { value }, title)));
    const warm = make("input", { type: "checkbox", id: "set-warm" });
    const start = async () => {
        const wishes = { dataset: dataset.name };
        for (const { name, input } of fields) if (input.value !== "") wishes[name] = Number(input.value);
        if (encoder.value) wishes.encoder = encoder.value;
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
            fields.map(({ name, title, hint, input }) => make("div", { class: "field" },
                make("label", { for: input.id }, title), input, make("small", { id: `hint-${name}` }, hint))),
            make("div", { class: "field" }, make("label", { for: "set-encoder" }, "How a series is read"), encoder),
            models.length ? make("div", { class: "check" }, warm, make("label", { for: "set-warm" }, "Start from the weights of the version in use")) : null),
        button("Train", start, { place, kind: "primary" }), place);
}
