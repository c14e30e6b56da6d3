# Turns questions of the suite into command lines of curl.

# The operations: method, sub-resource, and the body that curl sends from a
# file: "given", or one that its user writes, and no body without one.
def operations: {
  ListBuckets: ["GET"],
  ListObjects: ["GET"],
  ListObjectVersions: ["GET", "versions"],
  ListMultipartUploads: ["GET", "uploads"],
  GetBucketACL: ["GET", "acl"],
  GetBucketLocation: ["GET", "location"],
  GetBucketLifecycle: ["GET", "lifecycle"],
  GetBucketCORS: ["GET", "cors"],
  GetBucketLogging: ["GET", "logging"],
  GetBucketWebsite: ["GET", "website"],
  GetBucketVersioning: ["GET", "versioning"],
  GetBucketPolicy: ["GET", "policy"],
  DeleteObjects: ["POST", "delete", "<Delete><Object><Key>\(.key // "" | @html)</Key></Object></Delete>"],
  GetObject: ["GET"],
  PutObject: ["PUT", null, "given"],
  HeadObject: ["HEAD"],
  DeleteObject: ["DELETE"],
  CopyObject: ["PUT"],
  AppendObject: ["POST", "append", "given"],
  GetObjectACL: ["GET", "acl"],
  PutObjectACL: ["PUT", "acl"],
  PutObjectTagging: ["PUT", "tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"],
  GetObjectTagging: ["GET", "tagging"],
  DeleteObjectTagging: ["DELETE", "tagging"],
  RestoreObject: ["POST", "restore", "<RestoreRequest><Days>1</Days></RestoreRequest>"],
  InitiateMultipartUpload: ["POST", "uploads"],
  UploadPart: ["PUT", null, "given"],
  UploadPartCopy: ["PUT"],
  ListParts: ["GET"],
  CompleteMultipartUpload: ["POST", null, "<CompleteMultipartUpload><Part><PartNumber>\(.partNumber)</PartNumber><ETag>\"d41d8cd98f00b204e9800998ecf8427e\"</ETag></Part></CompleteMultipartUpload>"],
  AbortMultipartUpload: ["DELETE"]
};

def hello($version): {
  type, protocol,
  adapter: {
    name: "curl-aws-sigv4", version: $version, language: "shell",
    url: "https://github.com/curl/curl"
  },
  schemes: ["obs-v4/header"],
  operations: ({} | operations | keys),
  features: []
};

# reply is the answer to a question that is not for curl.
def reply($version):
  "\(.scheme)/\(.carrier)" as $profile
  | (.operation.name // "") as $name
  | if .type == "hello" then hello($version)
    elif .type != "send" then {id, unsupported: "curl signs what it sends, it has no signer of its own"}
    elif $profile != "obs-v4/header" then {id, unsupported: "curl does not offer \($profile)"}
    elif ({} | operations | has($name) | not) then {id, unsupported: "this adapter has no command line for \($name)"}
    elif (.connect // "" | test("^(127\\.[0-9.]+|\\[::1\\]):[0-9]+$") | not) then
      {id, error: {message: "connect: \(.connect) is not on loopback"}}
    else empty end;

# curl has no encoder for paths: its users encode them.
def percent:
  @uri | gsub("!"; "%21") | gsub("\\*"; "%2A") | gsub("'"; "%27") | gsub("\\("; "%28") | gsub("\\)"; "%29");
def path: split("/") | map(percent) | join("/");

# url is that of a send question.
def url($subresource):
  (.endpoint | capture("^(?<scheme>https?)://(?<host>.*)$")) as {$scheme, $host}
  | .operation as $op
  | (if $op.name == "DeleteObjects" then "" else $op.key // "" end | path) as $key
  | if ($op.bucket // "") == "" then "\($scheme)://\($host)/"
    elif .addressing == "path" then "\($scheme)://\($host)/\($op.bucket)/\($key)"
    else "\($scheme)://\($op.bucket).\($host)/\($key)" end
  | if $subresource then "\(.)?\($subresource)" else . end;

# --url-query encodes the value, not the name.
def query:
  .query // []
  | .[] | ["--url-query", "\(.[0] | percent)=\(.[1])"];
def upload:
  (if (.partNumber // 0) != 0 and .name != "CompleteMultipartUpload"
    then ["--url-query", "partNumber=\(.partNumber)"] else empty end),
  (.uploadId // empty | ["--url-query", "uploadId=\(.)"]);

# An empty header is written with a semicolon; with a colon curl drops it.
def header: ["--header", if .[1] == "" then "\(.[0]);" else "\(.[0]): \(.[1])" end];
def headers($hash):
  ["x-amz-content-sha256", $hash],
  (.credentials.securityToken // empty | ["x-amz-security-token", .]),
  (.operation
    | (.copySource // empty | ["x-amz-copy-source", "/" + path]),
      (.headers // [] | .[]),
      (.metadata // [] | .[] | ["x-amz-meta-\(.[0])", .[1]]));

# How curl sends a method and a body. --upload-file would add its file's name
# to a URL that ends with a slash.
def method($method; $body; $url):
  if $method == "HEAD" then ["--head"]
  elif $method == "GET" then []
  elif $body == null then ["--request", $method]
  elif $method == "POST" then ["--data-binary", "@body"]
  elif $url | endswith("/") then ["--request", $method, "--data-binary", "@body"]
  else ["--upload-file", "body"] end;

# body is what curl reads from its file.
def body:
  .operation.name as $name
  | (.operation | operations[$name][2]) as $body
  | if $body == "given" then .operation.body // "" else $body // "" end;

# arguments are those of curl. $hash is the SHA-256 of the body: curl before 8
# does not say it by itself, and takes the one it is given.
def arguments($hash):
  .operation.name as $name
  | (.operation | operations[$name]) as [$method, $subresource, $body]
  | url($subresource) as $url
  | [
      "--connect-to", "::\(.connect)",
      "--aws-sigv4", "aws:amz:\(.region):s3",
      "--user", "\(.credentials.accessKeyId):\(.credentials.accessKeySecret)",
      method($method; $body; $url)[],
      (headers($hash) | header[]),
      (.operation | (query, upload)[]),
      $url
    ];
