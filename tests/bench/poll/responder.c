/* A site of SNMP devices on loopback, fast enough not to be what a benchmark of pollers measures.
 *
 * usage: responder PORT
 *
 * Every address of 127.0.0.0/8 is a device: 20 scalars, and 10 columns of IF-MIB over 49 interfaces. It speaks v2c
 * (any community) and v3 (user "bench", HMAC-SHA-96 and AES-128, password below), checks the digest of what it is
 * asked, signs and encrypts what it answers, from the address that was asked. Each device has an engine ID and keys of
 * its own. A datagram "STAT" is answered with the counts so far: gets bulks varbinds refused discoveries.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

typedef uint8_t u8;

enum { ROWS = 49, LARGEST = 65000, MAC = 12, BOOTS = 3, BATCH = 32 };
static const char *AUTH = "bench-auth-password", *PRIV = "bench-priv-password";

/* ---- objects, in the order of a walk ------------------------------------------------------------------------- */

typedef struct { u8 name[24]; int name_size; u8 binding[120]; int size; } object;
static object objects[1024];
static int count;

static void add(const u8 *name, int name_size, u8 tag, const void *value, int value_size) {
    object *o = &objects[count++];
    memcpy(o->name, name, name_size);
    o->name_size = name_size;
    u8 *p = o->binding;
    *p++ = 0x30; *p++ = 4 + name_size + value_size;
    *p++ = 0x06; *p++ = name_size; memcpy(p, name, name_size); p += name_size;
    *p++ = tag; *p++ = value_size; memcpy(p, value, value_size); p += value_size;
    o->size = p - o->binding;
}

static int number(u8 *out, uint64_t value) { /* shortest non-negative INTEGER */
    u8 raw[9]; int n = 0;
    do raw[n++] = value & 255; while (value >>= 8);
    if (raw[n - 1] & 0x80) raw[n++] = 0;
    for (int i = 0; i < n; i++) out[i] = raw[n - 1 - i];
    return n;
}

static void add_number(const u8 *name, int name_size, u8 tag, uint64_t value) {
    u8 raw[9];
    add(name, name_size, tag, raw, number(raw, value));
}

static void add_text(const u8 *name, int name_size, const char *text) { add(name, name_size, 4, text, strlen(text)); }

static int compare(const u8 *a, int an, const u8 *b, int bn) { /* all sub-identifiers here are below 128 */
    int c = memcmp(a, b, an < bn ? an : bn);
    return c ? c : an - bn;
}

static int by_name(const void *a, const void *b) {
    const object *x = a, *y = b;
    return compare(x->name, x->name_size, y->name, y->name_size);
}

static void fill(void) {
    u8 n[16] = {0x2b, 6, 1, 2, 1};
    char text[64];
    for (int i = 1; i <= 6; i++) { /* system */
        n[5] = 1; n[6] = i; n[7] = 0;
        static const u8 id[] = {0x2b, 6, 1, 4, 1, 9, 1, 0x81, 0x10};
        if (i == 2) add(n, 8, 6, id, sizeof id);
        else if (i == 3) add_number(n, 8, 0x43, 123456789);
        else snprintf(text, sizeof text, "%s", i == 1 ? "Cisco IOS Software, Version 17.9" : i == 4 ? "noc@example.com" : i == 5 ? "gw-1" : "lab rack 7"), add_text(n, 8, text);
    }
    n[5] = 2; n[6] = 1; n[7] = 0;
    add_number(n, 8, 2, ROWS);
    for (int i = 1; i <= 19; i++) { /* ip: all of them, pollers choose */
        n[5] = 4; n[6] = i; n[7] = 0;
        add_number(n, 8, 0x41, 1000000007ull * i % 4000000000u);
    }
    n[5] = 7; n[6] = 1; add_number(n, 8, 0x41, 987654321);
    n[5] = 11; n[6] = 1; add_number(n, 8, 0x41, 3456789);
    n[6] = 3; add_number(n, 8, 0x41, 0);
    for (int row = 1; row <= ROWS; row++) {
        u8 t[] = {0x2b, 6, 1, 2, 1, 2, 2, 1, 0, row}, x[] = {0x2b, 6, 1, 2, 1, 31, 1, 1, 1, 0, row};
        snprintf(text, sizeof text, "GigabitEthernet0/%d", row);
        t[8] = 2; add_text(t, 10, text);
        t[8] = 7; add_number(t, 10, 2, 1);
        t[8] = 8; add_number(t, 10, 2, row % 7 ? 1 : 2);
        t[8] = 14; add_number(t, 10, 0x41, row);
        t[8] = 20; add_number(t, 10, 0x41, 0);
        t[8] = 21; add_number(t, 10, 0x42, 0); /* what comes after the column */
        snprintf(text, sizeof text, "Gi0/%d", row);
        x[9] = 1; add_text(x, 11, text);
        x[9] = 6; add_number(x, 11, 0x46, 98765432101ull * row);
        x[9] = 7; add_number(x, 11, 0x46, 1);
        x[9] = 10; add_number(x, 11, 0x46, 12345678901ull * row);
        x[9] = 11; add_number(x, 11, 0x46, 1);
        x[9] = 15; add_number(x, 11, 0x42, 1000);
        x[9] = 16; add_number(x, 11, 2, 2);
        snprintf(text, sizeof text, "uplink to site %d vlan 1%d", row, row);
        x[9] = 18; add_text(x, 11, text);
        x[9] = 19; add_number(x, 11, 0x43, 0);
    }
    qsort(objects, count, sizeof *objects, by_name);
}

