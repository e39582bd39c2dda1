"""The model card: what a model is and learnt from, how good it is and how sure that is, what it may give away."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tlkit.datasets.own.split import listed, short
from tlkit.datasets.task import Task
from tlkit.estimate import SplitEstimate, wilson
from tlkit.models import weights

if TYPE_CHECKING:
    from tlkit.experiments.result import Result

SHOWN = 40  # classes that the card lists one by one
_LICENCES = {"timm": "Apache-2.0", "torchvision": "BSD-3-Clause for the code; its weights learnt from ImageNet, whose"
             " terms allow research and teaching", "tlkit": "MIT"}  # fmt: skip


def plain(text: object) -> str:
    """Somebody's words as a card can hold them: on one line, and neither HTML nor Markdown."""
    line = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]|#!~$])", r"\\\1", short(line, 200))


def card(result: Result, config: dict, evidence: SplitEstimate | None) -> str:
    """The whole card as Markdown, its data in front."""
    from huggingface_hub import ModelCard

    sections = {
        "What it does": does(config, plain),
        "What it learnt from": _data(result, config),
        "How good it is": _figures(result, evidence),
        "Where it fails": "\n".join(f"- {each}" for each in limits(result, config, plain)),
        "What it may give away": leaks(config),
        "How to use it": _use(config),
    }
    text = "\n\n".join(f"## {title}\n\n{body}" for title, body in sections.items())
    head = f"---\n{_front(result, config).to_yaml()}\n---\n\n"
    return str(ModelCard(f"{head}# {plain(result.task.name)}, by {plain(_base(config))}\n\n{text}\n"))


def _front(result: Result, config: dict):
    """The card's data, as hubs read it."""
    from huggingface_hub import EvalResult, ModelCardData

    modality, network = config["input"]["modality"], config.get("network")
    kind = "text-classification" if modality == "text" else "image-classification"
    score = EvalResult(
        task_type=kind, dataset_type="own", dataset_name=plain(result.target), dataset_split="test",
        metric_type="accuracy", metric_value=round(result.accuracy, 4),
    )  # fmt: skip
    library = network["library"] if network else "scikit-learn"
    return ModelCardData(
        model_name=plain(result.target), library_name=library, pipeline_tag=kind, tags=["tlkit", "transfer-learning"],
        license="other", base_model=None, eval_results=[score],
    )  # fmt: skip


def _base(config: dict) -> str:
    return config["network"]["name"] if "network" in config else "counted words"


def does(config: dict, write: Callable[[str], str]) -> str:
    """What the model is for, in a sentence; ``write`` puts a person's own words as the place that they go to needs."""
    labels = [write(short(label, 200)) for label in config["labels"]]
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    thing = {"text": "a text", "image": "a picture"}.get(config["input"]["modality"], "a picture of sound")
    return f"It gives {thing} one of {len(labels)} names: {', '.join(labels[:SHOWN])}{more}."


def _data(result: Result, config: dict) -> str:
    task = result.task
    lines = [
        f"- **Labelled examples:** {result.labels}, by the strategy `{plain(result.strategy)}`, seed {result.seed}; "
        f"{len(task.test)} others were held back to test it.",
        f"- **Where they are from:** {plain(task.about or task.name)}. {_data_licence(task)}",
    ]
    if network := config.get("network"):
        lines.append(
            f"- **The network before:** {plain(network['name'])}, {_taught(network)}; {network['stages']} stages of "
            f"it{' (the first; the rest is cut off)' if not network['whole'] else ''}. Licence: {_licence(network)}."
        )
    else:
        lines.append("- **No network:** words are counted (TF-IDF), and a linear classifier weighs them.")
    trained = f"{result.trainable_params:,} of {result.total_params:,} numbers learnt from the labelled examples"
    return "\n".join([*lines, f"- **What learnt:** {trained}."])


def _taught(network: dict) -> str:
    return f"which learnt from {plain(network['taught'])}" if network["taught"] else "which had random weights at first"


