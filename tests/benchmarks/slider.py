"""A move of each lab's controls; that of the first against the same answer by pyplot through an ``Output`` widget.

All are measured in a kernel of their own, as in JupyterLab, up to the moment when the kernel has sent the picture. A
reader opens a lab, or chooses an instrument in it, looks at the picture for a moment, and then moves each slider to
each of its positions.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from collections.abc import Iterator

import tlkit as tl
from tlkit.experiments.source import Source
from tlkit.plots import label_curve
from tlkit.widgets.bench import TransferBench
from tlkit.widgets.transfer import DRAWS, Answer, TransferLab, answer, rows_of_keys

from .labs import LABS
from .side_by_side import Row, Timed, row, timed

INSTANT_MS = 100  # what the lab may take for nineteen moves of twenty
LOOK, GLANCE = 3.0, 0.3  # seconds that the reader looks at an instrument before the first move; GLANCE where quick
PAGES = 4  # times that a held arrow key goes through all positions
SETUP = "from tlkit.commands.bench import load; reader = load('slider').Reader({quick})"


def slider(quick: bool = False) -> Iterator[Row]:
    """Every position of the slider on every instrument; a round is a move."""
    told = json.loads(_in_a_kernel(quick))
    moves = [{side: Timed(*values) for side, values in move.items()} for move in told["moves"]]
    ours, peer = (sorted(1000 * move[side].seconds for move in moves) for side in ("ours", "peer"))
    busy = sorted(1000 * move["ours"].busy for move in moves)
    extra = {"p50_ms": statistics.median(ours), "p95_ms": _p95(ours), "peer_p95_ms": _p95(peer)}
    extra |= {"peer_p50_ms": statistics.median(peer), "busy_p50_ms": statistics.median(busy), "busy_p95_ms": _p95(busy)}
    extra |= {f"held_pictures_a_{unit}": number for unit, number in told["held"].items()}
    note = (
        f"p50 {extra['p50_ms']:.0f} ms, p95 {extra['p95_ms']:.0f} ms ({INSTANT_MS} are allowed), "
        f"for {extra['busy_p50_ms']:.0f} and {extra['busy_p95_ms']:.0f} of which the processor works; "
        f"a held arrow key draws {extra['held_pictures_a_second']:.0f} pictures a second, "
        f"{extra['held_pictures_a_processor_second']:.0f} for each second of the processor; "
        f"through an Output p50 {extra['peer_p50_ms']:.0f} ms, p95 {extra['peer_p95_ms']:.0f} ms"
    )
    looked = GLANCE if quick else LOOK
    about = f"{len(moves)} moves of the lab's slider, {looked:.1f} s after an instrument was chosen: {DRAWS} heads each"
    yield row("slider", about, moves, peer="pyplot through an Output", note=note, extra=extra)
    with _kernel() as client:
        for name in LABS:
            yield _row_of(name, client, quick)


def _row_of(name: str, client, quick: bool) -> Row:
    """A row of another lab."""
    _say(client, f"from tlkit.commands.bench import load; visit = load('labs').Visit({name!r}, quick={quick})")
    time.sleep(GLANCE if quick else LOOK)
    told = json.loads(_say(client, "visit.move_all()"))
    moves = [{"ours": Timed(*move)} for move in told["moves"]]
    wall, busy = (sorted(1000 * getattr(move["ours"], what) for move in moves) for what in ("seconds", "busy"))
    extra = {"p50_ms": statistics.median(wall), "p95_ms": _p95(wall)}
    extra |= {"busy_p50_ms": statistics.median(busy), "busy_p95_ms": _p95(busy)}
    note = (
        f"p50 {extra['p50_ms']:.0f} ms, p95 {extra['p95_ms']:.0f} ms ({INSTANT_MS} are allowed), "
        f"for {extra['busy_p50_ms']:.0f} and {extra['busy_p95_ms']:.0f} of which the processor works"
    )
    return row(f"slider-{name}", f"{len(moves)} moves in {told['lab']}", moves, note=note, extra=extra)


def _in_a_kernel(quick: bool) -> str:
    """What a reader in a new kernel has measured, as JSON."""
    with _kernel() as client:
        instruments = int(_say(client, f"{SETUP.format(quick=quick)}; print(len(reader.instruments))"))
        for number in range(instruments):
            _say(client, f"reader.choose({number})")
            time.sleep(GLANCE if quick else LOOK)  # no cell runs meanwhile, as when somebody looks
            _say(client, "reader.move_all()")
        return _say(client, "reader.hold(); reader.tell()")


@contextlib.contextmanager
def _kernel() -> Iterator:
    """A new kernel's client."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _say(client, code: str) -> str:
    """Run a cell; what it prints."""
    heard = []

    def hear(message: dict) -> None:
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            heard.append(message["content"]["text"])

    reply = client.execute_interactive(code, output_hook=hear, timeout=600)["content"]
    if reply["status"] != "ok":
        raise RuntimeError(f"The kernel stopped with {reply['ename']}: {reply['evalue']}")
    return "".join(heard)


