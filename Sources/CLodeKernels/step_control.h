// Step-size control of lanes, for every instruction set: contracts are in CLodeKernels.h.
//
// Plain loops without branches, which compilers turn into vectors; no sum of products, so that all sets give the same bits.
// One definition serves all, the scalar one too: StepKernelTests hold it against numbers from elsewhere.

static void NAME(choose_steps)(void *attempted, void *new_time, void *low, void *high, const void *time,
                               const void *proposed, const void *stop, const void *active, double stretch, size_t n) {
#pragma clang loop vectorize(assume_safety)
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

static void NAME(decide_steps)(const lode_step_decision *decision, const void *norm, const void *log_error,
                               const void *factor, const void *attempted, const void *smallest,
                               const void *direction, const void *active, size_t n) {
    T *accepted = decision->accepted, *rejected = decision->rejected, *proposed = decision->proposed;
    T *last = decision->last_log_error, *before = decision->log_error_before;
    const T norm_scale = (T)decision->norm_scale, least = (T)decision->least_factor, safety = (T)decision->safety;
    const T most = (T)decision->most_factor, largest = (T)decision->largest_step;
#pragma clang loop vectorize(assume_safety)
    for (size_t l = 0; l < n; l++) {
        T squared = ((const T *)norm)[l] * norm_scale, f = ((const T *)factor)[l];
        int is_live = ((const T *)active)[l] != 0, is_accepted = is_live && squared <= 1;
        // After a rejection a step does not grow at once; a rejected one must shrink.
        T ceiling = is_accepted ? (rejected[l] != 0 ? 1 : most) : safety;
        T bounded = f > least ? f : least;
        bounded = bounded < ceiling ? bounded : ceiling;
        bounded = squared < (T)__builtin_inf() ? bounded : least;
        T size = __builtin_elementwise_abs(((const T *)attempted)[l]) * bounded;
        size = size > ((const T *)smallest)[l] ? size : ((const T *)smallest)[l];
        size = size < largest ? size : largest;
        proposed[l] = is_live ? ((const T *)direction)[l] * size : proposed[l];
        before[l] = is_accepted ? last[l] : before[l];
        last[l] = is_accepted ? ((const T *)log_error)[l] : last[l];
        rejected[l] = is_live ? (is_accepted ? 0 : 1) : rejected[l];
        accepted[l] = is_accepted ? 1 : 0;
    }
}
