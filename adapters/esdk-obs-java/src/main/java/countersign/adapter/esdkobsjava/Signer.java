package countersign.adapter.esdkobsjava;

import com.obs.services.ObsClient;
import com.obs.services.internal.Constants;
import com.obs.services.internal.ObsConstraint;
import com.obs.services.internal.security.BasicSecurityKey;
import com.obs.services.internal.security.ProviderCredentials;
import com.obs.services.internal.utils.AbstractAuthentication;
import com.obs.services.internal.utils.IAuthentication;
import com.obs.services.internal.utils.ObsAuthentication;
import com.obs.services.internal.utils.ServiceUtils;
import com.obs.services.internal.utils.V2Authentication;
import com.obs.services.internal.utils.V4Authentication;
import com.obs.services.model.AuthTypeEnum;
import com.obs.services.model.HttpMethodEnum;
import countersign.adapter.Answer;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Signs given requests with the classes that the SDK's client signs with. They are public and take
 * all they sign as arguments, the time too; they are given here what the client gives them.
 */
final class Signer {
    private static final List<String> SIGNED_PARAMETERS = Constants.ALLOWED_RESOURCE_PARAMTER_NAMES;

    private final Question.Input in;
    private final Question.Credentials credentials;
    private final AbstractAuthentication v2;
    private final String prefix; // of the vendor's headers
    private final String idName; // of the parameter and field with the key id

    private Signer(Question q) {
        in = q.input;
        credentials = in.credentials;
        v2 =
                q.scheme.equals("obs-v2")
                        ? ObsAuthentication.getInstance()
                        : V2Authentication.getInstance();
        prefix = q.scheme.equals("obs-v2") ? "x-obs-" : "x-amz-";
        idName = q.scheme.equals("obs-v2") ? "AccessKeyId" : "AWSAccessKeyId";
    }

    static Answer sign(Question q) throws Exception {
        var signer = new Signer(q);
        switch (q.scheme.replaceAll("obs.*-v2", "v2") + "/" + q.carrier) {
            case "v2/header":
                return signer.header();
            case "v2/query":
                return signer.link();
            case "v2/form":
                return signer.form();
            case "obs-v4/header":
                return signer.headerV4();
            case "obs-v4/query":
                return signer.linkV4();
            case "obs-v4/form":
                return signer.formV4();
            default:
                throw new Unsupported("the SDK has no " + q.scheme + "/" + q.carrier);
        }
    }

    private Answer header() {
        setToken();
        var signed =
                v2.makeAuthorizationString(
                        in.request.method, headers(), resource(), SIGNED_PARAMETERS, key());
        return authorized(signed, ":", Map.of());
    }

    private Answer headerV4() {
        if (in.additionalHeaders.stream().anyMatch("Connection"::equalsIgnoreCase)) {
            throw new Unsupported(
                    "the SDK signs all headers but Connection, and takes no list of those to sign");
        }
        setToken();
        set("x-amz-content-sha256", V4Authentication.CONTENT_SHA256);
        if (!headers().containsKey("x-amz-date")) {
            set("Date", ServiceUtils.formatRfc822Date(time()));
        }
        var inRegion =
                new ProviderCredentials(
                        credentials.accessKeyId, credentials.accessKeySecret, null) {
                    @Override
                    public String getRegion() {
                        return in.region;
                    }
                };
        var signed =
                V4Authentication.makeServiceCanonicalString(
                        in.request.method, headers(), path(), inRegion, time(), key());
        return authorized(
                signed, "Signature=", Map.of("canonicalRequest", signed.getCanonicalRequest()));
    }

    /**
     * The given request with its authorization, in which the signature stands last, behind a mark.
     */
    private Answer authorized(IAuthentication signed, String mark, Map<String, String> stages) {
        var authorization = signed.getAuthorization();
        var all = new TreeMap<>(stages);
        all.put("stringToSign", signed.getStringToSign());
        all.put(
                "signature",
                authorization.substring(authorization.lastIndexOf(mark) + mark.length()));
        set("Authorization", authorization);
        return Answer.signed(all, in.request);
    }

    private Answer link() throws Exception {
        var added = new LinkedHashMap<String, String>();
        added.put(idName, credentials.accessKeyId);
        added.put("Expires", String.valueOf(in.expires));
        if (credentials.securityToken != null) {
            added.put(prefix + "security-token", credentials.securityToken);
        }
        added.forEach(this::addParameter);
        var stringToSign =
                v2.makeServiceCanonicalString(
                        in.request.method,
                        resource(),
                        headers(),
                        String.valueOf(in.expires),
                        SIGNED_PARAMETERS);
        var signature =
                AbstractAuthentication.calculateSignature(
                        stringToSign, credentials.accessKeySecret);
        addParameter("Signature", signature);
        return Answer.signed(
                Map.of("stringToSign", stringToSign, "signature", signature),
                in.request.transport + "://" + headers().get("Host") + path());
    }

