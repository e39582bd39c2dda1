"""Curves to hear: those that a stored figure's words tell, for the page to play as rising tones."""

from __future__ import annotations

import html
import json
import re

POINT = r"\d[\d.]*%? (?:at|after|with|by) [\w.]*\w"  # 60% at 5, or 0.81 at conv2
CURVE = re.compile(rf"(?:^|[;:.] )((?:(?![;:.] ).)+?) ({POINT}(?:, {POINT})+)")
FIGURE = re.compile(r"<figure(?=[^>]*>(?:(?!</figure>).)*?<figcaption[^>]*>(.*?)</figcaption>)", re.S)


def hearable(shown: str) -> str:
    """HTML whose figures of curves carry them: ``data-curves``, as page.js plays them."""
    return FIGURE.sub(_carrying, shown)


def curves_in(words: str) -> list[dict]:
    """The curves in a figure's words: the name of each, its values from 0 to 1, and where each value was measured."""
    return [_curve(name, points.split(", ")) for name, points in CURVE.findall(words)]


def _curve(name: str, points: list[str]) -> dict:
    values, steps = zip(*(point.split(" ", 1) for point in points), strict=True)
    return {"name": name, "values": [_share(value) for value in values], "steps": list(steps)}


def _share(value: str) -> float:
    share = float(value.removesuffix("%"))
    return min(share / 100 if value.endswith("%") else share, 1.0)


def _carrying(figure: re.Match) -> str:
    curves = curves_in(html.unescape(figure[1]))
    return f'<figure data-curves="{html.escape(json.dumps(curves))}"' if curves else figure[0]
