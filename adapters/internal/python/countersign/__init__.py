"""The Python adapters' side of the protocol: one question a line on standard
input, one answer a line on standard output.

An adapter calls `serve` with its handlers. A handler gets the question as a
dict and returns the answer as one, without its id, or raises `Unsupported` for
what the SDK's public API does not offer and `Rejected` for what the SDK
refuses. Any other exception is a fault of the adapter.
"""

from .loopback import Exchange
from .protocol import Rejected, Unsupported, mapping, refusals, serve, text

__all__ = ["Exchange", "Rejected", "Unsupported", "mapping", "refusals", "serve", "text"]
