"""Makes the saved runs of the lessons: python notebooks/results/make.py [02-what-the-layers-know ...]

Each lesson asks the same questions again and reuses a run only where its key, a hash of all that it depends on, is
that of the question; a test holds the lessons to it. Takes about an hour on two cores. Each run is kept in made.jsonl
as it comes, so that nothing is lost if it is ended, and lessons share what they both ask; once that is deleted, all is
made again.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd

import tlkit as tl
from tlkit.datasets.notes import as_images, transposed
from tlkit.datasets.shortcut import with_shortcut
from tlkit.runtime.paths import DATA

HERE = Path(__file__).parent
MADE = HERE / "made"
LOOKS = (0, 4, 8)  # of lesson 03's frozen network
SEEN = (  # the pictures, the pictures of sound and the texts of which the adviser of lesson 16 is asked
    "photographs", "products", "digits", "glyphs/greek", "signs/rare", "surfaces/brick", "surfaces/grass",
    "surfaces/gravel", "cells/lab-a", "cells/lab-b",
)  # fmt: skip
HEARD = ("notes/guitar", "notes/violin", "notes/trumpet", "notes/organ", "notes/marimba")
TUNED = ("products", "surfaces/brick", "digits", "cells/lab-a", "glyphs/greek", "notes/guitar")  # LP-FT, too
READ = ("reviews/movie", "reviews/tweets", "intents", "spam", "declaration/romance")
SIZES = (250, 500, 1000, 2000, 4000)  # of a language's own text in lesson 11


def piano_to_guitar(executor) -> tl.Results:
    """Every comparison of lesson 01 and its lab: twenty seeds where the claims are, five in between."""
    piano, guitar = tl.task("notes/piano"), tl.task("notes/guitar")
    pianist = tl.pretrain(tl.backbone("note-cnn"), piano)
    confused = tl.pretrain(tl.backbone("note-cnn"), piano.shuffled())
    every = ["scratch", "random_head", "head", "partial:2", "full", "lp_ft", "keep", "as_is"]
    asked = [
        (pianist, guitar, every, [1, 5, 20]),
        (pianist, guitar, ["head"], [2, 10, 50]),
        (pianist, tl.task("notes/accordion"), ["scratch", "head"], [1, 5, 20]),
        (confused, guitar, ["lp_ft"], [5]),
        (pianist, tl.task("notes/guitar-octaves"), ["scratch", "head"], [1, 5, 20]),
        (pianist, tl.task("notes/recorded-guitar-octaves"), ["scratch", "random_head", "head"], [5]),
    ]
    between = [(pianist, guitar, [name for name in every if name != "head"], [2, 10, 50])]
    return _compared(asked, executor, seeds=20) + _compared(between, executor)


def what_the_layers_know(executor) -> tl.Results:
    """Every comparison of lesson 02, and what it measures beside them."""
    piano, guitar = tl.task("notes/piano"), tl.task("notes/guitar")
    pianist = tl.pretrain(tl.backbone("note-cnn"), piano)
    guitarist = tl.pretrain(tl.backbone("note-cnn"), guitar)
    imagenet, pixels = tl.backbone("efficientnet-lite0", size=64), tl.backbone("pixels")
    products, brick = tl.task("products"), tl.task("surfaces/brick")
    notes, blocks = _depths(4), _depths(9)
    asked = [
        (pianist, piano, notes, [5]),
        (pianist, guitar, [*notes, *_depths(4, "random_head")], [1, 5, 20]),
        (pianist, tl.task("notes/drums"), notes, [20]),
        (pianist, tl.task("notes/guitar-octaves"), notes, [5]),
        (imagenet, products, [*blocks, "random_head@6", "random_head@9"], [5]),
        (imagenet, brick, [*blocks, *_depths(9, "random_head")], [5]),
        (pixels, products, ["head"], [5]),
    ]
    found = _compared(asked, executor, seeds=20)
    for other in (guitarist, tl.random_source(pianist)):
        tl.layers.stagewise_cka(pianist, other, guitar, seeds=20, reuse=found)
    wall = found.where(target="surfaces/brick")
    tl.layers.by_choice(wall, imagenet, brick, shots=5, reuse=found)
    return found


def freeze_or_fine_tune(executor) -> tl.Results:
    """Every comparison of lesson 03: 20 seeds on the photographs, 10 or more elsewhere, 5 for the lab alone."""
    near, far = (tl.backbone("efficientnet-lite0", size=side) for side in (96, 48))
    photographs, products, greek = (tl.task(name) for name in ("photographs", "products", "glyphs/greek"))
    latin = tl.pretrain(tl.backbone("small-cnn"), tl.task("glyphs/latin"))
    untaught = tl.random_source(tl.backbone("small-cnn"))
    pixels, slowly = tl.backbone("pixels"), tl.Scratch(rate=2e-3)
    tuned = ["head", "partial:1", "partial:2", "partial:4", "full", "lp_ft", tl.Full(statistics=True)]
    depths = ["head", *(f"partial:{stages}" for stages in range(1, 9)), "full"]
    asked = [
        (near, photographs, tuned, [5], {"steps": 10, "seeds": 20}),
        (near, photographs, ["scratch"], [5], {"steps": 10, "seeds": 5}),
        (near, photographs, ["head"], [1, 2, 5, 8], {"steps": 10, "seeds": 20}),
        (near, photographs, ["random_head"], [5], {"steps": 10, "seeds": 20}),
        (pixels, photographs, ["head"], [1, 2, 5, 8], {"seeds": 20}),
        (untaught, photographs, ["scratch"], [5], {"seeds": 10}),
        (far, products, ["head"], [5], {"steps": 20, "seeds": 20}),
        (far, products, ["full"], [5], {"steps": 20, "seeds": 10}),
        (far, products, depths, [5], {"steps": 20, "seeds": 5}),
        (pixels, products, ["head"], [5], {"seeds": 20}),
        (latin, greek, ["head", "full", "lp_ft", slowly], [2], {"seeds": 10}),
        (latin, greek, ["partial:1", "partial:2", "partial:3"], [2], {"seeds": 5}),
    ]
    runs = tl.Results(
        run
        for source, target, strategies, shots, options in asked
        for run in tl.compare(source, target, strategies=strategies, shots=shots, executor=executor, **options)
    )
    for eval_mode in (False, True):
        tl.batchnorm.drift(near, photographs, looks=LOOKS, eval_mode=eval_mode, seeds=10, reuse=runs)
    return runs


def depth_by_shots(executor) -> tl.Results:
    """How many stages to let learn, with how many labels, on six targets: a table beside lesson 03, of five seeds."""
    imagenet = tl.backbone("efficientnet-lite0", size=64)
    depths = ["head", "partial:1", "partial:2", "partial:4"]
    targets = ("photographs", "products", "signs/rare", "surfaces/brick", "glyphs/greek", "cells/lab-a")
    asked = [(imagenet, _at_most(tl.task(name), 100), depths, [2, 8]) for name in targets]
    return _compared(asked, executor, steps=10)


def _at_most(task: tl.Task, test: int) -> tl.Task:
    """The task, with so many to be tested on if it has more."""
    return task if len(task.test) <= test else task.fewer(test=test, seed=0)


def what_a_label_buys(executor) -> tl.Results:
    """Every comparison of lesson 04: ten seeds of what must train or look anew, twenty of heads on one network."""
    net, pixels, untaught = _inspectors()
    bricks, cells = tl.task("surfaces/brick-many"), tl.task("cells/lab-a")
    wrong, alone, calm = bricks.mislabelled(0.2), tl.Scratch(rate=2e-3), tl.Head(cut=7, strength=0.01)
    heads = [
        (net, bricks, ["head@7"], [1, 2, 5, 10, 20, 50, 100, 200]),
        (pixels, bricks, ["head"], [5, 20, 50]),
        (net, bricks, [calm], [10, 50]),
        (net, wrong, ["head@7", calm], [10, 50]),
        (net, bricks.shuffled(), ["head@7"], [10]),
        (net, cells, ["head@7"], [5, 20]),
    ]
    trained = [
        (untaught, bricks, [alone], [2, 5, 10, 20, 50, 100, 200]),
        (untaught, cells, [alone], [5]),
        (net, bricks, ["random_head@7"], [10]),
    ]
    found = _compared(heads, executor, seeds=20) + _compared(trained, executor, seeds=10)
    for rare in (20, None):
        tl.acquisition.measure(net, bricks, cut=7, rare=rare, seeds=20, reuse=found)
    return found


def solar_cells(executor) -> tl.Results:
    """A table beside lesson 04, of five seeds, from real solar cells; it needs `pip install elpv-dataset`."""
    net, pixels, _ = _inspectors()
    asked = [(net, "elpv", ["head@7"], [1, 5, 20, 100]), (pixels, "elpv", ["head"], [1, 5, 20, 100])]
    return _compared(asked, executor)


def _inspectors() -> tuple:
    """Of lesson 04: what knows ImageNet, what knows nothing, and what is to learn from the labels alone."""
    net, small = tl.backbone("efficientnet-lite0", size=64), tl.backbone("small-cnn")
    return net, tl.backbone("pixels"), tl.random_source(small)


def when_transfer_fails(executor) -> tl.Results:
    """Every comparison of lesson 05, and what it measures beside them."""
    piano, guitar, drums = (tl.task(f"notes/{name}") for name in ("piano", "guitar", "drums"))
    imagenet, seven, even = tl.backbone("efficientnet-lite0", size=64), tl.task("pairs/seven"), tl.task("pairs/even")
    pianist, drummer, clarinet, confused, cheat = (
        tl.pretrain(tl.backbone("note-cnn"), taught)
        for taught in (piano, drums, transposed(piano), piano.shuffled(), with_shortcut(piano))
    )
    teachers = (pianist, drummer, clarinet, confused, cheat)
    asked = [
        (pianist, guitar, ["scratch", "random_head"], [1, 5, 20]),
        *((teacher, guitar, ["head"], [1, 5, 20]) for teacher in teachers),
        *((teacher, guitar, ["lp_ft", "full"], [5]) for teacher in teachers),
        *((teacher, guitar, ["lp_ft", "full"], [20]) for teacher in (pianist, drummer, confused)),
        *((teacher, guitar, ["head@2"], [5, 20]) for teacher in (pianist, drummer)),
        *((teacher, guitar, ["keep"], [1]) for teacher in (pianist, clarinet)),
        *((imagenet, question, ["head@6"], [100]) for question in (seven, even)),
        *((tl.random_source(tl.backbone("small-cnn")), question, ["scratch"], [100]) for question in (seven, even)),
    ]
    ways = ["as_is", "head", "partial:2", "lora:8", "lp_ft", "full", tl.Full(rate="tuning")]
    found = _compared(asked, executor, seeds=20)
    found += tl.forgetting.measure(pianist, drums, strategies=ways, shots=20, seeds=20, save=MADE)
    rule = {"strategy": "head@6", "shots": 5, "seeds": 20}
    tl.written_rule.by_rule(imagenet, tl.task("digits"), even, lambda a, b: (a + b) % 2 == 0, **rule, reuse=found)
    return found


def choosing_a_teacher(executor) -> tl.Results:
    """Every comparison of lesson 06, and what its scores say; made here: a teacher is schooled once for both."""
    sources, targets = _teachers_and_targets()
    asked = [(source, target, ["head"], [5]) for source in sources.values() for target in targets.values()]
    found = _compared(asked, None, seeds=10)
    for shots, shuffled in ((5, False), (5, True), (3, False), (2, False)):
        tl.source_map.scores(sources, targets, shots=shots, shuffled=shuffled, seeds=10, reuse=found)
    return found


def _teachers_and_targets() -> tuple[dict, dict]:
    """Of lesson 06, by the names that they have there."""
    latin, small = tl.task("glyphs/latin"), tl.backbone("small-cnn")
    photographer = tl.source_map.with_imagenet_head(tl.backbone("efficientnet-lite0", size=64))
    longer = {"letters": latin, "nonsense": latin.shuffled()}
    shorter = {"clothes": tl.task("products"), "piano": as_images(tl.task("notes/piano"))}
    shorter |= {"gravel": tl.task("surfaces/gravel"), "cells": tl.task("cells/lab-a")}
    sources = {name: tl.pretrain(small, task) for name, task in longer.items()}
    sources |= {name: tl.pretrain(small, task, steps=200) for name, task in shorter.items()}
    sources |= {"nobody": tl.random_source(small), "pixels": tl.backbone("pixels")}
    sources |= {"ImageNet": photographer}
    sources |= {"ImageNet, 6 stages": tl.source_map.first_stages(photographer, 6, like=latin.train.items)}
    names = {"Greek": "glyphs/greek", "digits": "digits", "signs": "signs/rare", "brick": "surfaces/brick"}
    targets = {name: tl.task(task) for name, task in names.items()}
    targets |= {"guitar": as_images(tl.task("notes/guitar"))}
    targets |= {"cells B": tl.task("cells/lab-b"), "photographs": tl.task("photographs")}
    return sources, {name: _at_most(task, 300) for name, task in targets.items()}


def words(executor) -> tl.Results:
    """Every comparison of lesson 07; words are counted in the lesson itself."""
    minilm = tl.backbone("minilm")
    tweets, movie, intents, spam = (tl.task(n) for n in ("reviews/tweets", "reviews/movie", "intents", "spam"))
    heads = [
        (minilm, tweets, ["head"], [2, 8, 64, 256]),
        (minilm, movie, ["head"], [2, 8, 64, 256]),
        (minilm, intents, ["head"], [1, 2, 4, 8, 16]),
        (minilm, spam, ["head"], [2, 8, 64]),
    ]
    others = [(minilm, tweets, ["random_head"], [2, 8, 64]), (minilm, tweets, ["scratch"], [64])]
    return _compared(heads, executor, seeds=20) + _compared(others, executor, seeds=10)


def lora(executor) -> tl.Results:
    """Every comparison of lesson 08."""
    minilm, tweets = tl.backbone("minilm", size=32), tl.task("reviews/tweets")
    trained = ["lora:8@1", "lora:8@4", "lora:8", "full", "random_lora:8"]
    others = [(minilm, tweets, [*trained, tl.LoRA(8, last=1, rate="body")], [64])]
    return _compared([(minilm, tweets, ["head"], [64])], executor, seeds=20) + _compared(others, executor, seeds=10)


def prompting(executor) -> tl.Results:
    """Every comparison of lesson 09: claims, for which each seed draws a test of its own; then what is only shown."""
    from tlkit.analysis.wordings import on_labels
    from tlkit.experiments.source import as_source
    from tlkit.methods.prompting import REQUESTS, WORDINGS, wordings

    smollm2 = as_source(tl.backbone("smollm2").float())  # one source: its weights are hashed once
    tweets, intents = tl.task("reviews/tweets"), tl.task("intents")
    letters, some = replace(tweets, label_words=("A", "B")), tweets.fewer(test=64, seed=0)
    both = [*wordings(), *wordings(calibrated=True)]
    requests = [*wordings(REQUESTS), *wordings(REQUESTS, calibrated=True)]
    orders = [tl.Prompt(WORDINGS["label"], shown=2, wording="label", order=n) for n in range(1, 6)]
    asked = [
        *((tweets.fewer(test=16, seed=seed), both, [1], [seed]) for seed in range(20)),
        *((letters.fewer(test=16, seed=seed), both, [1], [seed]) for seed in range(10)),
        *((on_labels(tweets, shots=4, seed=seed), wordings(), [1], [seed]) for seed in range(10)),
        *((intents.fewer(test=20, seed=seed), requests, [1], [seed]) for seed in range(20)),
        *((intents.fewer(test=20, seed=seed), ["head"], [1, 4], [seed]) for seed in range(10)),
        (some, orders, [2], [0]),
        (some, ["head"], [2, 8, 64], range(5)),
    ]
    return tl.Results(
        run
        for target, strategies, shots, seeds in asked
        for run in tl.compare(smollm2, target, strategies=strategies, shots=shots, seeds=seeds, executor=executor)
    )


def new_domain(_executor) -> tl.Results:
    """What lesson 10 measures: heads on a frozen body, and bodies that were tuned in the source domain."""
    minilm, found = tl.backbone("minilm", size=48), tl.Results()
    movie, *others = (tl.task(f"reviews/{name}") for name in ("movie", "tweets", "amazon", "editorials"))
    for target in others:
        tl.domain_gap.heads(minilm, movie, target, shots=500, seeds=20, reuse=found)
    tuned = {"strategy": "partial:3", "shots": 500, "steps": 150, "reuse": found}
    tl.domain_gap.tuned(minilm, movie, others, seeds=10, **tuned)
    tl.domain_gap.tuned(minilm, others[0], seeds=5, **tuned)
    return found


def little_text(_executor) -> tl.Results:
    """What lesson 11 measures: twenty draws of a language's own text by counting, ten by a network."""
    languages, found = tl.languages, tl.Results()
    sisters, spanish = [each for each in languages.ROMANCE if each != "Galician"], languages.language("Spanish")
    groups = {"Galician": [(), [spanish], sisters, languages.STRANGERS], "Basque": [(), [spanish], sisters]}
    for target, each in [(target, each) for target, some in groups.items() for each in some]:
        tl.low_resource.curve(target, each, chars=SIZES, seeds=20, reuse=found)
    everyone = {name: [each for each in languages.NAMES if each != name] for name in ("Galician", "Basque", "Corsican")}
    others = [*everyone.items(), ("Galician", [spanish.in_cipher()]), ("Basque", languages.STRANGERS)]
    for target, each in others:
        tl.low_resource.foretold(target, each, chars=500, seeds=20, reuse=found)
    for each in [(), sisters, languages.STRANGERS]:
        tl.low_resource.by_network("Galician", each, chars=500, seeds=10, reuse=found)
    return found


