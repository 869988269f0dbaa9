"""A made-up voice: vowels and hisses that a detector takes for speech, for microphones that are made up too."""

from __future__ import annotations

import math
import random
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

RATE = 16_000
#: The first three formants of some vowels, in Hz.
_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410), (640, 1190, 2390))


def babble(syllables: int = 9, *, before: float = 0.0, after: float = 0.0, seed: int = 1) -> list[int]:
    """Samples of somebody talking, about 0.26 s a syllable, between *before* and *after* seconds of silence."""
    chance = random.Random(seed)
    sound = [0.0] * int(before * RATE)
    for _ in range(syllables):
        sound += _hiss(0.06, chance)
        sound += _vowel(chance.choice(_VOWELS), chance.uniform(0.14, 0.26), chance.uniform(105, 140), chance)
    sound += [0.0] * int(after * RATE)
    return [int(20_000 * max(-1.0, min(1.0, value))) for value in sound]


def write(path: Path, samples: Sequence[int]) -> Path:
    """*samples* as a WAV file, as Chromium's microphone takes it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def _vowel(formants: Sequence[int], seconds: float, pitch: float, chance: random.Random) -> list[float]:
    count, phase, sound = int(seconds * RATE), 0.0, []
    for n in range(count):
        t = n / RATE
        before, phase = phase, phase + pitch * (1 + 0.04 * math.sin(25 * t) - 0.15 * t / seconds) / RATE
        sound.append((1.0 if int(phase) > int(before) else 0.0) + chance.gauss(0, 0.01))
    for formant, width in zip(formants, (80, 90, 120), strict=True):
        sound = _resonated(sound, formant, width)
    loudest = max(map(abs, sound)) or 1.0
    edges = [min(1.0, n / RATE / 0.03, (count - n) / RATE / 0.06) for n in range(count)]
    return [0.6 * value / loudest * edge for value, edge in zip(sound, edges, strict=True)]


def _resonated(sound: Sequence[float], frequency: float, width: float) -> list[float]:
    r = math.exp(-math.pi * width / RATE)
    a, b = 2 * r * math.cos(2 * math.pi * frequency / RATE), -r * r
    out: list[float] = []
    last = before = 0.0
    for value in sound:
        last, before = value + a * last + b * before, last
        out.append(last)
    return out


def _hiss(seconds: float, chance: random.Random) -> list[float]:
    count = int(seconds * RATE)
    return [0.02 * chance.gauss(0, 1) * math.sin(math.pi * n / count) for n in range(count)]
