// Dense layers on vectors; contracts are in CLodeKernels.h.
//
// The product out[r][lane] = start + sum_k a[k, r] * x[k][lane] is computed in register tiles of TILE_ROWS rows by a
// whole block of lanes: TILE_ROWS * BLOCK_VECTORS accumulators hide the latency of the fused multiply-add (4 cycles,
// 2 ports) and, with the vectors of x and one broadcast, fit the register file (16 for AVX2, 32 for AVX-512).
// The sum over k runs in order in one accumulator, so that a row by row product (lanes = 1) gives the same bits.

#define BLOCK_VECTORS ((int)(LODE_LANES / WIDTH))
#define TILE_ROWS (VECTOR_BYTES == 64 ? 16 / BLOCK_VECTORS : 12 / BLOCK_VECTORS)

// One tile of `rows` rows; a[k, r] is at a[k * step_k + r * step_row].
INLINE void NAME(tile)(T *out, const T *a, size_t step_k, size_t step_row, const T *x, size_t depth, const T *bias,
                       int accumulate, const int rows) {
    V sums[16 / BLOCK_VECTORS][BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++)
            sums[r][v] = accumulate ? NAME(load)(out + r * LODE_LANES + v * WIDTH) : NAME(splat)(bias ? bias[r] : 0);
    for (size_t k = 0; k < depth; k++) {
        V lanes[BLOCK_VECTORS];
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) lanes[v] = NAME(load)(x + k * LODE_LANES + v * WIDTH);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            V factor = NAME(splat)(a[k * step_k + r * step_row]);
#pragma clang loop unroll(full)
            for (int v = 0; v < BLOCK_VECTORS; v++) sums[r][v] = NAME(fma)(factor, lanes[v], sums[r][v]);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < BLOCK_VECTORS; v++) NAME(store)(out + r * LODE_LANES + v * WIDTH, sums[r][v]);
}

static void NAME(block_product)(T *out, const T *a, size_t step_k, size_t step_row, const T *x, size_t depth,
                                size_t rows, const T *bias, int accumulate) {
    size_t r = 0;
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS)
        NAME(tile)(out + r * LODE_LANES, a + r * step_row, step_k, step_row, x, depth, bias ? bias + r : NULL,
                   accumulate, TILE_ROWS);
#define REMAINDER(count)                                                                                        \
    case count:                                                                                                 \
        NAME(tile)(out + r * LODE_LANES, a + r * step_row, step_k, step_row, x, depth, bias ? bias + r : NULL,  \
                   accumulate, count < TILE_ROWS ? count : 1);                                                  \
        break;
    switch (rows - r) {
        REMAINDER(1)
        REMAINDER(2)
        REMAINDER(3)
        REMAINDER(4)
        REMAINDER(5)
        REMAINDER(6)
        REMAINDER(7)
        REMAINDER(8)
        REMAINDER(9)
        REMAINDER(10)
        REMAINDER(11)
        REMAINDER(12)
        REMAINDER(13)
        REMAINDER(14)
        REMAINDER(15)
    default:
        break;
    }
#undef REMAINDER
}