def fraud(executor) -> tl.Results:
    """Every comparison of lesson 12: ten seeds where the claims are, five in between."""
    bank_b, later, bank_c = (tl.task(f"payments/{name}") for name in ("b", "b-later", "c"))
    swapped = tl.task("payments/a")
    taught, nonsense, foretold = (
        tl.pretrain(tl.backbone("event-gru"), pretext, steps=1000)
        for pretext in (swapped, swapped.shuffled(), tl.task("payments/a-next"))
    )
    by_hand = ["logistic", "forest", "trees", "forest+surprise", "trees+surprise"]
    asked = [
        (taught, bank_b, ["as_is"], [5], 10),
        (taught, bank_b, ["scratch", "random_head", "head", "lp_ft", *by_hand], [5, 20, 100], 10),
        (taught, later, ["as_is"], [5], 10),
        (taught, later, ["lp_ft", "trees", "trees+surprise"], [100], 10),
        (nonsense, bank_b, ["lp_ft"], [100], 10),
        (foretold, bank_b, ["lp_ft"], [100], 10),
        (taught, bank_c, ["scratch", "lp_ft", "trees", "trees+surprise"], [100], 10),
        (taught, bank_b, ["scratch", "random_head", "head", "lp_ft", *by_hand], [10, 50], 5),
    ]
    return tl.Results(run for *each, seeds in asked for run in _compared([tuple(each)], None, seeds=seeds))


