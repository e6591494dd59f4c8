package dev.plumbline.doctor;

import dev.plumbline.compile.Compiler;
import dev.plumbline.compile.Facts;
import dev.plumbline.compile.FirewallFacts;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.Problem;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.Ledger;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Whether forwarding and the like are as the documents of the host's namespace need them. */
final class SysctlChecks {

    private static final String NAME = "sysctls";
    /** Nobody's: which numbers are free does not matter here. */
    private static final long FIRST_TABLE = 1L << 30;

    private SysctlChecks() {
    }

    static Check check(List<Document> documents) {
        var held = documents.stream().filter(each -> each.netns().equals(Document.HOST)).toList();
        if (!Compiler.mayNeedSysctls(held)) {
            return Check.notApplicable(HostChecks.HOST, NAME, "no document needs forwarding or loose reverse-path"
                    + " filters");
        }
        List<Problem> missing;
        try (var namespace = KernelNamespace.open(KernelNamespace.HOST)) {
            var needs = Compiler.needs(held, Ledger.EMPTY, namespace.read(Compiler.first(held)), Map.of());
            var free = LongStream.range(FIRST_TABLE, FIRST_TABLE + needs.freeTables()).boxed().toList();
            missing = Compiler.missingSysctls(held, new Facts(namespace.read(needs.scope()), Ledger.EMPTY, free,
                    Map.of(), false, Map.of(), FirewallFacts.NOWHERE));
        } catch (UncheckedIOException e) {
            return Check.notApplicable(HostChecks.HOST, NAME, "not looked at: " + e.getMessage());
        }
        if (missing.isEmpty()) {
            return Check.ok(HostChecks.HOST, NAME, "what documents need of forwarding and reverse-path filters is so,"
                    + " or they set it themselves");
        }
        var remedies = new ArrayList<>(missing.stream().map(each -> each.message()
                .substring(each.message().lastIndexOf("`sysctl ") + 1).replace("`", "")).distinct().toList());
        remedies.add("or in the documents: sysctls: manage");
        return new Check(HostChecks.HOST, NAME, Check.Verdict.WARNING, missing.size() + " missing, the first at "
                + missing.getFirst().origin().position() + ": "
                + missing.getFirst().message().replaceFirst("; say `.*", ""), remedies);
    }
}
