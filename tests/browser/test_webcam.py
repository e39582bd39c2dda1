"""The camera's button of the studio, by keyboard: a picture arrives, and the camera is off; without one a sentence."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tlkit.widgets import webcam

pytestmark = pytest.mark.browser
MODEL = """
const values = { frame: null, said: "", hidden: false }, heard = {};
window.model = {
  get: name => values[name],
  set: (name, value) => { values[name] = value; (heard["change:" + name] || []).forEach(each => each()); },
  on: (name, each) => (heard[name] = [...(heard[name] || []), each]),
  save_changes: () => {},
};
window.frame = () => values.frame && btoa(String.fromCharCode(...new Uint8Array(values.frame.buffer)));
"""
CAMERA = """
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [64, 48];
window.paint = () => {
  const ink = canvas.getContext("2d");
  ink.fillStyle = "rgb(200, 40, 40)";
  ink.fillRect(0, 0, 64, 48);
};
window.paint();
setInterval(window.paint, 50);
window.tracks = [];
const given = async () => {
  const stream = canvas.captureStream(20);
  window.tracks.push(...stream.getTracks());
  return stream;
};
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: given } });
"""
NOBODY = 'Object.defineProperty(navigator, "mediaDevices", { value: undefined });'


@pytest.fixture
def shown(browser):
    """Puts the widget on a page of its own whose camera is what a script says."""
    context = browser.new_context()

    def show(camera: str):
        page = context.new_page()
        page.set_content("<main></main>")
        page.evaluate(f"() => {{ {MODEL} {camera} }}")
        code = base64.b64encode((webcam.HERE / "webcam.js").read_bytes()).decode()
        page.evaluate(
            f"""async () => {{
              const widget = (await import("data:text/javascript;base64,{code}")).default;
              widget.render({{ model: window.model, el: document.querySelector("main") }});
            }}"""
        )
        return page

    yield show
    context.close()


def test_a_picture_is_taken_by_two_presses_and_the_camera_is_off_again(shown):
    page = shown(CAMERA)
    page.get_by_role("button", name="Use the camera").press("Enter")
    expect(page.locator("video")).to_be_visible()
    page.get_by_role("button", name="Take the picture").press("Enter")
    expect(page.get_by_role("button", name="Use the camera")).to_be_focused()
    expect(page.locator("video")).to_be_hidden()
    page.wait_for_function("window.frame()")
    taken = np.asarray(Image.open(io.BytesIO(base64.b64decode(page.evaluate("window.frame()")))))
    assert taken.shape == (48, 64, 3)
    assert np.abs(taken.mean(axis=(0, 1)) - [200, 40, 40]).max() < 12
    assert page.evaluate("window.tracks.every(each => each.readyState === 'ended')")


def test_without_a_camera_there_is_one_sentence(shown):
    page = shown(NOBODY)
    page.get_by_role("button", name="Use the camera").press("Enter")
    expect(page.get_by_role("status")).to_have_text(
        "No camera can be used here: allow it in the browser, or bring a file."
    )
    expect(page.get_by_role("button", name="Use the camera")).to_be_enabled()


def test_what_is_said_of_the_picture_stands_below_and_texts_have_no_camera(shown):
    page = shown(CAMERA)
    page.evaluate("window.model.set('said', 'That is a bird (80%).')")
    expect(page.get_by_role("status")).to_have_text("That is a bird (80%).")
    page.evaluate("window.model.set('hidden', true)")
    expect(page.get_by_role("button")).to_be_hidden()
