// Included once for each element type; contracts are in CLodeKernels.h.

static void NAME(exp)(void *out, const void *in, size_t n) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] = MATH(exp)(((const T *)in)[i]);
}

static void NAME(log)(void *out, const void *in, size_t n) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] = MATH(log)(((const T *)in)[i]);
}

static T NAME(activation)(T x, lode_activation activation) {
    switch (activation) {
    case LODE_IDENTITY:
        return x;
    case LODE_TANH:
        return MATH(tanh)(x);
    case LODE_SIGMOID:
        return 1 / (1 + MATH(exp)(-x));
    case LODE_SOFTPLUS:
        return (x > 0 ? x : x < 0 ? 0 : x) + MATH(log1p)(MATH(exp)(-MATH(fabs)(x)));
    case LODE_RELU:
        return x < 0 ? 0 : x;
    case LODE_SILU:
        return x / (1 + MATH(exp)(-x));
    }
    return x;
}

// The derivative at pre, from out where that suffices.
static T NAME(activation_slope)(const T *pre, T out, lode_activation activation) {
    switch (activation) {
    case LODE_IDENTITY:
        return 1;
    case LODE_TANH:
        return 1 - out * out;
    case LODE_SIGMOID:
        return out * (1 - out);
    case LODE_SOFTPLUS:
        return 1 - MATH(exp)(-out);
    case LODE_RELU:
        return out > 0 ? 1 : 0;
    case LODE_SILU: {
        T s = 1 / (1 + MATH(exp)(-*pre));
        return s + out * (1 - s);
    }
    }
    return 1;
}

static void NAME(activate)(void *out, const void *pre, size_t n, lode_activation activation) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] = NAME(activation)(((const T *)pre)[i], activation);
}

static void NAME(activate_vjp)(void *dpre, const void *dout, const void *pre, const void *out, size_t n,
                               lode_activation activation) {
    for (size_t i = 0; i < n; i++) {
        const T *x = activation == LODE_SILU ? (const T *)pre + i : NULL;
        ((T *)dpre)[i] = ((const T *)dout)[i] * NAME(activation_slope)(x, ((const T *)out)[i], activation);
    }
}

static void NAME(add_scaled)(void *out, const void *in, double scale, size_t n) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] += (T)scale * ((const T *)in)[i];
}

static double NAME(sum_of_squares)(const void *in, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)((const T *)in)[i] * (double)((const T *)in)[i];
    return sum;
}

static void NAME(dense_accumulate)(void *out_, const void *in_, const void *weights_, size_t inputs, size_t outputs,
                                   size_t lanes) {
    T *out = out_;
    const T *in = in_, *weights = weights_;
    for (size_t o = 0; o < outputs; o++)
        for (size_t l = 0; l < lanes; l++)
            for (size_t i = 0; i < inputs; i++) out[o * lanes + l] += weights[i * outputs + o] * in[i * lanes + l];
}

static void NAME(dense)(void *out, void *pre_, const void *in, const void *weights, const void *bias, size_t inputs,
                        size_t outputs, size_t lanes, lode_activation activation) {
    T *pre = pre_ ? pre_ : out;
    for (size_t o = 0; o < outputs; o++)
        for (size_t l = 0; l < lanes; l++) pre[o * lanes + l] = bias ? ((const T *)bias)[o] : 0;
    NAME(dense_accumulate)(pre, in, weights, inputs, outputs, lanes);
    NAME(activate)(out, pre, outputs * lanes, activation);
}

static void NAME(dense_vjp_input)(void *din_, const void *dpre_, const void *weights_, size_t inputs, size_t outputs,
                                  int accumulate) {
    T *din = din_;
    const T *dpre = dpre_, *weights = weights_;
    for (size_t i = 0; i < inputs; i++)
        for (size_t l = 0; l < LODE_LANES; l++) {
            T sum = accumulate ? din[i * LODE_LANES + l] : 0;
            for (size_t o = 0; o < outputs; o++) sum += weights[i * outputs + o] * dpre[o * LODE_LANES + l];
            din[i * LODE_LANES + l] = sum;
        }
}

