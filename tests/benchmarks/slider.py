"""The lab's slider, refit and redraw, against the same answer by pyplot through an ``Output`` widget.

Both are measured in a kernel of their own, as in JupyterLab, up to the moment when the kernel has sent the picture.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator

import tlkit as tl
from tlkit.experiments.source import Source
from tlkit.plots import label_curve
from tlkit.widgets.transfer import DRAWS, Answer, Bench, answer

from .side_by_side import Row, Timed, row, timed

INSTANT_MS = 333  # a third of a second: what the lab may take
CODE = "from tlkit.commands.bench import load; load('slider').measure({quick})"


def slider(quick: bool = False) -> Iterator[Row]:
    """Every position of the slider on every instrument, on heads that were not fitted before; a round is a move."""
    moves = [{side: Timed(*values) for side, values in move.items()} for move in json.loads(_in_a_kernel(quick))]
    ours, peer = (sorted(1000 * move[side].seconds for move in moves) for side in ("ours", "peer"))
    extra = {"p50_ms": statistics.median(ours), "p95_ms": _p95(ours), "peer_p95_ms": _p95(peer)}
    extra["peer_p50_ms"] = statistics.median(peer)
    busy = 1000 * statistics.median(move["ours"].busy for move in moves)
    note = (
        f"p50 {extra['p50_ms']:.0f} ms, p95 {extra['p95_ms']:.0f} ms ({INSTANT_MS} are allowed), "
        f"for {busy:.0f} of which the processor works; "
        f"through an Output p50 {extra['peer_p50_ms']:.0f} ms, p95 {extra['peer_p95_ms']:.0f} ms"
    )
    about = f"{len(moves)} moves of the lab's slider: {DRAWS} heads are fitted, and their answer is drawn"
    yield row("slider", about, moves, peer="pyplot through an Output", note=note, extra=extra)


def _in_a_kernel(quick: bool) -> str:
    """What :func:`measure` prints in a new kernel."""
    from jupyter_client.manager import start_new_kernel

    heard = []

    def hear(message: dict) -> None:
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            heard.append(message["content"]["text"])

    manager, client = start_new_kernel()
    try:
        reply = client.execute_interactive(CODE.format(quick=quick), output_hook=hear, timeout=600)["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if reply["status"] != "ok":
        raise RuntimeError(f"The kernel stopped with {reply['ename']}: {reply['evalue']}")
    return "".join(heard)


def measure(quick: bool) -> None:
    """Print, as JSON, seconds, accuracy and processor time of both sides for every move; for a kernel."""
    source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=50 if quick else 300)
    targets = [name for name in tl.tasks() if name.startswith("notes/") and "-" not in name and name != source.name]
    lab = tl.labs.TransferLab(source, targets[:2] if quick else targets)
    peer = ByOutput(source, lab.shots.options)
    told = []
    for instrument, target in lab._targets.items():
        lab.instrument.value, peer.target = instrument, target  # the body is asked about it once
        for run in (lab.bench.run, peer.bench.run):
            run(target, "head", lab.shots.value, 0)
        for shots in [k for k in lab.shots.options if k != lab.shots.value]:
            told.append(_move(lab, peer, shots, ours_first=len(told) % 2 == 0))
    print(json.dumps(told))


def _move(lab: tl.labs.TransferLab, peer: ByOutput, shots: int, *, ours_first: bool) -> dict[str, tuple]:
    def move_lab() -> float:
        lab.shots.value = shots
        return lab.answer.mean

    sides = {"ours": move_lab, "peer": lambda: peer.move(shots)}
    sides = {name: timed(sides[name]) for name in sorted(sides, reverse=not ours_first)}
    return {name: (side.seconds, side.accuracy, side.busy) for name, side in sides.items()}


class ByOutput:
    """A slider as most notebooks have it: it draws with pyplot into an ``Output`` widget."""

    def __init__(self, source: Source, shots: tuple[int, ...]):
        import ipywidgets as W

        self.bench, self.target = Bench(source), None
        self.out, self.slider = W.Output(), W.SelectionSlider(options=shots)

    def move(self, shots: int) -> float:
        """Fit, clear and draw."""
        from IPython.display import clear_output

        self.slider.value = shots
        runs = [self.bench.run(self.target, "head", shots, draw) for draw in range(DRAWS)]
        shown = answer(runs, self.target, 64)
        with self.out:
            clear_output(wait=True)
            _draw(shown, self.slider.options)
        return shown.mean


def _draw(shown: Answer, shots: tuple[int, ...]) -> None:
    """The lab's three pictures, anew."""
    import matplotlib.pyplot as plt

    _, (curve, note, bars) = plt.subplots(1, 3, figsize=(10.4, 3.5), width_ratios=[2.1, 1, 1])
    label_curve.label_axes(curve, list(shots))
    curve.plot([shown.shots] * len(shown.accuracies), shown.accuracies, "o")
    curve.set_title(f"{shown.mean:.0%} with {shown.shots} of each")
    note.imshow(shown.picture, origin="lower", cmap="cividis", aspect="auto")
    bars.barh(range(len(shown.said)), shown.said)
    bars.set_yticks(range(len(shown.classes)), shown.classes)
    bars.set(title="what it says", xlim=(0, 1))
    plt.show()


def _p95(ordered: list[float]) -> float:
    return ordered[int(0.95 * len(ordered))]
