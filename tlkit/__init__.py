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
    "StackLab": "widgets.stack",
    "Stopped": "events",
    "Strategy": "strategy",
    "Task": "tasks",
    "TeacherLab": "widgets.failing",
    "TlkitError": "errors",
    "TransferLab": "widgets.lab",
    "WordsLab": "widgets.words",
    "agreement": "layers",
    "asked": "seeding",
    "backbone": "backbones",
    "by_choice": "layers",
    "by_depth": "layers",
    "by_rule": "rules",
    "check": "exercises",
    "checkup": "doctor",
    "choose_cut": "layers",
    "cka": "similarity",
    "cka_matrix": "similarity",
    "claim": "claims",
    "compare": "experiment",
    "count_words": "words",
    "drift": "batchnorm",
    "excites": "layers",
    "from_csv": "tasks.own",
    "from_folder": "tasks.own",
    "gain": "harm",
    "hear": "widgets.sound",
    "load_results": "results",
    "measure_forgetting": "forgetting",
    "pretrain": "source",
    "purity": "layers",
    "quiz": "widgets.quiz",
    "remembered": "forgetting",
    "retained": "forgetting",
    "see": "widgets.sound",
    "see_agreement": "layers",
    "see_budget": "plots",
    "see_depth": "layers",
    "see_drift": "batchnorm",
    "see_forgetting": "harm",
    "see_harm": "harm",
    "see_questions": "plots",
    "see_spread": "plots",
    "specialists": "layers",
    "strategies": "strategy",
    "task": "tasks",
    "texts": "words",
    "tokens": "words",
    "transfer": "experiment",
    "transposed": "tasks.notes",
    "two_by_two": "harm",
    "untaught": "source",
    "with_tell": "tasks.tell",
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