class Reader:
    """Who moves the slider of a lab in a kernel, and the peer's beside it; each move is timed."""

    def __init__(self, quick: bool):
        source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=50 if quick else 300)
        names = [name for name in tl.tasks() if name.startswith("notes/") and "-" not in name and name != source.name]
        self.lab = TransferLab(source, names[:2] if quick else names)
        self.peer = ByOutput(source, self.lab.shots.options)
        self.instruments = self.lab.instrument.options
        self._moves, self._held = [], {}

    def choose(self, number: int) -> None:
        """Another instrument; its notes are looked at once."""
        self.lab.instrument.value = self.instruments[number]
        self.peer.target = self.lab.question[0]
        self.peer.bench.run(*self.lab.question, 0)

    def move_all(self) -> None:
        """Every other position of the slider."""
        for shots in [k for k in self.lab.shots.options if k != self.lab.shots.value]:
            self._moves.append(self._move(shots, ours_first=len(self._moves) % 2 == 0))

    def hold(self) -> None:
        """The arrow key, held down: all positions of the last instrument, one after the other, several times."""
        positions = PAGES * [*self.lab.shots.options]
        began = time.perf_counter(), time.process_time()
        for shots in positions:
            self.lab.shots.value = shots
        seconds = time.perf_counter() - began[0], time.process_time() - began[1]
        self._held = {"second": len(positions) / seconds[0], "processor_second": len(positions) / seconds[1]}

    def tell(self) -> None:
        """Print, as JSON, seconds, accuracy and processor time of both sides for every move, and the held key."""
        print(json.dumps({"moves": self._moves, "held": self._held}))

    def _move(self, shots: int, *, ours_first: bool) -> dict[str, tuple]:
        def move_lab() -> float:
            self.lab.shots.value = shots
            return self.lab.answer.mean

        sides = {"ours": move_lab, "peer": lambda: self.peer.move(shots)}
        sides = {name: timed(sides[name]) for name in sorted(sides, reverse=not ours_first)}
        return {name: (side.seconds, side.accuracy, side.busy) for name, side in sides.items()}


class ByOutput:
    """A slider as most notebooks have it: it draws with pyplot into an ``Output`` widget."""

    def __init__(self, source: Source, shots: tuple[int, ...]):
        import ipywidgets as W

        self.bench, self.target = TransferBench(source, DRAWS, rows_of_keys), None
        self.out, self.slider = W.Output(), W.SelectionSlider(options=shots)

    def move(self, shots: int) -> float:
        """Fit, clear and draw."""
        from IPython.display import clear_output

        self.slider.value = shots
        question = (self.target, "head", shots)
        outcomes = [self.bench.run(*question, draw) for draw in range(DRAWS)]
        shown = answer(outcomes, self.bench.source.name, question, 64)
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
    bars.barh(range(len(shown.probabilities)), shown.probabilities)
    bars.set_yticks(range(len(shown.classes)), shown.classes)
    bars.set(title="what it says", xlim=(0, 1))
    plt.show()


def _p95(ordered: list[float]) -> float:
    return ordered[int(0.95 * len(ordered))]