def without_labels(executor) -> tl.Results:
    """Every comparison of lesson 13, each schooling of 19,200 pictures, and portraits of networks of half as many."""
    small, latin = tl.backbone("small-cnn", size=16), tl.task("glyphs/latin")
    itself = tl.pretrain(small, latin, objective=tl.self_supervised.contrast())
    greek, nobody = tl.pretrain(small, tl.task("glyphs/greek"), steps=600), tl.random_source(small)
    alone, labels = tl.Scratch(rate=2e-3), [1, 2, 5, 10, 20, 50, 100]
    heads = [(source, latin, ["head"], labels) for source in (itself, greek, nobody)]
    found = _compared(heads, executor, seeds=10)
    trained = [(nobody, latin, [alone], [1, 5, 20]), (nobody, latin, [tl.augmentation.with_views(alone)], [1, 5])]
    found += _compared(trained, executor, steps=600, seeds=10)
    contrast, usual = tl.self_supervised.contrast, tl.augmentation.USUAL
    left_out = [contrast([name for name in usual if name != out]) for out in usual]
    for objective in (contrast(), contrast([*usual, "mirror"]), contrast(repel=False), *left_out):
        tl.invariance.portrait(small, latin, objective, among="bdpq", steps=150, seeds=10, reuse=found)
    return found