static void NAME(dense_vjp_parameters)(void *dweights_, void *dbias_, const void *in_, const void *dpre_,
                                       size_t inputs, size_t outputs, void *scratch) {
    (void)scratch;
    T *dweights = dweights_, *dbias = dbias_;
    const T *in = in_, *dpre = dpre_;
    for (size_t o = 0; o < outputs; o++)
        for (size_t l = 0; l < LODE_LANES; l++) {
            T d = dpre[o * LODE_LANES + l];
            if (dbias) dbias[o] += d;
            for (size_t i = 0; i < inputs; i++) dweights[i * outputs + o] += in[i * LODE_LANES + l] * d;
        }
}

static void NAME(dense_vjp_sequence)(void *dweights, void *dbias, const void *in, size_t in_stride, const void *dpre,
                                     size_t dpre_stride, size_t inputs, size_t outputs, size_t blocks) {
    for (size_t b = 0; b < blocks; b++)
        NAME(dense_vjp_parameters)(dweights, dbias, (const T *)in + b * in_stride, (const T *)dpre + b * dpre_stride,
                                   inputs, outputs, NULL);
}

static void NAME(convolution)(void *out_, const void *in_, const void *weights_, const void *bias,
                              const lode_convolution *shape) {
    T *out = out_;
    const T *in = in_, *weights = weights_;
    const size_t rows = lode_convolution_extent(shape, shape->height);
    const size_t columns = lode_convolution_extent(shape, shape->width);
    for (size_t o = 0; o < shape->outputs; o++)
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++)
                for (size_t l = 0; l < LODE_LANES; l++) {
                    T sum = bias ? ((const T *)bias)[o] : 0;
                    for (size_t i = 0; i < shape->kernel; i++)
                        for (size_t j = 0; j < shape->kernel; j++) {
                            size_t row = y * shape->stride + i - shape->padding;
                            size_t column = x * shape->stride + j - shape->padding;
                            if (row >= shape->height || column >= shape->width) continue;
                            for (size_t c = 0; c < shape->inputs; c++)
                                sum += weights[((i * shape->kernel + j) * shape->inputs + c) * shape->outputs + o] *
                                       in[((c * shape->height + row) * shape->width + column) * LODE_LANES + l];
                        }
                    out[((o * rows + y) * columns + x) * LODE_LANES + l] = sum;
                }
}

static void NAME(convolution_vjp_input)(void *din_, const void *dout_, const void *weights_,
                                        const lode_convolution *shape, int accumulate) {
    T *din = din_;
    const T *dout = dout_, *weights = weights_;
    const size_t rows = lode_convolution_extent(shape, shape->height);
    const size_t columns = lode_convolution_extent(shape, shape->width);
    if (!accumulate)
        for (size_t i = 0; i < shape->inputs * shape->height * shape->width * LODE_LANES; i++) din[i] = 0;
    for (size_t o = 0; o < shape->outputs; o++)
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++)
                for (size_t i = 0; i < shape->kernel; i++)
                    for (size_t j = 0; j < shape->kernel; j++) {
                        size_t row = y * shape->stride + i - shape->padding;
                        size_t column = x * shape->stride + j - shape->padding;
                        if (row >= shape->height || column >= shape->width) continue;
                        for (size_t c = 0; c < shape->inputs; c++)
                            for (size_t l = 0; l < LODE_LANES; l++)
                                din[((c * shape->height + row) * shape->width + column) * LODE_LANES + l] +=
                                    weights[((i * shape->kernel + j) * shape->inputs + c) * shape->outputs + o] *
                                    dout[((o * rows + y) * columns + x) * LODE_LANES + l];
                    }
}

