"""Ids that sort by creation: UUIDv7 (RFC 9562) as 32 hex digits."""

from __future__ import annotations

import os
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7. Within one process each is greater than the one before, also within a millisecond."""
    global _last
    # 48 bits of milliseconds, then 12 bits of the fraction of the millisecond, as method 3 of RFC 9562, 6.2.
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    stamp = (milliseconds << 12) | (rest << 12) // 1_000_000
    with _lock:
        _last = stamp = max(stamp, _last + 1)
    head = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF)
    tail = (int.from_bytes(os.urandom(8)) & (1 << 62) - 1) | (1 << 63)
    return f"{head:016x}{tail:016x}"