def two_tasks(executor) -> tl.Results:
    """Every comparison of lesson 14: ten seeds where the claims are, three for what the lab alone shows."""
    guitar, one_octave, band = (tl.task(f"notes/{name}") for name in ("guitar", "guitar-octaves", "band"))
    body, together = tl.random_source(tl.backbone("note-cnn")), tl.multi_task.Together
    partners = [band, tl.task("notes/band-instruments"), tl.task("notes/band-registers"), band.shuffled()]
    equal = [together(partner) for partner in partners]
    surgery = together(partners[1], project=True)
    asked = [
        (body, guitar, [tl.multi_task.Alone(), *equal, together(band, weight=10), surgery], [2]),
        (body, one_octave, [tl.multi_task.Alone(), equal[0], equal[-1]], [5]),
        (tl.pretrain(tl.backbone("note-cnn"), band, steps=200), guitar, ["head", "lp_ft"], [2]),
    ]
    louder = [(partners[0], 100), *((each, weight) for each in (partners[1], partners[3]) for weight in (10, 100))]
    lab = [(body, guitar, [together(each, weight=weight) for each, weight in louder], [2])]
    found = _compared(asked, executor, steps=200, seeds=10)
    for each in equal:
        tl.gradient_conflict.cosine(body, guitar, each, shots=2, steps=200, seeds=10, reuse=found)
    return found + _compared(lab, executor, steps=200, seeds=3)


