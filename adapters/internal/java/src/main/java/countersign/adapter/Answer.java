package countersign.adapter;

import java.util.List;
import java.util.Map;

/** The answer to sign or send. What is null is left out. */
@SuppressWarnings("unused") // its fields are written out by Gson
public final class Answer {
    String id;
    private Map<String, String> stages;
    private Question.Request request;
    private String url;
    private List<List<String>> headers;
    private List<List<String>> form;
    private Integer status;
    private String failure;
    private String unsupported;
    private Map<String, String> rejected;
    private Map<String, String> error;

    private Answer() {}

    /** The HTTP status of what was sent, and what the SDK made of it if that is an exception. */
    public static Answer status(int status, Throwable failure) {
        var answer = new Answer();
        answer.status = status;
        answer.failure = failure == null ? null : failure.toString();
        return answer;
    }

    /** A presigned URL, and the headers that must be sent with it. */
    public static Answer url(String url, List<List<String>> headers) {
        var answer = new Answer();
        answer.url = url;
        answer.headers = headers;
        return answer;
    }

    /** The fields of a browser upload. */
    public static Answer form(List<List<String>> form) {
        var answer = new Answer();
        answer.form = form;
        return answer;
    }

    /** A signature and further stages, and the request that carries it. */
    public static Answer signed(Map<String, String> stages, Question.Request request) {
        var answer = new Answer();
        answer.stages = stages;
        answer.request = request;
        return answer;
    }

    /** A signature and further stages, and the URL that carries it. */
    public static Answer signed(Map<String, String> stages, String url) {
        var answer = new Answer();
        answer.stages = stages;
        answer.url = url;
        return answer;
    }

    /** A signature and further stages, and the form that carries it. */
    public static Answer signedForm(Map<String, String> stages, List<List<String>> form) {
        var answer = new Answer();
        answer.stages = stages;
        answer.form = form;
        return answer;
    }

    static Answer unsupported(String reason) {
        var answer = new Answer();
        answer.unsupported = reason;
        return answer;
    }

    static Answer rejected(Throwable refusal) {
        var answer = new Answer();
        answer.rejected =
                Map.of(
                        "class", refusal.getClass().getSimpleName(),
                        "message", String.valueOf(refusal.getMessage()));
        return answer;
    }

    static Answer error(Throwable fault) {
        var answer = new Answer();
        answer.error = Map.of("message", fault.toString());
        return answer;
    }
}
