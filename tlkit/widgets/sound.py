"""Notes to hear and to see."""

from __future__ import annotations

import base64

from tlkit import plots
from tlkit.arguments import a_name, listed, whole
from tlkit.errors import TlkitError, shown, unknown
from tlkit.tasks import Task, as_task, notes

MIDDLE_C = 60


class Sound:
    """A short recording with a button to play it."""

    def __init__(self, name: str, mp3: bytes):
        self.name, self.mp3 = name, mp3

    def __repr__(self) -> str:
        return f"Sound: {self.name}"

    def _repr_html_(self) -> str:
        return f"<figure style='margin:0'><figcaption>{self.name}</figcaption>{player(self.name, self.mp3)}</figure>"


def player(name: str, mp3: bytes) -> str:
    """An <audio> element with its controls."""
    data = base64.b64encode(mp3).decode()
    return f'<audio controls aria-label="{name}" src="data:audio/mpeg;base64,{data}"></audio>'


def hear(instrument: str, note: str = "C", *, noisy: bool = False) -> Sound:
    """A note of the octave from middle C, clean, or ``noisy`` as the network hears it (piano and steel-guitar)."""
    if a_name(note, "a note", "C") not in notes.NAMES:
        raise unknown("note", note, notes.NAMES)
    instrument = a_name(instrument, "an instrument", "piano")
    name = f"{note} on the {instrument.replace('-', ' ')}{', as the network hears it' * noisy}"
    return Sound(name, notes.clip(instrument, MIDDLE_C + notes.NAMES.index(note), noisy=noisy))


def see(*tasks: Task | str, note: str = "E", count: int = 6) -> plots.Picture:
    """Training pictures of one note, a row a task: frequency upwards, time to the right, bright where it is loud."""
    tasks = [as_task(task) for task in listed(tasks, "tasks", "tl.task('notes/piano')", single=())]
    count = whole(count, f"count={shown(count)} is no number of pictures", most=50)
    for task in tasks:
        if note not in task.classes:
            raise unknown(f"class of {task.name}", note, task.classes)
        if task.train.items.ndim < 3:
            raise TlkitError(f"{task.name} has {task.modality}s, and only pictures can be seen.")
    fig = plots.Figure(figsize=(1.25 * count + 1.2, 1.5 * len(tasks)), dpi=100, layout="constrained")
    rows = fig.subplots(len(tasks), count, squeeze=False)
    for axes, task in zip(rows, tasks, strict=True):
        label = task.classes.index(note)
        seen = task.train.items[task.train.labels == label][:: max(1, task.most_shots // count)]
        for ax, item in zip(axes, seen, strict=False):
            ax.imshow(item, origin="lower", cmap="cividis")
            ax.set(xticks=[], yticks=[])
        axes[0].set_ylabel(plots.short(task.name))
    names = " and ".join(plots.short(task.name) for task in tasks)
    words = (
        f"{count} pictures of the note {note} on each of {names}, from low octaves to high: time runs to the right, "
        "frequency upwards, and bright is loud. The same name looks different in each octave."
    )
    return plots.Picture(fig, f"the note {note} on {names}", words)
