// The tables that dispatch.c chooses from. Grammar of names: lode_<element>_<operation>_<instruction set>.

#ifndef LODE_TABLES_H
#define LODE_TABLES_H

#include "CLodeKernels.h"

extern const lode_kernels lode_f32_table_scalar, lode_f64_table_scalar;
extern const lode_kernels lode_f32_table_scalar_half, lode_f64_table_scalar_half;
#if defined(__x86_64__)
extern const lode_kernels lode_f32_table_avx2, lode_f64_table_avx2;
extern const lode_kernels lode_f32_table_avx2_half, lode_f64_table_avx2_half;
extern const lode_kernels lode_f32_table_avx512, lode_f64_table_avx512;
#endif

// How the quantile of a mixture is sought. Halley's method is of third order: a step of 10^-3 of the narrowest component's
// scale leaves an error of some 10^-9 of it.
#define MOST_QUANTILE_STEPS 200
#define LAST_HALLEY_STEP 1e-3
#define LAST_BISECTION 1e-7

// The most taps of a convolution.
#define LODE_MOST_TAPS (LODE_MOST_KERNEL * LODE_MOST_KERNEL)

// Rows or columns of the output.
static inline size_t lode_convolution_extent(const lode_convolution *shape, size_t input) {
    return (input + 2 * shape->padding - shape->kernel) / shape->stride + 1;
}

// The range of output rows (columns) whose tap k lies within the input's extent.
static inline void lode_outputs_of_tap(const lode_convolution *shape, size_t k, size_t input, size_t output,
                                       size_t *first, size_t *end) {
    *first = k < shape->padding ? (shape->padding - k + shape->stride - 1) / shape->stride : 0;
    // The last o with o * stride + k - padding <= input - 1.
    size_t last = input + shape->padding > k ? (input + shape->padding - k - 1) / shape->stride + 1 : 0;
    *end = last < output ? last : output;
    if (*first > *end) *first = *end;
}

// Where the taps of the output at (y, x) find their weights and, in elements of a block, their inputs.
static inline size_t lode_taps_of_output(const lode_convolution *shape, size_t y, size_t x, size_t *weights,
                                         size_t *places) {
    size_t count = 0;
    for (size_t i = 0; i < shape->kernel; i++) {
        size_t row = y * shape->stride + i - shape->padding;
        // Above the first row the difference wraps around to a number larger than any height.
        if (row >= shape->height) continue;
        for (size_t j = 0; j < shape->kernel; j++) {
            size_t column = x * shape->stride + j - shape->padding;
            if (column >= shape->width) continue;
            weights[count] = (i * shape->kernel + j) * shape->inputs * shape->outputs;
            places[count++] = (row * shape->width + column) * LODE_LANES;
        }
    }
    return count;
}

// Where the taps that read the input at (y, x) find their weights and their outputs.
static inline size_t lode_taps_of_input(const lode_convolution *shape, size_t y, size_t x, size_t *weights,
                                        size_t *places) {
    const size_t rows = lode_convolution_extent(shape, shape->height);
    const size_t columns = lode_convolution_extent(shape, shape->width);
    size_t count = 0;
    for (size_t i = 0; i < shape->kernel; i++) {
        if (y + shape->padding < i || (y + shape->padding - i) % shape->stride) continue;
        size_t row = (y + shape->padding - i) / shape->stride;
        if (row >= rows) continue;
        for (size_t j = 0; j < shape->kernel; j++) {
            if (x + shape->padding < j || (x + shape->padding - j) % shape->stride) continue;
            size_t column = (x + shape->padding - j) / shape->stride;
            if (column >= columns) continue;
            weights[count] = (i * shape->kernel + j) * shape->inputs * shape->outputs;
            places[count++] = (row * columns + column) * LODE_LANES;
        }
    }
    return count;
}

// Names of a template: NAME(dense) is lode_f32_dense_avx2 where ELEMENT is f32 and ISA is avx2.
#define LODE_PASTE(element, operation, isa) lode_##element##_##operation##_##isa
#define LODE_PASTE_EXPANDED(element, operation, isa) LODE_PASTE(element, operation, isa)
#define NAME(operation) LODE_PASTE_EXPANDED(ELEMENT, operation, ISA)

// The one list of a table's members, in the order of lode_kernels.
#define LODE_TABLE                                                                                                    \
    {                                                                                                                 \
        .exp = NAME(exp), .log = NAME(log), .activate = NAME(activate), .activate_vjp = NAME(activate_vjp),           \
        .add_scaled = NAME(add_scaled), .sum_of_squares = NAME(sum_of_squares), .dense = NAME(dense),                 \
        .dense_accumulate = NAME(dense_accumulate), .dense_vjp_input = NAME(dense_vjp_input),                         \
        .dense_vjp_parameters = NAME(dense_vjp_parameters), .dense_vjp_sequence = NAME(dense_vjp_sequence),                 \
        .convolution = NAME(convolution),                         \
        .convolution_vjp_input = NAME(convolution_vjp_input),                                                         \
        .convolution_vjp_parameters = NAME(convolution_vjp_parameters), .group_norm = NAME(group_norm),               \
        .group_norm_vjp = NAME(group_norm_vjp), .gru = NAME(gru), .gru_vjp = NAME(gru_vjp),               \
        .combine = NAME(combine), .error_norm = NAME(error_norm), .gather_rows = NAME(gather_rows),                   \
        .narrow = NAME(narrow), .widen = NAME(widen), .combine_lanes = NAME(combine_lanes), .merge_lanes = NAME(merge_lanes), .choose_steps = NAME(choose_steps), .stage_times = NAME(stage_times), .decide_steps = NAME(decide_steps), .set_lane = NAME(set_lane),                         \
        .get_lane = NAME(get_lane),                                                                                   \
        .scatter_rows = NAME(scatter_rows), .interpolate = NAME(interpolate), .interpolate_due = NAME(interpolate_due), .interpolate_vjp = NAME(interpolate_vjp), .polynomial = NAME(polynomial), .polynomial_vjp = NAME(polynomial_vjp),   \
        .mixture_moments = NAME(mixture_moments), .mixture_quantile = NAME(mixture_quantile),                         \
        .adam = NAME(adam),                                                                                           \
    }

#endif
