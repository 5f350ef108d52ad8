// The yardstick for `lode ingest`: a C loop that inserts the same rows into the same table, one transaction for each
// batch, with the same durability (WAL, synchronous=FULL). It parses nothing and looks nothing up.
//
// insert_loop DATABASE SCHEMA SERIES TIMES BATCH prints the seconds it took.

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static char *contents(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    static char text[1 << 20];
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: insert_loop DATABASE SCHEMA SERIES TIMES BATCH\n");
        return 64;
    }
    const int series = atoi(arguments[3]), times = atoi(arguments[4]), batch = atoi(arguments[5]);
    sqlite3 *db;
    if (sqlite3_open(arguments[1], &db) != SQLITE_OK) return 1;
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;");
    run(db, contents(arguments[2]));
    sqlite3_stmt *insert;
    sqlite3_prepare_v2(db, "INSERT INTO observation (series, channel, time, value) VALUES (?, ?, ?, ?)", -1, &insert, NULL);

    const double start = seconds();
    long rows = 0;
    run(db, "BEGIN IMMEDIATE");
    for (int key = 1; key <= series; key++) {
        for (int step = 0; step < times; step++) {
            sqlite3_bind_int64(insert, 1, key);
            sqlite3_bind_int64(insert, 2, 1);
            sqlite3_bind_double(insert, 3, step * 0.25);
            sqlite3_bind_double(insert, 4, key * 0.001 + step * 1.7);
            if (sqlite3_step(insert) != SQLITE_DONE) {
                fprintf(stderr, "%s\n", sqlite3_errmsg(db));
                return 1;
            }
            sqlite3_reset(insert);
            if (++rows % batch == 0) run(db, "COMMIT; BEGIN IMMEDIATE");
        }
    }
    run(db, "COMMIT");
    printf("%.3f\n", seconds() - start);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return 0;
}