    /** Only the client signs links by V4: for the time it is given and a region of its own. */
    private Answer linkV4() throws Exception {
        var link = new Question.Operation();
        link.bucket = in.bucket;
        link.key = in.key;
        link.expires = in.expires;
        link.headers = new ArrayList<>(in.request.headers);
        link.headers.removeIf(header -> header.get(0).equalsIgnoreCase("Host"));
        link.query = query();
        var virtual = in.addressing.equals("virtual-host") && !in.bucket.isEmpty();
        var endpoint = headers().get("Host").substring(virtual ? in.bucket.length() + 1 : 0);
        var config =
                Main.configuration(
                        in.request.transport + "://" + endpoint, in.addressing, AuthTypeEnum.V4);
        try (var client =
                new ObsClient(
                        credentials.accessKeyId,
                        credentials.accessKeySecret,
                        credentials.securityToken,
                        config)) {
            var method = HttpMethodEnum.valueOf(in.request.method);
            var signed = Main.sign(client, new Call(link, prefix), method, null, time());
            var url = signed.getSignedUrl();
            return Answer.signed(Map.of("signature", url.substring(url.lastIndexOf('=') + 1)), url);
        }
    }

    /** The parameters of the target, decoded. */
    private List<List<String>> query() {
        var query = new ArrayList<List<String>>();
        for (var pair : path().replaceFirst("^[^?]*[?]?", "").split("&")) {
            var parts = pair.split("=", 2);
            if (!pair.isEmpty()) {
                query.add(List.of(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : ""));
            }
        }
        return query;
    }

    private Answer form() {
        var policy = ServiceUtils.toBase64(in.policy.getBytes(StandardCharsets.UTF_8));
        var signature =
                AbstractAuthentication.calculateSignature(policy, credentials.accessKeySecret);
        return form(
                policy,
                signature,
                List.of(
                        List.of(idName, credentials.accessKeyId),
                        List.of("policy", policy),
                        List.of("signature", signature)));
    }

    private Answer formV4() throws Exception {
        var policy = ServiceUtils.toBase64(in.policy.getBytes(StandardCharsets.UTF_8));
        var date = ServiceUtils.getShortDateFormat().format(time());
        var signature =
                V4Authentication.caculateSignature(policy, date, credentials.accessKeySecret);
        var scope =
                String.join(
                        "/",
                        credentials.accessKeyId,
                        date,
                        ObsConstraint.DEFAULT_BUCKET_LOCATION_VALUE,
                        Constants.SERVICE,
                        Constants.REQUEST_TAG);
        return form(
                policy,
                signature,
                List.of(
                        List.of("policy", policy),
                        List.of("x-amz-algorithm", Constants.V4_ALGORITHM),
                        List.of("x-amz-credential", scope),
                        List.of("x-amz-date", ServiceUtils.getLongDateFormat().format(time())),
                        List.of("x-amz-signature", signature)));
    }

    private Answer form(String policy, String signature, List<List<String>> fields) {
        var form = new ArrayList<>(fields);
        if (credentials.securityToken != null) {
            form.add(List.of(prefix + "security-token", credentials.securityToken));
        }
        return Answer.signedForm(Map.of("stringToSign", policy, "signature", signature), form);
    }

    private void addParameter(String name, String value) {
        var separator = in.request.target.contains("?") ? "&" : "?";
        in.request.target +=
                separator + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String decoded(String value) {
        var strict = value.replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
        var text = URLDecoder.decode(strict, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw new Unsupported("the SDK takes parameters as text, not as bytes");
        }
        return text;
    }

    private void setToken() {
        if (credentials.securityToken != null) {
            set(prefix + "security-token", credentials.securityToken);
        }
    }

    private Date time() {
        return Date.from(Instant.parse(in.time));
    }

    private BasicSecurityKey key() {
        return new BasicSecurityKey(
                credentials.accessKeyId, credentials.accessKeySecret, credentials.securityToken);
    }

    private void set(String name, String value) {
        var headers = new ArrayList<>(in.request.headers);
        headers.removeIf(header -> header.get(0).equalsIgnoreCase(name));
        headers.add(List.of(name, value));
        in.request.headers = headers;
    }

    private Map<String, String> headers() {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (var header : in.request.headers) {
            if (headers.put(header.get(0), header.get(1)) != null) {
                throw new Unsupported(
                        "the SDK takes headers in a map, " + header.get(0) + " cannot be repeated");
            }
        }
        return headers;
    }

    /** The path with the query, without the scheme and host that may stand before it. */
    private String path() {
        return in.request.target.replaceFirst("^https?://[^/]*", "");
    }

    /** The path behind the bucket, or behind the domain that stands for it. */
    private String resource() {
        if (in.addressing.equals("cname")) {
            return "/" + headers().get("Host").replaceFirst(":\\d+$", "") + path();
        }
        return (in.bucket.isEmpty() || in.addressing.equals("path") ? "" : "/" + in.bucket)
                + path();
    }
}
