"""python3 -m unittest, in this folder."""

import http.client
import http.server
import json
import subprocess
import sys
import threading
import unittest
import urllib.request

from countersign import Exchange, Rejected, Unsupported, mapping

ADAPTER = """
import os, sys
from countersign import Rejected, Unsupported, serve
def send(question):
    print("an SDK that prints")
    os.write(1, b"and one that writes\\n")
    name = question["operation"]["name"]
    if name == "Unsupported":
        raise Unsupported("not offered")
    if name == "Rejected":
        raise Rejected("ValueError", "no \\udc80")
    if name == "Fault":
        raise KeyError("x")
    if name == "Bytes":
        return {"form": [["given", question["operation"]["key"]]]}
    return {"form": [["text", "\\u00e9"], [b"utf-8", "\\u00e9".encode()], ["bytes", b"\\xff"]]}
serve("name", "1.0", "https://example.com", ["oss-v1/header"], ["PutObject"], ["clock"], send=send)
"""


class TestServe(unittest.TestCase):
    def test_every_question_has_one_answer(self):
        names = ["Form", "Unsupported", "Rejected", "Fault"]
        questions = [{"type": "hello", "protocol": 1}, {"type": "sign", "id": "s"}]
        send = {"type": "send", "scheme": "oss-v1", "carrier": "header"}
        questions += [{**send, "id": name, "operation": {"name": name}} for name in names]
        questions.append({**send, "id": "b", "operation": {"name": "Bytes", "key": {"hex": "fe"}}})
        questions.append({**send, "id": "q", "carrier": "query", "operation": {"name": "Form"}})
        done = subprocess.run(
            [sys.executable, "-c", ADAPTER],
            input="\n\n".join(map(json.dumps, questions)).encode(),
            capture_output=True,
            check=True,
        )
        hello, *answers = map(json.loads, done.stdout.splitlines())
        self.assertEqual(hello["adapter"]["version"], "1.0")
        self.assertEqual(hello["features"], ["clock"])
        self.assertEqual(
            [
                {"id": "s", "unsupported": "this adapter takes no questions of type sign"},
                {"id": "Form", "form": [["text", "é"], ["utf-8", "é"], ["bytes", {"hex": "ff"}]]},
                {"id": "Unsupported", "unsupported": "not offered"},
                {"id": "Rejected", "rejected": {"class": "ValueError", "message": "no ?"}},
                {"id": "Fault", "error": {"message": "KeyError: 'x'"}},
                {"id": "b", "form": [["given", {"hex": "fe"}]]},
                {"id": "q", "unsupported": "the SDK does not offer oss-v1/query"},
            ],
            answers,
        )


class Teapot(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hosts.append(self.headers["Host"])
        self.send_response(418)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"short")

    def log_message(self, *_):
        pass


class TestExchange(unittest.TestCase):
    def setUp(self):
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Teapot)
        self.server.hosts = []
        self.connect = "127.0.0.1:%d" % self.server.server_port
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)

    def test_goes_to_connect_whatever_the_host(self):
        for host in ["bucket.example.com", "192.0.2.1:81", "[2001:db8::1]"]:
            with Exchange(self.connect) as exchange:
                answer = exchange.answer(lambda: urllib.request.urlopen(f"http://{host}/"))
            self.assertEqual({"status": 418, "failure": "HTTPError: HTTP Error 418: I'm a Teapot"}, answer)
            self.assertEqual(host, self.server.hosts[-1])

    def test_leaves_no_body_behind(self):
        def unread():
            connection = http.client.HTTPConnection("example.com")
            connection.request("GET", "/")
            connection.getresponse()

        with Exchange(self.connect) as exchange:
            self.assertEqual({"status": 418}, exchange.answer(unread))

    def test_tells_a_refusal_from_a_fault(self):
        def refuse():
            raise ValueError("no such key")

        def unsupported():
            raise Unsupported("no such option")

        def fault():
            http.client.HTTPConnection("example.com").connect()
            raise ValueError("not understood")

        for call, kind in [
            (refuse, Rejected),
            (unsupported, Unsupported),
            (fault, ValueError),
            (lambda: None, RuntimeError),
        ]:
            with Exchange(self.connect) as exchange, self.assertRaises(kind):
                exchange.answer(call)

    def test_connects_to_loopback_only(self):
        with self.assertRaises(ValueError):
            Exchange("192.0.2.1:80")
        with self.assertRaises(OSError):
            http.client.HTTPConnection(self.connect).connect()


class TestMapping(unittest.TestCase):
    def test_refuses_what_a_dict_cannot_hold(self):
        self.assertEqual({"p-A": "1"}, mapping([["A", "1"]], "headers", "p-"))
        self.assertEqual({}, mapping(None, "headers"))
        with self.assertRaises(Unsupported):
            mapping([["A", "1"], ["a", "2"]], "headers")
        with self.assertRaises(Unsupported):
            mapping([["A", b"\xff"]], "headers")
        self.assertEqual({"A": b"\xff"}, mapping([["A", b"\xff"]], "headers", bytes_too=True))


if __name__ == "__main__":
    unittest.main()
