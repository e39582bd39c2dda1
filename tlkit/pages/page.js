// A lesson without a kernel: labs that answer from what was computed beforehand, predictions, quizzes and
// lines to be put in order. `predict` and `parsons` are the widgets' own views, as in JupyterLab, and `hearable` plays
// curves in both.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

// ---- labs -----------------------------------------------------------------------------------------------------------

class Lab {
  constructor(root) {
    this.root = root;
    this.data = read(`${root.dataset.lab}-data`);
    this.places = this.data.start;
    this.controls = [...root.querySelectorAll(".control")];
    this.panels = []; // by number, wherever they stand
    for (const panel of root.querySelectorAll("[data-panel]")) this.panels[panel.dataset.panel] = panel;
    this.beside = [...root.querySelectorAll(".beside > div")];
    this.picture = root.querySelector(".picture");
    this.words = root.querySelector(".said");
    this.drawn = this.panels.map(() => null);
    this.texts = this.levels().map((node) => node.texts);
    root.addEventListener("input", (event) => this.move(event.target));
  }

  // The node of each control: what it can be, where those before it stand.
  levels() {
    const nodes = [];
    let node = this.data.tree;
    for (const place of this.places) {
      nodes.push(node);
      node = node.to[place];
    }
    this.answer = this.data.answers[node];
    return nodes;
  }

  move(input) {
    const level = this.controls.findIndex((control) => control.contains(input));
    this.places[level] = Number(input.value);
    this.refill(level + 1);
    this.controls.forEach((_, i) => this.label(i));
    this.show();
  }

  // Other choices below a control that was moved, where they are others, begin where the lab begins.
  refill(level) {
    for (let i = level; i < this.places.length; i++) {
      let node = this.data.tree;
      for (const place of this.places.slice(0, i)) node = node.to[place];
      if (node.texts === this.texts[i]) continue;
      this.texts[i] = node.texts;
      this.places[i] = node.start;
      fill(this.controls[i], this.data.texts[node.texts], node.start);
    }
  }

  label(i) {
    const output = this.controls[i].querySelector("output");
    if (!output) return;
    const text = this.data.texts[this.texts[i]][this.places[i]];
    output.textContent = text;
    this.controls[i].querySelector("input").setAttribute("aria-valuetext", text);
  }

  show() {
    this.levels();
    const [words, panels, beside] = this.answer;
    const { data } = this;
    this.words.textContent = data.texts[words];
    this.picture.classList.toggle("absent", !panels);
    this.panels.forEach((panel, i) => {
      if (!panels || this.drawn[i] === panels[i]) return;
      this.drawn[i] = panels[i];
      panel.innerHTML = data.panels[panels[i]].map((part) => data.parts[part]).join("");
    });
    this.beside.forEach((box, i) => {
      if (box.shown === beside[i]) return;
      box.shown = beside[i];
      box.innerHTML = data.texts[beside[i]];
    });
  }
}

function fill(control, texts, start) {
  const input = control.querySelector("input");
  if (input.type === "range") {
    input.max = texts.length - 1;
    input.value = start;
    return;
  }
  const box = control.querySelector("div");
  const labels = texts.map((text, i) => {
    const label = box.firstElementChild.cloneNode(true);
    label.querySelector("input").value = i;
    label.querySelector("span").textContent = text;
    return label;
  });
  box.replaceChildren(...labels);
  labels[start].querySelector("input").checked = true;
}

// ---- predictions ----------------------------------------------------------------------------------------------------

// What a view needs of a model in JupyterLab.
class Plain {
  constructor(state) {
    this.state = state;
    this.listeners = [];
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
    this.emit(name);
  }

  emit(name) {
    for (const [event, listener] of this.listeners) if (event === `change:${name}`) listener();
  }

  on(event, listener) {
    this.listeners.push([event, listener]);
  }

  off(event, listener) {
    this.listeners = this.listeners.filter((each) => each[0] !== event || each[1] !== listener);
  }

  save_changes() {}
}

// What the kernel does for a prediction: keep its state and put it into words (tlkit/widgets/predict.py).
class Model extends Plain {
  constructor({ truth, sayings, ...state }) {
    super({ ...state, truth: null });
    this.measured = truth;
    this.sayings = sayings;
  }

