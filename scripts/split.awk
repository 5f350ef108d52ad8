# Splits Examples/mauna-loa-co2.csv for the demo. Writes into the folder DIR:
#   train.csv  8 to 12 weeks of each year: what is observed
#   later.csv  the like, but only the first half-year, of the years in HELD, which training never sees
#   truth.csv  every other week, held out
# The choice is pseudo-random and the same everywhere: a hash in whole numbers below 2^46, exact in every awk.

function mixed(x, round) {
    for (round = 0; round < 4; round++) x = (x * 16807 + 12345) % 2147483647
    return x
}
BEGIN {
    FS = OFS = ","
    count = split(HELD, years, " ")
    for (i = 1; i <= count; i++) isHeldOut[years[i]] = 1
    train = DIR "/train.csv"; later = DIR "/later.csv"; truth = DIR "/truth.csv"
}
NR == 1 { print > train; print > later; print > truth; next }
{
    weeks[$1]++
    day[$1, weeks[$1]] = $2
    line[$1, weeks[$1]] = $0
    if (weeks[$1] == 1) order[++total] = $1
}
END {
    for (k = 1; k <= total; k++) {
        year = order[k]
        kept = 8 + mixed(year) % 5
        for (i = 1; i <= weeks[year]; i++) {
            mine = mixed(year * 1000 + day[year, i])
            rank = 1
            for (j = 1; j <= weeks[year]; j++) if (mixed(year * 1000 + day[year, j]) < mine) rank++
            if (rank > kept) print line[year, i] > truth
            else if (!(year in isHeldOut)) print line[year, i] > train
            else if (day[year, i] <= 182) print line[year, i] > later
            else print line[year, i] > truth
        }
    }
}
