"""tlkit: learn transfer learning by doing it.

Public names are listed here once and loaded when first used, so that ``import tlkit`` stays light and quiet.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {
    "AdapterLab": "widgets.adapters",
    "AsIs": "strategy",
    "Backbone": "backbones",
    "Claim": "claims",
    "ClaimFailed": "claims",
    "Classifier": "training",
    "Comparison": "widgets.comparison",
    "DepthLab": "widgets.depth",
    "Estimate": "results",
    "Examples": "tasks",
    "Full": "strategy",
    "Head": "strategy",
    "Keep": "strategy",
    "LiveCurve": "widgets.live",
    "LoRA": "strategy",
    "LPFT": "strategy",
    "Neighbours": "widgets.words",
    "Partial": "strategy",
    "Picture": "plots",
    "Predict": "widgets.predict",
    "Prompt": "strategy",
    "PromptLab": "widgets.prompts",
    "RandomHead": "strategy",
    "RandomLoRA": "strategy",
    "Rates": "backbones",
    "Result": "results",
    "Results": "results",
    "Scratch": "strategy",
    "Source": "source",
    "Stopped": "events",
    "Strategy": "strategy",
    "Task": "tasks",
    "TlkitError": "errors",
    "TransferLab": "widgets.lab",
    "WordsLab": "widgets.words",
    "agreement": "layers",
    "backbone": "backbones",
    "by_choice": "layers",
    "by_depth": "layers",
    "check": "exercises",
    "checkup": "doctor",
    "choose_cut": "layers",
    "cka": "similarity",
    "cka_matrix": "similarity",
    "claim": "claims",
    "compare": "experiment",
    "count_words": "words",
    "excites": "layers",
    "from_csv": "tasks.own",
    "from_folder": "tasks.own",
    "hear": "widgets.sound",
    "load_results": "results",
    "pretrain": "source",
    "purity": "layers",
    "quiz": "widgets.quiz",
    "see": "widgets.sound",
    "see_agreement": "layers",
    "see_depth": "layers",
    "specialists": "layers",
    "see_budget": "plots",
    "see_spread": "plots",
    "strategies": "strategy",
    "task": "tasks",
    "texts": "words",
    "tokens": "words",
    "transfer": "experiment",
    "untaught": "source",
    "words_baseline": "words",
}
_CALLABLE = ("backbones", "tasks", "workers")  # rooms that are also called: tl.tasks() lists the tasks

_ROOMS = ("lora", "prompting")  # rooms that lessons open: tl.lora.merge(...)

__all__ = sorted([*_HOMES, *_CALLABLE, *_ROOMS])


def __getattr__(name: str):
    if name in (*_CALLABLE, *_ROOMS):
        return importlib.import_module(f"tlkit.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tlkit' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tlkit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
