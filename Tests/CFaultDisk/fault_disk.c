#include "CFaultDisk.h"

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

// What the disk holds of one file for certain, and what it may hold.
typedef struct disk_file {
    struct disk_file *next;
    unsigned char *durable;
    size_t size;
    int is_durable;  // whether the file itself survives
    int is_deleted;  // but the folder was not synced since, so that it may come back
    change *first, **last;
    char path[];
} disk_file;

// Guards everything below.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char watched[4096];
static fault_kind kind;
static int64_t fault_at, calls;
static int has_failed, open_files;
static uint64_t random_state;
static disk_file *files;
// Counts watches: a connection that outlives the one it was opened in is passed through.
static uint64_t generation;

static sqlite3_vfs *system_vfs;

typedef struct fault_file {
    sqlite3_file base;
    uint64_t generation;
    disk_file *disk;
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

static void forget_files(void) {
    generation++;
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

static void drop(disk_file *file) {
    forget_changes(file);
    file->is_durable = 0;
    file->is_deleted = 0;
    file->size = 0;
}

static void sync_folder(void) {
    for (disk_file *file = files; file; file = file->next)
        if (file->is_deleted) drop(file);
}

static void make_durable(disk_file *file) {
    // SQLite syncs the folder with a new journal or log.
    if (!file->is_durable) sync_folder();
    for (change *one = file->first; one; one = one->next) {
        if (one->is_truncation)
            resize(file, (size_t)one->offset);
        else
            apply(file, one->offset, one->data, one->length);
    }
    forget_changes(file);
    file->is_durable = 1;
}

// The file at `path` as it is now, taken for durable.
static disk_file *find_or_load(const char *path) {
    for (disk_file *file = files; file; file = file->next)
        if (!strcmp(file->path, path)) {
            if (file->is_deleted) drop(file);
            return file;
        }
    disk_file *file = calloc(1, sizeof(disk_file) + strlen(path) + 1);
    strcpy(file->path, path);
    file->last = &file->first;
    FILE *stream = fopen(path, "rb");
    if (stream) {
        file->is_durable = 1;
        fseek(stream, 0, SEEK_END);
        resize(file, (size_t)ftell(stream));
        rewind(stream);
        if (file->size && fread(file->durable, 1, file->size, stream) != file->size) abort();
        fclose(stream);
    }
    file->next = files;
    files = file;
    return file;
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
        file->is_durable = 1;
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
    if (disk && verdict == GO_ON && kind != FAULT_LYING_POWER_CUT) make_durable(disk);
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
    disk_file *disk = own && !is_off ? find_or_load(path) : NULL;
    uint64_t current = generation;
    pthread_mutex_unlock(&mutex);
    // The file's own methods, in the same memory: ours is the larger.
    if (!own) return system_vfs->xOpen(system_vfs, path, file, flags, out_flags);
    file->pMethods = NULL;
    if (is_off) return SQLITE_CANTOPEN;
    fault_file *opened = (fault_file *)file;
    opened->disk = disk;
    opened->generation = current;
    opened->real = (sqlite3_file *)(opened + 1);
    int status = system_vfs->xOpen(system_vfs, path, opened->real, flags, out_flags);
    if (!opened->real->pMethods) return status;
    opened->base.pMethods = &methods;
    pthread_mutex_lock(&mutex);
    if (disk_of(file)) open_files++;
    pthread_mutex_unlock(&mutex);
    return status;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    if (is_watched(path)) {
        disk_file *file = find_or_load(path);
        if (judge(0) != GO_ON) {
            pthread_mutex_unlock(&mutex);
            return SQLITE_IOERR_DELETE;
        }
        forget_changes(file);
        file->is_deleted = 1;
        if (syncs_folder) sync_folder();
    }
    pthread_mutex_unlock(&mutex);
    return system_vfs->xDelete(system_vfs, path, 0);
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
    (void)vfs;
    return system_vfs->xAccess(system_vfs, path, flags, out);
}

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
    for (disk_file *file = files; file && !status; file = file->next) {
        if (file->is_deleted && next_random() % 2) drop(file);
        // A file that another program has moved is that program's.
        if (access(file->path, F_OK) && !file->is_deleted) continue;
        settle(file);
        if (!file->is_durable) {
            unlink(file->path);
            continue;
        }
        // Another file under the name, so that a connection that was never closed holds no lock on it.
        char other[4200];
        snprintf(other, sizeof other, "%s-restored", file->path);
        FILE *stream = fopen(other, "wb");
        if (!stream || fwrite(file->durable, 1, file->size, stream) != file->size) status = -1;
        if (stream && fclose(stream)) status = -1;
        if (!status) status = rename(other, file->path);
        snprintf(other, sizeof other, "%s-shm", file->path);
        unlink(other);
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
