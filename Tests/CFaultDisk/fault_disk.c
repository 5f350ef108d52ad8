#define _GNU_SOURCE  // RTLD_NEXT
#include "CFaultDisk.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

// A change that was not synced yet.
typedef struct change {
    struct change *next;
    sqlite3_int64 offset;
    size_t length;       // of data; of a truncation, 0
    int is_truncation;   // to `offset`
    unsigned char data[];
} change;

// What the disk holds of one file for certain, and what it may hold. It may have several names, or none any more.
typedef struct disk_file {
    struct disk_file *next;
    unsigned char *durable;
    size_t size;
    change *first, **last;
} disk_file;

// What a name in the folder leads to for certain; no file where it leads nowhere.
typedef struct name {
    struct name *next;
    disk_file *file;
    char path[];
} name;

// A change of names that was not synced yet: `gone` leads nowhere any more, `given` leads to `file`; both at once where one was renamed.
typedef struct name_change {
    struct name_change *next;
    disk_file *file;
    char *gone, *given;
} name_change;

// Guards everything below.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char watched[4096];
static fault_kind kind;
static int64_t fault_at, calls;
static int has_failed, open_files;
static uint64_t random_state;
static disk_file *files;
static name *names;
static name_change *first_name_change, **last_name_change = &first_name_change;
// Counts watches: a connection that outlives the one it was opened in is passed through.
static uint64_t generation;

static sqlite3_vfs *system_vfs;
// Set while the system's VFS makes the calls that are counted here already.
static _Thread_local int is_inside;

typedef struct fault_file {
    sqlite3_file base;
    uint64_t generation;
    disk_file *disk;
    // As the system's VFS does, the first sync of a journal or a log that may be new syncs the folder.
    int syncs_folder;
    sqlite3_file *real;  // lies behind this struct
} fault_file;

// ---- What the disk holds -------------------------------------------------------------------------------------------

static void forget_changes(disk_file *file) {
    while (file->first) {
        change *next = file->first->next;
        free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void forget_name_changes(void) {
    while (first_name_change) {
        name_change *next = first_name_change->next;
        free(first_name_change->gone);
        free(first_name_change->given);
        free(first_name_change);
        first_name_change = next;
    }
    last_name_change = &first_name_change;
}

static void forget_files(void) {
    generation++;
    forget_name_changes();
    while (names) {
        name *next = names->next;
        free(names);
        names = next;
    }
    while (files) {
        disk_file *next = files->next;
        forget_changes(files);
        free(files->durable);
        free(files);
        files = next;
    }
}

static void resize(disk_file *file, size_t size) {
    if (size > file->size) {
        file->durable = realloc(file->durable, size);
        memset(file->durable + file->size, 0, size - file->size);
    }
    file->size = size;
}

static void apply(disk_file *file, sqlite3_int64 offset, const void *data, size_t length) {
    if ((size_t)offset + length > file->size) resize(file, (size_t)offset + length);
    memcpy(file->durable + offset, data, length);
}

static void remember(disk_file *file, sqlite3_int64 offset, const void *data, size_t length, int is_truncation) {
    change *one = malloc(sizeof(change) + length);
    *one = (change){.offset = offset, .length = length, .is_truncation = is_truncation};
    if (length) memcpy(one->data, data, length);
    *file->last = one;
    file->last = &one->next;
}

static void make_durable(disk_file *file) {
    for (change *one = file->first; one; one = one->next) {
        if (one->is_truncation)
            resize(file, (size_t)one->offset);
        else
            apply(file, one->offset, one->data, one->length);
    }
    forget_changes(file);
}

static disk_file *new_file(void) {
    disk_file *file = calloc(1, sizeof(disk_file));
    file->last = &file->first;
    file->next = files;
    return files = file;
}

// The file at `path` as it is now, taken for durable.
static disk_file *load(const char *path) {
    disk_file *file = new_file();
    FILE *stream = fopen(path, "rb");
    if (!stream) return file;
    fseek(stream, 0, SEEK_END);
    resize(file, (size_t)ftell(stream));
    rewind(stream);
    if (file->size && fread(file->durable, 1, file->size, stream) != file->size) abort();
    fclose(stream);
    return file;
}

static name *find_name(const char *path) {
    for (name *one = names; one; one = one->next)
        if (!strcmp(one->path, path)) return one;
    return NULL;
}

static name *durable_name(const char *path) {
    name *one = find_name(path);
    if (one) return one;
    one = calloc(1, sizeof(name) + strlen(path) + 1);
    strcpy(one->path, path);
    one->next = names;
    return names = one;
}

// What a name leads to as programs see it; NULL where nothing, or a file that is not watched.
static disk_file *named(const char *path) {
    name *found = find_name(path);
    disk_file *file = found ? found->file : NULL;
    for (name_change *one = first_name_change; one; one = one->next) {
        if (one->gone && !strcmp(one->gone, path)) file = NULL;
        if (one->given && !strcmp(one->given, path)) file = one->file;
    }
    return file;
}

static void remember_names(const char *gone, const char *given, disk_file *file) {
    name_change *one = calloc(1, sizeof(name_change));
    if (gone) one->gone = strdup(gone);
    if (given) one->given = strdup(given);
    one->file = file;
    *last_name_change = one;
    last_name_change = &one->next;
}

static void keep(const name_change *change) {
    if (change->gone) durable_name(change->gone)->file = NULL;
    if (change->given) durable_name(change->given)->file = change->file;
}

static void sync_folder(void) {
    for (name_change *one = first_name_change; one; one = one->next) keep(one);
    forget_name_changes();
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), rest = strlen(end);
    return length >= rest && !strcmp(text + length - rest, end);
}

// What does not outlive the processes that use it: the log's index, and locks.
static int is_passing(const char *path) { return ends_with(path, "-shm") || ends_with(path, "-lock"); }

static void load_folder(void) {
    DIR *folder = opendir(watched);
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[8192];
        snprintf(path, sizeof path, "%s%s", watched, entry->d_name);
        if (entry->d_type == DT_REG && !is_passing(path)) durable_name(path)->file = load(path);
    }
    closedir(folder);
}

