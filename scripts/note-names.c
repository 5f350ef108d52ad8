// Notes syncs and changes of names in a folder, one a line, in the order they happen: preloaded by scripts/environment.
//
//   NOTE_NAMES_FOLDER  whose files are noted, by their paths in it
//   NOTE_NAMES_FILE    where to
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The path in the folder, "." for the folder itself; NULL for others and for what SQLite has, which the tests look at.
static const char *inside(const char *path) {
    static char absolute[8192];
    const char *folder = getenv("NOTE_NAMES_FOLDER");
    if (!folder || !path) return NULL;
    size_t length = strlen(folder);
    if (path[0] != '/') return strstr(path, ".db") ? NULL : path;
    snprintf(absolute, sizeof absolute, "%s", path);
    if (strncmp(absolute, folder, length) || strstr(absolute, ".db")) return NULL;
    if (!absolute[length] || !strcmp(absolute + length, "/")) return ".";
    return absolute[length] == '/' ? absolute + length + 1 : NULL;
}

static void note(const char *what, const char *one, const char *other) {
    char line[16384];
    int length = snprintf(line, sizeof line, "%s %s%s%s\n", what, one, other ? " " : "", other ? other : "");
    int file = open(getenv("NOTE_NAMES_FILE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, (size_t)length) != length) abort();
    close(file);
}

static void note_names(const char *what, const char *old, const char *new) {
    const char *name = inside(old);
    if (!name) return;
    char *kept = strdup(name);
    const char *given = inside(new);
    note(what, kept, given ? given : new);
    free(kept);
}

int rename(const char *old, const char *new) {
    note_names("rename", old, new);
    return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(old, new);
}

int link(const char *old, const char *new) {
    note_names("link", old, new);
    return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "link"))(old, new);
}

int fsync(int descriptor) {
    char place[64], path[4096];
    snprintf(place, sizeof place, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(place, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    const char *name = inside(path);
    if (name) note("sync", name, NULL);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
}
