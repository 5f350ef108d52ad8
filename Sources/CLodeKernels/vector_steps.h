// Runge-Kutta combinations, error norms, rows and polynomials on vectors; contracts are in CLodeKernels.h.

#define MOST_TERMS 32

// The sum of `count` terms; where that is a constant, their places and factors stay in registers.
INLINE void NAME(combine_of)(T *out, const T *base, const T *scale, const T *first, size_t stride, const size_t *places,
                             const double *coefficients, const size_t count, size_t n, size_t lanes) {
    T factors[MOST_TERMS];
    const T *terms[MOST_TERMS];
    for (size_t j = 0; j < count; j++) {
        factors[j] = (T)coefficients[j];
        terms[j] = first + places[j] * stride;
    }
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        V sum = {};
#pragma clang loop unroll(full)
        for (size_t j = 0; j < count; j++)
            sum = NAME(fma)(NAME(splat)(factors[j]), NAME(load)(terms[j] + i), sum);
        V h = lanes == 1 ? NAME(splat)(scale[0]) : NAME(load)(scale + i % LODE_LANES);
        NAME(store)(out + i, NAME(fma)(h, sum, base ? NAME(load)(base + i) : NAME(splat)(0)));
    }
    if (i < n) {  // only where lanes is 1
        V sum = {};
        for (size_t j = 0; j < count; j++)
            sum = NAME(fma)(NAME(splat)(factors[j]), NAME(load_tail)(terms[j] + i, n - i), sum);
        V start = base ? NAME(load_tail)(base + i, n - i) : NAME(splat)(0);
        NAME(store_tail)(out + i, NAME(fma)(NAME(splat)(scale[0]), sum, start), n - i);
    }
}

static void NAME(combine)(void *out, const void *base, const void *scale, const void *terms, size_t stride,
                          const size_t *places, const double *coefficients, size_t count, size_t components,
                          size_t lanes) {
    const size_t n = components * lanes;
#define CASE(count_)                                                                               \
    case count_:                                                                                   \
        NAME(combine_of)(out, base, scale, terms, stride, places, coefficients, count_, n, lanes); \
        break;
    switch (count) {
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
        CASE(5)
        CASE(6)
        CASE(7)
    default:
        NAME(combine_of)(out, base, scale, terms, stride, places, coefficients, count, n, lanes);
    }
#undef CASE
}

// error / (absolute + relative * max(|y0|, |y1|)); a NaN on any side stays, and an infinite state becomes one.
INLINE V NAME(ratio)(V error, V y0, V y1, V relative, V absolute) {
    V a = NAME(abs)(y0), b = NAME(abs)(y1);
    V size = NAME(select)(a > b, a, NAME(select)(a <= b, b, a + b));
    return NAME(fma)(size, NAME(splat)(0), error) / NAME(fma)(relative, size, absolute);
}

static void NAME(error_norm_of_lane)(double *norm, const T *error, const T *y0, const T *y1, const T *relative,
                                     const T *absolute, const T *included, int maximum, size_t components) {
    T total = 0;
    for (size_t c = 0; c < components; c += WIDTH) {
        size_t n = components - c < WIDTH ? components - c : WIDTH;
        T ratios[WIDTH];
        V ratio = n == WIDTH ? NAME(ratio)(NAME(load)(error + c), NAME(load)(y0 + c), NAME(load)(y1 + c),
                                           NAME(load)(relative + c), NAME(load)(absolute + c))
                             : NAME(ratio)(NAME(load_tail)(error + c, n), NAME(load_tail)(y0 + c, n),
                                           NAME(load_tail)(y1 + c, n), NAME(load_tail)(relative + c, n),
                                           NAME(load_tail)(absolute + c, n));
        NAME(store)(ratios, ratio);
        // In order, one by one: the bits of the block's sum.
        for (size_t j = 0; j < n; j++) {
            if (included && included[c + j] == 0) continue;
            T term = ratios[j] * ratios[j];
            total = !maximum ? total + term : term > total || term != term ? term : total;
        }
    }
    *norm = total;
}

