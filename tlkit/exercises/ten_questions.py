"""Ten questions to ask a class before and after: none is asked in a lesson, each is a case to be judged."""

from __future__ import annotations

from tlkit.exercises.check import Question

TEN = (
    Question(
        "You have 8 labelled pictures of each of 6 kinds of screws and a network that knows photographs. What first?",
        {
            "Freeze the network, fit a new last layer": (
                "Right. With so few labels there is little to learn a whole network from, and this takes seconds."
            ),
            "Train a network of your own from nothing": "It would have 48 pictures to learn seeing from.",
            "Let all layers of the network learn at once": (
                "The new last layer is random at first, and its mistakes would spoil what the network knows."
            ),
        },
        "Freeze the network, fit a new last layer",
    ),
    Question(
        "A report says: 'Our pre-trained network names 91% right.' Which figure is missing most?",
        {
            "What the same network reaches from scratch on the same labels": (
                "Right. Without it nobody can tell what the pre-training was worth."
            ),
            "How many layers the network has": "It does not say what transfer was worth.",
            "How long the pre-training took": "A cost, and no evidence that it helped.",
        },
        "What the same network reaches from scratch on the same labels",
    ),
    Question(
        "You now have 5,000 labels of each class for a task quite unlike the source. Which is likeliest to win?",
        {
            "A frozen network with a new last layer": (
                "Frozen features are fixed: with many labels there is more to learn than they say."
            ),
            "A network that may learn in all its layers": (
                "Right. With many labels freezing costs more than it saves, and even scratch may draw level."
            ),
            "They must be equal, the labels are the same": "What may change differs, so what can be learnt differs.",
        },
        "A network that may learn in all its layers",
    ),
    Question(
        "A frozen *random* network with a new last layer does as well as your frozen pre-trained one. What follows?",
        {
            "The pre-training brought nothing to this task": (
                "Right. What worked is the wiring, or the task is easy: the knowledge made no difference."
            ),
            "The pre-training worked very well": "Then it would be ahead of one that knows nothing.",
            "The last layer was fitted wrongly": "It may be, but the comparison is fair: both had the same.",
        },
        "The pre-training brought nothing to this task",
    ),
    Question(
        "Your pictures are microscope slides, the network's were of animals. Where should a new head rather sit?",
        {
            "Some stages before the last": (
                "Right. The last stages have sorted the world into the source's kinds; a far task wants what is before."
            ),
            "On the very last stage, always": "That serves targets that are near to the source.",
            "On the first stage": "It is general, and knows too little: the head would do all the work.",
        },
        "Some stages before the last",
    ),
    Question(
        "Why fit the new last layer first, and let the other layers learn only then?",
        {
            "So that a random last layer does not send its mistakes into layers that know something": (
                "Right. At first all error comes from the new layer; passed down, it overwrites what was learnt."
            ),
            "Because two trainings see twice the data": "They see the same labels.",
            "Because the first layers can't learn at all": "They can; the question is when they should.",
        },
        "So that a random last layer does not send its mistakes into layers that know something",
    ),
    Question(
        "Transfer from a network with a perfect record on its own task does worse than scratch on yours. Can that be?",
        {
            "Yes: it may have learnt a shortcut, or the wrong thing for yours": (
                "Right. That is negative transfer. Its record is about its own task, by whatever means it solved it."
            ),
            "No: knowledge never harms": "A frozen body shows only what it attends to, and that may not be yours.",
            "Only if your labels are wrong": "It happens with right labels, too: the source decides.",
        },
        "Yes: it may have learnt a shortcut, or the wrong thing for yours",
    ),
    Question(
        "Method A names 84% right, method B 82%, each tried once with 5 labels of each class. What do you say?",
        {
            "Draw other labels some times, and look at the spread": (
                "Right. With five labels, luck of the draw can be worth more than two points."
            ),
            "A is better": "By one draw of a few labels, nobody knows.",
            "They are equal": "That isn't known either: absence of evidence is no equality.",
        },
        "Draw other labels some times, and look at the spread",
    ),
    Question(
        "Somebody tries twelve settings on the test examples and reports the best one's accuracy there. What is wrong?",
        {
            "The test has chosen, so the figure is too good": (
                "Right. The best of twelve is partly luck with these very examples: choose on others."
            ),
            "Nothing, the test examples were not learnt from": "They were used to choose, which is a way to learn.",
            "Twelve settings are too few": "More of them would make it worse.",
        },
        "The test has chosen, so the figure is too good",
    ),
    Question(
        "All your labelled recordings are from one room; it will be used in others. The source heard many rooms. Then?",
        {
            "What the labels never show, only the source can bring": (
                "Right. More labels of that room don't help with others; a body that knows many may."
            ),
            "More labels from the same room will make up for it": "They say nothing about the other rooms.",
            "Scratch is safest, it has no prejudice": "It knows one room only, and that is its prejudice.",
        },
        "What the labels never show, only the source can bring",
    ),
)
