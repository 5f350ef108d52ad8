// Parameters' cotangents of dense layers over a sequence of blocks, on vectors; contracts are in CLodeKernels.h.
//
// dweights[i][o] is a sum over lanes and blocks. The accumulators run along the lanes and stay in registers over all
// blocks, so that nothing is transposed and dweights is touched once; only at the end are their lanes summed up.

#define PAIR_ROWS (WIDTH == 16 ? 4 : 2)
#define PAIR_COLUMNS 4
// At least the 8 sums that hide the latency of the fused multiply-add, and a multiple of what a transposition takes.
#define PAIR_SUMS (PAIR_ROWS * PAIR_COLUMNS)

// out[j] = the sum over the lanes of sums[j].
INLINE void NAME(sum_lanes)(T *out, const V *sums, const int count) {
#pragma clang loop unroll(full)
    for (int j = 0; j < count; j += (int)WIDTH) {
        V rows[WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < (int)WIDTH; i++) rows[i] = sums[j + i];
        NAME(transpose)(rows);
        V total = rows[0];
#pragma clang loop unroll(full)
        for (int i = 1; i < (int)WIDTH; i++) total += rows[i];
        NAME(store)(out + j, total);
    }
}

// Rows i .. and columns o .. of dweights. Where the tile sticks out, its last row or column is computed again and dropped.
INLINE void NAME(pair_tile)(T *dweights, const T *in, size_t in_stride, const T *dpre, size_t dpre_stride, size_t i,
                            size_t o, size_t inputs, size_t outputs, size_t blocks) {
    size_t rows = inputs - i < PAIR_ROWS ? inputs - i : PAIR_ROWS;
    size_t columns = outputs - o < PAIR_COLUMNS ? outputs - o : PAIR_COLUMNS;
    const T *x[PAIR_ROWS], *d[PAIR_COLUMNS];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < PAIR_ROWS; r++) x[r] = in + (i + (r < rows ? r : rows - 1)) * LODE_LANES;
#pragma clang loop unroll(full)
    for (size_t c = 0; c < PAIR_COLUMNS; c++) d[c] = dpre + (o + (c < columns ? c : columns - 1)) * LODE_LANES;
    V sums[PAIR_SUMS] = {};
    for (size_t b = 0; b < blocks; b++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            V left[PAIR_ROWS];
#pragma clang loop unroll(full)
            for (int r = 0; r < PAIR_ROWS; r++) left[r] = NAME(load)(x[r] + b * in_stride + v * WIDTH);
#pragma clang loop unroll(full)
            for (int c = 0; c < PAIR_COLUMNS; c++) {
                V right = NAME(load)(d[c] + b * dpre_stride + v * WIDTH);
#pragma clang loop unroll(full)
                for (int r = 0; r < PAIR_ROWS; r++)
                    sums[r * PAIR_COLUMNS + c] = NAME(fma)(left[r], right, sums[r * PAIR_COLUMNS + c]);
            }
        }
    }
    T totals[PAIR_SUMS];
    NAME(sum_lanes)(totals, sums, PAIR_SUMS);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) dweights[(i + r) * outputs + o + c] += totals[r * PAIR_COLUMNS + c];
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
    for (size_t i = 0; i < inputs; i += PAIR_ROWS)
        for (size_t o = 0; o < outputs; o += PAIR_COLUMNS)
            NAME(pair_tile)(dweights, in, in_stride, dpre, dpre_stride, i, o, inputs, outputs, blocks);
}
