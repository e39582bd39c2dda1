"""An exported page, opened from disk with the network off: it names as torch does, by mouse, keyboard and webcam."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import PIL
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageOps
from playwright.sync_api import expect

import tlkit as tl
from tlkit.experiments.exported import page as pages
from tlkit.experiments.exported.write import ONNX, PAGE
from tlkit.models import weights

from .harness import Watch, shot, watch_over

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PICTURES = 200 if os.environ.get("TLKIT_ALL_PICTURES") else 24  # all of them take a minute
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
GRAVE = ("serious", "critical")
WEBCAM = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 64, 48), 50); // a stream has frames where it is drawn
  const enumerateDevices = async () => [{ kind: "videoinput" }];
  const devices = { enumerateDevices, getUserMedia: async () => canvas.captureStream(5) };
  Object.defineProperty(navigator, "mediaDevices", { value: devices });
}"""


def saved(picture: Image.Image, place: Path, number: int) -> Path:
    """A photograph as people have them: of any shape and size, in several formats and modes, some of them turned."""
    draw = np.random.default_rng(number)
    large = number % 8 == 7
    width, height = draw.integers(900, 1300, 2) if large else draw.integers(60, 420, 2)
    left, top, right, bottom = draw.integers(0, 15, 2).tolist() + draw.integers(98, 113, 2).tolist()
    picture = picture.resize((int(width), int(height)), Image.Resampling.LANCZOS, box=(left, top, right, bottom))
    kind = ("png", "jpg", "webp", "jpg")[number % 4]
    options = {"lossless": True} if kind == "webp" else {"quality": int(draw.integers(75, 96))} if kind == "jpg" else {}
    if number % 8 == 3:
        options["exif"] = Image.Exif()
        options["exif"][0x0112] = int(draw.integers(2, 9))
    if kind == "png" and number % 3 == 1:
        clear = Image.linear_gradient("L").resize(picture.size)
        picture.putalpha(clear)
    if kind == "png" and number % 3 == 2:
        picture = picture.convert("L")
    picture.save(place / f"{number}.{kind}", **options)
    return place / f"{number}.{kind}"


@dataclass(frozen=True)
class Exported:
    """A model's folder, the page in it, and pictures that it has not seen, with what torch says of them."""

    folder: Path
    text: str
    files: list[Path]
    expected: np.ndarray
    rows: list[np.ndarray]


@pytest.fixture(scope="module")
def runtime(fetched) -> None:
    """What runs a model in a browser; without npm's index the tests skip, as without weights, but not in CI."""
    try:
        weights.fetch(weights.BROWSER.name)
    except tl.TlkitError as error:
        if os.environ.get("TLKIT_REQUIRE_WEIGHTS") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def exported(tmp_path_factory, runtime) -> Exported:
    root, task = tmp_path_factory.mktemp("exported"), tl.task("photographs")
    task = replace(task, classes=(HOSTILE, *task.classes[1:]))
    result = tl.transfer(tl.backbone("efficientnet-lite0"), task, strategy="head", shots=8)
    folder = result.export(root / "model", onnx=True, html=True)
    photographs = [Image.fromarray(task.test.items[number % len(task.test)]) for number in range(PICTURES)]
    files = [saved(photograph, root, number) for number, photograph in enumerate(photographs)]
    expected = tl.load_model(folder).probabilities(files)
    text = (folder / PAGE).read_text(encoding="utf-8")
    return Exported(folder, text, files, expected, [*task.train.items[:5], *task.test.items[:5]])


@dataclass(frozen=True)
class Opened:
    """The page in the browser."""

    view: object
    watch: Watch

    def named(self, count: int) -> list:
        """The cards of what was named, first to last, once there are so many."""
        cards = self.view.locator("article")
        expect(cards).to_have_count(count, timeout=120_000)
        return cards.all()[::-1]


@pytest.fixture(scope="module")
def context(browser):
    """A browser without a network."""
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
    context.add_init_script(f"({WEBCAM})()")
    yield context
    context.close()


@pytest.fixture
def opened(context, exported) -> Iterator[Opened]:
    view = context.new_page()
    view.on("filechooser", lambda chooser: None)  # asked for only when it is awaited, a quick key comes first
    watch = watch_over(view)
    address = (exported.folder / PAGE).as_uri()
    view.goto(address)
    expect(view.get_by_role("status")).to_have_text("Ready.", timeout=60_000)
    yield Opened(view, watch)
    assert [each for each in watch.outside if each != address] == []
    assert watch.problems == []
    assert view.evaluate("window.hacked") is None
    view.close()


def test_it_is_small_and_holds_no_address_and_no_row(exported):
    assert len(exported.text.encode()) <= 30_000_000
    assert not re.search(r"(https?|wss?|ftp):|src\s*=\s*[\"']?//|@import|url\(", exported.text)
    assert HOSTILE not in exported.text
    assert exported.text.count("<script>") == 1
    packed = re.findall(r'octet-stream" id="\w+">([^<]+)', exported.text)
    held = [gzip.decompress(base64.b64decode(each)) for each in packed]
    assert held[-1] == (exported.folder / ONNX).read_bytes()
    for content in (*held, exported.text.encode()):
        assert not any(row.tobytes()[:300] in content for row in exported.rows)
        assert str(Path.cwd()).encode() not in content


