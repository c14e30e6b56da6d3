package countersign.adapter;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * The suite's protocol over one SDK: a question a line in, an answer a line out, one after the
 * other. A question that goes wrong gets an answer that says so, and the next one is read.
 *
 * <p>No host name is ever resolved in a process that uses this class, and whatever else writes to
 * standard output writes to standard error instead.
 */
public abstract class Adapter {
    static {
        // Read once, by InetAddress: names are looked up in this file and nowhere else.
        System.setProperty("jdk.net.hosts.file", "/dev/null");
    }

    private static final Gson GSON =
            new GsonBuilder()
                    .disableHtmlEscaping()
                    .registerTypeAdapter(String.class, new ByteStrings.Text())
                    .registerTypeAdapter(byte[].class, new ByteStrings.Raw())
                    .create();

    /** Says what is under test. */
    protected abstract Hello hello();

    /** Carries out an operation, or makes the URL or the form for it. */
    protected abstract Answer send(Question question) throws Exception;

    /** Signs a given request. */
    protected Answer sign(Question question) throws Exception {
        throw new Unsupported("the SDK has no public signer");
    }

    /** Answers the questions on standard input until it ends. */
    public final void run() throws IOException {
        // A line that is no question ends the process, whatever threads an SDK has.
        Thread.currentThread()
                .setUncaughtExceptionHandler(
                        (thread, e) -> {
                            e.printStackTrace();
                            Runtime.getRuntime().halt(1);
                        });
        PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        var questions =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = questions.readLine()) != null; ) {
            answers.print(GSON.toJson(answer(GSON.fromJson(line, JsonObject.class))) + "\n");
            answers.flush();
        }
        System.exit(0); // whatever threads an SDK has left
    }

    private Object answer(JsonObject line) {
        String type = line.get("type").getAsString();
        if (type.equals("hello")) {
            return hello();
        }
        Answer answer;
        try {
            Question question = GSON.fromJson(line, Question.class);
            answer = answer(type, question);
        } catch (Unsupported e) {
            answer = Answer.unsupported(e.getMessage());
        } catch (Rejected e) {
            answer = Answer.rejected(e.getCause());
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            e.printStackTrace();
            answer = Answer.error(e);
        }
        answer.id = line.get("id").getAsString();
        return answer;
    }

    private Answer answer(String type, Question question) throws Exception {
        String profile = question.scheme + "/" + question.carrier;
        if (!type.equals("sign") && !type.equals("send")) {
            throw new Unsupported("this adapter takes no questions of type " + type);
        }
        if (!hello().schemes.contains(profile)) {
            throw new Unsupported("the SDK does not offer " + profile);
        }
        return type.equals("sign") ? sign(question) : send(question);
    }

    /** Returns the version of a package on the class path, as its jar states it. */
    protected static String version(String group, String artifact) {
        String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Adapter.class.getResourceAsStream(path)) {
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + path, e);
        }
    }
}
