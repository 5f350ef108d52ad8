// Elementwise kernels on vectors; contracts are in CLodeKernels.h.

// Runs `expression`, a function of the vector x, over in and stores it to out.
#define MAP(out_, in_, n, expression)                                  \
    do {                                                               \
        T *out__ = out_;                                               \
        const T *in__ = in_;                                           \
        size_t i__ = 0;                                                \
        for (; i__ + WIDTH <= (n); i__ += WIDTH) {                     \
            V x = NAME(load)(in__ + i__);                              \
            NAME(store)(out__ + i__, (expression));                    \
        }                                                              \
        if (i__ < (n)) {                                               \
            V x = NAME(load_tail)(in__ + i__, (n)-i__);                \
            NAME(store_tail)(out__ + i__, (expression), (n)-i__);      \
        }                                                              \
    } while (0)

static void NAME(exp)(void *out, const void *in, size_t n) { MAP(out, in, n, NAME(vexp)(x)); }

static void NAME(log)(void *out, const void *in, size_t n) { MAP(out, in, n, NAME(vlog)(x)); }

static void NAME(activate)(void *out, const void *pre, size_t n, lode_activation activation) {
    // The switch stands outside the loops, so that each loop is straight-line code.
    switch (activation) {
    case LODE_IDENTITY:
        if (out != pre) __builtin_memcpy(out, pre, n * sizeof(T));
        return;
    case LODE_TANH:
        MAP(out, pre, n, NAME(vtanh)(x));
        return;
    case LODE_SIGMOID:
        MAP(out, pre, n, NAME(vsigmoid)(x));
        return;
    case LODE_SOFTPLUS:
        MAP(out, pre, n, NAME(vactivation)(x, LODE_SOFTPLUS));
        return;
    case LODE_RELU:
        MAP(out, pre, n, NAME(vactivation)(x, LODE_RELU));
        return;
    case LODE_SILU:
        MAP(out, pre, n, NAME(vactivation)(x, LODE_SILU));
        return;
    }
}

INLINE void NAME(activate_vjp_of)(T *dpre, const T *dout, const T *pre, const T *out, size_t n,
                                  lode_activation activation) {
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        V x = activation == LODE_SILU ? NAME(load)(pre + i) : NAME(splat)(0);
        NAME(store)(dpre + i, NAME(load)(dout + i) * NAME(vslope)(x, NAME(load)(out + i), activation));
    }
    if (i < n) {
        V x = activation == LODE_SILU ? NAME(load_tail)(pre + i, n - i) : NAME(splat)(0);
        V slope = NAME(vslope)(x, NAME(load_tail)(out + i, n - i), activation);
        NAME(store_tail)(dpre + i, NAME(load_tail)(dout + i, n - i) * slope, n - i);
    }
}

static void NAME(activate_vjp)(void *dpre, const void *dout, const void *pre, const void *out, size_t n,
                               lode_activation activation) {
    switch (activation) {
    case LODE_IDENTITY:
        if (dpre != dout) __builtin_memcpy(dpre, dout, n * sizeof(T));
        return;
    case LODE_TANH:
        NAME(activate_vjp_of)(dpre, dout, pre, out, n, LODE_TANH);
        return;
    case LODE_SIGMOID:
        NAME(activate_vjp_of)(dpre, dout, pre, out, n, LODE_SIGMOID);
        return;
    case LODE_SOFTPLUS:
        NAME(activate_vjp_of)(dpre, dout, pre, out, n, LODE_SOFTPLUS);
        return;
    case LODE_RELU:
        NAME(activate_vjp_of)(dpre, dout, pre, out, n, LODE_RELU);
        return;
    case LODE_SILU:
        NAME(activate_vjp_of)(dpre, dout, pre, out, n, LODE_SILU);
        return;
    }
}

