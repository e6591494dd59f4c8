package dev.plumbline.state;

/** Hears how far long work has come. */
@FunctionalInterface
public interface Progress {

    Progress SILENT = (done, of) -> { };

    /** So many of so many objects are done. Called seldom: once a batch. */
    void at(long done, long of);
}
