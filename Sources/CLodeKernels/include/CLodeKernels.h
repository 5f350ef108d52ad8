// Numerical kernels over blocks of lanes, for Float32 and Float64, chosen at run time for the machine.
//
// Legend
//   T        float or double: the element type of the table a function was taken from.
//   lanes    1 or LODE_LANES. A block `[rows][lanes]` holds component r of lane l at r * lanes + l. The tables of half blocks
//            have LODE_HALF_LANES wherever this says LODE_LANES.
//   n        any length from 0; tails are computed exactly and nothing beyond the end is read or written.
// Contract of every function
//   - `void *` points to T. Pointers need only T's own alignment; 64-byte alignment is faster.
//   - Output arrays do not overlap inputs unless the comment allows it.
//   - No allocation, no state, no errors. NaN and infinity propagate as in the formula.
//   - A lane's result depends on that lane's input alone and is, bit for bit, the same for lanes = 1 and for any
//     position in a block. Different instruction sets round differently (they fuse multiply and add).
// `lode_f32_kernels(LODE_ISA_SCALAR)` is the definition; the other tables are tested against it.

#ifndef CLODEKERNELS_H
#define CLODEKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Lanes of a full and of a half block.
#define LODE_LANES 16
#define LODE_HALF_LANES 8

typedef enum lode_isa {
    LODE_ISA_SCALAR = 0,
    LODE_ISA_AVX2 = 1,    // AVX2 and FMA
    LODE_ISA_AVX512 = 2,  // AVX-512 F, DQ and VL
} lode_isa;

typedef enum lode_activation {
    LODE_IDENTITY = 0,
    LODE_TANH = 1,
    LODE_SIGMOID = 2,   // 1 / (1 + exp(-x))
    LODE_SOFTPLUS = 3,  // log(1 + exp(x))
    LODE_RELU = 4,
    LODE_SILU = 5,      // x / (1 + exp(-x))
} lode_activation;

/// A convolution of square kernels over images in blocks [channels][height][width][LODE_LANES], a lane each.
///
/// With H = height + 2 padding - kernel >= 0, the output has H / stride + 1 rows, and columns by the same rule. The padding
/// is zero. kernel is from 1 to LODE_MOST_KERNEL, stride at least 1.
typedef struct lode_convolution {
    size_t inputs, outputs;  // channels
    size_t height, width;    // of the input
    size_t kernel, stride, padding;
} lode_convolution;

/// The largest side of a kernel.
#define LODE_MOST_KERNEL 8

/// What decisions about the steps of n lanes read and write, T[n] each, and their bounds.
typedef struct lode_step_decision {
    /// The squared error's sum or maximum; the signed size and the ends of the attempt; where the trajectory ends.
    const void *norm, *attempted, *time, *new_time, *end_time;
    /// What logarithms of errors are multiplied by for the order of the lane; 1 or -1, the direction of time; 1 where the lane
    /// is active; the smallest size, but for the rounding of the time.
    const void *exponent_scale, *direction, *active, *smallest_size;
    /// 1 where the attempt was accepted, else 0.
    void *accepted;
    /// 1 where the lane's last attempt was rejected: read, then written.
    void *rejected;
    /// The sizes to try next, signed.
    void *proposed;
    /// The smallest sizes, with the rounding of the time.
    void *smallest;
    /// The logarithms of this squared error and of the last two accepted ones; the factors before their bounds.
    void *log_error, *last_log_error, *log_error_before, *factor;
    /// How many attempts of the trajectory were accepted and rejected.
    size_t *accepted_count, *rejected_count;
    /// Exponents of the three errors, the latest first, and the logarithm of the safety factor.
    double gains[3], log_safety;
    /// Factors between attempts: least and most, and the most after a rejection.
    double norm_scale, least_factor, most_factor, safety, largest_step;
    /// A trajectory with so many attempts ends.
    size_t most_attempts;
} lode_step_decision;

