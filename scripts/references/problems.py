"""Reference end states of the solvers' test problems, printed as the Swift file Tests/LodeSolversTests/ProblemReferences.swift.

Nonstiff (DETEST): scipy's DOP853 at rtol 1e-13, checked against mpmath's Taylor series (40 digits) where that is quick.
Stiff: scipy's Radau at rtol 1e-13, checked against its LSODA.
Needs: python3 with numpy, scipy, mpmath. Run from the project's root:
    python3 scripts/references/problems.py > Tests/LodeSolversTests/ProblemReferences.swift
"""
import sys
import numpy as np, scipy, mpmath
from scipy.integrate import solve_ivp


def chain(n, diagonal, lower):
    def f(t, y):
        d = [0] * n
        for i in range(n):
            d[i] = (lower(i) * y[i - 1] if i > 0 else 0) - (diagonal(i + 1) * y[i] if i < n - 1 else 0)
        return d
    return f


def laplace(n):
    return lambda t, y: [(y[i - 1] if i > 0 else 0) - 2 * y[i] + (y[i + 1] if i < n - 1 else 0) for i in range(n)]


MASSES = [1.00000597682, 0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 0.00000277777777778]
PLANETS = [3.42947415189, 3.35386959711, 1.35494901715, 6.64145542550, 5.97156957878, 2.18231499728,
           11.2630437207, 14.6952576794, 6.27960525067, -30.1552268759, 1.65699966404, 1.43785752721,
           -21.1238353380, 28.4465098142, 15.3882659679,
           -0.557160570446, 0.505696783289, 0.230578543901, -0.415570776342, 0.365682722812, 0.169143213293,
           -0.325325669158, 0.189706021964, 0.0877265322780, -0.0240476254170, -0.287659532608, -0.117219543175,
           -0.176860753121, -0.216393453025, -0.0148647893090]


def planets(t, y):
    q = np.array(y[:15]).reshape(5, 3)
    r3 = (q ** 2).sum(1) ** 1.5
    m = np.array(MASSES[1:])
    a = np.empty((5, 3))
    for j in range(5):
        a[j] = -(MASSES[0] + m[j]) * q[j] / r3[j]
        for k in range(5):
            if k != j:
                gap = q[k] - q[j]
                a[j] += m[k] * (gap / (gap @ gap) ** 1.5 - q[k] / r3[k])
    return list(y[15:]) + list(2.95912208286 * a.reshape(-1))


def orbit(t, y):
    r3 = (y[0] ** 2 + y[1] ** 2) ** 1.5
    return [y[2], y[3], -y[0] / r3, -y[1] / r3]


M = mpmath
S = {  # functions for both floats and mpmath numbers
    "A1": (lambda t, y: [-y[0]], [1]),
    "A2": (lambda t, y: [-y[0] ** 3 / 2], [1]),
    "A3": (lambda t, y: [y[0] * M.cos(t)] if isinstance(y[0], M.mpf) else [y[0] * np.cos(t)], [1]),
    "A4": (lambda t, y: [y[0] / 4 * (1 - y[0] / 20)], [1]),
    "A5": (lambda t, y: [(y[0] - t) / (y[0] + t)], [4]),
    "B1": (lambda t, y: [2 * (y[0] - y[0] * y[1]), -(y[1] - y[0] * y[1])], [1, 3]),
    "B2": (lambda t, y: [-y[0] + y[1], y[0] - 2 * y[1] + y[2], y[1] - y[2]], [2, 0, 1]),
    "B3": (lambda t, y: [-y[0], y[0] - y[1] ** 2, y[1] ** 2], [1, 0, 0]),
    "B4": (lambda t, y: [-y[1] - y[0] * y[2] / np.hypot(y[0], y[1]), y[0] - y[1] * y[2] / np.hypot(y[0], y[1]),
                         y[0] / np.hypot(y[0], y[1])], [3, 0, 0]),
    "B5": (lambda t, y: [y[1] * y[2], -y[0] * y[2], -0.51 * y[0] * y[1]], [0, 1, 1]),
    "C1": (chain(10, lambda i: 1, lambda i: 1), [1] + [0] * 9),
    "C2": (chain(10, lambda i: i, lambda i: i), [1] + [0] * 9),
    "C3": (laplace(10), [1] + [0] * 9),
    "C4": (laplace(51), [1] + [0] * 50),
    "C5": (planets, PLANETS),
    **{f"D{k + 1}": (orbit, [1 - e, 0, 0, ((1 + e) / (1 - e)) ** 0.5]) for k, e in enumerate([0.1, 0.3, 0.5, 0.7, 0.9])},
    "E1": (lambda t, y: [y[1], -(y[1] / (t + 1) + (1 - 0.25 / (t + 1) ** 2) * y[0])],
           [0.6713967071418030, 0.09540051444747446]),
    "E2": (lambda t, y: [y[1], (1 - y[0] ** 2) * y[1] - y[0]], [2, 0]),
    "E3": (lambda t, y: [y[1], y[0] ** 3 / 6 - y[0] + 2 * np.sin(2.78535 * t)], [0, 0]),
    "E4": (lambda t, y: [y[1], 0.032 - 0.4 * y[1] ** 2], [30, 0]),
    "E5": (lambda t, y: [y[1], np.sqrt(1 + y[1] ** 2) / (25 - t)], [0, 0]),
}
STIFF = {
    "robertson": (lambda t, y: [-0.04 * y[0] + 1e4 * y[1] * y[2], 0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2,
                                3e7 * y[1] ** 2], [1, 0, 0], 40.0,
                  lambda t, y: [[-0.04, 1e4 * y[2], 1e4 * y[1]],
                                [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]], [0, 6e7 * y[1], 0]]),
    "vanDerPol1000": (lambda t, y: [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]], [2, 0], 2000.0,
                      lambda t, y: [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] ** 2)]]),
    "hires": (lambda t, y: [-1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007, 1.71 * y[0] - 8.75 * y[1],
                            -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4], 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
                            -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
                            -280 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
                            280 * y[5] * y[7] - 1.81 * y[6], -280 * y[5] * y[7] + 1.81 * y[6]],
              [1, 0, 0, 0, 0, 0, 0, 0.0057], 321.8122, None),
}


