/*
 * The physical limit: how fast the kernel takes prepared netlink messages and gives a dump, with nothing else to do.
 * And the stopwatch of bench/run.
 *
 *   limit add    route32|route24|rule N    adds N objects (below) in batches of 256 KiB, ack on each batch's last
 *   limit delete route32|route24|rule N    deletes them in the order that is fast
 *   limit dump   route|rule                reads table 1000, or all IPv4 rules, and looks at every message's header
 *     each prints the milliseconds from the first request to the last answer; building the messages is not counted
 *   limit run NETNS REPORT COMMAND...      runs a command in a named network namespace, and writes to REPORT: its
 *                                          milliseconds from start to exit, its peak memory in KiB, its exit code
 *
 * Object i, the same as bench/run writes for ip and plumbline:
 *   route32   10.0.0.0 + i /32 via 192.0.2.2 dev v0 table 1000
 *   route24   1.0.0.0 + 256 i /24 via 192.0.2.2 dev v0 table 1000
 *   rule      from 10.0.0.0 + i lookup 1000 priority 1000 + i
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TABLE = 1000, FIRST_PRIORITY = 1000, BATCH = 256 * 1024, OLD_SOL_NETLINK = 270 };

static void die(const char *what)
{
    fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int open_rtnetlink(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), one = 1, size = 8 << 20;
    struct sockaddr_nl self = {.nl_family = AF_NETLINK};
    if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof self) < 0)
        die("netlink socket");
    setsockopt(fd, OLD_SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
    setsockopt(fd, OLD_SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    return fd;
}

static void put(struct nlmsghdr *h, int type, const void *data, int length)
{
    struct rtattr *a = (struct rtattr *)((char *)h + NLMSG_ALIGN(h->nlmsg_len));
    a->rta_type = type;
    a->rta_len = RTA_LENGTH(length);
    memcpy(RTA_DATA(a), data, length);
    h->nlmsg_len = NLMSG_ALIGN(h->nlmsg_len) + RTA_ALIGN(a->rta_len);
}

static void build_route(struct nlmsghdr *h, long i, int prefix_length, int oif)
{
    struct rtmsg *r = NLMSG_DATA(h);
    uint32_t table = TABLE, gateway = inet_addr("192.0.2.2");
    uint32_t to = prefix_length == 32 ? htonl(0x0a000000 + i) : htonl(0x01000000 + (i << 8));
    h->nlmsg_len = NLMSG_LENGTH(sizeof *r);
    *r = (struct rtmsg){.rtm_family = AF_INET, .rtm_dst_len = prefix_length, .rtm_table = RT_TABLE_COMPAT,
                        .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST};
    if (h->nlmsg_type == RTM_DELROUTE)
        r->rtm_protocol = 0; /* any: it also cleans up what others added */
    put(h, RTA_TABLE, &table, 4);
    put(h, RTA_DST, &to, 4);
    put(h, RTA_GATEWAY, &gateway, 4);
    put(h, RTA_OIF, &oif, 4);
}

static void build_rule(struct nlmsghdr *h, long i)
{
    struct fib_rule_hdr *r = NLMSG_DATA(h);
    uint32_t table = TABLE, priority = FIRST_PRIORITY + i, from = htonl(0x0a000000 + i);
    h->nlmsg_len = NLMSG_LENGTH(sizeof *r);
    *r = (struct fib_rule_hdr){.family = AF_INET, .src_len = 32, .action = FR_ACT_TO_TBL};
    put(h, FRA_TABLE, &table, 4);
    put(h, FRA_PRIORITY, &priority, 4);
    put(h, FRA_SRC, &from, 4);
}

/* Reads up to the ack of a batch; whatever failed before it is answered before it. */
static void await(int fd, uint32_t last)
{
    char buffer[65536];
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            die("recv");
        for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
            struct nlmsgerr *e = NLMSG_DATA(h);
            if (h->nlmsg_type == NLMSG_ERROR && e->error) {
                errno = -e->error;
                die("refused");
            }
            if (h->nlmsg_type == NLMSG_ERROR && h->nlmsg_seq == last)
                return;
        }
    }
}

