"""kill -9 at any moment: the next comparison completes, and computes nothing that was saved."""

import os
import subprocess
import sys

import pytest

KILLS = 50
CHILD = """
import os, random, signal, sys, time
import tlkit as tl, torch, sklearn.linear_model
from tests.conftest import bars
from tlkit.events import Done

path, kills = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)  # or a fork could hang
source_task, target = bars("bars/low", seed=1), bars("bars/high", seed=2, shift=2)
asked = dict(strategies=["head", "full", "partial:1"], shots=[1, 2], seeds="0-4", steps=12)

def compare(**more):
    return tl.compare(tl.pretrain(tl.backbone("note-cnn"), source_task, steps=2), target, **asked, **more)

draw, left = random.Random(0), kills
while left:
    child = os.fork()
    if child == 0:
        compare(save=path)
        os._exit(0)
    time.sleep(draw.uniform(0, 1.2))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    left -= 1
    tl.load_results(path) if os.path.exists(path + ".jsonl") else None  # there is never a file that does not load
    if os.WIFEXITED(status):  # it got to the end: begin anew
        os.remove(path + ".jsonl")
before = tl.load_results(path) if os.path.exists(path + ".jsonl") else []
made = compare(save=path)
undisturbed = compare()
same = [[getattr(r, what) for r in made] == [getattr(r, what) for r in undisturbed] for what in ("key", "accuracy")]
print(*same, made.reused == len(before), len(tl.load_results(path)) == len(made) == 30)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a warm process, which this system can't")
def test_fifty_kills_at_random_moments_lose_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "x"), str(KILLS)], capture_output=True, text=True, timeout=300
    )
    assert done.stdout.split() == ["True"] * 4, done.stderr[-3000:]
