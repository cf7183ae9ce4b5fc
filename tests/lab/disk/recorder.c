/* Preloaded: writes down what a process does to files below DISK_ROOT, in order, one line for each call.
 *
 * open PATH | write PATH OFFSET HEX | cut PATH SIZE | sync PATH | rename PATH PATH | link PATH PATH
 * symlink TARGET PATH | unlink PATH | rmdir PATH | mkdir PATH
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 1024

static char *paths[MOST];
static FILE *journal;
static const char *root;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    root = getenv("DISK_ROOT");
    const char *name = getenv("DISK_JOURNAL");
    if (name != NULL) journal = fopen(name, "a");
}

static int watched(const char *path) {
    return journal != NULL && root != NULL && strncmp(path, root, strlen(root)) == 0;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (real == NULL) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void put(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(journal, format, arguments);
    va_end(arguments);
    fflush(journal);
}

static int opened(int fd, const char *path, int flags) {
    if (fd >= 0 && fd < MOST && watched(path)) {
        pthread_mutex_lock(&lock);
        free(paths[fd]);
        paths[fd] = strdup(path);
        if (flags & O_CREAT) put("open\t%s\n", path);
        if (flags & O_TRUNC) put("cut\t%s\t0\n", path);
        pthread_mutex_unlock(&lock);
    }
    return fd;
}

#define OPENS(NAME) \
    int NAME(const char *path, int flags, ...) { \
        REAL(int, #NAME, const char *, int, mode_t); \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        return opened(real(path, flags, mode), path, flags); \
    }
OPENS(open)
OPENS(open64)

int close(int fd) {
    REAL(int, "close", int);
    if (fd >= 0 && fd < MOST && paths[fd] != NULL) {
        pthread_mutex_lock(&lock);
        free(paths[fd]);
        paths[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return real(fd);
}

static const char *path_of(int fd) { return fd >= 0 && fd < MOST ? paths[fd] : NULL; }

static void wrote(int fd, const unsigned char *data, ssize_t size, off_t offset) {
    if (path_of(fd) == NULL || size <= 0) return;
    put("write\t%s\t%lld\t", path_of(fd), (long long)offset);
    for (ssize_t at = 0; at < size; at++) {
        putc("0123456789abcdef"[data[at] >> 4], journal);
        putc("0123456789abcdef"[data[at] & 15], journal);
    }
    put("\n");
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (path_of(fd) == NULL) return real(fd, data, size);
    pthread_mutex_lock(&lock);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (fcntl(fd, F_GETFL) & O_APPEND) offset = lseek(fd, 0, SEEK_END);
    ssize_t done = real(fd, data, size);
    wrote(fd, data, done, offset);
    pthread_mutex_unlock(&lock);
    return done;
}

#define PWRITES(NAME) \
    ssize_t NAME(int fd, const void *data, size_t size, off_t offset) { \
        REAL(ssize_t, #NAME, int, const void *, size_t, off_t); \
        if (path_of(fd) == NULL) return real(fd, data, size, offset); \
        pthread_mutex_lock(&lock); \
        ssize_t done = real(fd, data, size, offset); \
        wrote(fd, data, done, offset); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
PWRITES(pwrite)
PWRITES(pwrite64)

#define CUTS(NAME) \
    int NAME(int fd, off_t size) { \
        REAL(int, #NAME, int, off_t); \
        pthread_mutex_lock(&lock); \
        int done = real(fd, size); \
        if (path_of(fd) != NULL && done == 0) put("cut\t%s\t%lld\n", path_of(fd), (long long)size); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
CUTS(ftruncate)
CUTS(ftruncate64)

/* a sync is written down when it has returned: what was written meanwhile may not be in it */
#define SYNCS(NAME) \
    int NAME(int fd) { \
        REAL(int, #NAME, int); \
        if (path_of(fd) == NULL) return real(fd); \
        pthread_mutex_lock(&lock); \
        int done = real(fd); \
        if (done == 0) put("sync\t%s\n", path_of(fd)); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
SYNCS(fsync)
SYNCS(fdatasync)

#define PAIRS(NAME) \
    int NAME(const char *from, const char *to) { \
        REAL(int, #NAME, const char *, const char *); \
        pthread_mutex_lock(&lock); \
        int done = real(from, to); \
        if (done == 0 && watched(to)) put(#NAME "\t%s\t%s\n", from, to); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
PAIRS(rename)
PAIRS(link)
PAIRS(symlink)

#define REMOVALS(NAME) \
    int NAME(const char *path) { \
        REAL(int, #NAME, const char *); \
        pthread_mutex_lock(&lock); \
        int done = real(path); \
        if (done == 0 && watched(path)) put(#NAME "\t%s\n", path); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
REMOVALS(unlink)
REMOVALS(rmdir)

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    pthread_mutex_lock(&lock);
    int done = real(path, mode);
    if (done == 0 && watched(path)) put("mkdir\t%s\n", path);
    pthread_mutex_unlock(&lock);
    return done;
}
