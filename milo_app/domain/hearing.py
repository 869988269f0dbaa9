"""What was heard of what was said: speech that a caller broke off is kept as far as it reached them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from milo_app.domain.keywords import normal

_WORD = re.compile(r"\S+")


def heard_of(said: Sequence[str], heard: str) -> list[str] | None:
    """How much of each text in *said*, spoken one after the other, was out when it had come to *heard*.

    *heard* is matched loosely, word by word, since what a telephone service reports has lost case and punctuation and
    may end within a word; where several texts could end there, the first does. Each text comes back whole, cut after
    its last heard word, or empty where nothing of it was heard. None where *heard* is no beginning of *said*.
    """
    target = normal(heard).replace(" ", "")
    if not target:
        return ["" for _ in said]
    out: list[str] = []
    reached = ""
    for text in said:
        if reached == target or (len(reached) > len(target) and reached.startswith(target)):
            out.append("")
            continue
        end = 0
        for word in _WORD.finditer(text):
            reached += normal(word.group()).replace(" ", "")
            if not (target.startswith(reached) or reached.startswith(target)):
                return None
            end = word.end()
            if len(reached) >= len(target):
                break
        out.append(text[:end])
    return out if len(reached) >= len(target) else None
