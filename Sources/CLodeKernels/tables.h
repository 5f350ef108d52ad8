// The tables that dispatch.c chooses from. Grammar of names: lode_<element>_<operation>_<instruction set>.

#ifndef LODE_TABLES_H
#define LODE_TABLES_H

#include "CLodeKernels.h"

extern const lode_kernels lode_f32_table_scalar, lode_f64_table_scalar;
#if defined(__x86_64__)
extern const lode_kernels lode_f32_table_avx2, lode_f64_table_avx2;
extern const lode_kernels lode_f32_table_avx512, lode_f64_table_avx512;
#endif

// How the quantile of a mixture is sought. Halley's method is of third order: a step of 10^-3 of the narrowest component's
// scale leaves an error of some 10^-9 of it.
#define MOST_QUANTILE_STEPS 200
#define LAST_HALLEY_STEP 1e-3
#define LAST_BISECTION 1e-7

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
        .dense_vjp_parameters = NAME(dense_vjp_parameters), .dense_vjp_sequence = NAME(dense_vjp_sequence), .gru = NAME(gru), .gru_vjp = NAME(gru_vjp),               \
        .combine = NAME(combine), .error_norm = NAME(error_norm), .gather_rows = NAME(gather_rows),                   \
        .narrow = NAME(narrow), .widen = NAME(widen), .combine_lanes = NAME(combine_lanes), .merge_lanes = NAME(merge_lanes), .set_lane = NAME(set_lane),                         \
        .get_lane = NAME(get_lane),                                                                                   \
        .scatter_rows = NAME(scatter_rows), .interpolate = NAME(interpolate), .interpolate_due = NAME(interpolate_due), .interpolate_vjp = NAME(interpolate_vjp), .polynomial = NAME(polynomial), .polynomial_vjp = NAME(polynomial_vjp),   \
        .mixture_moments = NAME(mixture_moments), .mixture_quantile = NAME(mixture_quantile),                         \
        .adam = NAME(adam),                                                                                           \
    }

#endif
