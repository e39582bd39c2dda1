"""tlkit: learn transfer learning by doing it.

Public names are listed here once and loaded when first used, so that ``import tlkit`` stays light and quiet. What a
person needs in any notebook stands at the front door; what belongs to one technique is reached through its room, as in
``tl.lora.merge(...)`` or ``tl.layers.plot_depth(...)``.
"""

from __future__ import annotations

from tlkit.lazy import exports
from tlkit.runtime.compat import watch_for_torchvision

__version__ = "0.1.0"
watch_for_torchvision()

FRONT_DOOR = {
    "AsIs": "methods.frozen_body:AsIs",
    "Backbone": "models.backbone:Backbone",
    "Comparison": "widgets.comparison:Comparison",
    "Examples": "datasets.task:Examples",
    "Full": "methods.finetuning:Full",
    "Head": "methods.frozen_body:Head",
    "Keep": "methods.finetuning:Keep",
    "LPFT": "methods.finetuning:LPFT",
    "LiveCurve": "widgets.live_curve:LiveCurve",
    "LoRA": "methods.adapter_tuning:LoRA",
    "Partial": "methods.finetuning:Partial",
    "Predict": "widgets.predict:Predict",
    "Prompt": "methods.prompting:Prompt",
    "Result": "experiments.result:Result",
    "Results": "experiments.results:Results",
    "Scratch": "methods.finetuning:Scratch",
    "Task": "datasets.task:Task",
    "TlkitError": "errors:TlkitError",
    "asked": "seeding:asked",
    "backbone": "models.catalogue:backbone",
    "backbones": "models.catalogue:backbones",
    "check": "exercises.check:check",
    "checkup": "commands.doctor:checkup",
    "claim": "experiments.claims:claim",
    "compare": "experiments.compare:compare",
    "earlier": "widgets.quiz:earlier",
    "from_csv": "datasets.own.load:from_csv",
    "from_folder": "datasets.own.load:from_folder",
    "hear": "widgets.sound:hear",
    "load_model": "experiments.exported.load:load_model",
    "load_results": "experiments.results:load_results",
    "parsons": "widgets.parsons:parsons",
    "practice": "widgets.parsons:practice",
    "pretrain": "experiments.source:pretrain",
    "quiz": "widgets.quiz:quiz",
    "read_data": "datasets.own.data:read_data",
    "random_source": "experiments.source:random_source",
    "see": "plots.items:see",
    "strategies": "methods.strategy:strategies",
    "task": "datasets.catalogue:task",
    "tasks": "datasets.catalogue:tasks",
    "transfer": "experiments.compare:transfer",
    "try_out": "experiments.trial:try_out",
    "verdicts": "experiments.claims:verdicts",
    "workers": "runtime.workers:workers",
}
ROOMS = {
    "acquisition": "analysis.acquisition",
    "adviser": "analysis.adviser",
    "alarms": "analysis.alarms",
    "answers": "exercises.answers",
    "at_work": "analysis.at_work",
    "augmentation": "methods.augmentation",
    "batchnorm": "analysis.batchnorm",
    "conformal": "analysis.conformal",
    "consultations": "datasets.consultations",
    "domain_adaptation": "methods.domain_adaptation",
    "domain_gap": "analysis.domain_gap",
    "environments": "datasets.environments",
    "forgetting": "analysis.forgetting",
    "generation": "methods.generation",
    "gradient_conflict": "analysis.gradient_conflict",
    "invariance": "analysis.invariance",
    "label_budget": "analysis.label_budget",
    "labs": "widgets.labs",
    "languages": "datasets.languages",
    "layers": "analysis.layers",
    "learning_curves": "analysis.learning_curves",
    "lookup": "analysis.lookup",
    "lora": "methods.lora",
    "low_resource": "analysis.low_resource",
    "made_up": "analysis.made_up",
    "membership": "analysis.membership",
    "multi_task": "methods.multi_task",
    "names": "analysis.names",
    "negative_transfer": "analysis.negative_transfer",
    "neighbours": "analysis.neighbours",
    "next_character": "methods.next_character",
    "pairs": "methods.pairs",
    "plots": "plots",
    "prompting": "methods.prompting",
    "reinforcement": "methods.reinforcement",
    "source_map": "analysis.source_map",
    "self_supervised": "methods.self_supervised",
    "spoken": "datasets.spoken",
    "survey": "widgets.survey",
    "suspicious": "analysis.suspicious",
    "text_baseline": "experiments.text_baseline",
    "transferability": "analysis.transferability",
    "traps": "datasets.own.traps",
    "wordings": "analysis.wordings",
    "written_rule": "analysis.written_rule",
}

__all__, __getattr__ = exports(__name__, {**FRONT_DOOR, **ROOMS})


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
