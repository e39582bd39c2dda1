"""The labs of the lessons, by name: ``tl.labs.TransferLab(...)``."""

from tlkit.lazy import exports

__all__, __getattr__ = exports(
    __name__,
    {
        "AdapterLab": "widgets.lora:AdapterLab",
        "DomainLab": "widgets.domains:DomainLab",
        "DepthLab": "widgets.depth:DepthLab",
        "Neighbours": "widgets.neighbours:Neighbours",
        "PromptLab": "widgets.prompts:PromptLab",
        "RobotLab": "widgets.robot:RobotLab",
        "StackLab": "widgets.freezing:StackLab",
        "TeacherLab": "widgets.teachers:TeacherLab",
        "TransferLab": "widgets.transfer:TransferLab",
        "WordsLab": "widgets.texts:WordsLab",
    },
)
