package countersign.adapter;

/** Thrown for what the public API of the SDK does not offer. */
public final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unsupported(String reason) {
        super(reason);
    }
}