typedef struct lode_kernels {
    // ---- Elementwise ----------------------------------------------------------------------------------------------

    /// out[i] = exp(in[i]). May work in place.
    void (*exp)(void *out, const void *in, size_t n);
    /// out[i] = log(in[i]); -inf at 0, NaN below. May work in place.
    void (*log)(void *out, const void *in, size_t n);
    /// out[i] = activation(pre[i]). May work in place.
    void (*activate)(void *out, const void *pre, size_t n, lode_activation activation);
    /// dpre[i] = dout[i] * activation'(pre[i]), given pre and out = activation(pre). dpre may be dout.
    /// Only LODE_SILU reads pre, which may be NULL for the others.
    void (*activate_vjp)(void *dpre, const void *dout, const void *pre, const void *out, size_t n,
                         lode_activation activation);
    /// out[i] += scale * in[i].
    void (*add_scaled)(void *out, const void *in, double scale, size_t n);
    /// Sum of in[i]^2, accumulated in double.
    double (*sum_of_squares)(const void *in, size_t n);

    // ---- Dense layers; weights are [inputs][outputs] ------------------------------------------------------------

    /// pre = bias + transpose(weights) * in, out = activation(pre), for blocks in [inputs][lanes], out [outputs][lanes].
    /// bias may be NULL (zero). pre may be NULL or out where nobody needs it.
    void (*dense)(void *out, void *pre, const void *in, const void *weights, const void *bias, size_t inputs,
                  size_t outputs, size_t lanes, lode_activation activation);
    /// out += transpose(weights) * in.
    void (*dense_accumulate)(void *out, const void *in, const void *weights, size_t inputs, size_t outputs,
                             size_t lanes);
    /// din (+)= weights * dpre, for full blocks (LODE_LANES); adds to din where accumulate is not 0.
    void (*dense_vjp_input)(void *din, const void *dpre, const void *weights, size_t inputs, size_t outputs,
                            int accumulate);
    /// dweights += in * transpose(dpre), dbias += sum over lanes of dpre, for full blocks; dbias may be NULL.
    /// scratch holds LODE_LANES * (outputs rounded up to a multiple of LODE_LANES) elements.
    void (*dense_vjp_parameters)(void *dweights, void *dbias, const void *in, const void *dpre, size_t inputs,
                                 size_t outputs, void *scratch);
    /// The same summed over `blocks` pairs of full blocks: the inputs of pair b begin at in + b * in_stride, the
    /// cotangents at dpre + b * dpre_stride; strides count elements. Sums in another order than block by block.
    void (*dense_vjp_sequence)(void *dweights, void *dbias, const void *in, size_t in_stride, const void *dpre,
                               size_t dpre_stride, size_t inputs, size_t outputs, size_t blocks);

    // ---- Images; full blocks, weights are [kernel][kernel][inputs][outputs] ----------------------------------------

    /// out[o][y][x] = bias[o] + sum over c, i, j of weights[i][j][c][o] * in[c][y * stride + i - padding][x * stride + j -
    /// padding]. bias may be NULL (zero).
    void (*convolution)(void *out, const void *in, const void *weights, const void *bias,
                        const lode_convolution *shape);
    /// The cotangent of in, from that of out; adds to din where accumulate is not 0.
    void (*convolution_vjp_input)(void *din, const void *dout, const void *weights, const lode_convolution *shape,
                                  int accumulate);
    /// Adds the cotangents of weights and bias, summed over lanes and places; dbias may be NULL.
    void (*convolution_vjp_parameters)(void *dweights, void *dbias, const void *in, const void *dout,
                                       const lode_convolution *shape);
    /// out = (in - mean) * inverse * scale[channel] + shift[channel], where mean and inverse = 1 / sqrt(variance + epsilon)
    /// are those of a lane's values in a group of neighbouring channels; blocks [channels][places][LODE_LANES]; groups
    /// divides channels. statistics receives the means, then the inverses: T[2][groups][LODE_LANES]. out may be in.
    /// Wu and He 2018, arXiv:1803.08494.
    void (*group_norm)(void *out, void *statistics, const void *in, const void *scale, const void *shift,
                       size_t channels, size_t groups, size_t places, double epsilon);
    /// The cotangent of in, from that of out, with the in and statistics of the forward; dscale and dshift, both or none
    /// NULL, are added to. din may be dout.
    void (*group_norm_vjp)(void *din, void *dscale, void *dshift, const void *dout, const void *in,
                           const void *statistics, const void *scale, size_t channels, size_t groups, size_t places);

    // ---- Gated recurrent unit ----------------------------------------------------------------------------------

    /// The elementwise part of a GRU, for blocks of [hidden] rows:
    ///   candidate = tanh(xn + reset * hn);  out = active ? candidate + update * (h - candidate) : h.
    /// gates holds reset, then update: [2 * hidden][lanes], after their sigmoid. active is T[lanes], 0 or 1.
    /// out may be h.
    void (*gru)(void *out, void *candidate, const void *gates, const void *xn, const void *hn, const void *h,
                const void *active, size_t hidden, size_t lanes);
    /// For full blocks, given dout: the cotangents of the gates before their sigmoid, of xn, of hn, and of h (overwritten).
    /// dh may be dout.
    void (*gru_vjp)(void *dgates, void *dxn, void *dhn, void *dh, const void *dout, const void *candidate,
                    const void *gates, const void *hn, const void *h, const void *active, size_t hidden);

    // ---- Runge-Kutta steps ------------------------------------------------------------------------------------

    /// out = base + scale[lane] * sum_j coefficients[j] * term_j, over [components][lanes]; count from 0 to 32.
    /// term_j begins at terms + places[j] * stride. base may be NULL (zero) and may be out; a term may be out only where
    /// count is 1.
    void (*combine)(void *out, const void *base, const void *scale, const void *terms, size_t stride,
                    const size_t *places, const double *coefficients, size_t count, size_t components, size_t lanes);
    /// out = base + sum_j weights[j][lane] * terms[j], over [components][lanes]: sums whose weights differ by lane.
    /// base may be NULL (zero) and may be out. weights is T[count][lanes].
    void (*combine_lanes)(void *out, const void *base, const void *weights, const void *const *terms, size_t count,
                          size_t components, size_t lanes);
    /// norm[lane] = sum (or maximum) over components of (error / (absolute[c] + relative[c] * max(|y0|, |y1|)))^2.
    /// relative, absolute and included are T[components]; components whose included is 0 are left out; NULL is all.
    /// A NaN in an included component makes the norm NaN, and so does an infinite y0 or y1.
    void (*error_norm)(double *norm, const void *error, const void *y0, const void *y1, const void *relative,
                       const void *absolute, const void *included, int maximum, size_t components, size_t lanes);

    // ---- Between blocks and rows ------------------------------------------------------------------------------

    /// out[i] = (T)in[i].
    void (*narrow)(void *out, const double *in, size_t n);
    /// out[i] = (double)in[i].
    void (*widen)(double *out, const void *in, size_t n);
    /// out[c][lane] = in[c][lane] in the lanes whose mask, T[lanes], is not 0; other lanes stay.
    void (*merge_lanes)(void *out, const void *in, const void *mask, size_t components, size_t lanes);
    /// Step-size control, T[n] each: how far every active lane goes. With t = time, h = proposed: to stop where stretch * |h|
    /// reaches it, else to t + h; attempted is the size, low and high are the ends in order. Other lanes have a size of 0.
    void (*choose_steps)(void *attempted, void *new_time, void *low, void *high, const void *time, const void *proposed,
                         const void *stop, const void *active, double stretch, size_t n);
    /// The times of a stage: time + node * size, between low and high.
    void (*stage_times)(void *out, const void *time, const void *size, const void *low, const void *high, double node,
                        size_t n);
    /// Which active lanes' attempts are accepted, by norm_scale * norm <= 1, and what every one proposes next: |attempted|
    /// times exp(sum_j gains[j] * log error_j * exponent_scale + log_safety) within bounds, at least the smallest size
    /// and at most largest_step, in its direction. Infinite and NaN norms shrink by least_factor. Not 0 where a trajectory
    /// ends: at its end, by a rejected attempt of the smallest size, or after most_attempts.
    int (*decide_steps)(const lode_step_decision *decision, size_t n);
    /// block[c][lane] = row[c], for one lane.
    void (*set_lane)(void *block, const void *row, size_t lane, size_t components, size_t lanes);
    /// row[c] = block[c][lane], for one lane.
    void (*get_lane)(void *row, const void *block, size_t lane, size_t components, size_t lanes);

    /// block[c][lane] = rows[lane][c]; lanes whose row is NULL become 0.
    void (*gather_rows)(void *block, const void *const *rows, size_t components, size_t lanes);
    /// rows[lane][c] = block[c][lane]; NULL rows are skipped.
    void (*scatter_rows)(void *const *rows, const void *block, size_t components, size_t lanes);

    // ---- Dense output ----------------------------------------------------------------------------------------

    /// For every lane and the places i from first[lane] to last[lane] - 1, with r = order ? order[i] : i:
    ///   rows[r * components + c] = sum_p theta^p * blocks[p][c][lane],  theta = (times[r] - start[lane]) / size[lane]
    /// rounded to T; degree is at most 11.
    void (*interpolate)(void *rows, const double *times, const size_t *order, const size_t *first, const size_t *last,
                        const double *start, const double *size, const void *const *blocks, size_t degree,
                        size_t components, size_t lanes);
    /// The same while the times are due: for every lane with next[lane] <= limit[lane], the places from cursor[lane] on,
    /// before end[lane], whose direction[lane] * times[r] is at most limit[lane]. Moves cursor[lane] behind them and
    /// sets next[lane] to the next place's direction * time, or infinity at the end.
    void (*interpolate_due)(void *rows, const double *times, const size_t *order, size_t *cursor, const size_t *end,
                            double *next, const double *limit, const double *direction, const double *start,
                            const double *size, const void *const *blocks, size_t degree, size_t components,
                            size_t lanes);
    /// The cotangents of the blocks, overwritten: dblocks[p][c][lane] = sum_i theta^p * drows[r * components + c].
    void (*interpolate_vjp)(void *const *dblocks, const void *drows, const double *times, const size_t *order,
                            const size_t *first, const size_t *last, const double *start, const double *size,
                            size_t degree, size_t components, size_t lanes);

    // ---- Polynomials in theta, one row of `stride` elements a power, lowest first ------------------------------------

    /// out[c] = sum_p theta^p * coefficients[p * stride + c], by Horner's rule.
    void (*polynomial)(void *out, const void *coefficients, size_t stride, double theta, size_t degree,
                       size_t components);
    /// dcoefficients[p * stride + c] += theta^p * dout[c].
    void (*polynomial_vjp)(void *dcoefficients, size_t stride, const void *dout, double theta, size_t degree,
                           size_t components);

    // ---- Equal mixtures of Gaussians, a mixture i in each lane: component s at s * n + i ---------------------------------
    // n is a multiple of LODE_LANES; scales are positive; components is at least 1. A NaN among a mixture's parameters
    // makes its results NaN.

    /// The integrals of 1, y - centre and (y - centre)^2 over the distribution from -infinity to a bound, each [n]:
    ///   mass[i], first[i], second[i]  from bound[i], finite, about centre[i].
    void (*mixture_moments)(void *mass, void *first, void *second, const void *bound, const void *centre,
                            const void *locations, const void *scales, size_t components, size_t n);
    /// out[i] = the quantile of a probability in (0, 1), whose standard normal quantile is `standard`: by Halley's method
    /// in a bracket that shrinks, to 1e-7 of the narrowest component's scale where T's precision allows it.
    void (*mixture_quantile)(void *out, const void *locations, const void *scales, size_t components, size_t n,
                             double probability, double standard);

    // ---- Optimiser ------------------------------------------------------------------------------------------

    /// One Adam step (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019):
    ///   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
    ///   p -= rate * (m * correction1 / (sqrt(v * correction2) + epsilon) + decay * p).
    void (*adam)(void *parameters, void *first_moment, void *second_moment, const void *gradient, size_t n,
                 double rate, double beta1, double beta2, double epsilon, double correction1, double correction2,
                 double decay);
} lode_kernels;

/// The best instruction set of this machine that has kernels.
lode_isa lode_best_isa(void);

/// Tells the processor that this is a loop that waits for another thread.
static inline void lode_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// The kernels for float; NULL where this machine cannot run them.
const lode_kernels *lode_f32_kernels(lode_isa isa);

/// The kernels for double; NULL where this machine cannot run them.
const lode_kernels *lode_f64_kernels(lode_isa isa);

/// The same for half blocks.
const lode_kernels *lode_f32_half_kernels(lode_isa isa);
const lode_kernels *lode_f64_half_kernels(lode_isa isa);

#endif