def at_work(_executor) -> tl.Results:
    """What lesson 15 measures: notes that were written of other talks for each seed, and what was looked up."""
    smollm2, minilm, found = tl.backbone("smollm2").float(), tl.backbone("minilm"), tl.Results()
    right, shuffled = (
        tl.generation.with_adapter(smollm2, tl.consultations.FOLDER / name) for name in ("right", "shuffled")
    )
    shown, how = tl.consultations.draw(1, seed=0)[0], {"seeds": 10, "reuse": found}
    tl.made_up.notes("first sentences", None, **how)
    tl.made_up.notes("prompt", smollm2, example=shown, **how)
    for model in (right, shuffled):
        tl.made_up.notes("LoRA", model, **how)
    tl.made_up.notes("LoRA, no medicine", right, medicine=False, **how)
    for who in (None, minilm, tl.random_source(minilm)):
        for draw in (tl.lookup.functions, tl.lookup.articles):
            tl.lookup.search(who, draw, seeds=20, reuse=found)
        for labels, place in product((10, 20, 50, 100), ("doctor", "pharmacy")):
            tl.names.find(who, labels=labels, place=place, seeds=20, reuse=found)
    tl.lookup.outright(smollm2, minilm, **how)
    tl.at_work.table(tl.at_work.ways(smollm2, minilm), reuse=found)
    return found


