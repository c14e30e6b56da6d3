"""Lets countersign drive a script that signs by hand: PutObject.py of the FAQ of
OSS on signatures, which client.py holds. It is started as on a command line.

Its clock goes on one second at each reading: whether two readings of the real
one fall into one second is chance.
"""

import datetime
import sys
import tempfile
import types
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "internal" / "python"))

import client
from countersign import Exchange, Unsupported, serve, text

VERSION = "2018-09-29"  # the script's own "Update"


class Refused(Exception):
    """The script has ended with an error."""


def send(question):
    operation, credentials = question["operation"], question["credentials"]
    if operation["name"] != "PutObject":
        raise Unsupported("the script sends PutObject only")
    for given, what in [
        (operation.get("headers"), "a header"),
        (operation.get("metadata"), "metadata"),
        (operation.get("query"), "a parameter"),
        (credentials.get("securityToken"), "a security token"),
        (question["addressing"] != "virtual-host", "path style or a custom domain"),
    ]:
        if given:
            raise Unsupported(f"the script has no option for {what}")
    body = operation.get("body", "")
    with tempfile.NamedTemporaryFile() as file, Exchange(question["connect"]) as exchange:
        file.write(body if isinstance(body, bytes) else body.encode())
        file.flush()
        arguments = {
            "-i": credentials["accessKeyId"],
            "-k": credentials["accessKeySecret"],
            "-e": question["endpoint"].removeprefix("http://"),
            "-b": operation["bucket"],
            "-o": text(operation["key"], "a key"),
            "-f": file.name,
        }
        return exchange.answer(lambda: run([word for pair in arguments.items() for word in pair]))


def run(arguments):
    """The script ends the process, whatever has come of it."""
    options, _ = client.PARSER.parse_args(arguments)
    try:
        with mock.patch.object(client, "datetime", types.SimpleNamespace(datetime=Clock())):
            client.Main(options).check_parse()
    except SystemExit as end:
        raise Refused(end.code) from None


class Clock:
    """In place of datetime.datetime: begins at the real time."""

    def __init__(self):
        self.now = datetime.datetime.utcnow()

    def utcnow(self):
        self.now += datetime.timedelta(seconds=1)
        return self.now


serve(
    name="handwritten-python",
    version=VERSION,
    url="https://www.alibabacloud.com/help/doc-detail/108790.htm",
    schemes=["oss-v1/header"],
    operations=["PutObject"],
    features=["bytes"],
    send=send,
)
