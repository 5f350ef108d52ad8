"""Reference values of the attention encoder from PyTorch, printed as Tests/LodeModelsTests/AttentionReferences.swift.

The encoder has 2 channels, 1 covariate, 6 features of a time in 2 heads, 5 reference times from 0 to 4, 4 hidden units, 3
latent components, and parameters p_i = 0.7 sin(1 + 0.7 i) in Float64, in the order that the test lists. Attention is
torch's scaled_dot_product_attention with a mask for each channel, the recurrent unit its GRUCell. Three series: one of 7
times t_i = 0.5 i + 0.2 sin(i), values x_ic = cos(1.3 i + c), unobserved where i + c is divisible by 3, covariate 0.5; one
of the single time 1.25 with the value 0.8 of channel 0, covariate -1; one of the 18 times 0.2 i, channel 1 observed
everywhere as sin(i), channel 0 at even i as 0.1 i, covariate 0. The loss is the sum over series and their 6 outputs of
sin(1 + 2 k) times the output, k counting in that order.
Needs: python3 with torch. Run from the project's root:
    python3 scripts/references/attention.py > Tests/LodeModelsTests/AttentionReferences.swift
"""
import math, torch
from torch.nn.functional import scaled_dot_product_attention

torch.set_default_dtype(torch.float64)
C, K, E, HEADS, R, H, L = 2, 1, 6, 2, 5, 4, 3
D, I = E // HEADS, (HEADS + 1) * C + 3 + K
references = torch.linspace(0, 4, R)
shapes = {
    "frequencies": (E,), "phases": (E,), "wq": (E, E), "bq": (E,), "wk": (E, E), "bk": (E,),
    "wg": (I, 2 * H), "ug": (H, 2 * H), "bg": (2 * H,), "wc": (I, H), "bc": (H,), "uc": (H, H), "dc": (H,),
    "w0": (H, H), "b0": (H,), "w1": (H, 2 * L), "b1": (2 * L,),
}
count = sum(math.prod(shape) for shape in shapes.values())
p = (0.7 * torch.sin(1 + 0.7 * torch.arange(count))).requires_grad_()
parts, start = {}, 0
for name, shape in shapes.items():
    parts[name] = p[start:start + math.prod(shape)].reshape(shape)
    start += math.prod(shape)


def embed(t):
    phase = t[:, None] * parts["frequencies"] + parts["phases"]
    return torch.cat([phase[:, :1], torch.sin(phase[:, 1:])], 1)


def split(x):
    return x.reshape(-1, HEADS, D).transpose(0, 1)


def posterior(t, x, m, covariate):
    q = split(embed(references) @ parts["wq"] + parts["bq"])
    k = split(embed(t) @ parts["wk"] + parts["bk"])
    columns = []
    for head in range(HEADS):
        for c in range(C):
            if m[:, c].any():
                mask = m[:, c].bool().expand(R, -1)
                columns.append(scaled_dot_product_attention(q[head], k[head], x[:, c:c + 1], attn_mask=mask)[:, 0])
            else:
                columns.append(torch.zeros(R))
    for c in range(C):
        columns.append(m[:, c].any().double().expand(R))
    columns += [references, (t[0] - references).clamp(min=0), (references - t[-1]).clamp(min=0)]
    columns.append(torch.full((R,), covariate))
    inputs = torch.stack(columns, 1)
    weights = {
        "weight_ih": torch.cat([parts["wg"], parts["wc"]], 1).T, "bias_ih": torch.cat([parts["bg"], parts["bc"]]),
        "weight_hh": torch.cat([parts["ug"], parts["uc"]], 1).T,
        "bias_hh": torch.cat([torch.zeros(2 * H), parts["dc"]]),
    }
    h = torch.zeros(1, H)
    for r in reversed(range(R)):
        h = torch.func.functional_call(torch.nn.GRUCell(I, H), weights, (inputs[r:r + 1], h))
    return (torch.tanh(h @ parts["w0"] + parts["b0"]) @ parts["w1"] + parts["b1"])[0]


i = torch.arange(7.0)
m = torch.tensor([[0.0 if (a + c) % 3 == 0 else 1.0 for c in range(C)] for a in range(7)])
x = torch.stack([torch.cos(1.3 * i + c) for c in range(C)], 1)
j = torch.arange(18.0)
series = [
    (0.5 * i + 0.2 * torch.sin(i), x, m, 0.5),
    (torch.tensor([1.25]), torch.tensor([[0.8, 0.0]]), torch.tensor([[1.0, 0.0]]), -1.0),
    (0.2 * j, torch.stack([0.1 * j, torch.sin(j)], 1), torch.stack([(j % 2 == 0).double(), torch.ones(18)], 1), 0.0),
]
# Values and masks reach the encoder as Float32.
outputs = torch.cat([posterior(t, x.float().double(), m, k) for t, x, m, k in series])
(torch.sin(1 + 2.0 * torch.arange(outputs.numel())) * outputs).sum().backward()


def swift(name, doc, values):
    print(f"    /// {doc}\n    static let {name}: [Double] = [")
    line = "       "
    for v in values.tolist():
        if len(line) + len(repr(v)) > 116:
            print(line)
            line = "       "
        line += f" {v!r},"
    print(line + "\n    ]")


print(f"""// Made by scripts/references/attention.py with torch {torch.__version__.split('+')[0]}; not to be edited by hand.

/// The attention encoder that the script describes, by an independent framework.
enum AttentionReferences {{""")
swift("outputs", "Means and log variances of the three series, six each.", outputs)
print()
swift("gradient", "That of the weighted sum of the outputs, for every parameter.", p.grad)
print("}")
