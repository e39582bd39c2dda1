// One picture of the camera. It is on from one press of the button to the next, and what it sees goes to the kernel
// alone.

const ON = "Use the camera", TAKE = "Take the picture";
const NONE = "No camera can be used here: allow it in the browser, or bring a file.";

function add(parent, tag, attributes = {}) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

async function jpegOf(view) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [view.videoWidth, view.videoHeight];
  canvas.getContext("2d").drawImage(view, 0, 0);
  const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg", 0.95));
  return new DataView(await blob.arrayBuffer());
}

function render({ model, el }) {
  const box = add(el, "div");
  const button = add(box, "button", { type: "button", class: "jupyter-button widget-button", style: "width: auto" });
  const view = add(box, "video", { playsinline: "", "aria-label": "What the camera sees", style: "max-width: 20em" });
  const note = add(box, "div", { role: "status" });
  view.muted = true;

  function off() {
    view.srcObject?.getTracks().forEach(track => track.stop());
    view.srcObject = null;
    show();
  }
  function show() {
    view.style.display = view.srcObject ? "block" : "none";
    button.textContent = view.srcObject ? TAKE : ON;
    box.style.display = model.get("hidden") ? "none" : "";
    note.textContent = model.get("said");
  }
  async function on() {
    view.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    await view.play(); // there is a picture to take once it moves
    show();
  }
  async function take() {
    const frame = await jpegOf(view);
    off();
    model.set("frame", frame);
    model.save_changes();
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (view.srcObject ? take() : on());
    } catch {
      off();
      model.set("said", NONE);
      model.save_changes();
    }
    button.disabled = false;
    button.focus();
  });
  model.on("change:said", show);
  model.on("change:hidden", () => (model.get("hidden") ? off() : show()));
  show();
  return off; // whoever closes the notebook closes the camera
}

export default { render };