static int after(const u8 *name, int size) { /* the first object after a name, or count */
    int low = 0, high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare(objects[middle].name, objects[middle].name_size, name, size) <= 0) low = middle + 1; else high = middle;
    }
    return low;
}

/* ---- BER ------------------------------------------------------------------------------------------------------ */

typedef struct { const u8 *at, *end; } slice;

static int take(slice *from, u8 *tag, slice *content) {
    const u8 *p = from->at;
    if (from->end - p < 2) return 0;
    *tag = *p++;
    unsigned size = *p++;
    if (size > 127) {
        unsigned n = size & 127;
        if (!n || n > 3 || (unsigned)(from->end - p) < n) return 0;
        for (size = 0; n--;) size = size << 8 | *p++;
    }
    if (size > (unsigned)(from->end - p)) return 0;
    content->at = p; content->end = p + size; from->at = p + size;
    return 1;
}

static int64_t value(slice s) { int64_t v = s.at < s.end && *s.at & 128 ? -1 : 0; while (s.at < s.end) v = v << 8 | *s.at++; return v; }

/* Messages are written backwards, from the end of a buffer to its start: then every length is known when it is due. */
static u8 *before(u8 *p, const void *data, int size) { return memcpy(p - size, data, size); }
static u8 *header(u8 *p, const u8 *end, u8 tag) {
    unsigned size = end - p;
    if (size < 128) *--p = size;
    else if (size < 256) { *--p = size; *--p = 0x81; }
    else { *--p = size; *--p = size >> 8; *--p = 0x82; }
    *--p = tag;
    return p;
}
static u8 *integer(u8 *p, uint64_t v) { u8 raw[9]; int n = number(raw, v); u8 *end = p; return header(before(p, raw, n), end, 2); }

/* ---- answering a PDU ------------------------------------------------------------------------------------------ */

static int room_v2c = LARGEST; /* octets of the bindings of an answer */
static uint64_t gets, bulks, varbinds, refused, discoveries;

static u8 *answer(u8 *end, slice pdu_slice, int room) { /* writes the response PDU backwards; NULL when refused */
    u8 tag, kind; slice pdu, id, a, b, list, pair, name, rest = pdu_slice;
    if (!take(&rest, &kind, &pdu) || !take(&pdu, &tag, &id) || !take(&pdu, &tag, &a) || !take(&pdu, &tag, &b) || !take(&pdu, &tag, &list)) return NULL;
    static u8 body[LARGEST + 200];
    int size = 0, names = 0, next[128];
    static slice asked[128];
    while (list.at < list.end && names < 128) {
        if (!take(&list, &tag, &pair) || !take(&pair, &tag, &name)) return NULL;
        next[names] = after(name.at, name.end - name.at);
        asked[names++] = name;
    }
    int rows = kind == 0xa5 ? value(b) : 1, status = 0;
    kind == 0xa5 ? bulks++ : gets++;
    for (int row = 0; row < rows && size < room; row++)
        for (int i = 0; i < names && size < room; i++) {
            int at = next[i] - (kind == 0xa0);
            slice n = asked[i];
            int found = kind != 0xa0 ? at < count : at >= 0 && objects[at].name_size == n.end - n.at && !memcmp(objects[at].name, n.at, n.end - n.at);
            if (kind == 0xa5 && size && size + (found ? objects[at].size : n.end - n.at + 6) > room) { rows = 0; break; } /* what fits, as net-snmp does */
            if (found) { memcpy(body + size, objects[at].binding, objects[at].size); size += objects[at].size; next[i]++; }
            else {
                u8 *p = body + size; int l = n.end - n.at;
                *p++ = 0x30; *p++ = l + 4; *p++ = 6; *p++ = l; memcpy(p, n.at, l); p += l; *p++ = kind == 0xa0 ? 0x81 : 0x82; *p++ = 0;
                size = p - body;
            }
            varbinds++;
        }
    if (size > room) { size = 0; status = 1; }
    u8 *p = header(before(end, body, size), end, 0x30);
    p = integer(integer(p, 0), status);
    u8 *stop = p;
    p = header(before(p, id.at, id.end - id.at), stop, 2);
    return header(p, end, 0xa2);
}

