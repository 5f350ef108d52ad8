// A disk that fails on demand, for tests: a VFS over SQLite's own, and rename, link, unlink and fsync in the place of the C library's,
// for the files of one folder at a time.
//
// It counts the calls that change the disk: writes, truncations, syncs, deletions and changes of names. What was not synced is
// remembered, so that a power cut can lose, tear and reorder it as a disk may: contents with their file, names with the folder. A file
// that SQLite has not opened and that was not there when the watch began is not watched, nor are locks and the log's index.
// Nothing is really synced: a test's own disk has no power cuts.

#ifndef CFAULTDISK_H
#define CFAULTDISK_H

#include <stdint.h>

typedef enum fault_kind {
    /// Nothing fails; calls are counted.
    FAULT_NONE = 0,
    /// From call `at` on nothing reaches the disk and every call fails, until fault_restore_power().
    FAULT_POWER_CUT = 1,
    /// Call `at` fails with an I/O error, once.
    FAULT_IO_ERROR = 2,
    /// From call `at` on every write fails as on a full disk, a first part of call `at` being written.
    FAULT_DISK_FULL = 3,
    /// A power cut on a disk that says to have synced and has not: no store survives it, and a test that looks for losses must
    /// find some.
    FAULT_LYING_POWER_CUT = 4,
} fault_kind;

/// Makes the VFS the process's default one; once is enough. Returns 0, or SQLite's error.
int fault_disk_install(void);

/// Watches the files whose path begins with `folder`; counts from 0. One folder at a time: ends an earlier watch.
/// `seed` decides what becomes of what was not synced.
void fault_disk_watch(const char *folder, fault_kind kind, int64_t at, uint64_t seed);

/// Calls counted since the watch began.
int64_t fault_disk_calls(void);

/// Whether the fault has come.
int fault_disk_has_failed(void);

/// How many of the watched files are open. A connection that closes later deletes files by their names.
int fault_disk_open_files(void);

/// After a power cut, with all connections closed: leaves in the folder what the disk would have, and ends the watch.
/// Returns 0, or -1 with errno where a file could not be written.
int fault_disk_restore_power(void);

/// Ends the watch; files stay as they are.
void fault_disk_unwatch(void);

#endif
