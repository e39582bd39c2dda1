"""The labs of the lessons, by name: ``tl.labs.TransferLab(...)``."""

from tlkit.lazy import exports

__all__, __getattr__ = exports(
    __name__,
    {
        "AdapterLab": "widgets.lora:AdapterLab",
        "DomainLab": "widgets.domains:DomainLab",
        "AlarmLab": "widgets.alarms:AlarmLab",
        "CostLab": "widgets.costs:CostLab",
        "ChoiceLab": "widgets.choosing:ChoiceLab",
        "DepthLab": "widgets.depth:DepthLab",
        "Neighbours": "widgets.neighbours:Neighbours",
        "NotesLab": "widgets.notes:NotesLab",
        "PartnerLab": "widgets.partners:PartnerLab",
        "PromptLab": "widgets.prompts:PromptLab",
        "RelativesLab": "widgets.relatives:RelativesLab",
        "RobotLab": "widgets.robot:RobotLab",
        "StackLab": "widgets.freezing:StackLab",
        "StudioLab": "widgets.studio:StudioLab",
        "TeacherLab": "widgets.teachers:TeacherLab",
        "TransferLab": "widgets.transfer:TransferLab",
        "ViewsLab": "widgets.views:ViewsLab",
        "WordsLab": "widgets.texts:WordsLab",
    },
)