static void NAME(error_norm)(double *norm, const void *error_, const void *y0_, const void *y1_, const void *relative_,
                             const void *absolute_, const void *included_, int maximum, size_t components,
                             size_t lanes) {
    const T *error = error_, *y0 = y0_, *y1 = y1_;
    const T *relative = relative_, *absolute = absolute_, *included = included_;
    if (lanes == 1) {
        NAME(error_norm_of_lane)(norm, error, y0, y1, relative, absolute, included, maximum, components);
        return;
    }
    V totals[BLOCK_VECTORS] = {};
    for (size_t c = 0; c < components; c++) {
        if (included && included[c] == 0) continue;
        V r = NAME(splat)(relative[c]), a = NAME(splat)(absolute[c]);
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            size_t i = c * LODE_LANES + (size_t)v * WIDTH;
            V ratio = NAME(ratio)(NAME(load)(error + i), NAME(load)(y0 + i), NAME(load)(y1 + i), r, a);
            V term = ratio * ratio;
            totals[v] = maximum ? NAME(select)((term > totals[v]) | (term != term), term, totals[v]) : totals[v] + term;
        }
    }
    for (size_t l = 0; l < LODE_LANES; l++) norm[l] = totals[l / WIDTH][l % WIDTH];
}

static void NAME(narrow)(void *out, const double *in, size_t n) {
    for (size_t i = 0; i < n; i++) ((T *)out)[i] = (T)in[i];
}

static void NAME(widen)(double *out, const void *in, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (double)((const T *)in)[i];
}

static void NAME(combine_lanes)(void *out_, const void *base_, const void *weights_, const void *const *terms,
                                size_t count, size_t components, size_t lanes) {
    T *out = out_;
    const T *base = base_, *weights = weights_;
    size_t n = components * lanes, i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        V sum = base ? NAME(load)(base + i) : NAME(splat)(0);
        for (size_t j = 0; j < count; j++) {
            V weight = lanes == 1 ? NAME(splat)(weights[j]) : NAME(load)(weights + j * LODE_LANES + i % LODE_LANES);
            sum = NAME(fma)(weight, NAME(load)((const T *)terms[j] + i), sum);
        }
        NAME(store)(out + i, sum);
    }
    if (i < n) {  // only where lanes is 1
        V sum = base ? NAME(load_tail)(base + i, n - i) : NAME(splat)(0);
        for (size_t j = 0; j < count; j++)
            sum = NAME(fma)(NAME(splat)(weights[j]), NAME(load_tail)((const T *)terms[j] + i, n - i), sum);
        NAME(store_tail)(out + i, sum, n - i);
    }
}

static void NAME(merge_lanes)(void *out_, const void *in_, const void *mask_, size_t components, size_t lanes) {
    T *out = out_;
    const T *in = in_, *mask = mask_;
    if (lanes == 1) {
        if (mask[0] != 0) __builtin_memcpy(out, in, components * sizeof(T));
        return;
    }
    VI masks[BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < BLOCK_VECTORS; v++) masks[v] = NAME(load)(mask + v * WIDTH) != 0;
    for (size_t c = 0; c < components; c++)
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            size_t i = c * LODE_LANES + (size_t)v * WIDTH;
            NAME(store)(out + i, NAME(select)(masks[v], NAME(load)(in + i), NAME(load)(out + i)));
        }
}

static void NAME(set_lane)(void *block, const void *row, size_t lane, size_t components, size_t lanes) {
    T *out = (T *)block + lane;
    for (size_t c = 0; c < components; c++) out[c * lanes] = ((const T *)row)[c];
}

static void NAME(get_lane)(void *row, const void *block, size_t lane, size_t components, size_t lanes) {
    const T *in = (const T *)block + lane;
    for (size_t c = 0; c < components; c++) ((T *)row)[c] = in[c * lanes];
}

static void NAME(gather_rows)(void *block, const void *const *rows, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        const T *row = rows[l];
        T *out = (T *)block + l;
        if (row)
            for (size_t c = 0; c < components; c++) out[c * lanes] = row[c];
        else
            for (size_t c = 0; c < components; c++) out[c * lanes] = 0;
    }
}

