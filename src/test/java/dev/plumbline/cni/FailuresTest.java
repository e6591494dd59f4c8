package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.state.Origin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is wrong with the intents, as a runtime is told. */
class FailuresTest {

    /** The attachment's fields are those of the network's configuration; a document's are in its file. */
    @Test
    void wrongFieldsAreFoundWhereTheyWereWritten() {
        var attachment = new Origin("attachment c1/net1", "", 0, 0);
        var failure = Failures.of(new IntentException(List.of(
                Problem.error(attachment, "spec.method", "this kernel makes no VRF devices"),
                Problem.warning(attachment, "spec.table", "not told"),
                Problem.error(attachment, "", "of no field"),
                Problem.error(new Origin("SourceRouting/sip", "pods/sip.yaml", 4, 30), "spec.table", "of another"))));
        assertEquals(CniException.INVALID_CONFIGURATION, failure.code());
        assertEquals("method: this kernel makes no VRF devices; of no field; "
                + "pods/sip.yaml:4:30: spec.table: of another", failure.getMessage());
    }
}