static void NAME(add_scaled)(void *out_, const void *in_, double scale, size_t n) {
    T *out = out_;
    const T *in = in_;
    V factor = NAME(splat)((T)scale);
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        NAME(store)(out + i, NAME(fma)(factor, NAME(load)(in + i), NAME(load)(out + i)));
    if (i < n) {
        V sum = NAME(fma)(factor, NAME(load_tail)(in + i, n - i), NAME(load_tail)(out + i, n - i));
        NAME(store_tail)(out + i, sum, n - i);
    }
}

static double NAME(sum_of_squares)(const void *in_, size_t n) {
    const T *in = in_;
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t j = 0; j < 8; j++) sums[j] += (double)in[i + j] * (double)in[i + j];
    for (; i < n; i++) sums[0] += (double)in[i] * (double)in[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static void NAME(gru)(void *out, void *candidate, const void *gates, const void *xn, const void *hn, const void *h,
                      const void *active, size_t hidden, size_t lanes) {
    const T *reset = gates, *update = reset + hidden * lanes;
    const size_t n = hidden * lanes;
    for (size_t i = 0; i < n; i += WIDTH) {
        // Full blocks have no tail.
        const size_t tail = n - i < WIDTH ? n - i : 0;
#define PART(pointer) (tail ? NAME(load_tail)((const T *)(pointer) + i, tail) : NAME(load)((const T *)(pointer) + i))
        V previous = PART(h), c = NAME(vtanh)(NAME(fma)(PART(reset), PART(hn), PART(xn)));
        V a = lanes == 1 ? NAME(splat)(*(const T *)active) : NAME(load)((const T *)active + i % LODE_LANES);
        V next = NAME(select)(a != 0, NAME(fma)(PART(update), previous - c, c), previous);
#undef PART
        if (tail) {
            NAME(store_tail)((T *)candidate + i, c, tail);
            NAME(store_tail)((T *)out + i, next, tail);
        } else {
            NAME(store)((T *)candidate + i, c);
            NAME(store)((T *)out + i, next);
        }
    }
}

static void NAME(gru_vjp)(void *dgates, void *dxn, void *dhn, void *dh, const void *dout, const void *candidate,
                          const void *gates, const void *hn, const void *h, const void *active, size_t hidden) {
    const T *reset = gates, *update = reset + hidden * LODE_LANES;
    T *dreset = dgates, *dupdate = dreset + hidden * LODE_LANES;
    const size_t n = hidden * LODE_LANES;
    for (size_t i = 0; i < n; i += WIDTH) {
        V d = NAME(load)((const T *)dout + i), da = d * NAME(load)((const T *)active + i % LODE_LANES);
        V c = NAME(load)((const T *)candidate + i), u = NAME(load)(update + i), r = NAME(load)(reset + i);
        V dpre = da * (1 - u) * NAME(fma)(-c, c, NAME(splat)(1));
        NAME(store)((T *)dxn + i, dpre);
        NAME(store)((T *)dhn + i, dpre * r);
        NAME(store)(dreset + i, dpre * NAME(load)((const T *)hn + i) * r * (1 - r));
        NAME(store)(dupdate + i, da * (NAME(load)((const T *)h + i) - c) * u * (1 - u));
        NAME(store)((T *)dh + i, NAME(fma)(da, u, d - da));
    }
}

static void NAME(adam)(void *parameters, void *first_moment, void *second_moment, const void *gradient, size_t n,
                       double rate, double beta1, double beta2, double epsilon, double correction1,
                       double correction2, double decay) {
    T *p = parameters, *m = first_moment, *v = second_moment;
    const T *g = gradient;
    for (size_t i = 0; i < n; i++) {
        m[i] = (T)beta1 * m[i] + (T)(1 - beta1) * g[i];
        v[i] = (T)beta2 * v[i] + (T)(1 - beta2) * (g[i] * g[i]);
        T root = (T)__builtin_sqrt(v[i] * (T)correction2);
        p[i] -= (T)rate * (m[i] * (T)correction1 / (root + (T)epsilon) + (T)decay * p[i]);
    }
}
