# Compares predictions with the truth and with three simple baselines. Reads, in this order:
#   observed CSV (series,time,channel,value) of what the model was given, TRAIN of them from training
#   predictions CSV (series,time,truth,median,low,high,regime), passed after the assignment PREDICTIONS=1
# Prints the predictions of the years in SHOW, every EVERYth, and a table of all.

function lastValue(s, t, i, value) {
    value = seen[s, 1, "value"]
    for (i = 1; i <= n[s]; i++) if (seen[s, i, "time"] <= t) value = seen[s, i, "value"]
    return value
}
function linear(s, t, i, t0, t1) {
    if (t <= seen[s, 1, "time"]) return seen[s, 1, "value"]
    for (i = 2; i <= n[s]; i++) {
        t0 = seen[s, i - 1, "time"]; t1 = seen[s, i, "time"]
        if (t <= t1)
            return seen[s, i - 1, "value"] + (seen[s, i, "value"] - seen[s, i - 1, "value"]) * (t - t0) / (t1 - t0)
    }
    return seen[s, n[s], "value"]
}
function add(group, method, error) { sum[group, method] += error * error }
BEGIN { FS = ","; count = split(SHOW, years, " "); for (i = 1; i <= count; i++) shown[years[i]] = 1 }
FNR == 1 && !PREDICTIONS { next }
!PREDICTIONS {
    n[$1]++
    seen[$1, n[$1], "time"] = $2
    seen[$1, n[$1], "value"] = $4
    if (TRAIN) { total += $4; values++ }
    next
}
{
    group = $7 == "interpolation" ? "between" : ($2 > 182 && index(" " HELD " ", " " $1 " ") ? "forecast" : "edge")
    points[group]++
    if ($3 >= $5 && $3 <= $6) covered[group]++
    straight = linear($1, $2)
    add(group, "latent ODE", $4 - $3)
    add(group, "training mean", total / values - $3)
    add(group, "last value carried forward", lastValue($1, $2) - $3)
    add(group, "linear interpolation", straight - $3)
    if ($1 in shown && ++line[$1] % EVERY == 1) {
        if (line[$1] == 1) {
            printf "\n  %s, from %d observations\n", $1, n[$1]
            print "   day    median   80 % band             truth   straight line"
        }
        printf "  %4d   %7.2f   %7.2f to %7.2f   %7.2f   %7.2f   %s%s\n",
            $2, $4, $5, $6, $3, straight, $7, ($3 >= $5 && $3 <= $6) ? "" : "  outside the band"
    }
}
END {
    title["between"] = "weeks between the observations (interpolation)"
    title["edge"] = "weeks before the first or after the last observation of a year"
    title["forecast"] = "weeks of the second half of the held-out years, forecast from the first half"
    split("between edge forecast", groups, " ")
    split("latent ODE,training mean,last value carried forward,linear interpolation", methods, ",")
    for (g = 1; g <= 3; g++) {
        group = groups[g]
        if (!points[group]) continue
        printf "\n%d held-out %s\n", points[group], title[group]
        print "  method                        MSE (ppm²)"
        better = 0
        for (m = 1; m <= 4; m++) {
            printf "  %-27s %12.4f\n", methods[m], sum[group, methods[m]] / points[group]
            if (m > 1 && sum[group, methods[m]] > sum[group, methods[1]]) better++
        }
        printf "  The 80 %% band covers %.0f %% of them.\n", 100 * covered[group] / points[group]
        if (better == 3) print "  The model beats all three baselines here."
        else printf "  The model does NOT beat all baselines here: it beats %d of 3.\n", better
    }
}