  set(name, value) {
    super.set(name, value);
    if (["values", "touched", "truth"].includes(name)) this.speak();
  }

  speak() {
    const { headline, numbers } = this.words();
    Object.assign(this.state, { headline, numbers });
    this.emit("headline");
    this.emit("numbers");
  }

  words() {
    const { touched, truth, label, values, reference, chance } = this.state;
    const sentences = [];
    if (touched) sentences.push(`Your prediction for ${label}: ${this.listed(values)}.`);
    if (truth) sentences.push(this.told(truth));
    if (reference) sentences.push(`Given, ${reference.name}: ${this.listed(reference.values)}.`);
    if (chance !== null) sentences.push(`Guessing: ${whole(100 * chance)}%.`);
    return { headline: this.headline(), numbers: sentences.join(" ") };
  }

  told(truth) {
    return `Measured, ${truth.name}: ${this.listed(truth.mean, truth)}.`;
  }

  headline() {
    const { touched, truth } = this.state;
    if (!truth) return touched ? this.sayings.drawn : this.sayings.empty;
    return touched ? this.verdict() : this.sayings.skipped;
  }

  verdict() {
    const { values, truth, steps } = this.state;
    const gaps = values.map((value, i) => 100 * (value - truth.mean[i]));
    const sizes = gaps.map(Math.abs);
    const worst = sizes.indexOf(Math.max(...sizes));
    if (whole(sizes[worst]) === 0) return this.sayings.exact;
    const off = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const side = gaps[worst] > 0 ? "too high" : "too low";
    return `You were ${points(off)} off on average, and most after ${steps[worst]}: ${points(sizes[worst])} ${side}.`;
  }

  listed(values, band) {
    const { steps, shots } = this.state;
    const parts = values.map((value, i) => {
      const range = band ? ` (${whole(100 * band.low[i])} to ${whole(100 * band.high[i])})` : "";
      return `${whole(100 * value)}%${range} after ${i ? shots[i] : steps[0]}`;
    });
    return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  }
}

// A half goes to the even number, as Python has it.
function whole(number) {
  const near = Math.round(number);
  return Math.abs(number % 1) === 0.5 && near % 2 ? near - 1 : near;
}

function points(gap) {
  return `${whole(gap)} point${whole(gap) === 1 ? "" : "s"}`;
}

function offer(host, model) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Show what was measured";
  button.addEventListener("click", () => {
    host.replaceChildren();
    predict.render({ model, el: host });
    model.set("truth", model.measured);
    host.tabIndex = -1;
    host.focus();
  });
  const printed = document.createElement("p"); // paper has no buttons
  printed.className = "printed";
  printed.textContent = model.told(model.measured);
  host.replaceChildren(button, printed);
}

// ---- the page -------------------------------------------------------------------------------------------------------

const models = {};
for (const host of document.querySelectorAll("[data-predict]")) {
  const id = host.dataset.predict;
  models[id] ??= new Model(read(`predict-${id}`));
  if ("reveal" in host.dataset) offer(host, models[id]);
  else {
    host.replaceChildren();
    predict.render({ model: models[id], el: host });
  }
}

for (const quiz of document.querySelectorAll("[data-quiz]")) {
  quiz.addEventListener("input", ({ target }) => {
    quiz.querySelector(".said").textContent = `${"right" in target.dataset ? "✓" : "✗"} ${target.value}`;
  });
}

for (const host of document.querySelectorAll("[data-parsons]")) {
  parsons.render({ model: new Plain(JSON.parse(host.textContent)), el: host });
}

for (const root of document.querySelectorAll("[data-lab]")) new Lab(root);

for (const figure of document.querySelectorAll("[data-curves]")) {
  hearable(figure, () => JSON.parse(figure.dataset.curves));
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => (document.body.dataset.jpThemeLight = String(!dark.matches)); // as JupyterLab tells its widgets
dark.addEventListener("change", dress);
dress();

// What can be scrolled sideways can be reached by keyboard.
const reach = () => {
  for (const box of document.querySelectorAll(".panel, .scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("resize", reach);
reach();