def rows(values):
    return "[" + ", ".join(repr(float(v)) for v in values) + "]"


out, growth = {}, {}
for name, (f, y0) in S.items():
    s = solve_ivp(f, (0, 20), np.array(y0, float), method="DOP853", rtol=1e-13, atol=1e-15, dense_output=True)
    out[name] = s.y[:, -1]
    # The largest growth, up to the end, of a small change at any of ten times: what local errors may become.
    g = 0
    for start in range(0, 20, 2):
        at = s.sol(start)
        for k in range(len(y0)) if len(y0) <= 10 else (0, len(y0) // 2, len(y0) - 1):
            d = np.array(at)
            d[k] += 1e-6
            p = solve_ivp(f, (start, 20), d, method="DOP853", rtol=1e-11, atol=1e-13)
            g = max(g, np.abs(p.y[:, -1] - s.y[:, -1]).max() / 1e-6)
    growth[name] = g
    print(f"{name}: growth {g:.3g}", file=sys.stderr)
    if name in ("A1", "A2", "A3", "A4", "B1", "B3", "B5", "E2"):
        M.mp.dps = 30
        exact = M.odefun(lambda t, y: f(t, y), 0, [M.mpf(v) for v in y0], tol=M.mpf(10) ** -18)(20)
        worst = max(abs(float(e) - v) / max(1e-3, abs(v)) for e, v in zip(exact, out[name]))
        assert worst < 5e-12, (name, worst)
        out[name] = [float(e) for e in exact]
        print(f"{name}: Taylor agrees to {worst:.1e}", file=sys.stderr)
for name, (f, y0, end, jac) in STIFF.items():
    s = solve_ivp(f, (0, end), y0, method="Radau", rtol=1e-12, atol=1e-18, jac=jac)
    r = solve_ivp(f, (0, end), y0, method="LSODA", rtol=1e-11, atol=1e-17)
    out[name] = s.y[:, -1]
    print(f"{name}: LSODA differs by {np.abs(r.y[:, -1] / s.y[:, -1] - 1).max():.1e} relative", file=sys.stderr)

print("""// Made by scripts/references/problems.py with numpy %s, scipy %s, mpmath %s; not to be edited by hand.

/// End states of the test problems from an independent source: DETEST at t = 20, the stiff problems at their own ends.
enum ProblemReferences {
    static let endStates: [String: [Double]] = [""" % (np.__version__, scipy.__version__, mpmath.__version__))
for name, values in out.items():
    parts = [repr(float(v)) for v in values]
    lines, line = [], ""
    for p in parts:
        if len(line) + len(p) + 2 > 100:
            lines.append(line)
            line = ""
        line += p + ", "
    lines.append(line)
    print(f'        "{name}": [')
    for l in lines:
        print("            " + l.rstrip())
    print("        ],")
print("    ]\n")
print("    /// The largest growth, up to the end, of a small change at some time of the span.")
print("    static let growth: [String: Double] = [")
for name, g in growth.items():
    print(f'        "{name}": {g:.3g},')
print("    ]\n}")
