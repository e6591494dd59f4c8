package dev.plumbline.doctor;

import static dev.plumbline.netlink.TrafficControl.*;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which queueing disciplines, classifiers and actions the kernel has. Each is asked for without its parameters: a
 * kernel that knows it complains of those, and one that does not says so first (ENOENT: {@code qdisc_create},
 * {@code tc_new_tfilter}, {@code tcf_action_init_1}).
 */
final class TrafficProbe {

    private static final int LOOPBACK = 1;
    /** All protocols, big-endian as {@code tcm_info} has it in its lower half. */
    private static final int ETH_P_ALL = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0x0300 : 0x0003;

    /** A part of traffic control. */
    private record Part(String kind, KernelOption option) {
    }

    private static final Part CLSACT = new Part("clsact", new KernelOption("CONFIG_NET_SCH_INGRESS", "sch_ingress"));
    private static final List<Part> QDISCS = List.of(
            new Part("htb", new KernelOption("CONFIG_NET_SCH_HTB", "sch_htb")),
            new Part("tbf", new KernelOption("CONFIG_NET_SCH_TBF", "sch_tbf")),
            new Part("fq_codel", new KernelOption("CONFIG_NET_SCH_FQ_CODEL", "sch_fq_codel")));
    private static final List<Part> CLASSIFIERS = List.of(
            new Part("flower", new KernelOption("CONFIG_NET_CLS_FLOWER", "cls_flower")),
            new Part("u32", new KernelOption("CONFIG_NET_CLS_U32", "cls_u32")),
            new Part("bpf", new KernelOption("CONFIG_NET_CLS_BPF", "cls_bpf")),
            new Part("matchall", new KernelOption("CONFIG_NET_CLS_MATCHALL", "cls_matchall")));
    private static final List<Part> ACTIONS = List.of(
            new Part("gact", new KernelOption("CONFIG_NET_ACT_GACT", "act_gact")),
            new Part("mirred", new KernelOption("CONFIG_NET_ACT_MIRRED", "act_mirred")),
            new Part("police", new KernelOption("CONFIG_NET_ACT_POLICE", "act_police")),
            new Part("ct", new KernelOption("CONFIG_NET_ACT_CT", "act_ct")),
            new Part("skbedit", new KernelOption("CONFIG_NET_ACT_SKBEDIT", "act_skbedit")),
            new Part("pedit", new KernelOption("CONFIG_NET_ACT_PEDIT", "act_pedit")));

    private final NetlinkSocket socket;
    private final List<Check> checks = new ArrayList<>();

    /** Over a socket of rtnetlink in a throw-away namespace. */
    TrafficProbe(NetlinkSocket socket) {
        this.socket = socket;
    }

    List<Check> checks() {
        boolean clsact = add("qdisc", CLSACT, refusal(RTM_NEWQDISC, CLSACT.kind(), CLSACT_HANDLE, TC_H_CLSACT, 0));
        for (var qdisc : QDISCS) {
            add("qdisc", qdisc, refusal(RTM_NEWQDISC, qdisc.kind(), 0x10000, TC_H_ROOT, 0));
        }
        int priority = 0;
        for (var classifier : CLASSIFIERS) {
            if (clsact) {
                // A priority belongs to one classifier: where another one has it, that is what the kernel complains of.
                add("classifier", classifier, refusal(RTM_NEWTFILTER, classifier.kind(), 0, TC_H_CLSACT_INGRESS,
                        (long) ++priority << 16 | ETH_P_ALL));
            } else {
                checks.add(Check.notApplicable(Doctor.KERNEL, "tc-classifier-" + classifier.kind(),
                        "not looked at: without clsact there is no place for a classifier"));
            }
        }
        for (var action : ACTIONS) {
            add("action", action, ask(RTM_NEWACTION, writer -> writer.u8(0).u8(0).u16(0).beginNest(TCA_ACT_TAB)
                    .beginNest(1).string(TCA_ACT_KIND, action.kind()).endNest().endNest()));
        }
        return checks;
    }

    private boolean add(String sort, Part part, Optional<NetlinkException> refusal) {
        var name = "tc-" + sort + "-" + part.kind();
        boolean absent = refusal.filter(each -> each.errno() == Errno.ENOENT).isPresent();
        checks.add(absent
                ? Check.warning(Doctor.KERNEL, name, "no " + sort + " " + part.kind() + " for traffic control: "
                        + part.option().name() + " is missing", LinkProbe.lines(part.option()))
                : refusal.filter(each -> each.errno() == Errno.EOPNOTSUPP || each.errno() == Errno.EPERM).isPresent()
                ? Check.warning(Doctor.KERNEL, name, "traffic control is missing or refused: "
                        + refusal.get().getMessage(), "run a kernel with CONFIG_NET_SCHED and CONFIG_NET_CLS_ACT")
                : Check.ok(Doctor.KERNEL, name, sort + " " + part.kind() + " (" + part.option().name() + ")"));
        return !absent;
    }

    private Optional<NetlinkException> refusal(int type, String kind, long handle, long parent, long info) {
        return ask(type, writer -> writer.u8(0).u8(0).u16(0).u32(LOOPBACK).u32(handle).u32(parent).u32(info)
                .string(TCA_KIND, kind));
    }

    private Optional<NetlinkException> ask(int type, Consumer<MessageWriter> request) {
        try {
            socket.request(type, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, request::accept);
            return Optional.empty();
        } catch (NetlinkException e) {
            return Optional.of(e);
        }
    }
}