static void NAME(convolution_vjp_parameters)(void *dweights_, void *dbias, const void *in_, const void *dout_,
                                             const lode_convolution *shape) {
    T *dweights = dweights_;
    const T *in = in_, *dout = dout_;
    const size_t rows = lode_convolution_extent(shape, shape->height);
    const size_t columns = lode_convolution_extent(shape, shape->width);
    for (size_t o = 0; o < shape->outputs; o++)
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++)
                for (size_t l = 0; l < LODE_LANES; l++) {
                    T d = dout[((o * rows + y) * columns + x) * LODE_LANES + l];
                    if (dbias) ((T *)dbias)[o] += d;
                    for (size_t i = 0; i < shape->kernel; i++)
                        for (size_t j = 0; j < shape->kernel; j++) {
                            size_t row = y * shape->stride + i - shape->padding;
                            size_t column = x * shape->stride + j - shape->padding;
                            if (row >= shape->height || column >= shape->width) continue;
                            for (size_t c = 0; c < shape->inputs; c++)
                                dweights[((i * shape->kernel + j) * shape->inputs + c) * shape->outputs + o] +=
                                    d * in[((c * shape->height + row) * shape->width + column) * LODE_LANES + l];
                        }
                }
}

static void NAME(group_norm)(void *out_, void *statistics_, const void *in_, const void *scale, const void *shift,
                             size_t channels, size_t groups, size_t places, double epsilon) {
    T *out = out_, *statistics = statistics_;
    const T *in = in_;
    const size_t each = channels / groups, count = each * places;
    for (size_t g = 0; g < groups; g++)
        for (size_t l = 0; l < LODE_LANES; l++) {
            const size_t start = g * count * LODE_LANES + l;
            T mean = 0, variance = 0;
            for (size_t i = 0; i < count; i++) mean += in[start + i * LODE_LANES] / (T)count;
            for (size_t i = 0; i < count; i++) {
                T difference = in[start + i * LODE_LANES] - mean;
                variance += difference * difference / (T)count;
            }
            T inverse = 1 / MATH(sqrt)(variance + (T)epsilon);
            statistics[g * LODE_LANES + l] = mean;
            statistics[(groups + g) * LODE_LANES + l] = inverse;
            for (size_t i = 0; i < count; i++) {
                const size_t channel = g * each + i / places;
                out[start + i * LODE_LANES] = (in[start + i * LODE_LANES] - mean) * inverse * ((const T *)scale)[channel] +
                                              ((const T *)shift)[channel];
            }
        }
}

static void NAME(group_norm_vjp)(void *din_, void *dscale, void *dshift, const void *dout_, const void *in_,
                                 const void *statistics_, const void *scale_, size_t channels, size_t groups,
                                 size_t places) {
    T *din = din_;
    const T *dout = dout_, *in = in_, *statistics = statistics_, *scale = scale_;
    const size_t each = channels / groups, count = each * places;
    for (size_t g = 0; g < groups; g++)
        for (size_t l = 0; l < LODE_LANES; l++) {
            const size_t start = g * count * LODE_LANES + l;
            T mean = statistics[g * LODE_LANES + l], inverse = statistics[(groups + g) * LODE_LANES + l];
            T first = 0, second = 0;
            for (size_t i = 0; i < count; i++) {
                const size_t channel = g * each + i / places;
                T d = dout[start + i * LODE_LANES], unit = (in[start + i * LODE_LANES] - mean) * inverse;
                first += d * scale[channel] / (T)count;
                second += d * scale[channel] * unit / (T)count;
                if (dscale) {
                    ((T *)dscale)[channel] += d * unit;
                    ((T *)dshift)[channel] += d;
                }
            }
            for (size_t i = 0; i < count; i++) {
                T unit = (in[start + i * LODE_LANES] - mean) * inverse;
                din[start + i * LODE_LANES] =
                    inverse * (dout[start + i * LODE_LANES] * scale[g * each + i / places] - first - unit * second);
            }
        }
}

