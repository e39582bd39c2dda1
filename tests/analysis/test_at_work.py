import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis import at_work
from tlkit.analysis.at_work import Way


@pytest.fixture(scope="module")
def nets(tmp_path_factory):
    found = []
    for kind in ("llama", "bert"):
        folder = tmp_path_factory.mktemp(kind)
        save_model(folder, kind)
        found.append(tl.backbone(str(folder), size=64))
    return found


def test_each_task_has_its_ways_and_each_way_a_key_of_its_own(nets):
    ways = at_work.ways(*nets)
    assert [(way.task, way.how) for way in ways] == [
        *((task, how) for task in ("notes", "names") for how in ("prompt", "LoRA", "fine-tuning")),
        ("names", "head on MiniLM"),
        *(("answers", how) for how in ("prompt", "MiniLM's likeness")),
        *(("code", how) for how in ("MiniLM's likeness", "LoRA", "fine-tuning")),
    ]
    assert len({str(way.key("same")) for way in ways}) == len(ways)
    assert {way.task for way in ways} == at_work.MEASURES.keys()


def test_who_learns_learns_once_and_what_it_cost_is_told(nets):
    taught, known = [], tl.Results()

    def teach():
        taught.append(tl.generation.teach(nets[0], ["a"], ["b"], rank=2, last=2, steps=1))
        return taught[-1]

    way = Way("notes", "LoRA", 1, nets[0], lambda model, seed: 0.5 + (model is taught[0]) / 4 + seed / 8, teach)
    quality, (seconds, megabytes) = at_work.figures(way, nets[0].digest(), seeds=range(2), reuse=known)
    assert quality == [0.75, 0.875]
    assert len(taught) == 1
    assert seconds > 0
    assert megabytes == sum(p.numel() for p in taught[0].parameters() if p.requires_grad) * 4 / 1e6
    row = at_work.table([way], seeds=range(2), reuse=known).iloc[0]
    assert len(taught) == 1
    assert (row["quality"], row["measured as"], row["labels"]) == (0.81, "facts right", 1)


def test_who_does_not_learn_costs_nothing(nets):
    way = Way("code", "likeness", 0, nets[1], lambda _model, _seed: 0.25)
    assert at_work.figures(way, "", seeds=[0]) == ([0.25], (0.0, 0.0))


def test_real_ways_judge_what_a_network_does(nets):
    untaught = [way for way in at_work.ways(*nets) if way.task != "notes" and way.teach is None]
    assert len(untaught) == 5
    assert all(0 <= way.judge(way.base, 0) <= 1 for way in untaught)
