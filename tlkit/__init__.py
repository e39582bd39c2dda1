"""tlkit: learn transfer learning by doing it.

Public names are listed here once and loaded when first used, so that ``import tlkit`` stays light and quiet.
"""

from __future__ import annotations

import importlib

from tlkit.runtime.compat import watch_for_torchvision

__version__ = "0.1.0"

watch_for_torchvision()

_HOMES = {
    "AdapterLab": "widgets.lora",
    "AsIs": "methods.strategy",
    "Backbone": "models.backbone",
    "Claim": "experiments.claims",
    "ClaimFailed": "experiments.claims",
    "Classifier": "methods.classifier",
    "Comparison": "widgets.comparison",
    "DepthLab": "widgets.depth",
    "Estimate": "estimate",
    "Examples": "datasets.task",
    "Full": "methods.strategy",
    "Head": "methods.strategy",
    "Keep": "methods.strategy",
    "LiveCurve": "widgets.live_curve",
    "LoRA": "methods.strategy",
    "LPFT": "methods.strategy",
    "Neighbours": "widgets.neighbours",
    "Partial": "methods.strategy",
    "Picture": "plots.picture",
    "Predict": "widgets.predict",
    "Prompt": "methods.strategy",
    "PromptLab": "widgets.prompts",
    "RandomHead": "methods.strategy",
    "RandomLoRA": "methods.strategy",
    "Rates": "models.backbone",
    "Result": "experiments.result",
    "Results": "experiments.results",
    "Scratch": "methods.strategy",
    "Source": "experiments.source",
    "StackLab": "widgets.freezing",
    "Stopped": "events",
    "Strategy": "methods.strategy",
    "Task": "datasets.task",
    "TeacherLab": "widgets.teachers",
    "TlkitError": "errors",
    "TransferLab": "widgets.transfer",
    "WordsLab": "widgets.texts",
    "agreement": "analysis.layers",
    "backbones": "models.catalogue",
    "backbone": "models.catalogue",
    "by_choice": "analysis.layers",
    "by_depth": "analysis.layers",
    "by_rule": "analysis.written_rule",
    "check": "exercises.check",
    "checkup": "commands.doctor",
    "choose_cut": "analysis.layers",
    "cka": "analysis.similarity",
    "cka_matrix": "analysis.similarity",
    "claim": "experiments.claims",
    "compare": "experiments.compare",
    "count_words": "experiments.text_baseline",
    "drift": "analysis.batchnorm",
    "excites": "analysis.layers",
    "from_csv": "datasets.own.load",
    "from_folder": "datasets.own.load",
    "gain": "experiments.results",
    "hear": "widgets.sound",
    "load_results": "experiments.results",
    "measure_forgetting": "analysis.forgetting",
    "pretrain": "experiments.source",
    "purity": "analysis.layers",
    "quiz": "widgets.quiz",
    "remembered": "analysis.forgetting",
    "retained": "analysis.forgetting",
    "see": "plots.items",
    "see_agreement": "analysis.layers",
    "see_budget": "plots.spread",
    "see_depth": "plots.by_depth",
    "see_drift": "analysis.batchnorm",
    "see_forgetting": "analysis.forgetting",
    "see_harm": "analysis.negative_transfer",
    "see_questions": "plots.items",
    "see_spread": "plots.spread",
    "specialists": "analysis.layers",
    "strategies": "methods.strategy",
    "tasks": "datasets.catalogue",
    "task": "datasets.catalogue",
    "texts": "analysis.neighbours",
    "tokens": "analysis.neighbours",
    "transfer": "experiments.compare",
    "transposed": "datasets.notes",
    "two_by_two": "analysis.negative_transfer",
    "untaught": "experiments.source",
    "with_tell": "datasets.shortcut",
    "workers": "runtime.workers",
    "words_baseline": "experiments.text_baseline",
}
_ROOMS = {"lora": "methods.lora", "prompting": "methods.prompting"}  # rooms that lessons open: tl.lora.merge(...)

__all__ = sorted([*_HOMES, *_ROOMS])


def __getattr__(name: str):
    if name in _ROOMS:
        return importlib.import_module(f"tlkit.{_ROOMS[name]}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tlkit' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tlkit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
