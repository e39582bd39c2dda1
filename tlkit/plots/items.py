"""Items of a task as a reader sees them: spectrograms, photographs, texts, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tlkit.arguments import listed, whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown, unknown
from tlkit.plots import style
from tlkit.plots.picture import Picture


def show_items(items: np.ndarray, names: Sequence[str], *, sound: bool) -> Figure:
    """Items side by side, each with its name above it."""
    fig = Figure(figsize=(1.1 * len(items), 1.5), dpi=100, layout="constrained")
    for ax, item, name in zip(np.atleast_1d(fig.subplots(1, len(items))), items, names, strict=True):
        show_item(ax, item, sound=sound)
        ax.set_title(name, fontsize=9)
    return fig


def show_item(ax: Axes, item: np.ndarray, *, sound: bool) -> None:
    """A grey or coloured image, or a picture of a sound, with low notes below."""
    ax.imshow(item, origin="lower" if sound else "upper", cmap="cividis" if sound else "gray")
    ax.set(xticks=[], yticks=[])


def show_classes(task: Task | str, *, count: int = 8) -> Picture:
    """Pictures that a task has to learn from, a row a class."""
    task, count = as_task(task), whole(count, f"count={shown(count)} is no number of pictures", most=50)
    if task.train.items.ndim < 3:
        raise TlkitError(f"{task.name} has {task.modality}s, and only pictures can be seen.")
    fig = Figure(figsize=(0.8 * count + 1, 0.8 * len(task.classes)), dpi=100, layout="constrained")
    fig.get_layout_engine().set(w_pad=0.05, h_pad=0.01, wspace=0, hspace=0)
    rows = fig.subplots(len(task.classes), count, squeeze=False)
    for label, axes in enumerate(rows):
        items = task.train.items[task.train.labels == label]
        for ax in axes:
            ax.set_axis_off()
        for ax, item in zip(axes, items, strict=False):
            show_item(ax, item, sound=task.modality == "spectrogram")
        axes[0].set_axis_on()
        axes[0].spines[:].set_visible(False)
        axes[0].set_ylabel(task.classes[label], rotation=0, ha="right", va="center")
    words = f"Some of the pictures that {task.name} has to learn from, a row each of {', '.join(task.classes)}."
    return Picture(fig, f"pictures of {task.name}", words)


def show_questions(*tasks: Task, count: int = 6) -> Picture:
    """The first test images of tasks that have the same ones, and what each task calls them."""
    fig = Figure(figsize=(1.45 * count, 0.85 + 0.2 * len(tasks)), dpi=100, layout="constrained")
    called = []
    for row, ax in enumerate(fig.subplots(1, count)):
        names = [task.classes[task.test.labels[row]] for task in tasks]
        ax.imshow(tasks[0].test.items[row], cmap="gray")
        ax.set(xticks=[], yticks=[], xlabel="\n".join(names))
        called.append(" and ".join(names))
    asked = " and ".join(task.name for task in tasks)
    return Picture(fig, f"images of {asked}", f"The first {count} test images of {asked}: {'; '.join(called)}.")


def show_where(pictures: Mapping[str, np.ndarray], drops: Sequence[np.ndarray], words: str) -> Picture:
    """Pictures by what is written above them, and below each how much its name loses where it is covered.

    ``drops`` are grids (rows, columns), one a picture; the darker a patch, the more the name rests on it.
    """
    fig = Figure(figsize=(2.1 * len(pictures), 4.2), dpi=100, layout="constrained")
    axes = fig.subplots(2, len(pictures), squeeze=False)
    most = max(float(np.max(drop)) for drop in drops) or 1.0
    for (above, below), (title, item), drop in zip(axes.T, pictures.items(), drops, strict=True):
        show_item(above, item, sound=False)
        above.set_title(title, fontsize=9)
        below.imshow(drop, cmap="cividis_r", vmin=0, vmax=most)
        below.set(xticks=[], yticks=[])
    axes[1, 0].set_ylabel("dark: the name rests on it")
    return Picture(fig, "where a network looks", words)


def see(*tasks: Task | str, note: str = "E", count: int = 6) -> Picture:
    """Training pictures of one note, a row a task: frequency upwards, time to the right, bright where it is loud."""
    tasks = [as_task(task) for task in listed(tasks, "tasks", "tl.task('notes/piano')", single=())]
    count = whole(count, f"count={shown(count)} is no number of pictures", most=50)
    for task in tasks:
        if note not in task.classes:
            raise unknown(f"class of {task.name}", note, task.classes)
        if task.train.items.ndim < 3:
            raise TlkitError(f"{task.name} has {task.modality}s, and only pictures can be seen.")
    fig = Figure(figsize=(1.25 * count + 1.2, 1.5 * len(tasks)), dpi=100, layout="constrained")
    rows = fig.subplots(len(tasks), count, squeeze=False)
    for axes, task in zip(rows, tasks, strict=True):
        label = task.classes.index(note)
        seen = task.train.items[task.train.labels == label][:: max(1, task.most_shots // count)]
        for ax, item in zip(axes, seen, strict=False):
            ax.imshow(item, origin="lower", cmap="cividis")
            ax.set(xticks=[], yticks=[])
        axes[0].set_ylabel(style.short(task.name))
    names = " and ".join(style.short(task.name) for task in tasks)
    words = (
        f"{count} pictures of the note {note} on each of {names}, from low octaves to high: time runs to the right, "
        "frequency upwards, and bright is loud. The same name looks different in each octave."
    )
    return Picture(fig, f"the note {note} on {names}", words)
