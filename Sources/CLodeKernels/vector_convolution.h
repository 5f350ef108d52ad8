// Convolutions and group norms over blocks of images, on vectors; contracts are in CLodeKernels.h.
//
// A convolution at one place is a dense layer over all channels for each tap, with vectors along the lanes: the same
// register tile as a dense layer, whose accumulators stay in registers over all taps. Taps that fall on the padding
// are left out, not multiplied by zero.

INLINE void NAME(convolution_tile)(T *out, size_t step_out, const T *a, size_t step_k, size_t step_row, const T *x,
                                   size_t step_x, size_t depth, const size_t *a_taps, const size_t *x_taps, size_t taps,
                                   const T *bias, int accumulate, const int rows) {
    V sums[16 / BLOCK_VECTORS][BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++)
            sums[r][v] = accumulate ? NAME(load)(out + r * step_out + v * WIDTH) : NAME(splat)(bias ? bias[r] : 0);
    for (size_t tap = 0; tap < taps; tap++) {
        const T *factors = a + a_taps[tap], *place = x + x_taps[tap];
        for (size_t k = 0; k < depth; k++) {
            V lanes[BLOCK_VECTORS];
#pragma clang loop unroll(full)
            for (int v = 0; v < BLOCK_VECTORS; v++) lanes[v] = NAME(load)(place + k * step_x + v * WIDTH);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                V factor = NAME(splat)(factors[k * step_k + r * step_row]);
#pragma clang loop unroll(full)
                for (int v = 0; v < BLOCK_VECTORS; v++) sums[r][v] = NAME(fma)(factor, lanes[v], sums[r][v]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) NAME(store)(out + r * step_out + v * WIDTH, sums[r][v]);
}

// All rows at one place.
static void NAME(convolution_place)(T *out, size_t step_out, const T *a, size_t step_k, size_t step_row, const T *x,
                                    size_t step_x, size_t depth, const size_t *a_taps, const size_t *x_taps,
                                    size_t taps, const T *bias, int accumulate, size_t first, size_t rows) {
#define TILE(count)                                                                                               \
    NAME(convolution_tile)(out + first * step_out, step_out, a + first * step_row, step_k, step_row, x, step_x,   \
                           depth, a_taps, x_taps, taps, bias ? bias + first : NULL, accumulate, count)
    switch (rows) {
    case TILE_ROWS:
        TILE(TILE_ROWS);
        break;
    default:
        // Remainders in fours and ones: they are few, and every width would be code of its own.
        for (; rows >= 4; rows -= 4, first += 4) TILE(4);
        for (; rows > 0; rows--, first++) TILE(1);
    }
#undef TILE
}

static void NAME(convolution)(void *out_, const void *in_, const void *weights, const void *bias,
                              const lode_convolution *shape) {
    T *out = out_;
    const T *in = in_;
    const size_t rows = lode_convolution_extent(shape, shape->height), columns = lode_convolution_extent(shape, shape->width);
    size_t a_taps[LODE_MOST_TAPS], x_taps[LODE_MOST_TAPS];
    for (size_t first = 0; first < shape->outputs; first += TILE_ROWS) {
        const size_t left = shape->outputs - first, count = left < (size_t)TILE_ROWS ? left : (size_t)TILE_ROWS;
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++) {
                const size_t taps = lode_taps_of_output(shape, y, x, a_taps, x_taps);
                NAME(convolution_place)(out + (y * columns + x) * LODE_LANES, rows * columns * LODE_LANES, weights,
                                        shape->outputs, 1, in, shape->height * shape->width * LODE_LANES, shape->inputs,
                                        a_taps, x_taps, taps, bias, 0, first, count);
            }
    }
}

static void NAME(convolution_vjp_input)(void *din_, const void *dout, const void *weights,
                                        const lode_convolution *shape, int accumulate) {
    T *din = din_;
    const size_t places = lode_convolution_extent(shape, shape->height) * lode_convolution_extent(shape, shape->width);
    size_t a_taps[LODE_MOST_TAPS], x_taps[LODE_MOST_TAPS];
    for (size_t first = 0; first < shape->inputs; first += TILE_ROWS) {
        const size_t left = shape->inputs - first, count = left < (size_t)TILE_ROWS ? left : (size_t)TILE_ROWS;
        for (size_t y = 0; y < shape->height; y++)
            for (size_t x = 0; x < shape->width; x++) {
                const size_t taps = lode_taps_of_input(shape, y, x, a_taps, x_taps);
                NAME(convolution_place)(din + (y * shape->width + x) * LODE_LANES,
                                        shape->height * shape->width * LODE_LANES, weights, 1, shape->outputs, dout,
                                        places * LODE_LANES, shape->outputs, a_taps, x_taps, taps, NULL, accumulate, first,
                                        count);
            }
    }
}

// Rows of inputs and columns of outputs of a tile of weights; together a multiple of WIDTH accumulators.
#define WEIGHT_ROWS (WIDTH == 16 ? 4 : 2)
#define WEIGHT_COLUMNS 4

// The sums of the elements of `WIDTH` vectors, in their order.
INLINE V NAME(sums_of)(V *rows) {
    V sums[WIDTH];
#pragma clang loop unroll(full)
    for (int i = 0; i < (int)WIDTH; i++) sums[i] = rows[i];
#pragma clang loop unroll(full)
    for (int half = WIDTH / 2; half > 0; half /= 2)
#pragma clang loop unroll(full)
        for (int i = 0; i < half; i++)
            sums[i] = __builtin_shufflevector(sums[i], sums[i + half], LOW_PAIRS) +
                      __builtin_shufflevector(sums[i], sums[i + half], HIGH_PAIRS);
    return sums[0];
}

static void NAME(convolution_vjp_parameters)(void *dweights_, void *dbias_, const void *in_, const void *dout_,
                                             const lode_convolution *shape) {
    T *dweights = dweights_, *dbias = dbias_;
    const T *in = in_, *dout = dout_;
    const size_t rows = lode_convolution_extent(shape, shape->height), columns = lode_convolution_extent(shape, shape->width);
    const size_t in_step = shape->height * shape->width * LODE_LANES, out_step = rows * columns * LODE_LANES;
    if (dbias)
        for (size_t o = 0; o < shape->outputs; o++) {
            V sum = NAME(splat)(0);
            for (size_t i = 0; i < out_step; i += WIDTH) sum += NAME(load)(dout + o * out_step + i);
            T total = 0;
            for (size_t i = 0; i < WIDTH; i++) total += sum[i];
            dbias[o] += total;
        }
    for (size_t c = 0; c < shape->inputs; c += WEIGHT_ROWS) {
        const T *ins[WEIGHT_ROWS];
        // Beyond the end the last row is computed again and not stored.
        for (size_t r = 0; r < WEIGHT_ROWS; r++) ins[r] = in + (c + r < shape->inputs ? c + r : shape->inputs - 1) * in_step;
        for (size_t o = 0; o < shape->outputs; o += WEIGHT_COLUMNS) {
            const T *outs[WEIGHT_COLUMNS];
            for (size_t q = 0; q < WEIGHT_COLUMNS; q++)
                outs[q] = dout + (o + q < shape->outputs ? o + q : shape->outputs - 1) * out_step;
            for (size_t ky = 0; ky < shape->kernel; ky++)
                for (size_t kx = 0; kx < shape->kernel; kx++) {
                    size_t y0, y1, x0, x1;
                    lode_outputs_of_tap(shape, ky, shape->height, rows, &y0, &y1);
                    lode_outputs_of_tap(shape, kx, shape->width, columns, &x0, &x1);
                    V sums[WEIGHT_ROWS * WEIGHT_COLUMNS];
#pragma clang loop unroll(full)
                    for (int i = 0; i < WEIGHT_ROWS * WEIGHT_COLUMNS; i++) sums[i] = NAME(splat)(0);
                    for (size_t y = y0; y < y1; y++) {
                        size_t from = ((y * shape->stride + ky - shape->padding) * shape->width + x0 * shape->stride + kx -
                                       shape->padding) * LODE_LANES;
                        size_t to = (y * columns + x0) * LODE_LANES;
                        for (size_t x = x0; x < x1; x++, from += shape->stride * LODE_LANES, to += LODE_LANES)
#pragma clang loop unroll(full)
                            for (int v = 0; v < BLOCK_VECTORS; v++) {
                                V d[WEIGHT_COLUMNS];
#pragma clang loop unroll(full)
                                for (int q = 0; q < WEIGHT_COLUMNS; q++) d[q] = NAME(load)(outs[q] + to + v * WIDTH);
#pragma clang loop unroll(full)
                                for (int r = 0; r < WEIGHT_ROWS; r++) {
                                    V a = NAME(load)(ins[r] + from + v * WIDTH);
#pragma clang loop unroll(full)
                                    for (int q = 0; q < WEIGHT_COLUMNS; q++)
                                        sums[r * WEIGHT_COLUMNS + q] = NAME(fma)(a, d[q], sums[r * WEIGHT_COLUMNS + q]);
                                }
                            }
                    }
                    T *target = dweights + ((ky * shape->kernel + kx) * shape->inputs + c) * shape->outputs + o;
#pragma clang loop unroll(full)
                    for (int i = 0; i < WEIGHT_ROWS * WEIGHT_COLUMNS; i += WIDTH) {
                        V totals = NAME(sums_of)(sums + i);
                        for (int j = 0; j < (int)WIDTH; j++) {
                            const size_t r = (i + j) / WEIGHT_COLUMNS, q = (i + j) % WEIGHT_COLUMNS;
                            if (c + r < shape->inputs && o + q < shape->outputs) target[r * shape->outputs + q] += totals[j];
                        }
                    }
                }
        }
    }
}

static void NAME(group_norm)(void *out_, void *statistics_, const void *in_, const void *scale, const void *shift,
                             size_t channels, size_t groups, size_t places, double epsilon) {
    T *out = out_, *statistics = statistics_;
    const T *in = in_;
    const size_t each = channels / groups, count = each * places;
    for (size_t g = 0; g < groups; g++) {
        const T *x = in + g * count * LODE_LANES;
        T *mean = statistics + g * LODE_LANES, *inverse = statistics + (groups + g) * LODE_LANES;
        for (size_t v = 0; v < LODE_LANES; v += WIDTH) {
            // Four sums side by side hide the latency of additions.
            V sums[4] = {{0}, {0}, {0}, {0}}, squares[4] = {{0}, {0}, {0}, {0}};
            for (size_t i = 0; i < count; i++) sums[i % 4] += NAME(load)(x + i * LODE_LANES + v);
            V m = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / NAME(splat)((T)count);
            for (size_t i = 0; i < count; i++) {
                V d = NAME(load)(x + i * LODE_LANES + v) - m;
                squares[i % 4] = NAME(fma)(d, d, squares[i % 4]);
            }
            V variance = ((squares[0] + squares[1]) + (squares[2] + squares[3])) / NAME(splat)((T)count);
            V r;
            for (size_t l = 0; l < WIDTH; l++) r[l] = 1 / MATH(__builtin_sqrt)(variance[l] + (T)epsilon);
            NAME(store)(mean + v, m);
            NAME(store)(inverse + v, r);
            for (size_t c = 0; c < each; c++) {
                V factor = r * NAME(splat)(((const T *)scale)[g * each + c]), add = NAME(splat)(((const T *)shift)[g * each + c]);
                const size_t start = c * places * LODE_LANES + v;
                T *y = out + g * count * LODE_LANES + start;
                for (size_t i = 0; i < places * LODE_LANES; i += LODE_LANES)
                    NAME(store)(y + i, NAME(fma)(NAME(load)(x + start + i) - m, factor, add));
            }
        }
    }
}

static void NAME(group_norm_vjp)(void *din_, void *dscale_, void *dshift_, const void *dout_, const void *in_,
                                 const void *statistics_, const void *scale_, size_t channels, size_t groups,
                                 size_t places) {
    T *din = din_, *dscale = dscale_, *dshift = dshift_;
    const T *dout = dout_, *in = in_, *statistics = statistics_, *scale = scale_;
    const size_t each = channels / groups, count = each * places;
    for (size_t g = 0; g < groups; g++) {
        V first[BLOCK_VECTORS], second[BLOCK_VECTORS];
        for (int v = 0; v < BLOCK_VECTORS; v++) first[v] = second[v] = NAME(splat)(0);
        const T *mean = statistics + g * LODE_LANES, *inverse = statistics + (groups + g) * LODE_LANES;
        for (size_t c = g * each; c < (g + 1) * each; c++) {
            V all_shift = NAME(splat)(0), all_scale = NAME(splat)(0);
            for (int v = 0; v < BLOCK_VECTORS; v++) {
                V m = NAME(load)(mean + v * WIDTH), r = NAME(load)(inverse + v * WIDTH);
                V shifts[4] = {{0}, {0}, {0}, {0}}, scales[4] = {{0}, {0}, {0}, {0}};
                for (size_t i = 0; i < places; i++) {
                    const size_t at = (c * places + i) * LODE_LANES + v * WIDTH;
                    V d = NAME(load)(dout + at);
                    shifts[i % 4] += d;
                    scales[i % 4] = NAME(fma)(d, NAME(load)(in + at) - m, scales[i % 4]);
                }
                V shift = (shifts[0] + shifts[1]) + (shifts[2] + shifts[3]);
                V weighted = ((scales[0] + scales[1]) + (scales[2] + scales[3])) * r;
                first[v] = NAME(fma)(shift, NAME(splat)(scale[c]), first[v]);
                second[v] = NAME(fma)(weighted, NAME(splat)(scale[c]), second[v]);
                all_shift += shift;
                all_scale += weighted;
            }
            if (dscale) {
                T total_shift = 0, total_scale = 0;
                for (size_t l = 0; l < WIDTH; l++) {
                    total_shift += all_shift[l];
                    total_scale += all_scale[l];
                }
                dshift[c] += total_shift;
                dscale[c] += total_scale;
            }
        }
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            V m = NAME(load)(mean + v * WIDTH), r = NAME(load)(inverse + v * WIDTH);
            V a = first[v] / NAME(splat)((T)count), b = second[v] / NAME(splat)((T)count) * r;
            for (size_t c = g * each; c < (g + 1) * each; c++) {
                V factor = NAME(splat)(scale[c]);
                for (size_t i = 0; i < places; i++) {
                    const size_t at = (c * places + i) * LODE_LANES + v * WIDTH;
                    V rest = NAME(fma)(NAME(load)(in + at) - m, b, a);
                    NAME(store)(din + at, r * (NAME(load)(dout + at) * factor - rest));
                }
            }
        }
    }
}