static void NAME(gru)(void *out, void *candidate, const void *gates, const void *xn, const void *hn, const void *h,
                      const void *active, size_t hidden, size_t lanes) {
    const T *reset = gates, *update = reset + hidden * lanes;
    for (size_t i = 0; i < hidden * lanes; i++) {
        T previous = ((const T *)h)[i];
        T c = MATH(tanh)(((const T *)xn)[i] + reset[i] * ((const T *)hn)[i]);
        ((T *)candidate)[i] = c;
        ((T *)out)[i] = ((const T *)active)[i % lanes] != 0 ? c + update[i] * (previous - c) : previous;
    }
}

static void NAME(gru_vjp)(void *dgates, void *dxn, void *dhn, void *dh, const void *dout, const void *candidate,
                          const void *gates, const void *hn, const void *h, const void *active, size_t hidden) {
    const T *reset = gates, *update = reset + hidden * LODE_LANES;
    T *dreset = dgates, *dupdate = dreset + hidden * LODE_LANES;
    for (size_t i = 0; i < hidden * LODE_LANES; i++) {
        T a = ((const T *)active)[i % LODE_LANES], d = ((const T *)dout)[i], c = ((const T *)candidate)[i];
        T u = update[i], r = reset[i], da = a * d;
        T dpre = da * (1 - u) * (1 - c * c);
        ((T *)dxn)[i] = dpre;
        ((T *)dhn)[i] = dpre * r;
        dreset[i] = dpre * ((const T *)hn)[i] * r * (1 - r);
        dupdate[i] = da * (((const T *)h)[i] - c) * u * (1 - u);
        ((T *)dh)[i] = (d - da) + da * u;
    }
}

static void NAME(combine)(void *out_, const void *base, const void *scale, const void *terms, size_t stride,
                          const size_t *places, const double *coefficients, size_t count, size_t components,
                          size_t lanes) {
    T *out = out_;
    for (size_t i = 0; i < components * lanes; i++) {
        T sum = 0;
        for (size_t j = 0; j < count; j++) sum += (T)coefficients[j] * ((const T *)terms)[places[j] * stride + i];
        out[i] = (base ? ((const T *)base)[i] : 0) + ((const T *)scale)[i % lanes] * sum;
    }
}

static void NAME(error_norm)(double *norm, const void *error, const void *y0, const void *y1, const void *relative,
                             const void *absolute, const void *included, int maximum, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        T total = 0;
        for (size_t c = 0; c < components; c++) {
            if (included && ((const T *)included)[c] == 0) continue;
            size_t i = c * lanes + l;
            T a = MATH(fabs)(((const T *)y0)[i]), b = MATH(fabs)(((const T *)y1)[i]);
            // Written so that a NaN on either side reaches the total.
            T size = a > b ? a : a <= b ? b : a + b;
            T ratio = (size * 0 + ((const T *)error)[i]) / (((const T *)absolute)[c] + ((const T *)relative)[c] * size);
            T term = ratio * ratio;
            total = !maximum ? total + term : term > total || term != term ? term : total;
        }
        norm[l] = total;
    }
}

static void NAME(narrow)(void *out, const double *in, size_t n) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] = (T)in[i];
}

static void NAME(widen)(double *out, const void *in, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (double)((const T *)in)[i];
}

static void NAME(combine_lanes)(void *out_, const void *base, const void *weights, const void *const *terms,
                                size_t count, size_t components, size_t lanes) {
    T *out = out_;
    for (size_t i = 0; i < components * lanes; i++) {
        T sum = base ? ((const T *)base)[i] : 0;
        for (size_t j = 0; j < count; j++)
            sum += ((const T *)weights)[j * lanes + i % lanes] * ((const T *)terms[j])[i];
        out[i] = sum;
    }
}

static void NAME(merge_lanes)(void *out, const void *in, const void *mask, size_t components, size_t lanes) {
    for (size_t i = 0; i < components * lanes; i++)
        if (((const T *)mask)[i % lanes] != 0) ((T *)out)[i] = ((const T *)in)[i];
}

static void NAME(set_lane)(void *block, const void *row, size_t lane, size_t components, size_t lanes) {
    for (size_t c = 0; c < components; c++) ((T *)block)[c * lanes + lane] = ((const T *)row)[c];
}