static void NAME(scatter_rows)(void *const *rows, const void *block, size_t components, size_t lanes) {
    for (size_t l = 0; l < lanes; l++) {
        T *row = rows[l];
        const T *in = (const T *)block + l;
        if (row)
            for (size_t c = 0; c < components; c++) row[c] = in[c * lanes];
    }
}

static void NAME(polynomial)(void *out_, const void *coefficients_, size_t stride, double theta, size_t degree,
                             size_t components) {
    T *out = out_;
    const T *coefficients = coefficients_;
    V t = NAME(splat)((T)theta);
    size_t c = 0;
    for (; c + WIDTH <= components; c += WIDTH) {
        V value = NAME(load)(coefficients + degree * stride + c);
        for (size_t p = degree; p-- > 0;) value = NAME(fma)(value, t, NAME(load)(coefficients + p * stride + c));
        NAME(store)(out + c, value);
    }
    if (c < components) {
        size_t n = components - c;
        V value = NAME(load_tail)(coefficients + degree * stride + c, n);
        for (size_t p = degree; p-- > 0;)
            value = NAME(fma)(value, t, NAME(load_tail)(coefficients + p * stride + c, n));
        NAME(store_tail)(out + c, value, n);
    }
}

static void NAME(polynomial_vjp)(void *dcoefficients, size_t stride, const void *dout, double theta, size_t degree,
                                 size_t components) {
    double power = 1;
    for (size_t p = 0; p <= degree; p++, power *= theta)
        NAME(add_scaled)((T *)dcoefficients + p * stride, dout, power, components);
}

#define MOST_POWERS 12
#define THETAS 32

// One or two vectors of components of one lane: their coefficients stay in registers over all thetas. The column of the
// lane has been laid side by side; count is at most THETAS. tail is that of the last vector, 0 where it is full.
INLINE void NAME(interpolate_column)(T *const *rows, const T *thetas, size_t count, V column[][2], const int degree,
                                     const int vectors, size_t tail) {
    V terms[MOST_POWERS][2];
#pragma clang loop unroll(full)
    for (int p = 0; p <= degree; p++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) terms[p][v] = column[p][v];
    for (size_t i = 0; i < count; i++) {
        V t = NAME(splat)(thetas[i]), value[2];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) value[v] = terms[degree][v];
#pragma clang loop unroll(full)
        for (int p = degree - 1; p >= 0; p--)
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) value[v] = NAME(fma)(value[v], t, terms[p][v]);
        if (vectors == 2) NAME(store)(rows[i], value[0]);
        T *last = rows[i] + (vectors - 1) * WIDTH;
        if (tail)
            NAME(store_tail)(last, value[vectors - 1], tail);
        else
            NAME(store)(last, value[vectors - 1]);
    }
}

static void NAME(interpolate_columns)(T *const *rows, const T *thetas, size_t count, V column[][2], size_t degree,
                                      int vectors, size_t tail) {
#define CASE(degree_)                                                                                       \
    case degree_:                                                                                           \
        if (vectors == 1)                                                                                   \
            NAME(interpolate_column)(rows, thetas, count, column, degree_, 1, tail);                        \
        else                                                                                                \
            NAME(interpolate_column)(rows, thetas, count, column, degree_, 2, tail);                        \
        break;
    switch (degree) {
        CASE(3)
        CASE(4)
        CASE(7)
    default:
        // The powers beyond the degree are zero: they leave the same bits.
        if (vectors == 1)
            NAME(interpolate_column)(rows, thetas, count, column, MOST_POWERS - 1, 1, tail);
        else
            NAME(interpolate_column)(rows, thetas, count, column, MOST_POWERS - 1, 2, tail);
    }
#undef CASE
}

static size_t NAME(thetas)(T *thetas, size_t *indices, const double *times, const size_t *order, size_t begin,
                           size_t end, double start, double size) {
    size_t count = end - begin < THETAS ? end - begin : THETAS;
    for (size_t i = 0; i < count; i++) {
        size_t r = order ? order[begin + i] : begin + i;
        indices[i] = r;
        thetas[i] = (T)((times[r] - start) / size);
    }
    return count;
}

