/*
 * Send a bounded number of UDP datagrams at a steady rate, from several loopback addresses in turn.
 *
 *   flood TARGET PORT COUNT RATE PAYLOADS SOURCES [FIRST]
 *
 * PAYLOADS: a file of datagrams, each behind its length in two octets (most significant first); sent in a cycle.
 * SOURCES: so many sockets, bound to 127.0.1.FIRST and the addresses after it. Prints what was sent and the rate that was reached.
 * Refuses any target but 127/8, more than 10 million datagrams, and stops after 70 seconds whatever happens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 32, MOST_PAYLOADS = 2000000, MOST_SOURCES = 600, MOST_DATAGRAMS = 10000000, LONGEST = 70 };

static struct iovec payloads[MOST_PAYLOADS];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "flood: %s\n", what);
    exit(2);
}

static int load(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char length[2];
    int count = 0;
    if (!file)
        fail("can't read the payloads");
    while (count < MOST_PAYLOADS && fread(length, 1, 2, file) == 2) {
        size_t size = (size_t)length[0] << 8 | length[1];
        payloads[count].iov_base = malloc(size ? size : 1);
        payloads[count].iov_len = size;
        if (!payloads[count].iov_base || fread(payloads[count].iov_base, 1, size, file) != size)
            fail("payloads cut short");
        count++;
    }
    fclose(file);
    if (!count)
        fail("no payloads");
    return count;
}

static int open_source(in_addr_t host, struct sockaddr_in *target)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = host};
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    if (sock < 0 || bind(sock, (void *)&own, sizeof own) || connect(sock, (void *)target, sizeof *target))
        fail("can't open a source");
    return sock;
}

static void wait_for(double seconds)
{
    struct timespec pause = {0, (long)(seconds * 0.9e9)};
    if (seconds > 50e-6)
        nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
    struct sockaddr_in target = {.sin_family = AF_INET};
    struct mmsghdr batch[BATCH];
    int sources[MOST_SOURCES];
    if (argc < 7 || !inet_aton(argv[1], &target.sin_addr) || ntohl(target.sin_addr.s_addr) >> 24 != 127)
        fail("usage: flood 127.x.x.x PORT COUNT RATE PAYLOADS SOURCES [FIRST]");
    target.sin_port = htons(atoi(argv[2]));
    long count = atol(argv[3]), sent = 0;
    double rate = atof(argv[4]);
    int kinds = load(argv[5]), open = atoi(argv[6]), first = argc > 7 ? atoi(argv[7]) : 1, turn = 0;
    if (count < 1 || count > MOST_DATAGRAMS || rate < 1 || open < 1 || first < 1 || first + open > MOST_SOURCES)
        fail("out of bounds");
    for (int i = 0; i < open; i++)
        sources[i] = open_source(htonl(0x7f000100 + first + i), &target);
    double start = now(), elapsed = 0;
    while (sent < count && (elapsed = now() - start) < LONGEST) {
        long due = (long)(elapsed * rate) + 1;
        due = due > count ? count : due;
        if (due <= sent) {
            wait_for((sent + 1) / rate - elapsed);
            continue;
        }
        int size = due - sent > BATCH ? BATCH : (int)(due - sent);
        for (int i = 0; i < size; i++)
            batch[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &payloads[(sent + i) % kinds], .msg_iovlen = 1}};
        int gone = sendmmsg(sources[turn++ % open], batch, size, 0);
        sent += gone > 0 ? gone : 0;
    }
    printf("{\"sent\": %ld, \"rate\": %.0f}\n", sent, sent / (now() - start));
    return sent < count;
}