static uint64_t next_random(void) {
    // SplitMix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, doi:10.1145/2660193.2660195.
    uint64_t z = random_state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

// Of what was not synced the disk has anything: each change wholly, not at all, or some of its sectors.
static void settle(disk_file *file) {
    for (change *one = file->first; one; one = one->next) {
        uint64_t fate = next_random() % 4;
        if (fate == 0) continue;
        if (one->is_truncation)
            resize(file, (size_t)one->offset);
        else if (fate == 1)
            for (size_t at = 0; at < one->length; at += SECTOR) {
                size_t length = one->length - at < SECTOR ? one->length - at : SECTOR;
                if (next_random() % 2) apply(file, one->offset + (sqlite3_int64)at, one->data + at, length);
            }
        else
            apply(file, one->offset, one->data, one->length);
    }
    forget_changes(file);
}

// Of the names that were given and taken and not synced, each change or not.
static void settle_names(void) {
    for (name_change *one = first_name_change; one; one = one->next) {
        if (one->gone) durable_name(one->gone);
        if (one->given) durable_name(one->given);
        if (next_random() % 2) keep(one);
    }
    forget_name_changes();
}

// ---- Counting ------------------------------------------------------------------------------------------------------

enum verdict { GO_ON, FAIL_NOW, POWER_IS_OFF };

// Called with the mutex held, once for each call that changes the disk.
static enum verdict judge(int is_write) {
    int64_t number = calls++;
    switch (kind) {
    case FAULT_NONE:
        return GO_ON;
    case FAULT_IO_ERROR:
        if (number != fault_at) return GO_ON;
        has_failed = 1;
        return FAIL_NOW;
    case FAULT_DISK_FULL:
        if (number < fault_at || !is_write) return GO_ON;
        has_failed = 1;
        return FAIL_NOW;
    case FAULT_POWER_CUT:
    case FAULT_LYING_POWER_CUT:
        if (number < fault_at) return GO_ON;
        int is_first = !has_failed;
        has_failed = 1;
        return is_first ? FAIL_NOW : POWER_IS_OFF;
    }
    return GO_ON;
}

static int is_power_cut(void) { return kind == FAULT_POWER_CUT || kind == FAULT_LYING_POWER_CUT; }

static int power_is_off(void) { return is_power_cut() && has_failed; }

// ---- A file --------------------------------------------------------------------------------------------------------

static sqlite3_file *real_of(sqlite3_file *file) { return ((fault_file *)file)->real; }
// NULL where the watch is over; called with the mutex held.
static disk_file *disk_of(sqlite3_file *file) {
    fault_file *own = (fault_file *)file;
    return own->generation == generation ? own->disk : NULL;
}

static int file_close(sqlite3_file *file) {
    int status = real_of(file)->pMethods->xClose(real_of(file));
    pthread_mutex_lock(&mutex);
    if (disk_of(file)) open_files--;
    pthread_mutex_unlock(&mutex);
    return status;
}

static int file_read(sqlite3_file *file, void *out, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    int is_off = disk_of(file) && power_is_off();
    pthread_mutex_unlock(&mutex);
    return is_off ? SQLITE_IOERR_READ : real_of(file)->pMethods->xRead(real_of(file), out, count, offset);
}

static int file_write(sqlite3_file *file, const void *data, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    disk_file *disk = disk_of(file);
    enum verdict verdict = disk ? judge(1) : GO_ON;
    // What is written as the power goes may reach the disk.
    if (disk && (verdict == GO_ON || (verdict == FAIL_NOW && is_power_cut())))
        remember(disk, offset, data, (size_t)count, 0);
    int is_full = kind == FAULT_DISK_FULL;
    int is_first = is_full && calls - 1 == fault_at;
    pthread_mutex_unlock(&mutex);
    if (verdict == GO_ON) return real_of(file)->pMethods->xWrite(real_of(file), data, count, offset);
    if (is_first && count > 1) {
        int part = count / 2;
        real_of(file)->pMethods->xWrite(real_of(file), data, part, offset);
    }
    return is_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    pthread_mutex_lock(&mutex);
    disk_file *disk = disk_of(file);
    enum verdict verdict = disk ? judge(0) : GO_ON;
    if (disk && (verdict == GO_ON || (verdict == FAIL_NOW && is_power_cut())))
        remember(disk, size, NULL, 0, 1);
    pthread_mutex_unlock(&mutex);
    if (verdict != GO_ON) return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    pthread_mutex_lock(&mutex);
    disk_file *disk = disk_of(file);
    enum verdict verdict = disk ? judge(0) : GO_ON;
    if (disk && verdict == GO_ON && kind != FAULT_LYING_POWER_CUT) {
        fault_file *own = (fault_file *)file;
        make_durable(disk);
        if (own->syncs_folder) sync_folder();
        own->syncs_folder = 0;
    }
    pthread_mutex_unlock(&mutex);
    return verdict == GO_ON ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

#define PASS(name, parameters, ...)                                     \
    static int name parameters {                                        \
        sqlite3_file *real = real_of(file);                             \
        return real->pMethods->__VA_ARGS__;                             \
    }

PASS(file_size, (sqlite3_file *file, sqlite3_int64 *size), xFileSize(real, size))
PASS(file_lock, (sqlite3_file *file, int level), xLock(real, level))
PASS(file_unlock, (sqlite3_file *file, int level), xUnlock(real, level))
PASS(file_reserved, (sqlite3_file *file, int *out), xCheckReservedLock(real, out))
PASS(file_control, (sqlite3_file *file, int operation, void *argument), xFileControl(real, operation, argument))
PASS(file_sector, (sqlite3_file *file), xSectorSize(real))
PASS(file_traits, (sqlite3_file *file), xDeviceCharacteristics(real))
PASS(file_shm_map, (sqlite3_file *file, int page, int size, int extend, void volatile **out),
     xShmMap(real, page, size, extend, out))
PASS(file_shm_lock, (sqlite3_file *file, int offset, int n, int flags), xShmLock(real, offset, n, flags))
PASS(file_shm_unmap, (sqlite3_file *file, int removes), xShmUnmap(real, removes))

static void file_shm_barrier(sqlite3_file *file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }

// Memory mapping would write past this shim.
static int file_fetch(sqlite3_file *file, sqlite3_int64 offset, int count, void **out) {
    (void)file, (void)offset, (void)count;
    *out = NULL;
    return SQLITE_OK;
}

static int file_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *pointer) {
    (void)file, (void)offset, (void)pointer;
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 3,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = file_fetch,
    .xUnfetch = file_unfetch,
};

// ---- The file system -----------------------------------------------------------------------------------------------

static int is_watched(const char *path) { return path && watched[0] && !strncmp(path, watched, strlen(watched)); }

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    int own = is_watched(path), is_off = own && power_is_off();
    int is_there = own && !access(path, F_OK);
    uint64_t current = generation;
    pthread_mutex_unlock(&mutex);
    // The file's own methods, in the same memory: ours is the larger.
    if (!own) return system_vfs->xOpen(system_vfs, path, file, flags, out_flags);
    file->pMethods = NULL;
    if (is_off) return SQLITE_CANTOPEN;
    fault_file *opened = (fault_file *)file;
    const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    *opened = (fault_file){
        .generation = current,
        .syncs_folder = flags & SQLITE_OPEN_CREATE && flags & journals,
        .real = (sqlite3_file *)(opened + 1),
    };
    int status = system_vfs->xOpen(system_vfs, path, opened->real, flags, out_flags);
    if (!opened->real->pMethods) return status;
    opened->base.pMethods = &methods;
    pthread_mutex_lock(&mutex);
    if (opened->generation == generation) {
        opened->disk = named(path);
        if (!opened->disk) {
            opened->disk = is_there ? load(path) : new_file();
            remember_names(NULL, path, opened->disk);
        }
        open_files++;
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    if (is_watched(path)) {
        enum verdict verdict = judge(0);
        if (verdict == GO_ON || (verdict == FAIL_NOW && is_power_cut())) remember_names(path, NULL, NULL);
        if (verdict != GO_ON) {
            pthread_mutex_unlock(&mutex);
            return SQLITE_IOERR_DELETE;
        }
        if (syncs_folder && kind != FAULT_LYING_POWER_CUT) sync_folder();
    }
    pthread_mutex_unlock(&mutex);
    is_inside = 1;
    int status = system_vfs->xDelete(system_vfs, path, 0);
    is_inside = 0;
    return status;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
    (void)vfs;
    return system_vfs->xAccess(system_vfs, path, flags, out);
}

// ---- Names -------------------------------------------------------------------------------------------------------------
//
// These stand before the C library's for all of the process: what is not watched goes on to those.

static void *system_call(const char *symbol) {
    void *found = dlsym(RTLD_NEXT, symbol);
    if (!found) abort();
    return found;
}

// Whether a call on names is one of a file that is watched; with the mutex held.
static int is_own(const char *path) { return !is_inside && is_watched(path) && !is_passing(path) && named(path); }

// Judges a call on names and remembers what it changes; 0 where it may go on, else -1 with errno. With the mutex held.
static int change_names(const char *gone, const char *given, disk_file *file) {
    enum verdict verdict = judge(given != NULL);
    if (verdict == GO_ON || (verdict == FAIL_NOW && is_power_cut())) remember_names(gone, given, file);
    if (verdict == GO_ON) return 0;
    errno = kind == FAULT_DISK_FULL ? ENOSPC : EIO;
    return -1;
}

int unlink(const char *path) {
    pthread_mutex_lock(&mutex);
    int status = is_own(path) ? change_names(path, NULL, NULL) : 0;
    pthread_mutex_unlock(&mutex);
    return status ? status : ((int (*)(const char *))system_call("unlink"))(path);
}

int rename(const char *old, const char *new) {
    pthread_mutex_lock(&mutex);
    int status = is_own(old) ? change_names(old, new, named(old)) : 0;
    pthread_mutex_unlock(&mutex);
    return status ? status : ((int (*)(const char *, const char *))system_call("rename"))(old, new);
}

int link(const char *old, const char *new) {
    pthread_mutex_lock(&mutex);
    int status = is_own(old) && access(new, F_OK) ? change_names(NULL, new, named(old)) : 0;
    pthread_mutex_unlock(&mutex);
    return status ? status : ((int (*)(const char *, const char *))system_call("link"))(old, new);
}

int fsync(int descriptor) {
    char place[64], path[4096];
    snprintf(place, sizeof place, "/proc/self/fd/%d", descriptor);
    pthread_mutex_lock(&mutex);
    ssize_t length = watched[0] && !is_inside ? readlink(place, path, sizeof path - 1) : -1;
    path[length < 0 ? 0 : length] = 0;
    int is_folder = length > 0 && !strncmp(path, watched, (size_t)length) && !strcmp(watched + length, "/");
    int own = is_folder || (length > 0 && is_own(path));
    enum verdict verdict = own ? judge(0) : GO_ON;
    if (own && verdict == GO_ON && kind != FAULT_LYING_POWER_CUT) {
        if (is_folder) sync_folder(); else make_durable(named(path));
    }
    pthread_mutex_unlock(&mutex);
    if (!own) return ((int (*)(int))system_call("fsync"))(descriptor);
    if (verdict == GO_ON) return 0;
    errno = EIO;
    return -1;
}

// ---- What tests call -----------------------------------------------------------------------------------------------

int fault_disk_install(void) {
    static sqlite3_vfs vfs;
    pthread_mutex_lock(&mutex);
    int status = SQLITE_OK;
    if (!system_vfs) {
        system_vfs = sqlite3_vfs_find(NULL);
        vfs = *system_vfs;
        vfs.pNext = NULL;
        vfs.zName = "fault-disk";
        vfs.szOsFile = (int)sizeof(fault_file) + system_vfs->szOsFile;
        vfs.xOpen = disk_open;
        vfs.xDelete = disk_delete;
        vfs.xAccess = disk_access;
        status = sqlite3_vfs_register(&vfs, 1);
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

void fault_disk_watch(const char *folder, fault_kind new_kind, int64_t at, uint64_t seed) {
    pthread_mutex_lock(&mutex);
    forget_files();
    snprintf(watched, sizeof watched, "%s", folder);
    kind = new_kind;
    fault_at = at;
    calls = 0;
    open_files = 0;
    has_failed = 0;
    random_state = seed;
    load_folder();
    pthread_mutex_unlock(&mutex);
}

int64_t fault_disk_calls(void) {
    pthread_mutex_lock(&mutex);
    int64_t result = calls;
    pthread_mutex_unlock(&mutex);
    return result;
}

int fault_disk_has_failed(void) {
    pthread_mutex_lock(&mutex);
    int result = has_failed;
    pthread_mutex_unlock(&mutex);
    return result;
}

int fault_disk_open_files(void) {
    pthread_mutex_lock(&mutex);
    int result = open_files;
    pthread_mutex_unlock(&mutex);
    return result;
}

int fault_disk_restore_power(void) {
    pthread_mutex_lock(&mutex);
    int status = 0;
    settle_names();
    for (disk_file *file = files; file; file = file->next) settle(file);
    for (name *one = names; one && !status; one = one->next) {
        char other[4200];
        snprintf(other, sizeof other, "%s-shm", one->path);
        remove(other);
        if (!one->file) {
            remove(one->path);
            continue;
        }
        // Another file under the name, so that a connection that was never closed holds no lock on it.
        snprintf(other, sizeof other, "%s-restored", one->path);
        FILE *stream = fopen(other, "wb");
        if (!stream || fwrite(one->file->durable, 1, one->file->size, stream) != one->file->size) status = -1;
        if (stream && fclose(stream)) status = -1;
        if (!status) status = ((int (*)(const char *, const char *))system_call("rename"))(other, one->path);
    }
    forget_files();
    watched[0] = 0;
    kind = FAULT_NONE;
    pthread_mutex_unlock(&mutex);
    return status;
}

void fault_disk_unwatch(void) {
    pthread_mutex_lock(&mutex);
    forget_files();
    watched[0] = 0;
    kind = FAULT_NONE;
    pthread_mutex_unlock(&mutex);
}
