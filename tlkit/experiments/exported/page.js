// The page of an exported model: files in, names out.

const about = JSON.parse(document.getElementById("about").textContent);
const part = id => document.getElementById(id);
const tell = words => (part("status").textContent = words);
const SHOWN = 10; // classes of which the chances are shown

/** What was packed into the page: gzip, as base64. */
async function unpacked(id) {
  const text = atob(part(id).textContent);
  part(id).remove();
  const bytes = Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** The address of a script that was packed into the page. */
async function script(id) {
  return URL.createObjectURL(new Blob([await unpacked(id)], { type: "text/javascript" }));
}

async function start() {
  const runtime = await import(await script("runtime"));
  const wasmPaths = { mjs: await script("loader") };
  Object.assign(runtime.env.wasm, { numThreads: 1, wasmPaths, wasmBinary: await unpacked("wasm") });
  const model = new Uint8Array(await unpacked("model"));
  const session = await runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
  tell("Ready.");
  return { session, Tensor: runtime.Tensor };
}

/** How likely each class is. */
async function chances(item) {
  const { session, Tensor } = await network;
  const items = new Tensor(about.picture ? "uint8" : "float32", item, [1, ...about.shape]);
  return Array.from((await session.run({ items })).probabilities.data);
}

/** What the model sees, drawn. */
function drawn(item, name) {
  const [height, width, colours] = about.shape;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `What the model sees of ${name}`);
  const image = new ImageData(width, height);
  const step = colours ?? 1;
  const light = about.picture ? 1 : 8;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = light * item[step * i + (colours ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function made(tag, words, kind = "") {
  return Object.assign(document.createElement(tag), { textContent: words, className: kind });
}

const percent = chance => `${(100 * chance).toFixed(1)}%`;

function told(name, item, likely) {
  const order = likely.map((_, place) => place).sort((a, b) => likely[b] - likely[a] || a - b);
  const list = made("ol", "");
  for (const place of order.slice(0, SHOWN)) {
    const row = made("li", "");
    const bar = made("span", "", "bar");
    bar.style.width = percent(likely[place]);
    bar.setAttribute("aria-hidden", "true");
    row.append(made("span", about.labels[place], "label"), " ", made("span", percent(likely[place]), "chance"), bar);
    list.append(row);
  }
  const card = made("article", "");
  const best = order[0];
  card.dataset.label = best;
  const words = made("div", "");
  words.append(made("h2", `${about.labels[best]}, ${percent(likely[best])}`), made("p", name, "note"), list);
  if (order.length > SHOWN) words.append(made("p", `${order.length - SHOWN} more are less likely.`, "note"));
  card.append(drawn(item, name), words);
  part("results").prepend(card);
  return about.labels[best];
}

function refused(name, why) {
  const card = made("article", "");
  card.append(made("p", `${name} can't be named: ${why}.`));
  part("results").prepend(card);
}

/** Name files or frames, one after the other: [name, source] each. */
async function nameAll(things) {
  let best = "";
  let done = 0;
  for (const [name, source] of things) {
    tell(`${name}, ${done + 1} of ${things.length} …`);
    let item;
    try {
      item = await (about.picture ? pictureItem : arrayItem)(source, about.shape);
    } catch (error) {
      refused(name, error instanceof DOMException ? "your browser can't read it as a picture" : error.message);
      continue;
    }
    best = told(name, item, await chances(item));
    done++;
  }
  const rest = things.length - done ? ` ${things.length - done} could not be named.` : "";
  tell((things.length === 1 && done ? `${things[0][0]}: ${best}.` : `${done} named.`) + rest);
}

let turn = Promise.resolve(); // one lot after the other
const take = things => (turn = turn.then(() => nameAll(things)).catch(broken));
const takeFiles = files => files.length && take(Array.from(files, file => [file.name, file]));

function broken(error) {
  tell(`This browser can't run the network (${error.message}): take a newer one.`);
}

part("files").addEventListener("change", event => {
  takeFiles(event.target.files);
  event.target.value = ""; // the same file can be chosen again
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, event => {
    event.preventDefault();
    part("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") takeFiles(event.dataTransfer.files);
  });
}

async function findWebcam() {
  const devices = about.picture && navigator.mediaDevices ? await navigator.mediaDevices.enumerateDevices() : [];
  part("webcam").hidden = !devices.some(device => device.kind === "videoinput");
}

async function watch() {
  const view = part("view");
  const on = !view.srcObject;
  view.srcObject?.getTracks().forEach(track => track.stop());
  try {
    view.srcObject = on ? await navigator.mediaDevices.getUserMedia({ video: true }) : null;
  } catch {
    tell("The webcam can't be used: allow it in the browser, or choose a file.");
    return;
  }
  view.hidden = part("take").hidden = !on;
  part("watch").textContent = on ? "Switch the webcam off" : "Use the webcam";
  if (on) await view.play();
}

part("watch").addEventListener("click", watch);
part("take").addEventListener("click", async () => {
  const frame = await createImageBitmap(part("view"));
  take([["The webcam's picture", frame]]);
});
findWebcam();
const network = start();
network.catch(broken);
