// Step-size control of lanes, for every instruction set: contracts are in CLodeKernels.h.
//
// Plain loops without branches, which compilers turn into vectors; multiplications and additions stay apart, so that a size
// depends on the instruction set by its logarithm and exponential alone. One definition serves all, the scalar one too:
// StepKernelTests hold it against numbers from elsewhere.

static void NAME(choose_steps)(void *attempted, void *new_time, void *low, void *high, const void *time,
                               const void *proposed, const void *stop, const void *active, double stretch, size_t n) {
#pragma clang loop vectorize(assume_safety) interleave_count(1)
    for (size_t l = 0; l < n; l++) {
        T t = ((const T *)time)[l], h = ((const T *)proposed)[l], at = ((const T *)stop)[l], remaining = at - t;
        int is_live = ((const T *)active)[l] != 0;
        int reaches = __builtin_elementwise_abs(h) * (T)stretch >= __builtin_elementwise_abs(remaining);
        T size = reaches ? remaining : h, end = reaches ? at : t + h;
        ((T *)attempted)[l] = is_live ? size : 0;
        ((T *)new_time)[l] = is_live ? end : ((T *)new_time)[l];
        ((T *)low)[l] = is_live ? (t < end ? t : end) : ((T *)low)[l];
        ((T *)high)[l] = is_live ? (t < end ? end : t) : ((T *)high)[l];
    }
}

static void NAME(stage_times)(void *out, const void *time, const void *size, const void *low, const void *high,
                              double node, size_t n) {
#pragma clang fp contract(off)
#pragma clang loop vectorize(assume_safety) interleave_count(1)
    for (size_t l = 0; l < n; l++) {
        T at = ((const T *)time)[l] + (T)node * ((const T *)size)[l];
        at = at > ((const T *)low)[l] ? at : ((const T *)low)[l];
        ((T *)out)[l] = at < ((const T *)high)[l] ? at : ((const T *)high)[l];
    }
}

// An error this small asks for the largest growth whatever the gains; below it the logarithm is of no use.
#define SMALLEST_SQUARED_ERROR 1e-24

static int NAME(decide_steps)(const lode_step_decision *decision, size_t n) {
#pragma clang fp contract(off)
    const T *norm = decision->norm, *attempted = decision->attempted, *time = decision->time;
    const T *new_time = decision->new_time, *end_time = decision->end_time, *active = decision->active;
    const T *exponent_scale = decision->exponent_scale, *direction = decision->direction;
    const T *smallest_size = decision->smallest_size;
    T *accepted = decision->accepted, *rejected = decision->rejected, *proposed = decision->proposed;
    T *smallest = decision->smallest, *log_error = decision->log_error, *factor = decision->factor;
    T *last = decision->last_log_error, *before = decision->log_error_before;
    size_t *accepted_count = decision->accepted_count, *rejected_count = decision->rejected_count;
    const T norm_scale = (T)decision->norm_scale, least = (T)decision->least_factor, safety = (T)decision->safety;
    const T most = (T)decision->most_factor, largest = (T)decision->largest_step, log_safety = (T)decision->log_safety;
    const T gain0 = (T)decision->gains[0], gain1 = (T)decision->gains[1], gain2 = (T)decision->gains[2];
    const size_t most_attempts = decision->most_attempts;
#pragma clang loop vectorize(assume_safety) interleave_count(1)
    for (size_t l = 0; l < n; l++) {
        T squared = norm[l] * norm_scale;
        // A NaN compares false and stays out of the logarithm.
        log_error[l] = squared > (T)SMALLEST_SQUARED_ERROR ? squared : (T)SMALLEST_SQUARED_ERROR;
    }
    NAME(log)(log_error, log_error, n);
#pragma clang loop vectorize(assume_safety) interleave_count(1)
    for (size_t l = 0; l < n; l++)
        factor[l] = (gain0 * log_error[l] + gain1 * last[l] + gain2 * before[l]) * exponent_scale[l] + log_safety;
    NAME(exp)(factor, factor, n);
    size_t ends = 0;
#pragma clang loop vectorize(assume_safety) interleave_count(1)
    for (size_t l = 0; l < n; l++) {
        T squared = norm[l] * norm_scale, f = factor[l], size = __builtin_elementwise_abs(attempted[l]);
        int is_live = active[l] != 0, is_accepted = is_live & (squared <= 1);
        T rounding = __builtin_elementwise_abs(time[l]) * (T)0x1p-48;
        T least_size = smallest_size[l] > rounding ? smallest_size[l] : rounding;
        // After a rejection a step does not grow at once; a rejected one must shrink.
        T ceiling = is_accepted ? (rejected[l] != 0 ? 1 : most) : safety;
        T bounded = f > least ? f : least;
        bounded = bounded < ceiling ? bounded : ceiling;
        bounded = squared < (T)__builtin_inf() ? bounded : least;
        T next = size * bounded;
        next = next > least_size ? next : least_size;
        next = next < largest ? next : largest;
        smallest[l] = least_size;
        proposed[l] = is_live ? direction[l] * next : proposed[l];
        before[l] = is_accepted ? last[l] : before[l];
        last[l] = is_accepted ? log_error[l] : last[l];
        rejected[l] = is_live ? (is_accepted ? 0 : 1) : rejected[l];
        accepted[l] = is_accepted ? 1 : 0;
        size_t yes = is_accepted, no = is_live - is_accepted;
        accepted_count[l] += yes;
        rejected_count[l] += no;
        int is_there = is_accepted ? new_time[l] == end_time[l] : size <= least_size;
        int is_long = accepted_count[l] + rejected_count[l] >= most_attempts;
        ends |= is_live & (is_there | is_long);
    }
    return ends != 0;
}
