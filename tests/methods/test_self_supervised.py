import numpy as np
import pytest
import torch
import torch.nn.functional as F

import tlkit as tl
from tlkit.methods.self_supervised import attraction, effective_rank, nt_xent, share_found


def rows(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def as_in_the_paper(one: torch.Tensor, other: torch.Tensor, temperature: float) -> float:
    """Equation 1 of Chen and others (2020), view by view."""
    views = [F.normalize(view, dim=0) for view in (*one, *other)]
    n, losses = len(one), []
    for i, view in enumerate(views):
        alike = [float(torch.exp(view @ each / temperature)) for each in views]
        losses.append(-np.log(alike[(i + n) % (2 * n)] / sum(alike[k] for k in range(2 * n) if k != i)))
    return float(np.mean(losses))


def test_the_loss_is_that_of_the_paper():
    one, other = rows(5, 8), rows(5, 8, seed=1)
    assert nt_xent(one, other, 0.3).item() == pytest.approx(as_in_the_paper(one, other, 0.3), rel=1e-5)


def test_the_length_of_a_view_does_not_count():
    one, other = rows(5, 8), rows(5, 8, seed=1)
    assert nt_xent(3 * one, other).item() == pytest.approx(nt_xent(one, other).item(), rel=1e-5)


def test_only_the_half_that_repels_minds_a_collapse():
    same = torch.ones(6, 8)
    assert attraction(same, same).item() == pytest.approx(0, abs=1e-6)
    assert nt_xent(same, same).item() == pytest.approx(np.log(11), rel=1e-5)


def test_views_that_find_their_partner_are_counted():
    one = rows(6, 8)
    assert share_found(one, one) == 1
    assert share_found(one, one.roll(1, dims=0)) == 0


def test_the_effective_rank_counts_directions():
    wide = np.random.default_rng(0).normal(size=(4000, 6))
    line = wide[:, :1] * np.ones((1, 6))
    assert effective_rank(wide) == pytest.approx(6, abs=0.05)
    assert effective_rank(line) == pytest.approx(1, abs=1e-3)
    assert effective_rank(np.ones((5, 3))) == 0


@pytest.mark.parametrize("temperature", [0, -1, "warm"])
def test_a_temperature_that_is_none(temperature):
    with pytest.raises(tl.TlkitError, match="temperature"):
        tl.self_supervised.contrast(temperature=temperature)


def test_an_objective_names_itself_and_what_it_depends_on():
    contrast = tl.self_supervised.contrast
    assert contrast("turn").name == "views by turn"
    assert contrast(repel=False).name == "views by place + turn + stroke, nothing repels"
    kinds = [contrast(), contrast("turn"), contrast(repel=False), contrast(temperature=0.5)]
    assert len({str(kind.recipe()) for kind in kinds}) == 4