def your_own(executor) -> tl.Results:
    """Every comparison of lesson 16: each seed splits the data and plants its traps anew. All are short: made here."""
    minilm, net = tl.backbone("minilm"), tl.backbone("efficientnet-lite0", size=128)
    stamps, table = tl.read_data(DATA / "stamps" / "stamps.zip"), pd.read_csv(DATA / "glossary" / "cards.csv")
    columns = {"text": "definition", "label": "kind"}
    cards, half = tl.read_data(table, **columns, name="cards"), {"test": 0.5}
    untaught = tl.random_source(tl.backbone("small-cnn"))
    asked = []
    for seed in range(20):
        pictures, texts = stamps.task(**half, seed=seed), cards.task(**half, seed=seed)
        asked += [
            (minilm, cards.task(seed=seed), ["head", "tf_idf"], [1, 3, 10, 30, 90], [seed]),
            *((minilm, tl.traps.twins(table, **columns, per_class=60, by_rows=by_rows, dice=dice, seed=seed), ["head"],
               [80], [seed]) for dice in (False, True) for by_rows in (True, False)),
            *((minilm, tl.traps.few_of(texts, "food", shots=30, few=few, seed=seed), ["head"], [30], [seed])
              for few in (3, 10, 30)),
            *((net, tl.traps.wrapped(pictures, taught=taught, tested=tested, seed=seed), ["head"], [8], [seed])
              for taught in ("own", "any") for tested in ("own", "other")),
            (net, stamps.task(seed=seed), ["head"], [8], [seed]),
        ]  # fmt: skip
        if seed < 10:
            asked += [(net, stamps.task(seed=seed), ["random_head"], [8], [seed])]
            asked += [(untaught, stamps.task(seed=seed), ["scratch"], [8], [seed])]
    found = tl.Results(
        run
        for source, target, strategies, shots, seeds in asked
        for run in tl.compare(source, target, strategies=strategies, shots=shots, seeds=seeds, executor=None, save=MADE)
    )

    def halved(seed: int) -> tl.Task:
        return cards.task(**half, seed=seed)

    for shots in (4, 60):
        tl.membership.measure(minilm, halved, shots=shots, seeds=20, reuse=found)
    tl.membership.measure(minilm, halved, strategy="full", shots=4, steps=30, seeds=10, reuse=found)
    tl.conformal.measure(minilm, lambda seed: cards.task(test=0.7, seed=seed), shots=20, seeds=20, reuse=found)
    return found


