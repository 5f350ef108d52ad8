"""The training steps of lode-benchmarks in JAX and diffrax, operation for operation.

    python latent_ode.py FOLDER [agree | time]

FOLDER holds what `lode-benchmarks agreement --folder FOLDER` wrote. `agree` makes loss and gradient again in Float64 with tolerances
of 1e-9 and says how far Lode's lie from them; it fails beyond a thousandth. `time` measures a compiled step with Adam in Float32,
with the tolerances of the case. Needs jax, diffrax, optax and numpy.
"""

import json
import struct
import sys
import time

import jax

AGREES = "agree" in sys.argv[2:]
jax.config.update("jax_enable_x64", AGREES)

import diffrax
import jax.numpy as jnp
import numpy as np
import optax


def tensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
        for name, entry in header.items()
    }


def perceptron(p, prefix, x):
    layers = sum(1 for name in p if name.startswith(prefix) and name.endswith(".weights"))
    for layer in range(layers):
        x = x @ p[f"{prefix}.{layer}.weights"] + p[f"{prefix}.{layer}.bias"]
        x = jnp.tanh(x) if layer < layers - 1 else x
    return x


def encode(p, times, values):
    """Mean and log variance, read from the last observation to the first."""
    gru = {name.removeprefix("encoder.gru."): value for name, value in p.items() if name.startswith("encoder.gru.")}
    gaps = jnp.append(jnp.diff(times), 0)
    rows = jnp.concatenate([values, jnp.ones_like(values), gaps[:, None], times[:, None]], 1)[::-1]

    def step(h, x):
        gates = jax.nn.sigmoid(x @ gru["inputGates"] + h @ gru["hiddenGates"] + gru["gatesBias"])
        reset, update = jnp.split(gates, 2)
        candidate = jnp.tanh(
            x @ gru["inputCandidate"] + gru["inputBias"] + reset * (h @ gru["hiddenCandidate"] + gru["hiddenBias"])
        )
        return candidate + update * (h - candidate), None

    h, _ = jax.lax.scan(step, jnp.zeros(gru["hiddenBias"].shape[0], values.dtype), rows)
    return jnp.split(perceptron(p, "encoder.posterior", h), 2)


def loss(p, times, values, noise, relative, absolute):
    def one(times, values, noise):
        mean, log_variance = encode(p, times, values)
        start = mean + jnp.exp(0.5 * log_variance) * noise
        states = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, z, _: perceptron(p, "dynamics", z)),
            diffrax.Dopri5(),
            jnp.zeros_like(times[0]),
            times[-1],
            None,
            start,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=relative, atol=absolute),
            adjoint=diffrax.RecursiveCheckpointAdjoint(),
            max_steps=4096,
        ).ys
        deviation = jnp.sqrt(jnp.exp(2 * p["noise.log"]) + 0.003**2)
        ratio = (perceptron(p, "decoder", states) - values) / deviation
        likelihood = -jnp.sum(0.5 * ratio**2 + jnp.log(deviation) + 0.5 * jnp.log(2 * jnp.pi))
        divergence = 0.5 * jnp.sum(jnp.exp(log_variance) + mean**2 - 1 - log_variance)
        return likelihood - divergence

    return -jnp.sum(jax.vmap(one)(times, values, noise)) / values.size


def case(path):
    all = {name: jnp.asarray(value, jnp.float64 if AGREES else jnp.float32) for name, value in tensors(path).items()}
    parameters = {n.removeprefix("parameter."): v for n, v in all.items() if n.startswith("parameter.")}
    gradient = {n.removeprefix("gradient."): v for n, v in all.items() if n.startswith("gradient.")}
    return parameters, gradient, (all["times"], all["values"], all["noise"]), float(all["loss"][0])


def agree(name, path):
    parameters, theirs, data, lode = case(path)
    value, gradient = jax.jit(jax.value_and_grad(loss), static_argnums=(4, 5))(parameters, *data, 1e-9, 1e-9)
    norm = np.sqrt(sum(float(jnp.sum(g**2)) for g in gradient.values()))
    distance = np.sqrt(sum(float(jnp.sum((gradient[n] - theirs[n]) ** 2)) for n in gradient))
    print(json.dumps(dict(case=name, loss_difference=abs(float(value) - lode), gradient_difference=distance / norm)))
    if distance > 1e-3 * norm or abs(float(value) - lode) > 1e-3 * abs(lode):
        sys.exit(f"{name}: Lode's loss is {lode}, diffrax's {float(value)}; the gradients are {distance / norm:.1e} apart")


def measure(name, path):
    parameters, _, data, _ = case(path)
    optimizer = optax.adam(1e-3)
    state = optimizer.init(parameters)

    @jax.jit
    def step(parameters, state):
        value, gradient = jax.value_and_grad(loss)(parameters, *data, 1e-3, 1e-4)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(parameters, updates), state, value

    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        jax.block_until_ready(step(parameters, state))
        seconds.append(time.perf_counter() - start)
    middle = float(np.median(seconds[1:]))
    series = data[1].shape[0]
    print(json.dumps(dict(peer="diffrax_same", case=name, seconds=middle, series_per_s=series / middle)), flush=True)


if __name__ == "__main__":
    for name in ("train_spiral", "train_big"):
        (agree if AGREES else measure)(name, f"{sys.argv[1]}/{name}.safetensors")
