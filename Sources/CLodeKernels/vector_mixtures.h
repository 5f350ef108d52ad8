// Equal mixtures of Gaussians on vectors, a mixture in each lane; contracts are in CLodeKernels.h.
//
// The normal distribution by Mills' ratio: Phi(-a) = exp(-x^2) erfcx(x) / 2 with x = a / sqrt(2), and
// (1 + 2x) erfcx(x) a polynomial in (x - 3) / (x + 3), after M. M. Shepherd and J. G. Laframboise, Math. Comp. 36(153),
// 1981, doi:10.1090/S0025-5718-1981-0595058-X. Coefficients are Chebyshev fits made with mpmath at 40 digits, on [0, 28]
// to 2e-14 for double and on [0, 10] to 3e-9 for float.

#if LODE_IS_F64
#define ERFCX_END 28
static const T NAME(erfcx_terms)[] = {
    1.2530080582697401941,     -0.13562110612468187477,   -0.047562294355948888377,  0.12964515870812414735,
    -0.11927366331728296151,   0.068308027285251725146,   -0.023770516401958132803,  0.0025293916574916019272,
    0.0018887015609059853467,  -0.00077982624763097029323, -0.00010520674333084819313, 0.00012505886103369012712,
    5.061666476293332588e-6,   -0.00001996847589321752585, -8.7579717368721895669e-7, 3.2365286432257773532e-6,
    4.2881677620369221388e-7,  -3.8980387848994706267e-7,  -1.1130974426386710873e-7};
#else
#define ERFCX_END 10
static const T NAME(erfcx_terms)[] = {1.25300805777f,  -0.1356211419f,    -0.047562272107f,  0.129646537599f,
                                      -0.119272827416f, 0.0682936671224f,  -0.0237891178113f, 0.00257998426393f,
                                      0.00199252101878f, -0.0008009517877f, -0.000278265699916f};
#endif

// The standard normal distribution function and density at z.
INLINE V NAME(vnormal)(V z, V *density) {
    V x = NAME(abs)(z) * (T)0.70710678118654752440;
    x = NAME(select)(x > ERFCX_END, NAME(splat)(ERFCX_END), x);
    V height = NAME(vexp)(-x * x);
    *density = height * (T)0.39894228040143267794;
    V falling = NAME(fma)(x, NAME(splat)(2), NAME(splat)(1));
    V inverse = 1 / ((x + 3) * falling);
    V u = (x - 3) * falling * inverse;
    V p = NAME(splat)(NAME(erfcx_terms)[TERMS(NAME(erfcx_terms)) - 1]);
#pragma clang loop unroll(full)
    for (int i = (int)TERMS(NAME(erfcx_terms)) - 2; i >= 0; i--)
        p = NAME(fma)(p, u, NAME(splat)(NAME(erfcx_terms)[i]));
    V tail = (T)0.5 * height * p * (x + 3) * inverse;
    return NAME(select)(z > 0, 1 - tail, tail);
}

static void NAME(mixture_moments)(void *mass_, void *first_, void *second_, const void *bound_, const void *centre_,
                                  const void *locations, const void *scales, size_t components, size_t n) {
    const T share = (T)1 / (T)components;
    for (size_t i = 0; i < n; i += WIDTH) {
        V bound = NAME(load)((const T *)bound_ + i), centre = NAME(load)((const T *)centre_ + i);
        V mass = NAME(splat)(0), first = mass, second = mass;
        for (size_t s = 0; s < components; s++) {
            V location = NAME(load)((const T *)locations + s * n + i);
            V scale = NAME(load)((const T *)scales + s * n + i);
            V z = (bound - location) / scale, density;
            V below = NAME(vnormal)(z, &density);
            V shift = location - centre;
            // Of the standard normal distribution from -infinity to z: first moment -density, second below - z density.
            mass += below;
            first += NAME(fma)(shift, below, -scale * density);
            second += shift * NAME(fma)(shift, below, -2 * scale * density) +
                      scale * scale * NAME(fma)(-z, density, below);
        }
        NAME(store)((T *)mass_ + i, mass * share);
        NAME(store)((T *)first_ + i, first * share);
        NAME(store)((T *)second_ + i, second * share);
    }
}

static void NAME(mixture_quantile)(void *out, const void *locations, const void *scales, size_t components, size_t n,
                                   double probability, double standard) {
    const T share = (T)1 / (T)components, sought = (T)probability, deviate = (T)standard;
    for (size_t i = 0; i < n; i += WIDTH) {
        V low = NAME(splat)((T)__builtin_inf()), high = -low, narrowest = low;
        V mean = NAME(splat)(0), square = mean;
        for (size_t s = 0; s < components; s++) {
            V location = NAME(load)((const T *)locations + s * n + i);
            V scale = NAME(load)((const T *)scales + s * n + i);
            V quantile = NAME(fma)(NAME(splat)(deviate), scale, location);
            low = NAME(select)(quantile < low, quantile, low);
            high = NAME(select)(quantile > high, quantile, high);
            narrowest = NAME(select)(scale < narrowest, scale, narrowest);
            mean += location;
            square = NAME(fma)(scale, scale, square);
        }
        mean *= share;
        for (size_t s = 0; s < components; s++) {
            V distance = NAME(load)((const T *)locations + s * n + i) - mean;
            square = NAME(fma)(distance, distance, square);
        }
        V value = mean;
        for (size_t l = 0; l < WIDTH; l++) value[l] += deviate * MATH(__builtin_sqrt)(square[l] * share);
        value = NAME(select)(value < low, low, value);
        value = NAME(select)(value > high, high, value);
        // Also where a parameter is NaN, of which the mean is one too.
        VI done = ~(high > low);
        value = NAME(select)(done, low + 0 * mean, value);
        for (int step = 0; step < MOST_QUANTILE_STEPS && !__builtin_reduce_and(done); step++) {
            V excess = NAME(splat)(-sought), slope = NAME(splat)(0), bend = slope;
            for (size_t s = 0; s < components; s++) {
                V inverse = share / NAME(load)((const T *)scales + s * n + i), density;
                V z = (value - NAME(load)((const T *)locations + s * n + i)) * inverse * (T)components;
                excess = NAME(fma)(NAME(vnormal)(z, &density), NAME(splat)(share), excess);
                V part = density * inverse;
                slope += part;
                bend = NAME(fma)(-z * part * (T)components, inverse, bend);
            }
            high = NAME(select)(excess > 0, value, high);
            low = NAME(select)(excess > 0, low, value);
            V divisor = NAME(fma)(slope, slope, (T)-0.5 * excess * bend);
            V next = value - NAME(select)(divisor > 0, excess * slope / divisor, excess / slope);
            VI isInside = (next > low) & (next < high);
            V candidate = NAME(select)(isInside, next, (T)0.5 * (low + high));
            V moved = NAME(abs)(candidate - value);
            VI isClose = (isInside & (moved <= (T)LAST_HALLEY_STEP * narrowest)) |
                         (moved <= (T)LAST_BISECTION * narrowest) | (candidate == value);
            // What one lane has found must not depend on how long its neighbours take.
            value = NAME(select)(done, value, candidate);
            done |= isClose;
        }
        NAME(store)((T *)out + i, value);
    }
}
