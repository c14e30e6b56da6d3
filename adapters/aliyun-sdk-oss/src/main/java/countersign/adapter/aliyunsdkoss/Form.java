package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.OSS;
import com.aliyun.oss.common.utils.BinaryUtil;
import com.aliyun.oss.model.PolicyConditions;

import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Browser uploads. The SDK makes the policy and its signature, its user puts the fields together.
 */
final class Form {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private Form() {}

    static List<List<String>> of(OSS oss, Question q, Date expiration) {
        var fields = new ArrayList<List<String>>();
        fields.add(List.of("key", q.operation.key));
        fields.addAll(q.operation.headers);
        for (List<String> pair : q.operation.metadata) {
            fields.add(List.of("x-oss-meta-" + pair.get(0), pair.get(1)));
        }
        if (q.credentials.securityToken != null) {
            fields.add(List.of("x-oss-security-token", q.credentials.securityToken));
        }
        var now = new Date();
        if (q.scheme.equals("oss-v4")) {
            addV4(fields, q.credentials.accessKeyId, q.region, "oss", now);
        }

        var conditions = new PolicyConditions();
        conditions.addConditionItem("bucket", q.operation.bucket);
        for (List<String> field : fields) {
            conditions.addConditionItem(field.get(0), field.get(1));
        }
        for (List<String> condition : q.operation.query) {
            if (!condition.get(0).equals(PolicyConditions.COND_CONTENT_LENGTH_RANGE)) {
                throw new Unsupported("the SDK has no condition " + condition.get(0));
            }
            String[] range = condition.get(1).split(",");
            conditions.addConditionItem(
                    condition.get(0), Long.parseLong(range[0]), Long.parseLong(range[1]));
        }

        String policy = oss.generatePostPolicy(expiration, conditions);
        fields.add(
                List.of(
                        "policy",
                        BinaryUtil.toBase64String(policy.getBytes(StandardCharsets.UTF_8))));
        if (q.scheme.equals("oss-v4")) {
            fields.add(List.of("x-oss-signature", oss.calculatePostSignature(policy, now)));
        } else {
            fields.add(List.of("OSSAccessKeyId", q.credentials.accessKeyId));
            fields.add(List.of("Signature", oss.calculatePostSignature(policy)));
        }
        return fields;
    }

    static void addV4(
            List<List<String>> fields, String keyId, String region, String product, Date time) {
        String second = SECOND.format(time.toInstant());
        String scope =
                String.join("/", second.substring(0, 8), region, product, "aliyun_v4_request");
        fields.add(List.of("x-oss-signature-version", "OSS4-HMAC-SHA256"));
        fields.add(List.of("x-oss-credential", keyId + "/" + scope));
        fields.add(List.of("x-oss-date", second));
    }
}