def test_it_names_pictures_as_torch_does(opened, exported):
    opened.view.get_by_label("Choose pictures").set_input_files(exported.files)
    cards = opened.named(len(exported.files))
    labels = [int(card.get_attribute("data-label")) for card in cards]
    expect(opened.view.get_by_role("status")).to_have_text(f"{len(cards)} named.")
    shot(opened.view, "exported-page")
    top = np.array([float(card.locator("h2").inner_text().split(", ")[-1][:-1]) for card in cards]) / 100
    off = np.abs(top - exported.expected.max(axis=1))
    same = np.sum(labels == exported.expected.argmax(axis=1))
    print(f"the same name for {same} of {len(cards)}; chances differ by {off.max():.4f} at most")
    for kind in ("png", "webp", "jpg"):
        print(kind, np.sort([o for o, f in zip(off, exported.files, strict=True) if f.suffix == f".{kind}"])[-5:])
    assert labels == exported.expected.argmax(axis=1).tolist()
    assert off.max() < 0.05  # a browser's JPEG is not to the last bit Pillow's
    assert cards[0].locator("li").count() == 6


def test_what_it_sees_is_what_pillow_sees(opened):
    draw = np.random.default_rng(1)
    wide_ones = [(300, 200, 32, 32), (64, 64, 64, 64), (101, 57, 20, 30)]  # Pillow before 13 rounds tall ones otherwise
    tall_ones = [(31, 90, 64, 64)] if int(PIL.__version__.partition(".")[0]) > 12 else []
    for width, height, wide, tall in wide_ones + tall_ones:
        pixels = draw.integers(0, 256, (height, width, 4)).astype(np.uint8)
        pixels[: height // 3, :, 3] = 255
        pixels[: height // 6, : width // 2, 3] = 0
        call = f"([pixels]) => Array.from(fit(pixels, {width}, {height}, {wide}, {tall}))"
        fitted = opened.view.evaluate(call, [pixels.ravel().tolist()])
        image = ImageOps.fit(Image.fromarray(pixels), (wide, tall), Image.Resampling.BILINEAR)
        expected = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
        assert np.array_equal(np.array(fitted).reshape(tall, wide, 3), np.array(expected))
        grey = opened.view.evaluate("([pixels]) => Array.from(grey(pixels))", [np.array(expected).ravel().tolist()])
        assert np.array_equal(np.array(grey), np.array(expected.convert("L")).ravel())


def test_a_keyboard_a_drop_and_a_webcam(opened, exported):
    view = opened.view
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.id") == "files"
    with view.expect_file_chooser() as chooser:
        view.keyboard.press("Space")
    chooser.value.set_files(exported.files[0])
    opened.named(1)
    packed = base64.b64encode(exported.files[0].read_bytes()).decode()
    drop = f"""async () => {{
      const held = new DataTransfer();
      held.items.add(new File([Uint8Array.from(atob("{packed}"), each => each.charCodeAt(0))], "dropped.png"));
      return held;
    }}"""
    view.dispatch_event("#drop", "drop", {"dataTransfer": view.evaluate_handle(drop)})
    first, dropped = opened.named(2)
    assert first.locator("h2").inner_text() == dropped.locator("h2").inner_text()
    view.get_by_role("button", name="Use the webcam").press("Enter")
    view.get_by_role("button", name="Take the picture").press("Enter")
    opened.named(3)
    view.get_by_role("button", name="Switch the webcam off").press("Enter")
    expect(view.locator("video")).to_be_hidden()


def test_what_can_not_be_read_is_told(opened, exported, tmp_path):
    (tmp_path / "<b>x.png").write_text("no picture")
    opened.view.get_by_label("Choose pictures").set_input_files([tmp_path / "<b>x.png", exported.files[0]])
    assert opened.named(2)[0].inner_text() == "<b>x.png can't be named: your browser can't read it as a picture."
    expect(opened.view.get_by_role("status")).to_have_text("1 named. 1 could not be named.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(opened, exported, scheme):
    opened.view.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.view.get_by_label("Choose pictures").set_input_files(exported.files[:2])
    opened.named(2)
    assert "hacked" in opened.view.locator("main").inner_text()  # the class's name, as text
    found = Axe().run(opened.view).response["violations"]
    assert {each["id"]: each["nodes"][0]["html"][:200] for each in found if each["impact"] in GRAVE} == {}
    opened.view.set_viewport_size({"width": 360, "height": 740})
    shot(opened.view, f"exported-page-{scheme}")
    assert opened.view.evaluate("document.documentElement.scrollWidth") <= 360
    opened.view.set_viewport_size({"width": 1000, "height": 900})


def test_notes(context, runtime, source, high_bars, tmp_path):
    result = tl.transfer(source, high_bars, strategy="head", shots=2, steps=2)
    folder = result.export(tmp_path / "m", html=True)
    items = high_bars.test.items[:3]
    kinds = ("uint8", "int64", "float32")
    for number, (item, kind) in enumerate(zip(items, kinds, strict=True)):
        np.save(tmp_path / f"{number}.npy", item.astype(kind))
    np.save(tmp_path / "3.npy", items[0][:8])
    view = context.new_page()
    view.goto((folder / PAGE).as_uri())
    view.get_by_label("Choose notes").set_input_files([tmp_path / f"{number}.npy" for number in range(4)])
    cards = Opened(view, Watch()).named(4)
    best = [int(card.get_attribute("data-label")) for card in cards[:3]]
    assert best == result.model.probabilities(items).argmax(axis=1).tolist()
    assert "of the shape 32 x 32" in cards[3].inner_text()
    view.close()


def test_a_network_that_is_too_large_is_told(exported, monkeypatch):
    monkeypatch.setattr(pages, "LARGEST", 1_000_000)
    config = json.loads((exported.folder / "tlkit.json").read_text())
    result = tl.transfer(tl.backbone("efficientnet-lite0"), tl.task("photographs"), strategy="head", shots=1)
    with pytest.raises(tl.TlkitError, match="too large for one page"):
        pages.page(result, config, b"")
