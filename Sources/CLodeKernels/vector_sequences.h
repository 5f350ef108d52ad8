// Parameters' cotangents of dense layers over a sequence of blocks, on vectors; contracts are in CLodeKernels.h.
//
// dweights[i][o] is a sum over lanes and blocks. The accumulators run along the lanes and stay in registers over all
// blocks, so that nothing is transposed and dweights is touched once; only at the end are their lanes summed up.

#define WIDTH_IS_16 (VECTOR_BYTES == 64 && !LODE_IS_F64)
#define PAIR_ROWS (WIDTH_IS_16 ? 4 : 2)
#define PAIR_COLUMNS 4
// At least the 8 sums that hide the latency of the fused multiply-add, and a multiple of what a transposition takes.
#define PAIR_SUMS (PAIR_ROWS * PAIR_COLUMNS)

// out[j] = the sum over the lanes of sums[j]: vectors are added up in pairs, lane by lane of both in turn.
INLINE void NAME(sum_lanes)(T *out, const V *sums, const int count) {
#pragma clang loop unroll(full)
    for (int j = 0; j < count; j += (int)WIDTH) {
        V rows[WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < (int)WIDTH; i++) rows[i] = sums[j + i];
#pragma clang loop unroll(full)
        for (int half = (int)WIDTH / 2; half > 0; half /= 2)
#pragma clang loop unroll(full)
            for (int i = 0; i < half; i++)
                rows[i] = __builtin_shufflevector(rows[i], rows[i + half], LOW_PAIRS) +
                          __builtin_shufflevector(rows[i], rows[i + half], HIGH_PAIRS);
        NAME(store)(out + j, rows[0]);
    }
}

// Rows i .. i + rows and columns o .. o + columns of dweights, at most PAIR_ROWS and PAIR_COLUMNS of them.
INLINE void NAME(pair_tile)(T *dweights, const T *in, size_t in_stride, const T *dpre, size_t dpre_stride, size_t i,
                            size_t o, size_t outputs, size_t blocks, const int rows, const int columns) {
    const T *x = in + i * LODE_LANES, *d = dpre + o * LODE_LANES;
    V sums[PAIR_SUMS] = {};
    for (size_t b = 0; b < blocks; b++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            V left[PAIR_ROWS];
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) left[r] = NAME(load)(x + b * in_stride + r * LODE_LANES + v * WIDTH);
#pragma clang loop unroll(full)
            for (int c = 0; c < columns; c++) {
                V right = NAME(load)(d + b * dpre_stride + c * LODE_LANES + v * WIDTH);
#pragma clang loop unroll(full)
                for (int r = 0; r < rows; r++)
                    sums[r * PAIR_COLUMNS + c] = NAME(fma)(left[r], right, sums[r * PAIR_COLUMNS + c]);
            }
        }
    }
    T totals[PAIR_SUMS];
    NAME(sum_lanes)(totals, sums, PAIR_SUMS);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int c = 0; c < columns; c++)
            dweights[(i + (size_t)r) * outputs + o + (size_t)c] += totals[r * PAIR_COLUMNS + c];
}

// All columns of some rows; those beyond whole tiles have tiles of their own width.
INLINE void NAME(pair_rows)(T *dweights, const T *in, size_t in_stride, const T *dpre, size_t dpre_stride, size_t i,
                            size_t outputs, size_t blocks, const int rows) {
    size_t o = 0;
    for (; o + PAIR_COLUMNS <= outputs; o += PAIR_COLUMNS)
        NAME(pair_tile)(dweights, in, in_stride, dpre, dpre_stride, i, o, outputs, blocks, rows, PAIR_COLUMNS);
    switch (outputs - o) {
    case 1:
        NAME(pair_tile)(dweights, in, in_stride, dpre, dpre_stride, i, o, outputs, blocks, rows, 1);
        break;
    case 2:
        NAME(pair_tile)(dweights, in, in_stride, dpre, dpre_stride, i, o, outputs, blocks, rows, 2);
        break;
    case 3:
        NAME(pair_tile)(dweights, in, in_stride, dpre, dpre_stride, i, o, outputs, blocks, rows, 3);
        break;
    default:
        break;
    }
}

static void NAME(dense_vjp_sequence)(void *dweights, void *dbias_, const void *in, size_t in_stride, const void *dpre_,
                                     size_t dpre_stride, size_t inputs, size_t outputs, size_t blocks) {
    T *dbias = dbias_;
    const T *dpre = dpre_;
    if (dbias)
        for (size_t o = 0; o < outputs; o += WIDTH) {
            size_t count = outputs - o < WIDTH ? outputs - o : WIDTH;
            V sums[WIDTH] = {};
            for (size_t b = 0; b < blocks; b++)
                for (size_t j = 0; j < count; j++)
#pragma clang loop unroll(full)
                    for (int v = 0; v < BLOCK_VECTORS; v++)
                        sums[j] += NAME(load)(dpre + b * dpre_stride + (o + j) * LODE_LANES + v * WIDTH);
            T totals[WIDTH];
            NAME(sum_lanes)(totals, sums, WIDTH);
            for (size_t j = 0; j < count; j++) dbias[o + j] += totals[j];
        }
    // The rows' inputs stay in the first cache over all columns.
    size_t i = 0;
    for (; i + PAIR_ROWS <= inputs; i += PAIR_ROWS)
        NAME(pair_rows)(dweights, in, in_stride, dpre, dpre_stride, i, outputs, blocks, PAIR_ROWS);
    switch (inputs - i) {
    case 1:
        NAME(pair_rows)(dweights, in, in_stride, dpre, dpre_stride, i, outputs, blocks, 1);
        break;
#if WIDTH_IS_16
    case 2:
        NAME(pair_rows)(dweights, in, in_stride, dpre, dpre_stride, i, outputs, blocks, 2);
        break;
    case 3:
        NAME(pair_rows)(dweights, in, in_stride, dpre, dpre_stride, i, outputs, blocks, 3);
        break;
#endif
    default:
        break;
    }
}