def the_adviser(executor) -> tl.Results:
    """Every candidate of lesson 16's adviser on twenty tasks, what it would have taken, and LP-FT on a few of them."""
    net, small = tl.backbone("efficientnet-lite0", size=64), tl.backbone("small-cnn")
    letters = tl.pretrain(small, tl.task("glyphs/latin"), steps=200)
    minilm, smollm2 = tl.backbone("minilm", size=48), tl.backbone("smollm2", size=48)
    found = tl.Results()
    for name in (*SEEN, *HEARD, *READ):
        task = _asked_of_the_adviser(name)
        shots = max(3, min(20, task.most_shots, 80 // len(task.classes)))
        if task.modality == "text":
            sources, more = {minilm: minilm, smollm2: smollm2}, [(minilm, task, ["tf_idf"], [shots])]
        else:
            sources, more = {net: net, letters: small}, [(tl.backbone("pixels"), task, ["head"], [shots])]
            found += _compared([(net, task, ["lp_ft"], [shots])] if name in TUNED else [], executor, seeds=1)
        asked = [(source, task, list(tl.adviser.depths(body)), [shots]) for source, body in sources.items()]
        found += _compared(asked + more, executor, seeds=2)
        for seed in range(2):
            advice = tl.adviser.advise(task, sources, shots=shots, seed=seed, reuse=found)
            found += tl.Results([tl.adviser.taken(advice, found, seed)])
    return found


def _asked_of_the_adviser(name: str) -> tl.Task:
    """A task with a smaller test: there are many candidates."""
    task = as_images(tl.task(name)) if name in HEARD else tl.task(name)
    return task.fewer(test=min(len(task.test), 150 if task.modality == "text" else 250), seed=0)


def a_robot(executor) -> tl.Results:
    """Every comparison of lesson 17. A practice of 192 episodes is the one of 8 that went on, so they are made here."""
    cart, varied = tl.task("cartpole"), tl.task("cartpole/varied")
    balancer, nonsense = (
        tl.pretrain(tl.backbone("policy-net"), taught, steps=30) for taught in (cart, cart.shuffled())
    )
    traveller = tl.pretrain(tl.backbone("policy-net"), varied, steps=100)
    reacher = tl.pretrain(tl.backbone("policy-net", size=8), tl.task("reach"), steps=80)
    nobody, episodes = tl.random_source(tl.backbone("policy-net")), [8, 16, 32, 64, 96, 128, 192]
    sluggish, crossed = tl.task("cartpole/sluggish"), tl.task("cartpole/reversed")
    asked = [
        (balancer, sluggish, ["as_is", "random_policy"], [8]),
        (balancer, sluggish, ["scratch", "head", "full", "lp_ft", "keep"], episodes),
        (balancer, crossed, ["as_is", "random_policy"], [8]),
        (balancer, crossed, ["scratch", "head", "keep"], episodes),
        (balancer, tl.task("cartpole/jupiter"), ["as_is", "random_policy"], [8]),
        (traveller, sluggish, ["as_is"], [8]),
        (nonsense, sluggish, ["keep"], [64]),
        (nonsense, tl.task("cartpole/jupiter"), ["as_is"], [8]),
        (nobody, cart, ["scratch"], episodes),
        (nobody, varied, ["scratch"], episodes),
        (reacher, tl.task("reach/longer"), ["scratch", "keep"], [8, 32, 128]),
        (reacher, tl.task("reach/longer"), ["as_is", "random_policy"], [8]),
    ]
    return _compared(asked, None, seeds=10)


def _depths(stages: int, strategy: str = "head") -> list[str]:
    """The strategy, cut after each stage."""
    return [f"{strategy}@{stage}" for stage in range(1, stages + 1)]


def _compared(asked: list[tuple], executor, steps: int | None = None, seeds: int | None = None) -> tl.Results:
    """Every run of comparisons of (source, target, strategies, shots)."""
    how = {"steps": steps, "seeds": seeds, "executor": executor, "save": MADE}
    return tl.Results(
        run
        for source, target, strategies, shots in asked
        for run in tl.compare(source, target, strategies=strategies, shots=shots, **how)
    )


LESSONS = {
    "01-piano-to-guitar": piano_to_guitar,
    "02-what-the-layers-know": what_the_layers_know,
    "03-freeze-or-fine-tune": freeze_or_fine_tune,
    "03-depth-by-shots": depth_by_shots,
    "04-what-a-label-buys": what_a_label_buys,
    "04-solar-cells": solar_cells,
    "05-when-transfer-fails": when_transfer_fails,
    "06-choosing-a-teacher": choosing_a_teacher,
    "07-words": words,
    "08-lora": lora,
    "09-prompting": prompting,
    "10-new-domain": new_domain,
    "11-little-text": little_text,
    "12-fraud": fraud,
    "13-without-labels": without_labels,
    "14-two-tasks": two_tasks,
    "15-at-work": at_work,
    "16-your-own": your_own,
    "16-the-adviser": the_adviser,
    "17-a-robot": a_robot,
}


def main(names: list[str]) -> None:
    """Make those of the lessons named; of all, where none is."""
    os.environ.pop("TLKIT_SEEDS", None)
    unknown = set(names) - set(LESSONS)
    if unknown:
        raise SystemExit(
            f"No saved runs belong to {', '.join(sorted(unknown))}; to these they do: {', '.join(LESSONS)}."
        )
    with tl.workers() as executor:
        for name in names or LESSONS:
            LESSONS[name](executor).save(HERE / f"{name}.json")


if __name__ == "__main__":
    main(sys.argv[1:])
