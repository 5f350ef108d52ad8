"""Reference gradients of a small neural ODE from torchdiffeq, printed as Tests/LodeSolversTests/GradientReferences.swift.

The field is y' = W2' tanh(W1' (y, sin t) + b1) + b2 with D = 3, H = 5 and parameters p_i = 0.6 sin(1 + 0.7 i), in Float64.
Trajectories start at t = 0 from y0_i = cos(2 i); the loss is the sum over trajectories, times 0.5, 1.25 and 2, and
components of w_k y with w_k = sin(3 k + 1), k counting in that order. Both of torchdiffeq's routes are printed.
Needs: python3 with torch, torchdiffeq. Run from the project's root:
    python3 scripts/references/gradients.py > Tests/LodeSolversTests/GradientReferences.swift
"""
import torch, torchdiffeq
from torchdiffeq import odeint, odeint_adjoint

torch.set_default_dtype(torch.float64)
D, H, B = 3, 5, 4
P = (D + 1) * H + H + H * D + D
times = torch.tensor([0.0, 0.5, 1.25, 2.0])


class Field(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.p = torch.nn.Parameter(0.6 * torch.sin(1 + 0.7 * torch.arange(P)))

    def forward(self, t, y):
        a = (D + 1) * H
        w1, b1 = self.p[:a].reshape(D + 1, H), self.p[a:a + H]
        w2, b2 = self.p[a + H:a + H + H * D].reshape(H, D), self.p[a + H + H * D:]
        x = torch.cat([y, torch.sin(t).expand(y.shape[0], 1)], 1)
        return torch.tanh(x @ w1 + b1) @ w2 + b2


def run(solver):
    field = Field()
    y0 = torch.cos(2.0 * torch.arange(B * D)).reshape(B, D).requires_grad_()
    t = times.clone().requires_grad_()
    y = solver(field, y0, t, rtol=1e-12, atol=1e-13, method="dopri5")[1:].permute(1, 0, 2).reshape(-1)
    loss = (torch.sin(3.0 * torch.arange(y.numel()) + 1) * y).sum()
    loss.backward()
    return loss.item(), y0.grad.reshape(-1), field.p.grad, t.grad


def swift(name, doc, values):
    print(f"    /// {doc}\n    static let {name}: [Double] = [")
    line = "       "
    for v in values.tolist():
        if len(line) + len(repr(v)) > 116:
            print(line)
            line = "       "
        line += f" {v!r},"
    print(line + "\n    ]\n")


loss, y0, p, _ = run(odeint)
_, ay0, ap, at = run(odeint_adjoint)
print(f"""// Made by scripts/references/gradients.py with torch {torch.__version__.split('+')[0]}, torchdiffeq {torchdiffeq.__version__}; not to be edited by hand.

/// Gradients of the small neural ODE that the script describes, by an independent framework.
enum GradientReferences {{
    static let loss = {loss!r}
""")
swift("initialStates", "By backpropagation through its solver.", y0)
swift("parameters", "By backpropagation through its solver.", p)
swift("adjointInitialStates", "By its continuous adjoint.", ay0)
swift("adjointParameters", "By its continuous adjoint.", ap)
swift("adjointTimes", "By its continuous adjoint: of the start time and of the three evaluation times.", at)
print("}")