/* ---- v3 ------------------------------------------------------------------------------------------------------- */

typedef struct { uint32_t address; u8 engine[11], auth[20], priv[20]; } device;
static device devices[1 << 16];
static u8 auth_master[20], priv_master[20];
static uint64_t salt = 0x1122334455667788;
static time_t started;

static void master(const char *password, u8 *key) {
    u8 *all = malloc(1 << 20); int n = strlen(password);
    for (int i = 0; i < 1 << 20; i++) all[i] = password[i % n];
    SHA1(all, 1 << 20, key);
    free(all);
}

static void localise(const u8 *key, const u8 *engine, u8 *out) {
    u8 all[51];
    memcpy(all, key, 20); memcpy(all + 20, engine, 11); memcpy(all + 31, key, 20);
    SHA1(all, 51, out);
}

static device *device_at(uint32_t address) { /* addresses in use are fewer than places, and mostly in a row */
    for (uint32_t at = ntohl(address);; at++) {
        device *d = &devices[at & 0xffff];
        if (d->address == address) return d;
        if (d->address) continue;
        static const u8 head[] = {0x80, 0, 0x1f, 0x88, 1, 0, 0};
        d->address = address;
        memcpy(d->engine, head, 7); memcpy(d->engine + 7, &address, 4);
        localise(auth_master, d->engine, d->auth); localise(priv_master, d->engine, d->priv);
        return d;
    }
}

static void crypt(const device *d, uint32_t boots, uint32_t seconds, const u8 *salt8, u8 *data, int size, int encrypt) {
    static EVP_CIPHER_CTX *context;
    if (!context) context = EVP_CIPHER_CTX_new();
    u8 vector[16]; int out;
    uint32_t head[2] = {htonl(boots), htonl(seconds)};
    memcpy(vector, head, 8); memcpy(vector + 8, salt8, 8);
    EVP_CipherInit_ex(context, EVP_aes_128_cfb128(), NULL, d->priv, vector, encrypt);
    EVP_CipherUpdate(context, data, &out, data, size);
}

static u8 *wrap(u8 *end, u8 *p, slice id, u8 flags, const device *d, const u8 *user, int user_size) { /* p: scoped PDU */
    uint32_t seconds = time(NULL) - started;
    u8 salt8[8], *mac, *stop;
    memcpy(salt8, &salt, 8); salt++;
    if (flags & 2) { crypt(d, BOOTS, seconds, salt8, p, end - p, 1); p = header(p, end, 4); }
    u8 *data = p;
    stop = p; p = header(flags & 2 ? before(p, salt8, 8) : p, stop, 4);
    stop = p; if (flags & 1) { p -= MAC; memset(p, 0, MAC); } mac = p; p = header(p, stop, 4);
    stop = p; p = header(before(p, user, user_size), stop, 4);
    p = integer(integer(p, seconds), BOOTS);
    stop = p; p = header(before(p, d->engine, 11), stop, 4);
    p = header(header(p, data, 0x30), data, 4);
    u8 *global = p;
    p = integer(p, 3);
    stop = p; *--p = flags; p = header(p, stop, 4);
    p = integer(p, 65507);
    stop = p; p = header(before(p, id.at, id.end - id.at), stop, 2);
    p = header(p, global, 0x30);
    p = header(integer(p, 3), end, 0x30);
    if (flags & 1) { u8 digest[20]; unsigned n; HMAC(EVP_sha1(), d->auth, 20, p, end - p, digest, &n); memcpy(mac, digest, MAC); }
    return p;
}

static u8 *report(u8 *end, slice id, const device *d, int counter, u8 flags, const u8 *user, int user_size) {
    const u8 name[] = {0x30, 0x0f, 0x06, 0x0a, 0x2b, 6, 1, 6, 3, 15, 1, 1, counter, 0, 0x41, 1, 1};
    u8 *p = header(before(end, name, sizeof name), end, 0x30);
    p = integer(integer(integer(p, 0), 0), 0);
    p = header(p, end, 0xa8);
    *--p = 0; *--p = 4;
    u8 *stop = p; p = header(before(p, d->engine, 11), stop, 4);
    return wrap(end, header(p, end, 0x30), id, flags, d, user, user_size);
}

