"""Questions in, answers out."""

import contextlib
import json
import os
import sys
import traceback


class Unsupported(Exception):
    """The SDK's public API does not offer this; the message is the reason."""


class Rejected(Exception):
    """The SDK refuses the input: its own word for the kind of refusal, and its message."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


@contextlib.contextmanager
def refusals():
    """Around calls of the SDK that do not connect: what they raise is a refusal."""
    try:
        yield
    except (Unsupported, Rejected):
        raise
    except Exception as error:
        raise Rejected(type(error).__name__, str(error)) from error


def text(value, what):
    """What an SDK takes as text; an adapter that announces the feature bytes may get bytes."""
    if isinstance(value, bytes):
        raise Unsupported(f"the SDK takes {what} as text, which these bytes are not")
    return value


def mapping(pairs, what, prefix="", bytes_too=False):
    """Pairs as the dict an SDK wants; a dict cannot hold a name twice, whatever its case."""
    found, seen = {}, set()
    for name, value in pairs or ():
        name = prefix + text(name, what)
        if not bytes_too:
            text(value, what)
        if name.lower() in seen:
            raise Unsupported(f"the SDK keeps {what} in a dict: {name} cannot be repeated")
        seen.add(name.lower())
        found[name] = value
    return found


def serve(name, version, url, schemes, operations=(), features=(), sign=None, send=None):
    """Answers the questions of standard input until it ends.

    Standard output belongs to the protocol: what an SDK prints goes to standard
    error. Byte strings in questions are str, or bytes where they are not UTF-8,
    which only an adapter with the feature bytes is sent; in answers they may be
    either.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    hello = {
        "type": "hello",
        "protocol": 1,
        "adapter": {"name": name, "version": version, "language": "python", "url": url},
        "schemes": list(schemes),
        "operations": list(operations),
        "features": (["sign"] if sign else []) + list(features),
    }
    handlers = {"sign": sign, "send": send}
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        question = json.loads(line, object_hook=_byte_string_read)
        if question.get("type") == "hello":
            answer = hello
        else:
            answer = {"id": question["id"], **_answer(handlers, hello["schemes"], question)}
        answers.write(json.dumps(answer, default=_byte_string).encode("ascii") + b"\n")
        answers.flush()


def _answer(handlers, schemes, question):
    try:
        handler = handlers.get(question.get("type"))
        if handler is None:
            raise Unsupported(f"this adapter takes no questions of type {question.get('type')}")
        profile = f"{question.get('scheme')}/{question.get('carrier')}"
        if profile not in schemes:
            raise Unsupported(f"the SDK does not offer {profile}")
        return handler(question)
    except Unsupported as error:
        return {"unsupported": _text(error)}
    except Rejected as error:
        return {"rejected": {"class": error.kind, "message": _text(error)}}
    except Exception as error:
        traceback.print_exc()
        return {"error": {"message": f"{type(error).__name__}: {_text(error)}"}}


def _byte_string_read(value):
    return bytes.fromhex(value["hex"]) if value.keys() == {"hex"} else value


def _text(error):
    """The message, without what UTF-8 cannot write."""
    return str(error).encode("utf-8", "replace").decode("utf-8")


def _byte_string(value):
    """Bytes as the protocol writes them."""
    if not isinstance(value, bytes):
        raise TypeError(f"no byte string: {value!r}")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": value.hex()}