// Few components: a column would be laid out for one or two numbers. The same operations in the same order.
INLINE void NAME(interpolate_few_of)(T *rows, const T *thetas, const size_t *indices, size_t count,
                                     const void *const *blocks, const size_t degree, size_t components, size_t lanes,
                                     size_t lane) {
    for (size_t i = 0; i < count; i++) {
        T *row = rows + indices[i] * components, theta = thetas[i];
        for (size_t c = 0; c < components; c++) {
            size_t at = c * lanes + lane;
            T value = ((const T *)blocks[degree])[at];
#pragma clang loop unroll(full)
            for (size_t p = degree; p-- > 0;)
                value = __builtin_elementwise_fma(value, theta, ((const T *)blocks[p])[at]);
            row[c] = value;
        }
    }
}

// The rows of one lane at count thetas, at most THETAS.
INLINE void NAME(interpolate_lane)(T *rows, const T *thetas, const size_t *indices, size_t count,
                                   const void *const *blocks, size_t degree, size_t components, size_t lanes,
                                   size_t lane) {
    if (components <= 4) {
        if (degree == 4)
            NAME(interpolate_few_of)(rows, thetas, indices, count, blocks, 4, components, lanes, lane);
        else if (degree == 3)
            NAME(interpolate_few_of)(rows, thetas, indices, count, blocks, 3, components, lanes, lane);
        else
            NAME(interpolate_few_of)(rows, thetas, indices, count, blocks, degree, components, lanes, lane);
        return;
    }
    T *pointers[THETAS];
    for (size_t c = 0; c < components; c += 2 * WIDTH) {
        size_t n = components - c < 2 * WIDTH ? components - c : 2 * WIDTH;
        V column[MOST_POWERS][2];
        for (size_t p = 0; p < MOST_POWERS; p++) {
            if (p <= degree && n == 2 * WIDTH) continue;
            column[p][0] = NAME(splat)(0);
            column[p][1] = NAME(splat)(0);
        }
        for (size_t p = 0; p <= degree; p++)
            for (size_t j = 0; j < n; j++) ((T *)column[p])[j] = ((const T *)blocks[p])[(c + j) * lanes + lane];
        for (size_t i = 0; i < count; i++) pointers[i] = rows + indices[i] * components + c;
        NAME(interpolate_columns)(pointers, thetas, count, column, degree, n > WIDTH ? 2 : 1, n % WIDTH);
    }
}

static void NAME(interpolate)(void *rows, const double *times, const size_t *order, const size_t *first,
                              const size_t *last, const double *start, const double *size, const void *const *blocks,
                              size_t degree, size_t components, size_t lanes) {
    T thetas[THETAS];
    size_t indices[THETAS];
    for (size_t l = 0; l < lanes; l++)
        for (size_t begin = first[l]; begin < last[l]; begin += THETAS) {
            size_t count = NAME(thetas)(thetas, indices, times, order, begin, last[l], start[l], size[l]);
            NAME(interpolate_lane)(rows, thetas, indices, count, blocks, degree, components, lanes, l);
        }
}

