package dev.plumbline.netlink;

import static dev.plumbline.netlink.NfTablesMessages.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NfnetlinkBatch.Result;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("kernel")
class NfnetlinkBatchKernelTest {

    private static final int INET = 1;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private Nft nft;
    private NetlinkSocket socket;

    @BeforeEach
    void open() throws NetlinkException {
        var name = namespaces.create();
        nft = new Nft(name);
        socket = namespaces.closing(NetlinkSocket.open(namespaces.closing(NetworkNamespace.named(name)),
                Nfnetlink.PROTOCOL));
    }

    private NfnetlinkBatch batch() {
        return new NfnetlinkBatch(socket, Nfnetlink.NFNL_SUBSYS_NFTABLES);
    }

    private long generation() throws NetlinkException {
        long[] generation = {0};
        socket.request(NFT_MSG_GETGEN, 0, writer -> Nfnetlink.header(writer, 0), message -> {
            var attributes = message.attributes(Nfnetlink.HEADER);
            while (attributes.next()) {
                generation[0] = attributes.type() == NFTA_GEN_ID ? attributes.u32be() : generation[0];
            }
        });
        return generation[0];
    }

    private static void table(NfnetlinkBatch batch, String name, int flags, long tag) {
        batch.begin(NFT_MSG_NEWTABLE, Netlink.NLM_F_CREATE | flags, INET, tag).string(NFTA_TABLE_NAME, name);
        batch.end();
    }

    @Test
    void anotherGenerationIsRefusedAndTheSameBatchServesForTheNext() throws NetlinkException {
        var batch = batch();
        table(batch, "ours", 0, 0);
        long before = generation();
        nft.run("add table inet theirs");

        assertInstanceOf(Result.Stale.class, batch.commit(before));
        assertEquals("table inet theirs", nft.run("list tables").strip());
        assertInstanceOf(Result.Committed.class, batch.commit(generation()));
        assertEquals("table inet theirs\ntable inet ours", nft.run("list tables").strip());
    }

    @Test
    void oneRefusalUndoesAllAndIsFound() throws NetlinkException {
        nft.run("add table inet there");
        var batch = batch();
        for (int i = 0; i < 2000; i++) {
            table(batch, "t" + i, 0, i);
        }
        table(batch, "there", Netlink.NLM_F_EXCL, 4711);
        table(batch, "last", 0, 4712);

        var result = assertInstanceOf(Result.Refused.class, batch.commit(generation()));

        assertEquals(List.of(4711L), result.refusals().stream().map(NfnetlinkBatch.Refusal::tag).toList());
        assertEquals("such an object exists already (EEXIST, attribute NFTA_TABLE_NAME)",
                result.refusals().getFirst().cause().getMessage());
        assertEquals("table inet there", nft.run("list tables").strip());
    }

    /** More refusals than the queue of answers holds: some are known, and nothing was done. */
    @Test
    void refusalsThatOverflowTheQueueAreRefusalsAllTheSame() throws NetlinkException {
        nft.run("add table inet there");
        var batch = batch();
        for (int i = 0; i < 50_000; i++) {
            table(batch, "there", Netlink.NLM_F_EXCL, i);
        }

        assertInstanceOf(Result.Refused.class, batch.commit(generation()));
        assertInstanceOf(Result.Committed.class, batch().commit(generation()));
    }

    @Test
    void aBarrierChangesNothing() throws NetlinkException {
        long before = generation();
        NfnetlinkBatch.barrier(socket, Nfnetlink.NFNL_SUBSYS_NFTABLES);
        assertEquals(before, generation());
    }
}
