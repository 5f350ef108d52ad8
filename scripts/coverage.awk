# Reads lines.lcov of scripts/coverage; prints a table of targets, and of the service the files and functions
# with most lines that nothing ran.
# Writes all such lines to LINES, as PATH:LINE. Only what lies below ROOT counts.

function add(target, ran) {
    total[target]++
    if (ran) covered[target]++
}
# Children write to the same output: what was printed must be out before they begin.
function print_most(count, list,    command, name) {
    fflush()
    command = "sort -k1,1nr -k2 | head -n " count " | cut -c 1-180"
    for (name in list) printf "%6d  %s\n", list[name], name | command
    close(command)
}
BEGIN {
    split("LodeNumerics LodeSolvers LodeNetworks LodeModels LodeTraining LodeExperiments", names, " ")
    for (i in names) isNumeric[names[i]] = 1
}
/^SF:/ {
    path = substr($0, 4)
    isOurs = index(path, ROOT) == 1
    path = substr(path, length(ROOT) + 1)
    target = path
    sub("/.*", "", target)
    next
}
!isOurs { next }
/^FN:/ {
    split(substr($0, 4), part, ",")
    name = substr($0, 5 + length(part[1]))
    # Where a private name is from.
    gsub(/ in _[0-9A-F]+\)/, ")", name)
    # The function that a closure is in says more than the closure.
    sub(/^closure #[0-9]+ .* in /, "", name)
    begins[path ":" part[1]] = name
    next
}
# One line may come twice, from the tests and from the program; it counts as run when either ran it.
/^DA:/ {
    split(substr($0, 4), part, ",")
    line = path ":" part[1]
    runs[line] += part[2]
    next
}
END {
    for (line in runs) {
        path = line
        sub(":[0-9]*$", "", path)
        target = path
        sub("/.*", "", target)
        add(target, runs[line] > 0)
        if (runs[line] == 0) {
            print line | ("sort -t: -k1,1 -k2,2n > " LINES)
            if (target in isNumeric) continue
            missed[path]++
            at = substr(line, length(path) + 2)
            while (at > 1 && !((path ":" at) in begins)) at--
            functions[path ": " begins[path ":" at]]++
        }
    }
    close("sort -t: -k1,1 -k2,2n > " LINES)
    for (kind = 0; kind < 2; kind++) {
        sum = ran = 0
        printf "\n%-18s %8s %8s\n", kind ? "numerics" : "service", "lines", "run"
        fflush()
        for (target in total) {
            if ((target in isNumeric) != kind) continue
            printf "%-18s %8d %7.1f%%\n", target, total[target], 100 * covered[target] / total[target] | "sort"
            sum += total[target]
            ran += covered[target]
        }
        close("sort")
        if (sum) printf "%-18s %8d %7.1f%%\n", "together", sum, 100 * ran / sum
    }
    print "\nFiles of the service with most lines that nothing ran"
    print_most(40, missed)
    print "\nFunctions with most such lines"
    print_most(60, functions)
}
