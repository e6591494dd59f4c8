package dev.plumbline.intent;

/** Which routing table a document means. */
public sealed interface TableChoice {

    /** The first free one from 100 on, and the same in every later run. */
    record Auto() implements TableChoice {
    }

    /** 1 to 4294967295. */
    record Number(long id) implements TableChoice {
    }

    /** The name of a RouteTable document, of a table in {@code rt_tables}, or {@code main}. */
    record Name(String name) implements TableChoice {
    }
}
