"""Lesson 01's chief claims, asked of the kit as it stands: fails where one of them is contradicted or not shown."""

from __future__ import annotations

import tlkit as tl


def main() -> None:
    """Five seeds, each with its own pianist; about half a minute."""
    guitar, source = tl.task("notes/guitar"), tl.pretrain(tl.backbone("note-cnn"), "notes/piano")
    asked = ["scratch", "random_head", "head", "full", "lp_ft"]
    results = tl.compare(source, guitar, strategies=asked, shots=[1], seeds=5)
    gain = results.gain
    tl.claim("Frozen beats scratch by far", gain("head", shots=1) > 0.10)
    tl.claim("Random frozen does not", gain("random_head", shots=1) < 0.10)
    tl.claim("Head first beats scratch by far", gain("lp_ft", shots=1) > 0.10)
    tl.claim("All at once is behind the frozen body", gain("full", over="head", shots=1) < -0.02)
    tl.claim("And ahead of scratch", gain("full", shots=1) > 0.02)


if __name__ == "__main__":
    main()