// One lane: vectors run along the outputs, whose weights for one input lie side by side.
INLINE void NAME(vector_tile)(T *out, const T *weights, size_t outputs, const T *x, size_t inputs, const T *bias,
                              int accumulate, const int vectors, size_t tail) {
    V sums[8];
#define PART(function, pointer, v) \
    ((v) == vectors - 1 && tail ? NAME(function##_tail)((pointer) + (v)*WIDTH, tail) : NAME(function)((pointer) + (v)*WIDTH))
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
        sums[v] = accumulate ? PART(load, out, v) : bias ? PART(load, bias, v) : NAME(splat)(0);
    for (size_t i = 0; i < inputs; i++) {
        V factor = NAME(splat)(x[i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++)
            sums[v] = NAME(fma)(PART(load, weights + i * outputs, v), factor, sums[v]);
    }
#undef PART
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
        if (v == vectors - 1 && tail)
            NAME(store_tail)(out + v * WIDTH, sums[v], tail);
        else
            NAME(store)(out + v * WIDTH, sums[v]);
    }
}

static void NAME(vector_product)(T *out, const T *weights, const T *x, size_t inputs, size_t outputs, const T *bias,
                                 int accumulate) {
    size_t o = 0;
    while (o < outputs) {
        size_t left = outputs - o, vectors = (left + WIDTH - 1) / WIDTH;
        if (vectors > 8) vectors = 8;
        size_t tail = left < vectors * WIDTH ? left % WIDTH : 0;
        const T *b = bias ? bias + o : NULL;
#define CASE(count)                                                                                  \
    case count:                                                                                      \
        NAME(vector_tile)(out + o, weights + o, outputs, x, inputs, b, accumulate, count, tail);     \
        break;
        switch (vectors) {
            CASE(1)
            CASE(2)
            CASE(3)
            CASE(4)
            CASE(5)
            CASE(6)
            CASE(7)
            CASE(8)
        default:
            break;
        }
#undef CASE
        o += vectors * WIDTH;
    }
}

static void NAME(dense)(void *out, void *pre_, const void *in, const void *weights, const void *bias, size_t inputs,
                        size_t outputs, size_t lanes, lode_activation activation) {
    T *pre = pre_ ? pre_ : out;
    if (lanes == 1)
        NAME(vector_product)(pre, weights, in, inputs, outputs, bias, 0);
    else
        NAME(block_product)(pre, weights, outputs, 1, in, inputs, outputs, bias, 0);
    NAME(activate)(out, pre, outputs * lanes, activation);
}

static void NAME(dense_accumulate)(void *out, const void *in, const void *weights, size_t inputs, size_t outputs,
                                   size_t lanes) {
    if (lanes == 1)
        NAME(vector_product)(out, weights, in, inputs, outputs, NULL, 1);
    else
        NAME(block_product)(out, weights, outputs, 1, in, inputs, outputs, NULL, 1);
}

static void NAME(dense_vjp_input)(void *din, const void *dpre, const void *weights, size_t inputs, size_t outputs,
                                  int accumulate) {
    NAME(block_product)(din, weights, 1, outputs, dpre, outputs, inputs, NULL, accumulate);
}

// Interleaves the low, then the high halves of a and b.
#if VECTOR_BYTES == 64 && !LODE_IS_F64
#define LOW_PAIRS 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_PAIRS 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif VECTOR_BYTES == 64 || !LODE_IS_F64
#define LOW_PAIRS 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_PAIRS 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_PAIRS 0, 4, 1, 5
#define HIGH_PAIRS 2, 6, 3, 7
#endif

// Transposes WIDTH vectors: log2(WIDTH) times, row i is interleaved with row i + WIDTH / 2.
INLINE void NAME(transpose)(V rows[WIDTH]) {
#pragma clang loop unroll(full)
    for (int span = WIDTH; span > 1; span /= 2) {
        V next[WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < (int)WIDTH / 2; i++) {
            next[2 * i] = __builtin_shufflevector(rows[i], rows[i + WIDTH / 2], LOW_PAIRS);
            next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + WIDTH / 2], HIGH_PAIRS);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < (int)WIDTH; i++) rows[i] = next[i];
    }
}

// transposed[l * stride + o] = block[o][l] for o < outputs, 0 up to stride, which is a multiple of WIDTH.
static void NAME(transpose_block)(T *transposed, size_t stride, const T *block, size_t outputs) {
    for (size_t o = 0; o < stride; o += WIDTH)
        for (size_t l = 0; l < LODE_LANES; l += WIDTH) {
            V rows[WIDTH];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < WIDTH; i++)
                rows[i] = o + i < outputs ? NAME(load)(block + (o + i) * LODE_LANES + l) : NAME(splat)(0);
            NAME(transpose)(rows);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < WIDTH; i++) NAME(store)(transposed + (l + i) * stride + o, rows[i]);
        }
}

