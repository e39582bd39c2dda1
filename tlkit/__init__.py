"""tlkit: learn transfer learning by doing it.

Public names are listed here once and loaded when first used, so that ``import tlkit`` stays light and quiet.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {
    "AsIs": "strategy",
    "Backbone": "backbones",
    "Claim": "claims",
    "ClaimFailed": "claims",
    "Classifier": "training",
    "Estimate": "results",
    "Examples": "tasks",
    "Full": "strategy",
    "Head": "strategy",
    "LiveCurve": "widgets.live",
    "Keep": "strategy",
    "LPFT": "strategy",
    "LoRA": "strategy",
    "Partial": "strategy",
    "Picture": "plots",
    "Predict": "widgets.predict",
    "Prompt": "strategy",
    "Rates": "backbones",
    "RandomHead": "strategy",
    "Result": "results",
    "Results": "results",
    "Scratch": "strategy",
    "Source": "source",
    "Stopped": "events",
    "Strategy": "strategy",
    "Task": "tasks",
    "TransferLab": "widgets.lab",
    "TlkitError": "errors",
    "backbone": "backbones",
    "check": "exercises",
    "checkup": "doctor",
    "claim": "claims",
    "compare": "experiment",
    "from_csv": "tasks.own",
    "from_folder": "tasks.own",
    "hear": "widgets.sound",
    "load_results": "results",
    "pretrain": "source",
    "quiz": "widgets.quiz",
    "see": "widgets.sound",
    "strategies": "strategy",
    "task": "tasks",
    "transfer": "experiment",
}
_CALLABLE = ("backbones", "tasks", "workers")  # rooms that are also called: tl.tasks() lists the tasks

__all__ = sorted([*_HOMES, *_CALLABLE])


def __getattr__(name: str):
    if name in _CALLABLE:
        return importlib.import_module(f"tlkit.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tlkit' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tlkit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