def _licence(network: dict) -> str:
    parcel = weights.PARCELS.get(network["name"])
    if parcel:
        return parcel.licence
    return _LICENCES.get(network["library"], "see where it is from")


def _data_licence(task: Task) -> str:
    if "origin" in task.train.tags:
        return "Their licence is their owner's to say: say it here before you pass this on."
    return "Their licence is in the data card of tlkit."


def _figures(result: Result, evidence: SplitEstimate | None) -> str:
    right, of = (sum(each[place] for each in result.by_class) for place in (1, 2))
    low, high = wilson(right, of)
    rows = [
        "| what | value | 90% interval |", "|---|---|---|",
        f"| accuracy on its own test, {right} of {of} right | {result.accuracy:.3f} | {low:.3f} to {high:.3f} |",
    ]  # fmt: skip
    if evidence is not None:
        rows.append(
            f"| accuracy of this recipe over {len(evidence.values)} splits of the data | {evidence.mean:.3f} | "
            f"{evidence.low:.3f} to {evidence.high:.3f} |"
        )
    rows.append(f"| mean over classes (balanced accuracy) | {result.balanced_accuracy:.3f} | |")
    most = max(result.by_class, key=lambda each: each[2])
    rows.append(f"| always naming the largest class, {plain(most[0])} | {most[2] / of:.3f} | |")
    classes = ["| class | right | of |", "|---|---|---|"]
    classes += [f"| {plain(name)} | {right} | {of} |" for name, right, of in result.by_class[:SHOWN]]
    return "\n".join(rows) + "\n\nThe first interval is Wilson's, for a test of that size; others that are drawn at " \
        "random would mostly fall in it.\n\n" + "\n".join(classes)  # fmt: skip


def limits(result: Result, config: dict, write: Callable[[str], str]) -> list[str]:
    """Where the model fails, in sentences."""
    test = result.task.test
    rare = [name for name, _, of in result.by_class if of < 10]
    lines = [
        f"{len(test)} test examples say this much and no more: a difference of a few points may be luck.",
        "The test was taken from the same data. What comes from another camera, writer or year was not tested.",
        "It knows no other names: whatever it is given gets one of them, and a high figure is no proof.",
    ]
    if rare:
        lines.append(f"Fewer than 10 tests, so hardly known: {write(listed(rare))}.")
    if "tokens" in config["input"]:
        lines.append(f"It reads the first {config['input']['tokens']} tokens of a text, and nothing after them.")
    if "side" in config["input"]:
        side = config["input"]["side"]
        lines.append(f"It sees the middle square of a picture, at {side} x {side} points; what is smaller is lost.")
    return lines


def leaks(config: dict) -> str:
    """What of the examples can be read out of the model, or guessed."""
    kind = config["kind"]
    if kind == "words":
        said = f"It holds {len(config['words'])} words of the labelled texts as they were written, names among them."
        return f"{said} No whole text is in it. Read `tlkit.json` before you pass it on."
    if kind == "prompt":
        shown = len(config["prompt"]["shown"])
        return f"It holds {shown} labelled examples as they are, which was asked for." if shown else (
            "Nothing of the labelled examples: no weight was changed, and none is shown to it."
        )  # fmt: skip
    said = (
        "No example is in it. Its weights were fitted to the labelled ones, though, and whoever has both the model and "
        "a candidate can guess better than by chance whether that one was among them (membership inference, Shokri et "
        "al., 2017): the surer and the more right it is, the likelier."
    )
    return said + " This grows with how much learnt and how few the examples were; class names are there in full."


def _use(config: dict) -> str:
    modality = config["input"]["modality"]
    file = {"text": "text.txt", "image": "picture.jpg"}.get(modality, "note.npy")
    item = "a text to name" if modality == "text" else file
    lines = [
        "```python",
        "import tlkit as tl",
        "",
        'model = tl.load_model("this folder")',
        f'model.predict(["{item}"])',
    ]
    other = f"Without tlkit: `python predict.py {file}`. On the command line: `tlkit predict FOLDER {file}`."
    return "\n".join([*lines, "```", "", other])
