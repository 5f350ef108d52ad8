"""Reference values of the image classifiers from PyTorch and torchdiffeq, printed as Tests/LodeModelsTests/ImageReferences.swift.

The networks of `ConvolutionalClassifier` for images of 12 x 12, 3 classes, 4 channels and 2 groups: one residual block; a field
over [0, 1] by three classic Runge-Kutta steps that gradients go back through; the same field by torchdiffeq's dopri5 to 1e-7
with its adjoint. Parameters are p_i = 0.5 sin(1 + 0.7 i) in the layout's order, pixels 0.5 + 0.5 sin(1 + 0.37 i), labels i mod 3
of 5 images, all in Float64. Convolutions are torch's conv2d, norms its group_norm, the loss its cross_entropy.
Needs: python3 with torch and torchdiffeq. Run from the project's root:
    python3 scripts/references/images.py > Tests/LodeModelsTests/ImageReferences.swift
"""
import math, torch, torchdiffeq
from torch.nn.functional import conv2d, cross_entropy, group_norm, relu

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
CHANNELS, GROUPS, CLASSES, IMAGES = 4, 2, 3, 5
pixels = (0.5 + 0.5 * torch.sin(1 + 0.37 * torch.arange(IMAGES * 144))).reshape(IMAGES, 1, 12, 12)
labels = torch.arange(IMAGES) % CLASSES


class Parameters:
    """Hands out parameters in the order in which they are asked for, those of each name once."""

    def __init__(self):
        self.leaves = {}
        self.start = 0

    def __call__(self, name, *shape):
        if name not in self.leaves:
            count = math.prod(shape)
            values = 0.5 * torch.sin(1 + 0.7 * torch.arange(self.start, self.start + count))
            self.leaves[name] = values.reshape(shape).requires_grad_()
            self.start += count
        return self.leaves[name]

    def gradient(self):
        return torch.cat([leaf.grad.flatten() for leaf in self.leaves.values()])


def convolve(p, name, x, kernel, bias=True, **options):
    weights = p(name + ".weights", kernel, kernel, x.shape[1], CHANNELS)
    return conv2d(x, weights.permute(3, 2, 0, 1), p(name + ".bias", CHANNELS) if bias else None, **options)


def norm(p, name, x):
    return group_norm(x, GROUPS, p(name + ".scale", CHANNELS), p(name + ".shift", CHANNELS), eps=1e-5)


def stem(p):
    x = convolve(p, "stem.0", pixels, 3)
    x = convolve(p, "stem.2", relu(norm(p, "stem.1", x)), 4, stride=2, padding=1)
    return convolve(p, "stem.4", relu(norm(p, "stem.3", x)), 4, stride=2, padding=1)


def block(p, x):
    y = convolve(p, "block.1", relu(norm(p, "block.0", x)), 3, bias=False, padding=1)
    return x + convolve(p, "block.3", relu(norm(p, "block.2", y)), 3, bias=False, padding=1)


class Field(torch.nn.Module):
    def __init__(self, p, x):
        super().__init__()
        self.p = p
        self(torch.zeros(()), x.detach())

    def with_time(self, t, x):
        return torch.cat([x, t.expand(x.shape[0], 1, *x.shape[2:])], 1)

    def forward(self, t, x):
        p = self.p
        y = convolve(p, "field.1", self.with_time(t, relu(norm(p, "field.0", x))), 3, padding=1)
        y = convolve(p, "field.3", self.with_time(t, relu(norm(p, "field.2", y))), 3, padding=1)
        return norm(p, "field.4", y)


def steps(field, x, count):
    h = 1 / count
    for k in range(count):
        t = torch.tensor(k * h)
        k1 = field(t, x)
        k2 = field(t + h / 2, x + h / 2 * k1)
        k3 = field(t + h / 2, x + h / 2 * k2)
        k4 = field(t + h, x + h * k3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return x


def adaptive(field, x):
    own = tuple(leaf for name, leaf in field.p.leaves.items() if name.startswith("field"))
    return torchdiffeq.odeint_adjoint(
        field, x, torch.tensor([0.0, 1.0]), rtol=1e-7, atol=1e-7, method="dopri5", adjoint_params=own)[1]


def run(features):
    p = Parameters()
    x = features(p, stem(p))
    pooled = relu(norm(p, "head.0", x)).mean((2, 3))
    logits = pooled @ p("dense.weights", CHANNELS, CLASSES) + p("dense.bias", CLASSES)
    loss = cross_entropy(logits, labels)
    loss.backward()
    return x.detach().flatten(), loss.item(), p.gradient()


def literal(values):
    lines, line = [], "           "
    for value in values.tolist():
        text = f" {value!r},"
        if len(line) + len(text) > 120:
            lines.append(line)
            line = "           "
        line += text
    return "\n".join(lines + [line])


print(f"// Made by scripts/references/images.py with torch {torch.__version__.split('+')[0]} and torchdiffeq "
      f"{torchdiffeq.__version__}; not to be edited by hand.")
print()
print("/// The image classifiers that the script describes, by an independent framework.")
print("enum ImageReferences {")
cases = [
    ("residual", "With one residual block.", block),
    ("steps", "With a field by three classic Runge–Kutta steps.", lambda p, x: steps(Field(p, x), x, 3)),
    ("adaptive", "With the same field by an adaptive solve and the continuous adjoint.", lambda p, x: adaptive(Field(p, x), x)),
]
for index, (name, comment, features) in enumerate(cases):
    states, loss, gradient = run(features)
    if index:
        print()
    print(f"    /// {comment}")
    print(f"    static let {name} = Reference(")
    print(f"        features: [\n{literal(states)}\n        ], loss: {loss!r},")
    print(f"        gradient: [\n{literal(gradient)}\n        ])")
print()
print("""    /// Five images' features before the head, their mean loss, and its gradient for every parameter.
    struct Reference {
        let features: [Double]
        let loss: Double
        let gradient: [Double]
    }
}""")