static void NAME(get_lane)(void *row, const void *block, size_t lane, size_t components, size_t lanes) {
    for (size_t c = 0; c < components; c++) ((T *)row)[c] = ((const T *)block)[c * lanes + lane];
}

static void NAME(gather_rows)(void *block, const void *const *rows, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++)
        for (size_t c = 0; c < components; c++)
            ((T *)block)[c * lanes + l] = rows[l] ? ((const T *)rows[l])[c] : 0;
}

static void NAME(scatter_rows)(void *const *rows, const void *block, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        if (!rows[l]) continue;
        for (size_t c = 0; c < components; c++) ((T *)rows[l])[c] = ((const T *)block)[c * lanes + l];
    }
}

static void NAME(polynomial)(void *out, const void *coefficients, size_t stride, double theta, size_t degree,
                             size_t components) {
    for (size_t c = 0; c < components; c++) {
        T value = ((const T *)coefficients)[degree * stride + c];
        for (size_t p = degree; p-- > 0;) value = value * (T)theta + ((const T *)coefficients)[p * stride + c];
        ((T *)out)[c] = value;
    }
}

static void NAME(polynomial_vjp)(void *dcoefficients, size_t stride, const void *dout, double theta, size_t degree,
                                 size_t components) {
    double power = 1;
    for (size_t p = 0; p <= degree; p++, power *= theta)
        NAME(add_scaled)((T *)dcoefficients + p * stride, dout, power, components);
}

static void NAME(interpolate)(void *rows, const double *times, const size_t *order, const size_t *first,
                              const size_t *last, const double *start, const double *size, const void *const *blocks,
                              size_t degree, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++)
        for (size_t i = first[l]; i < last[l]; i++) {
            size_t r = order ? order[i] : i;
            T theta = (T)((times[r] - start[l]) / size[l]);
            for (size_t c = 0; c < components; c++) {
                T value = ((const T *)blocks[degree])[c * lanes + l];
                for (size_t p = degree; p-- > 0;) value = value * theta + ((const T *)blocks[p])[c * lanes + l];
                ((T *)rows)[r * components + c] = value;
            }
        }
}

static void NAME(interpolate_due)(void *rows, const double *times, const size_t *order, size_t *cursor,
                                  const size_t *end, double *next, const double *limit, const double *direction,
                                  const double *start, const double *size, const void *const *blocks, size_t degree,
                                  size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        if (!(next[l] <= limit[l])) continue;
        size_t last = cursor[l];
        double time = next[l];
        while (time <= limit[l]) {
            last++;
            time = last < end[l] ? direction[l] * times[order ? order[last] : last] : (double)INFINITY;
        }
        for (size_t i = cursor[l]; i < last; i++) {
            size_t r = order ? order[i] : i;
            T theta = (T)((times[r] - start[l]) / size[l]);
            for (size_t c = 0; c < components; c++) {
                T value = ((const T *)blocks[degree])[c * lanes + l];
                for (size_t p = degree; p-- > 0;) value = value * theta + ((const T *)blocks[p])[c * lanes + l];
                ((T *)rows)[r * components + c] = value;
            }
        }
        cursor[l] = last;
        next[l] = time;
    }
}

static void NAME(interpolate_vjp)(void *const *dblocks, const void *drows, const double *times, const size_t *order,
                                  const size_t *first, const size_t *last, const double *start, const double *size,
                                  size_t degree, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        for (size_t p = 0; p <= degree; p++)
            for (size_t c = 0; c < components; c++) ((T *)dblocks[p])[c * lanes + l] = 0;
        for (size_t i = first[l]; i < last[l]; i++) {
            size_t r = order ? order[i] : i;
            T theta = (T)((times[r] - start[l]) / size[l]), power = 1;
            for (size_t p = 0; p <= degree; p++, power *= theta)
                for (size_t c = 0; c < components; c++)
                    ((T *)dblocks[p])[c * lanes + l] += power * ((const T *)drows)[r * components + c];
        }
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
        T step = m[i] * (T)correction1 / (MATH(sqrt)(v[i] * (T)correction2) + (T)epsilon);
        p[i] -= (T)rate * (step + (T)decay * p[i]);
    }
}

