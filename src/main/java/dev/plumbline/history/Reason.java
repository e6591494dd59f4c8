package dev.plumbline.history;

/**
 * Why a host is, or is not, as its intents want it: the fixed list of {@code plumbline status}. The names are what JSON
 * and metrics show.
 */
public enum Reason {
    /** The network matches the newest intents. */
    RECONCILIATION_SUCCEEDED("ReconciliationSucceeded", Kind.READY),
    /** It matches, but for documents that wait for a device, an address, a namespace. */
    NOT_ALL_READY("DependencyNotReady", Kind.WAITING),
    /** It matches, but for drift that documents say is only to be reported. */
    DRIFT_REPORTED("DriftDetected", Kind.WAITING),
    /** Nothing was ever applied here. */
    NOT_YET_APPLIED("NotYetApplied", Kind.WAITING),
    /** An apply waits to be confirmed. */
    CONFIRM_PENDING("ConfirmPending", Kind.WAITING),
    /** Another apply is at work. */
    LOCKED("Locked", Kind.WAITING),
    /** The remote does not answer: the last good commit is kept. */
    SOURCE_UNREACHABLE("SourceUnreachable", Kind.RETRYING),
    /** The directory, the repository's ref or its folder is not there. */
    SOURCE_NOT_FOUND("SourceNotFound", Kind.STALLED),
    /** The commit is not signed by somebody who may: the last good one is kept. */
    UNTRUSTED("SignatureInvalid", Kind.STALLED),
    /** The intents have errors: the last good ones are kept. */
    INVALID("IntentInvalid", Kind.STALLED),
    /** A guard refused the new intents: the last good ones are kept. */
    GUARDED("GuardHit", Kind.STALLED),
    /** The new intents were reverted: the last confirmed ones are kept. */
    REVERTED("Reverted", Kind.STALLED),
    /** The source is another than the one that was applied last. */
    OTHER_SOURCE("OtherSource", Kind.STALLED),
    /** An apply failed and was undone. */
    APPLY_FAILED("ApplyFailed", Kind.RETRYING),
    /** What was undone was not undone in full. */
    PARTLY_UNDONE("PartlyUndone", Kind.STALLED),
    /** Somebody keeps changing what is ours. */
    FIGHTING("Fighting", Kind.RETRYING),
    /** Somebody suspended unattended runs. */
    SUSPENDED("Suspended", Kind.WAITING),
    /** Something else failed, such as the store. */
    FAILED("ReconciliationFailed", Kind.RETRYING);

    private final String word;
    private final Kind kind;

    Reason(String word, Kind kind) {
        this.word = word;
        this.kind = kind;
    }

    private enum Kind { READY, WAITING, RETRYING, STALLED }

    /** As JSON and metrics name it. */
    public String word() {
        return word;
    }

    /** The reason of that word. */
    public static Reason of(String word) {
        for (var reason : values()) {
            if (reason.word.equals(word)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("no reason " + word);
    }

    /** All is as intended. */
    public boolean isReady() {
        return kind == Kind.READY;
    }

    /** It will not heal by itself: somebody has to do something. */
    public boolean isStalled() {
        return kind == Kind.STALLED;
    }

    /** It is about the newest intents and where they come from, not about the network. */
    public boolean isOfInput() {
        return switch (this) {
            case SOURCE_UNREACHABLE, SOURCE_NOT_FOUND, UNTRUSTED, INVALID, GUARDED, REVERTED, OTHER_SOURCE -> true;
            default -> false;
        };
    }

    /** Another try may succeed. */
    public boolean isRetried() {
        return kind == Kind.RETRYING;
    }

    /** Whether a run that ended so has failed: exit code 1. A remote that is down for a while is none. */
    public boolean isFailure() {
        return (kind == Kind.STALLED || kind == Kind.RETRYING) && this != SOURCE_UNREACHABLE;
    }
}