// A few components of a full block: one due evaluation of every lane at a time, the lanes side by side. The same
// operations on the same numbers as one by one.
INLINE void NAME(interpolate_few_due)(T *rows, const double *times, const size_t *order, size_t *cursor,
                                      const size_t *end, double *next, const double *limit, const double *direction,
                                      const double *start, const double *size, const void *const *blocks,
                                      const size_t degree, size_t components) {
    for (;;) {
        size_t lanes[LODE_LANES], indices[LODE_LANES], count = 0;
        double distances[LODE_LANES] = {};
        for (size_t l = 0; l < LODE_LANES; l++) {
            lanes[count] = l;
            count += next[l] <= limit[l];
        }
        if (count == 0) return;
        for (size_t i = 0; i < count; i++) {
            size_t l = lanes[i], place = cursor[l]++, r = order ? order[place] : place;
            indices[i] = r;
            distances[l] = times[r] - start[l];
            next[l] = ++place < end[l] ? direction[l] * times[order ? order[place] : place] : __builtin_inf();
        }
        T thetas[LODE_LANES];
        // Lanes without a due evaluation may have a size of zero: what becomes of them is not looked at.
        for (size_t l = 0; l < LODE_LANES; l++) thetas[l] = (T)(distances[l] / size[l]);
        for (size_t c = 0; c < components; c++) {
            T values[LODE_LANES];
#pragma clang loop unroll(full)
            for (int v = 0; v < BLOCK_VECTORS; v++) {
                size_t at = c * LODE_LANES + (size_t)v * WIDTH;
                V theta = NAME(load)(thetas + v * WIDTH), value = NAME(load)((const T *)blocks[degree] + at);
#pragma clang loop unroll(full)
                for (size_t p = degree; p-- > 0;)
                    value = NAME(fma)(value, theta, NAME(load)((const T *)blocks[p] + at));
                NAME(store)(values + v * WIDTH, value);
            }
            for (size_t i = 0; i < count; i++) rows[indices[i] * components + c] = values[lanes[i]];
        }
    }
}

// One pass finds what is due and its thetas: two passes would guess every lane's count wrong twice.
static void NAME(interpolate_due)(void *rows, const double *times, const size_t *order, size_t *cursor,
                                  const size_t *end, double *next, const double *limit, const double *direction,
                                  const double *start, const double *size, const void *const *blocks, size_t degree,
                                  size_t components, size_t lanes) {
    if (components <= 4 && lanes == LODE_LANES && (degree == 4 || degree == 3)) {
        if (degree == 4)
            NAME(interpolate_few_due)(rows, times, order, cursor, end, next, limit, direction, start, size, blocks, 4,
                                      components);
        else
            NAME(interpolate_few_due)(rows, times, order, cursor, end, next, limit, direction, start, size, blocks, 3,
                                      components);
        return;
    }
    T thetas[THETAS];
    size_t indices[THETAS];
    for (size_t l = 0; l < lanes; l++) {
        size_t place = cursor[l];
        double time = next[l];
        while (time <= limit[l]) {
            size_t count = 0;
            do {
                size_t r = order ? order[place] : place;
                indices[count] = r;
                thetas[count++] = (T)((times[r] - start[l]) / size[l]);
                place++;
                time = place < end[l] ? direction[l] * times[order ? order[place] : place] : __builtin_inf();
            } while (time <= limit[l] && count < THETAS);
            NAME(interpolate_lane)(rows, thetas, indices, count, blocks, degree, components, lanes, l);
        }
        cursor[l] = place;
        next[l] = time;
    }
}

static void NAME(interpolate_vjp)(void *const *dblocks, const void *drows, const double *times, const size_t *order,
                                  const size_t *first, const size_t *last, const double *start, const double *size,
                                  size_t degree, size_t components, size_t lanes) {
    T thetas[THETAS];
    size_t indices[THETAS];
    for (size_t p = 0; p <= degree; p++) __builtin_memset(dblocks[p], 0, components * lanes * sizeof(T));
    for (size_t l = 0; l < lanes; l++)
        for (size_t begin = first[l]; begin < last[l]; begin += THETAS) {
            size_t count = NAME(thetas)(thetas, indices, times, order, begin, last[l], start[l], size[l]);
            for (size_t c = 0; c < components; c += WIDTH) {
                size_t n = components - c < WIDTH ? components - c : WIDTH;
                V sums[MOST_POWERS] = {};
                for (size_t i = 0; i < count; i++) {
                    const T *row = (const T *)drows + indices[i] * components + c;
                    V term = n < WIDTH ? NAME(load_tail)(row, n) : NAME(load)(row);
                    V theta = NAME(splat)(thetas[i]);
                    for (size_t p = 0; p <= degree; p++, term *= theta) sums[p] += term;
                }
                for (size_t p = 0; p <= degree; p++)
                    for (size_t j = 0; j < n; j++) ((T *)dblocks[p])[(c + j) * lanes + l] += ((T *)&sums[p])[j];
            }
        }
}