static double change(int adding, const char *what, long n)
{
    int rules = !strcmp(what, "rule"), length = !strcmp(what, "route24") ? 24 : 32;
    int oif = rules ? 0 : (int)if_nametoindex("v0"), fd = open_rtnetlink();
    /* Fast in the kernel: routes deleted, and rules added, from the last to the first. */
    int backwards = rules ? adding : !adding;
    char *buffer = calloc(n, 96), *end = buffer, *begin;
    struct nlmsghdr **messages = malloc(n * sizeof *messages);
    if (!buffer || !messages || (!rules && !oif))
        die(oif || rules ? "memory" : "v0");
    for (long k = 0; k < n; k++) {
        struct nlmsghdr *h = messages[k] = (void *)end;
        long i = backwards ? n - 1 - k : k;
        h->nlmsg_type = rules ? (adding ? RTM_NEWRULE : RTM_DELRULE) : (adding ? RTM_NEWROUTE : RTM_DELROUTE);
        h->nlmsg_flags = NLM_F_REQUEST | (adding ? NLM_F_CREATE | (rules ? 0 : NLM_F_EXCL) : 0);
        h->nlmsg_seq = k + 1;
        if (rules)
            build_rule(h, i);
        else
            build_route(h, i, length, oif);
        end += NLMSG_ALIGN(h->nlmsg_len);
    }
    double start = now();
    begin = buffer;
    for (long k = 0; k < n; k++) {
        char *next = k + 1 < n ? (char *)messages[k + 1] : end;
        char *after = k + 2 < n ? (char *)messages[k + 2] : end;
        if (k + 1 < n && after - begin <= BATCH)
            continue;
        messages[k]->nlmsg_flags |= NLM_F_ACK;
        if (send(fd, begin, next - begin, 0) != next - begin)
            die("send");
        await(fd, messages[k]->nlmsg_seq);
        begin = next;
    }
    return now() - start;
}

static double dump(const char *what)
{
    int rules = !strcmp(what, "rule"), fd = open_rtnetlink();
    struct { struct nlmsghdr h; char rest[64]; } request = {0};
    char buffer[32768];
    uint32_t table = TABLE;
    request.h.nlmsg_type = rules ? RTM_GETRULE : RTM_GETROUTE;
    request.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.h.nlmsg_len = NLMSG_LENGTH(rules ? sizeof(struct fib_rule_hdr) : sizeof(struct rtmsg));
    ((struct rtmsg *)NLMSG_DATA(&request.h))->rtm_family = AF_INET;
    if (!rules)
        put(&request.h, RTA_TABLE, &table, 4);
    double start = now();
    if (send(fd, &request, request.h.nlmsg_len, 0) < 0)
        die("send");
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            die("recv");
        for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
            if (h->nlmsg_type == NLMSG_DONE)
                return now() - start;
            if (h->nlmsg_type == NLMSG_ERROR)
                die("dump refused");
        }
    }
}

static int run(const char *netns, const char *report, char **command)
{
    char path[256];
    struct rusage use;
    int status;
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        die(path);
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        die(command[0]);
    }
    if (child < 0 || wait4(child, &status, 0, &use) < 0)
        die("wait");
    double end = now();
    FILE *out = fopen(report, "w");
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!out)
        die(report);
    fprintf(out, "%.2f %ld %d\n", end - start, use.ru_maxrss, code);
    fclose(out);
    return code;
}

int main(int argc, char **argv)
{
    if (argc >= 5 && !strcmp(argv[1], "run"))
        return run(argv[2], argv[3], argv + 4);
    if (argc == 4 && (!strcmp(argv[1], "add") || !strcmp(argv[1], "delete")))
        return printf("%.2f\n", change(argv[1][0] == 'a', argv[2], atol(argv[3]))) < 0;
    if (argc == 3 && !strcmp(argv[1], "dump"))
        return printf("%.2f\n", dump(argv[2])) < 0;
    fputs("limit: add|delete WHAT N, dump WHAT, run NETNS REPORT COMMAND...\n", stderr);
    return 64;
}
