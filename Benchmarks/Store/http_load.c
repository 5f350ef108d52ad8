// Sends bodies of observations over HTTP from several clients at once, and prints how fast they were acknowledged.
//
// http_load PORT PATH CLIENTS BODIES ROWS SERIES FORMAT
//
// Each client is a thread with one connection that it keeps, and waits for each answer before it sends the next body. All
// bodies are made before the clock starts: BODIES of ROWS rows a client, spread evenly over SERIES series of its own, later
// bodies at later times. FORMAT is "csv" or "lp" (InfluxDB line protocol, microseconds). Prints rows a second, then the median
// and the slowest answer in milliseconds. Any status other than 200 or 204 ends it.

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int port, clients, bodies, rows, series;
static const char *path, *format;
static pthread_barrier_t start_line;

typedef struct {
    int number;
    char **requests;
    size_t *lengths;
    double *seconds;
} client;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// Cannot overflow: 96 bytes are reserved for a row, of which the longest has 80.
static void make_body(client *self, int body) {
    char *text = malloc((size_t)rows * 96 + 512);
    if (text == NULL) fail("malloc");
    char *end = text;
    const int is_csv = strcmp(format, "csv") == 0;
    if (is_csv) end += sprintf(end, "series,time,channel,value\n");
    const int times = rows / series;
    for (int s = 0; s < series; s++) {
        for (int t = 0; t < times; t++) {
            const long step = (long)body * times + t;
            const double value = s * 0.001 + (double)step * 1.7 + 0.125;
            if (is_csv)
                end += sprintf(end, "c%d-%d,%ld,x,%.6g\n", self->number, s, step, value);
            else
                end += sprintf(end, "m,c=%d,s=%d x=%.6g %ld\n", self->number, s, value, 1700000000000000L + step * 1000000L);
        }
    }
    const size_t length = (size_t)(end - text);
    char *request = malloc(length + 512);
    if (request == NULL) fail("malloc");
    const int head = sprintf(
        request, "POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n", path,
        is_csv ? "text/csv" : "text/plain", length);
    memcpy(request + head, text, length);
    free(text);
    self->requests[body] = request;
    self->lengths[body] = (size_t)head + length;
}

static int connect_to_server(void) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

// Reads one answer with a content-length, or without a body for 204.
static void read_answer(int descriptor) {
    char answer[65536];
    size_t have = 0;
    for (;;) {
        const ssize_t count = read(descriptor, answer + have, sizeof answer - 1 - have);
        if (count <= 0) fail("read");
        have += (size_t)count;
        answer[have] = 0;
        char *body = strstr(answer, "\r\n\r\n");
        if (body == NULL) continue;
        const int status = atoi(answer + 9);
        if (status != 200 && status != 204) {
            fprintf(stderr, "%s\n", answer);
            exit(1);
        }
        if (status == 204) return;
        const char *length = strcasestr(answer, "content-length:");
        if (length == NULL) {
            fprintf(stderr, "an answer without content-length\n");
            exit(1);
        }
        if (have >= (size_t)(body + 4 - answer) + strtoul(length + 15, NULL, 10)) return;
    }
}

static void *run(void *argument) {
    client *self = argument;
    const int descriptor = connect_to_server();
    pthread_barrier_wait(&start_line);
    for (int body = 0; body < bodies; body++) {
        const double start = now();
        const char *next = self->requests[body];
        size_t left = self->lengths[body];
        while (left > 0) {
            const ssize_t count = write(descriptor, next, left);
            if (count <= 0) fail("write");
            next += count;
            left -= (size_t)count;
        }
        read_answer(descriptor);
        self->seconds[body] = now() - start;
    }
    close(descriptor);
    return NULL;
}

static int ascending(const void *left, const void *right) {
    const double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: http_load PORT PATH CLIENTS BODIES ROWS SERIES csv|lp\n");
        return 64;
    }
    port = atoi(arguments[1]);
    path = arguments[2];
    clients = atoi(arguments[3]);
    bodies = atoi(arguments[4]);
    rows = atoi(arguments[5]);
    series = atoi(arguments[6]);
    format = arguments[7];
    if (clients < 1 || bodies < 1 || series < 1 || rows % series != 0) {
        fprintf(stderr, "ROWS must be a multiple of SERIES\n");
        return 64;
    }
    client *all = calloc((size_t)clients, sizeof *all);
    double *seconds = calloc((size_t)(clients * bodies), sizeof *seconds);
    pthread_t *threads = calloc((size_t)clients, sizeof *threads);
    if (all == NULL || seconds == NULL || threads == NULL) fail("calloc");
    for (int number = 0; number < clients; number++) {
        client *self = &all[number];
        self->number = number;
        self->requests = calloc((size_t)bodies, sizeof *self->requests);
        self->lengths = calloc((size_t)bodies, sizeof *self->lengths);
        self->seconds = seconds + number * bodies;
        if (self->requests == NULL || self->lengths == NULL) fail("calloc");
        for (int body = 0; body < bodies; body++) make_body(self, body);
    }
    pthread_barrier_init(&start_line, NULL, (unsigned)clients + 1);
    for (int number = 0; number < clients; number++) pthread_create(&threads[number], NULL, run, &all[number]);
    pthread_barrier_wait(&start_line);
    const double start = now();
    for (int number = 0; number < clients; number++) pthread_join(threads[number], NULL);
    const double elapsed = now() - start;
    const int answers = clients * bodies;
    qsort(seconds, (size_t)answers, sizeof *seconds, ascending);
    printf("%.0f %.1f %.1f\n", (double)answers * rows / elapsed, 1e3 * seconds[answers / 2], 1e3 * seconds[answers - 1]);
    return 0;
}
