"""Bits per character against characters of one's own text, as a picture with its numbers in words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

from matplotlib.ticker import NullLocator

from tlkit.estimate import Estimate
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import STYLES, seeds_of

LOOKS = [STYLES[name] for name in ("scratch", "head", "full", "lp_ft", "partial", "keep", "random_head")]


def bits_curve(curves: Mapping[str, Mapping[int, Estimate]], title: str = "") -> Picture:
    """The mean over seeds, and a band from the lowest seed to the highest; lower is better."""
    fig, ax = figure()
    for (name, found), (colour, marker, dash) in zip(curves.items(), cycle(LOOKS), strict=False):
        sizes, bits = list(found), [each.mean for each in found.values()]
        lows, highs = [min(each.values) for each in found.values()], [max(each.values) for each in found.values()]
        ax.fill_between(sizes, lows, highs, color=colour, alpha=0.13, linewidth=0)
        ax.plot(sizes, bits, color=colour, marker=marker, linestyle=dash, label=name)
    sizes = sorted({size for found in curves.values() for size in found})
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="characters of its own", ylabel="bits per character (lower is better)")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(labelcolor="linecolor", handlelength=3, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    ax.set_title(title, loc="left", fontweight="bold")
    return Picture(fig, title or "bits per character", _words(curves, title))


def _words(curves: Mapping[str, Mapping[int, Estimate]], title: str) -> str:
    parts = [
        f"{name} " + ", ".join(f"{each.mean:.2f} with {size:,}" for size, each in found.items())
        for name, found in curves.items()
    ]
    seeds = seeds_of(each for found in curves.values() for each in found.values())
    words = f"Bits per character, mean of {seeds}, by characters of its own: {'; '.join(parts)}."
    return f"{title}. {words}" if title else words