static T NAME(normal)(T z, T *density) {
    *density = MATH(exp)((T)-0.5 * z * z) * (T)0.39894228040143267794;
    return (T)0.5 * MATH(erfc)(-z * (T)0.70710678118654752440);
}

static void NAME(mixture_moments)(void *mass, void *first, void *second, const void *bound, const void *centre,
                                  const void *locations, const void *scales, size_t components, size_t n) {
    for (size_t i = 0; i < n; i++) {
        T sums[3] = {0, 0, 0};
        for (size_t s = 0; s < components; s++) {
            T location = ((const T *)locations)[s * n + i], scale = ((const T *)scales)[s * n + i];
            T z = (((const T *)bound)[i] - location) / scale, density;
            T below = NAME(normal)(z, &density);
            T shift = location - ((const T *)centre)[i];
            sums[0] += below;
            sums[1] += shift * below - scale * density;
            sums[2] += shift * shift * below - 2 * shift * scale * density + scale * scale * (below - z * density);
        }
        ((T *)mass)[i] = sums[0] / (T)components;
        ((T *)first)[i] = sums[1] / (T)components;
        ((T *)second)[i] = sums[2] / (T)components;
    }
}

// The quantile of one mixture, whose components lie n elements apart.
static T NAME(quantile)(const T *locations, const T *scales, size_t components, size_t n, T probability, T standard) {
    T low = (T)INFINITY, high = -low, narrowest = low, mean = 0, square = 0;
    for (size_t s = 0; s < components; s++) {
        T location = locations[s * n], scale = scales[s * n];
        low = location + standard * scale < low ? location + standard * scale : low;
        high = location + standard * scale > high ? location + standard * scale : high;
        narrowest = scale < narrowest ? scale : narrowest;
        mean += location;
        square += scale * scale;
    }
    mean /= (T)components;
    // Also where a parameter is NaN, of which the mean is one too.
    if (!(high > low)) return low + 0 * mean;
    for (size_t s = 0; s < components; s++) square += (locations[s * n] - mean) * (locations[s * n] - mean);
    T value = mean + standard * MATH(sqrt)(square / (T)components);
    value = value < low ? low : value > high ? high : value;
    for (int step = 0; step < MOST_QUANTILE_STEPS; step++) {
        T excess = -probability, slope = 0, bend = 0;
        for (size_t s = 0; s < components; s++) {
            T z = (value - locations[s * n]) / scales[s * n], density;
            excess += NAME(normal)(z, &density) / (T)components;
            slope += density / scales[s * n] / (T)components;
            bend -= z * density / (scales[s * n] * scales[s * n]) / (T)components;
        }
        if (excess > 0)
            high = value;
        else
            low = value;
        T divisor = slope * slope - (T)0.5 * excess * bend;
        T next = value - (divisor > 0 ? excess * slope / divisor : excess / slope);
        int is_inside = next > low && next < high;
        T candidate = is_inside ? next : (T)0.5 * (low + high), moved = MATH(fabs)(candidate - value);
        int is_close = (is_inside && moved <= (T)LAST_HALLEY_STEP * narrowest) ||
                       moved <= (T)LAST_BISECTION * narrowest || candidate == value;
        value = candidate;
        if (is_close) break;
    }
    return value;
}

static void NAME(mixture_quantile)(void *out, const void *locations, const void *scales, size_t components, size_t n,
                                   double probability, double standard) {
    for (size_t i = 0; i < n; i++)
        ((T *)out)[i] = NAME(quantile)((const T *)locations + i, (const T *)scales + i, components, n, (T)probability,
                                       (T)standard);
}

#include "step_control.h"

const lode_kernels LODE_PASTE_EXPANDED(ELEMENT, table, ISA) = LODE_TABLE;
