"""What an SDK does on the network during one question.

While an `Exchange` is open, every connection of this process goes to one
loopback address, whatever host the SDK asks for, and no name is resolved. Outside of an
exchange nothing connects. It works below urllib3, requests and http.client, so
that the SDK stays as it is. One exchange at a time.
"""

import contextlib
import http.client
import ipaddress
import os
import socket

from .protocol import Rejected, Unsupported

# No proxy and no credentials come from the environment.
for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ["NO_PROXY"] = "*"
os.environ["NETRC"] = os.devnull

_connect = socket.socket.connect
_begin = http.client.HTTPResponse.begin


def _refuse(*_, **__):
    raise ConnectionRefusedError("no exchange is open")


socket.getaddrinfo = socket.socket.connect = _refuse


class Exchange:
    """with Exchange(question["connect"]) as exchange: return exchange.answer(call)"""

    def __init__(self, connect):
        host, _, port = connect.rpartition(":")
        address = ipaddress.ip_address(host.strip("[]"))
        if not address.is_loopback:
            raise ValueError(f"connect: {connect} is no loopback address")
        self._family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._address = (str(address), int(port))
        self._sockets = []
        self.dialed = False
        self.status = None  # of the last answer

    def __enter__(self):
        exchange = self

        def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
            exchange.dialed = True
            kind = type or socket.SOCK_STREAM
            return [(exchange._family, kind, proto or socket.IPPROTO_TCP, "", exchange._address)]

        def connect(sock, address):
            exchange.dialed = True
            exchange._sockets.append(sock)
            return _connect(sock, exchange._address)

        def begin(response):
            _begin(response)
            exchange.status = response.status

        socket.getaddrinfo = getaddrinfo
        socket.socket.connect = connect
        http.client.HTTPResponse.begin = begin
        return self

    def __exit__(self, *_):
        socket.getaddrinfo = socket.socket.connect = _refuse
        http.client.HTTPResponse.begin = _begin
        for sock in self._sockets:
            with contextlib.suppress(OSError), sock:
                # An SDK may leave the body unread: closing now would reset the connection.
                sock.settimeout(1)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass

    def answer(self, call):
        """Calls the SDK and answers with the status of what was answered.

        Beside it stands the exception that the SDK made of the answer, if it
        did. One of an SDK that has not even tried to connect is its refusal.
        """
        answer = {}
        try:
            call()
        except Exception as error:
            if self.status is None:
                if self.dialed or isinstance(error, (Unsupported, Rejected)):
                    raise
                raise Rejected(type(error).__name__, str(error)) from error
            answer["failure"] = f"{type(error).__name__}: {error}"
        if self.status is None:
            raise RuntimeError("the SDK reports success but has sent no request")
        return {"status": self.status, **answer}