static u8 *answer_v3(u8 *end, u8 *message, int size, slice body, uint32_t address) {
    u8 tag, flags; slice global, id, max, f, model, octets, security, engine, boots, seconds, user, mac, salt8, data;
    if (!take(&body, &tag, &global) || !take(&global, &tag, &id) || !take(&global, &tag, &max) || !take(&global, &tag, &f) || !take(&global, &tag, &model)) return NULL;
    if (!take(&body, &tag, &octets) || !take(&octets, &tag, &security) || !take(&security, &tag, &engine) || !take(&security, &tag, &boots)) return NULL;
    if (!take(&security, &tag, &seconds) || !take(&security, &tag, &user) || !take(&security, &tag, &mac) || !take(&security, &tag, &salt8)) return NULL;
    device *d = device_at(address);
    flags = *f.at;
    if (engine.end - engine.at != 11 || memcmp(engine.at, d->engine, 11)) { discoveries++; return report(end, id, d, 4, 0, user.at, user.end - user.at); }
    u8 name[32]; int name_size = user.end - user.at;
    if ((flags & 3) != 3 || name_size > 32 || mac.end - mac.at != MAC || salt8.end - salt8.at != 8) return NULL;
    memcpy(name, user.at, name_size);
    u8 sent[MAC], digest[20]; unsigned n;
    memcpy(sent, mac.at, MAC); memset((u8 *)mac.at, 0, MAC);
    HMAC(EVP_sha1(), d->auth, 20, message, size, digest, &n);
    if (memcmp(sent, digest, MAC)) return report(end, id, d, 5, 0, name, name_size);
    int64_t off = value(seconds) - (time(NULL) - started);
    if (value(boots) != BOOTS || off > 150 || off < -150) return report(end, id, d, 2, 1, name, name_size);
    if (!take(&body, &tag, &data)) return NULL;
    crypt(d, value(boots), value(seconds), salt8.at, (u8 *)data.at, data.end - data.at, 0);
    slice scoped, context, context_name;
    if (!take(&data, &tag, &scoped) || !take(&scoped, &tag, &context) || !take(&scoped, &tag, &context_name)) return NULL;
    u8 *p = answer(end, scoped, LARGEST);
    if (!p) return NULL;
    *--p = 0; *--p = 4;
    u8 *stop = p; p = header(before(p, d->engine, 11), stop, 4);
    return wrap(end, header(p, end, 0x30), id, 3, d, name, name_size);
}

static u8 *respond(u8 *end, u8 *data, int size, uint32_t address) {
    u8 tag; slice whole = {data, data + size}, body, version, community, pdu;
    if (!take(&whole, &tag, &body) || !take(&body, &tag, &version)) return NULL;
    if (value(version) == 3) return answer_v3(end, data, size, body, address);
    pdu = body;
    if (!take(&pdu, &tag, &community)) return NULL;
    u8 *p = answer(end, pdu, room_v2c);
    if (!p) return NULL;
    p = before(p, body.at, pdu.at - body.at); /* the community as it came */
    return header(integer(p, value(version)), end, 0x30);
}

/* ---- the socket ----------------------------------------------------------------------------------------------- */

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    if (argc > 2) room_v2c = atoi(argv[2]) - 60; /* octets of a datagram */
    fill(); master(AUTH, auth_master); master(PRIV, priv_master); started = time(NULL) - 1000;
    int s = socket(AF_INET, SOCK_DGRAM, 0), on = 1, buffer = 32 << 20;
    setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer); setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    if (bind(s, (void *)&here, sizeof here)) { perror("bind"); return 1; }
    static u8 in[BATCH][8192], out[LARGEST + 2000], control[BATCH][64];
    static struct sockaddr_in from[BATCH];
    static struct iovec iov[BATCH];
    static struct mmsghdr heard[BATCH];
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            iov[i] = (struct iovec){in[i], sizeof in[i]};
            heard[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &iov[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = sizeof control[i]};
        }
        int n = recvmmsg(s, heard, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < n; i++) {
            struct msghdr *m = &heard[i].msg_hdr;
            struct cmsghdr *c = CMSG_FIRSTHDR(m);
            struct in_pktinfo *info = c ? (void *)CMSG_DATA(c) : NULL;
            u8 *end = out + sizeof out, *p;
            if (heard[i].msg_len == 4 && !memcmp(in[i], "STAT", 4)) {
                char text[120]; int l = snprintf(text, sizeof text, "%lu %lu %lu %lu %lu", gets, bulks, varbinds, refused, discoveries);
                p = before(end, text, l);
            } else p = respond(end, in[i], heard[i].msg_len, info ? info->ipi_addr.s_addr : 0);
            if (!p) { refused++; continue; }
            if (info) { info->ipi_ifindex = 0; info->ipi_spec_dst = info->ipi_addr; }
            iov[i] = (struct iovec){p, end - p};
            sendmsg(s, m, 0);
        }
    }
}