// Rows i .. i + rows of dweights, `vectors` vectors of outputs from o: the sum over lanes stays in registers.
INLINE void NAME(outer_tile)(T *dweights, size_t outputs, const T *in, const T *transposed, size_t stride,
                             const int rows, const int vectors, size_t tail) {
    V sums[8][4];
#define PART(pointer, v) \
    ((v) == vectors - 1 && tail ? NAME(load_tail)((pointer) + (v)*WIDTH, tail) : NAME(load)((pointer) + (v)*WIDTH))
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[r][v] = PART(dweights + r * outputs, v);
#pragma clang loop unroll_count(4)
    for (size_t l = 0; l < LODE_LANES; l++) {
        V d[4];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) d[v] = NAME(load)(transposed + l * stride + v * WIDTH);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            V factor = NAME(splat)(in[r * LODE_LANES + l]);
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) sums[r][v] = NAME(fma)(factor, d[v], sums[r][v]);
        }
    }
#undef PART
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            if (v == vectors - 1 && tail)
                NAME(store_tail)(dweights + r * outputs + v * WIDTH, sums[r][v], tail);
            else
                NAME(store)(dweights + r * outputs + v * WIDTH, sums[r][v]);
        }
}

#define OUTER_VECTORS (VECTOR_BYTES == 64 ? 4 : 2)

// Enough accumulators to hide the latency of the fused multiply-add, few enough for the register file.
#define OUTER_ROWS(vectors) ((vectors) == 1 ? 8 : (vectors) == 2 && VECTOR_BYTES == 64 ? 6 : 4)

INLINE void NAME(outer_columns)(T *dweights, size_t inputs, size_t outputs, const T *in, const T *transposed,
                                size_t stride, const int vectors, size_t tail) {
    size_t i = 0;
    for (; i + OUTER_ROWS(vectors) <= inputs; i += OUTER_ROWS(vectors))
        NAME(outer_tile)(dweights + i * outputs, outputs, in + i * LODE_LANES, transposed, stride, OUTER_ROWS(vectors),
                         vectors, tail);
    for (; i < inputs; i++)
        NAME(outer_tile)(dweights + i * outputs, outputs, in + i * LODE_LANES, transposed, stride, 1, vectors, tail);
}

static void NAME(dense_vjp_parameters)(void *dweights_, void *dbias_, const void *in_, const void *dpre_,
                                       size_t inputs, size_t outputs, void *scratch) {
    T *dweights = dweights_, *dbias = dbias_, *transposed = scratch;
    const T *in = in_, *dpre = dpre_;
    size_t stride = (outputs + WIDTH - 1) / WIDTH * WIDTH;
    NAME(transpose_block)(transposed, stride, dpre, outputs);
    if (dbias)
        for (size_t o = 0; o < outputs; o += WIDTH) {
            size_t n = outputs - o < WIDTH ? outputs - o : WIDTH;
            V sum = n == WIDTH ? NAME(load)(dbias + o) : NAME(load_tail)(dbias + o, n);
            for (size_t l = 0; l < LODE_LANES; l++) sum += NAME(load)(transposed + l * stride + o);
            if (n == WIDTH)
                NAME(store)(dbias + o, sum);
            else
                NAME(store_tail)(dbias + o, sum, n);
        }
    for (size_t o = 0; o < outputs; o += OUTER_VECTORS * WIDTH) {
        size_t left = outputs - o, vectors = (left + WIDTH - 1) / WIDTH;
        if (vectors > OUTER_VECTORS) vectors = OUTER_VECTORS;
        size_t tail = left < vectors * WIDTH ? left % WIDTH : 0;
        switch (vectors) {
        case 1:
            NAME(outer_columns)(dweights + o, inputs, outputs, in, transposed + o, stride, 1, tail);
            break;
        case 2:
            NAME(outer_columns)(dweights + o, inputs, outputs, in, transposed + o, stride, 2, tail);
            break;
#if VECTOR_BYTES == 64
        case 3:
            NAME(outer_columns)(dweights + o, inputs, outputs, in, transposed + o, stride, 3, tail);
            break;
        case 4:
            NAME(outer_columns)(dweights + o, inputs, outputs, in, transposed + o, stride, 4, tail);
            break;
#endif
        default:
            break;
        }
    }
}
