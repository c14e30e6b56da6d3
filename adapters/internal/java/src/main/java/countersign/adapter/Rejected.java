package countersign.adapter;

/** Thrown when the SDK refuses its input; the cause is the SDK's own exception. */
public final class Rejected extends Exception {
    private static final long serialVersionUID = 1L;

    public Rejected(Throwable refusal) {
        super(refusal);
    }
}
