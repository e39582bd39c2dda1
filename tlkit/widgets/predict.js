// The reader's curve of accuracy against labels, or whatever else the unit counts. The kernel owns the words and the checks;
// this file draws, and listens to mouse, finger and keyboard.

const HEIGHT = 380;
const TOP = 34;
const BOTTOM = HEIGHT - 54;
const LEFT = 50;
const LINE = 16; // height of a line of text
const REACH = 14; // how far aside the pointer still moves a point
const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -100, End: 100 };
const HINT = "Drag the points, or paint a curve";
const MARKERS = { square: "M-4.5,-4.5H4.5V4.5H-4.5Z", diamond: "M0,-7.5L7.5,0L0,7.5L-7.5,0Z" };

const percent = (value) => Math.round(100 * value);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const html = (parent, tag, attributes, text) => add(parent, document.createElement(tag), attributes, text);
const svg = (parent, tag, attributes, text) =>
  add(parent, document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, text);

function add(parent, node, attributes = {}, text = "") {
  set(node, attributes);
  node.textContent = text;
  parent.append(node);
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

function show(node, visible) {
  node.classList.toggle("absent", !visible);
}

// ---- where things lie -----------------------------------------------------------------------------------------------

class Frame {
  constructor(shots) {
    const places = shots.map((n) => Math.log(Math.max(n, 0.5))); // no shots at all lie one doubling left of 1
    this.parts = places.map((place) => (place - places[0]) / (places.at(-1) - places[0]));
  }

  resize(width) {
    this.width = clamp(width, 300, 680);
    const narrow = this.width < 480;
    this.room = narrow ? 74 : 124; // for the names at the right
    this.inset = narrow ? 12 : 24; // from the frame to the first and to the last point
    this.right = this.width - this.room;
    this.middle = (LEFT + this.right) / 2;
  }

  x(i) {
    return LEFT + this.inset + this.parts[i] * (this.right - LEFT - 2 * this.inset);
  }

  y(value) {
    return BOTTOM - value * (BOTTOM - TOP);
  }

  value(y) {
    return clamp(percent((BOTTOM - y) / (BOTTOM - TOP)) / 100, 0, 1);
  }

  nearest(x) {
    const away = this.parts.map((_, i) => Math.abs(this.x(i) - x));
    return away.indexOf(Math.min(...away));
  }

  points(values) {
    return values.map((value, i) => `${this.x(i).toFixed(1)},${this.y(value).toFixed(1)}`);
  }
}

// ---- a stroke of the pointer ----------------------------------------------------------------------------------------

// The point that is held follows the pointer up and down. When the pointer passes another point, that one takes over at
// the height at which it was passed, and the one left behind keeps the height at which the pointer was last beside it:
// a stroke across the plot paints the curve.
class Stroke {
  constructor(frame, values, pointer, here) {
    Object.assign(this, { frame, values: [...values], pointer, last: here });
    this.hold(frame.nearest(here.x), here.y);
  }

  hold(point, y) {
    this.held = point;
    this.from = y;
    this.beside = y;
    this.put(y);
  }

  put(y) {
    this.values[this.held] = this.frame.value(y);
  }

  moveTo(here) {
    for (const { i, y } of this.passed(here)) {
      this.put(this.beside);
      this.hold(i, y);
    }
    const aside = Math.abs(here.x - this.frame.x(this.held));
    if (aside <= REACH) this.beside = here.y;
    const upright = aside <= Math.abs(here.y - this.from) / 2; // a shaky drag of one point, not a stroke across
    this.put(upright ? here.y : this.beside);
    this.last = here;
  }

  passed(here) {
    const { last, frame } = this;
    return frame.parts
      .map((_, i) => ({ i, part: (frame.x(i) - last.x) / (here.x - last.x) }))
      .filter(({ part }) => part > 0 && part <= 1)
      .sort((a, b) => a.part - b.part)
      .map(({ i, part }) => ({ i, y: last.y + part * (here.y - last.y) }));
  }
}

// ---- the names at the right -----------------------------------------------------------------------------------------

// What a curve is called, beside its right end and tied to it by a thin line.
class Name {
  constructor(group) {
    this.leader = svg(group, "path", { class: "leader" });
    this.text = svg(group, "text", { class: "halo" });
  }

  write(name, detail, room) {
    const letters = Math.floor(room / 7.2);
    this.text.replaceChildren();
    for (const line of wrapped(name, letters)) svg(this.text, "tspan", { class: "name" }, line);
    for (const line of wrapped(detail, letters)) svg(this.text, "tspan", {}, line);
    this.height = LINE * this.text.childElementCount;
  }

  place(x, end, top) {
    [...this.text.children].forEach((line, i) => set(line, { x, y: top + LINE * (i + 0.75) }));
    set(this.leader, { d: `M${end.x},${end.y}L${x - 5},${top + this.height / 2}` });
  }
}

function wrapped(text, letters) {
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// Give each curve's name a top: as near to the curve's end as it can be without touching another name.
function spread(curves) {
  const sorted = [...curves].sort((a, b) => a.end.y - b.end.y);
  let free = TOP - 30;
  for (const curve of sorted) {
    curve.top = Math.max(curve.end.y - curve.name.height / 2, free);
    free = curve.top + curve.name.height + 4;
  }
  free = BOTTOM + 24;
  for (const curve of sorted.reverse()) {
    curve.top = Math.min(curve.top, free - curve.name.height);
    free = curve.top - 4;
  }
}

// ---- the picture ----------------------------------------------------------------------------------------------------

class Curve {
  constructor(parent, kind, count, marker) {
    this.group = svg(parent, "g", { class: kind, "aria-hidden": "true" });
    this.band = svg(this.group, "path", { class: "band" });
    this.line = svg(this.group, "path", { class: "line" });
    this.markers = Array.from({ length: marker ? count : 0 }, () =>
      svg(this.group, "path", { class: "marker", d: MARKERS[marker] }),
    );
    this.name = new Name(this.group);
  }

  // `what` is null (nothing to show) or { values, name, detail } and perhaps { low, high }.
  draw(frame, what) {
    this.shown = Boolean(what);
    show(this.group, this.shown);
    if (!this.shown) return;
    const points = frame.points(what.values);
    set(this.line, { d: `M${points.join("L")}` });
    this.markers.forEach((marker, i) => set(marker, { transform: `translate(${points[i]})` }));
    if (what.low) {
      const outline = [...frame.points(what.low), ...frame.points(what.high).reverse()];
      set(this.band, { d: `M${outline.join("L")}Z` });
    }
    this.end = { x: frame.x(points.length - 1) + 14, y: frame.y(what.values.at(-1)) };
    this.name.write(what.name, what.detail, frame.room);
  }
}

class Chart {
  constructor(model, card, described) {
    const count = model.get("shots").length;
    this.model = model;
    this.frame = new Frame(model.get("shots"));
    this.active = null; // the point whose number is shown
    this.root = svg(card, "svg", { role: "group", "aria-label": model.get("question"), "aria-describedby": described });
    this.axes = svg(this.root, "g", { "aria-hidden": "true" });
    this.chance = new Curve(this.root, "chance", count);
    this.reference = new Curve(this.root, "reference", count, "square");
    this.gaps = svg(this.root, "path", { class: "gaps" });
    this.stage = svg(this.root, "g", { class: "stage" });
    this.paper = svg(this.stage, "rect", { class: "paper" });
    this.you = new Curve(this.stage, "you", count);
    this.handles = model.get("steps").map((step) => newHandle(this.stage, step));
    this.truth = new Curve(this.root, "truth", count, "diamond");
    set(this.truth.line, { pathLength: 1 }); // for the animation
    this.hint = svg(this.root, "text", { class: "hint halo end", "aria-hidden": "true" });
    this.bubble = svg(this.root, "g", { class: "bubble", "aria-hidden": "true" });
    svg(this.bubble, "rect", { x: -23, y: -11, width: 46, height: 22, rx: 5 });
    svg(this.bubble, "text", { class: "middle", y: 4.5 });
  }

  resize(width) {
    this.frame.resize(width);
    set(this.root, { viewBox: `0 0 ${this.frame.width} ${HEIGHT}`, width: this.frame.width, height: HEIGHT });
    this.drawAxes();
    this.draw();
  }

  drawAxes() {
    const { axes, frame } = this;
    axes.replaceChildren();
    svg(axes, "text", { x: 0, y: TOP - 18 }, this.model.get("measure"));
    for (const value of [0, 0.25, 0.5, 0.75, 1]) {
      const y = frame.y(value);
      svg(axes, "path", { class: "grid", d: `M${LEFT},${y}H${frame.right}` });
      svg(axes, "text", { class: "end", x: LEFT - 8, y: y + 4.5 }, `${percent(value)}%`);
    }
    this.model.get("shots").forEach((shots, i) => {
      svg(axes, "path", { class: "grid", d: `M${frame.x(i)},${BOTTOM}v6` });
      svg(axes, "text", { class: "middle", x: frame.x(i), y: BOTTOM + 22 }, shots);
    });
    svg(axes, "text", { class: "middle", x: frame.middle, y: BOTTOM + 46 }, this.model.get("unit"));
    set(this.paper, { x: LEFT, y: TOP - 20, width: frame.right - LEFT, height: BOTTOM - TOP + 40 });
    const lines = wrapped(HINT, Math.floor((frame.right - LEFT - 16) / 8));
    this.hint.replaceChildren();
    lines.forEach((line, i) => svg(this.hint, "tspan", { x: frame.right - 16, y: frame.y(0.5) + 42 + 18 * i }, line));
  }

  draw() {
    const [values, touched, truth] = ["values", "touched", "truth"].map((name) => this.model.get(name));
    this.root.classList.toggle("untouched", !touched);
    this.stage.classList.toggle("shut", Boolean(truth));
    show(this.hint, !touched && !truth);
    this.drawGiven();
    this.drawYou(values, touched, truth);
    this.truth.draw(this.frame, truth && { ...truth, values: truth.mean, name: "measured", detail: truth.name });
    this.drawGaps(touched && truth ? values : [], truth);
    this.drawNames();
  }

  drawGiven() {
    const { frame, model } = this;
    const [chance, reference] = [model.get("chance"), model.get("reference")];
    const values = model.get("shots").map(() => chance);
    this.chance.draw(frame, chance === null ? null : { values, name: `guessing: ${percent(chance)}%`, detail: "" });
    set(this.chance.line, { d: `M${LEFT},${frame.y(chance)}H${frame.right + 4}` });
    this.reference.draw(frame, reference && { ...reference, detail: "given" });
  }

  drawYou(values, touched, truth) {
    const name = touched ? "you predict" : "yours to draw";
    const visible = touched || !truth; // who drew nothing has nothing to compare
    this.you.draw(this.frame, visible ? { values, name, detail: this.model.get("label") } : null);
    this.frame.points(values).forEach((point, i) => {
      const spoken = `${percent(values[i])}%${truth ? `, measured ${percent(truth.mean[i])}%` : ""}`;
      const handle = this.handles[i];
      set(handle, { transform: `translate(${point})`, "aria-valuenow": percent(values[i]), "aria-valuetext": spoken });
      set(handle, { "aria-readonly": Boolean(truth) });
      show(handle, visible);
    });
    this.drawBubble(values);
  }

  drawBubble(values) {
    const text = this.bubble.lastChild;
    show(this.bubble, this.active !== null);
    if (this.active === null) return;
    const y = this.frame.y(values[this.active]);
    text.textContent = `${percent(values[this.active])}%`;
    set(this.bubble, { transform: `translate(${this.frame.x(this.active)},${y < TOP + 8 ? y + 30 : y - 30})` });
  }

  drawGaps(values, truth) {
    const { frame } = this;
    const gaps = values.map((value, i) => `M${frame.x(i)},${frame.y(value)}V${frame.y(truth.mean[i])}`);
    set(this.gaps, { d: gaps.join("") });
  }

  drawNames() {
    const shown = [this.chance, this.reference, this.you, this.truth].filter((curve) => curve.shown);
    spread(shown);
    for (const { name, end, top } of shown) name.place(this.frame.right + 10, end, top);
  }
}

function newHandle(stage, step) {
  const handle = svg(stage, "g", {
    class: "handle",
    role: "slider",
    tabindex: 0,
    "aria-label": `after ${step}`,
    "aria-orientation": "vertical",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "data-lm-suppress-shortcuts": "true", // else JupyterLab takes the arrow keys
  });
  svg(handle, "circle", { class: "target", r: 18 });
  svg(handle, "circle", { class: "ring", r: 13 });
  svg(handle, "path", { class: "chevrons", d: "M-5,-15l5,-5l5,5M-5,15l5,5l5,-5" });
  svg(handle, "circle", { class: "dot", r: 8 });
  return handle;
}

// ---- mouse, finger and keyboard -------------------------------------------------------------------------------------

function change(model, values) {
  model.set("values", values);
  model.set("touched", true);
}

function followPointer(chart, model) {
  const { stage, root, frame } = chart;
  let stroke = null;
  const at = (event) => {
    const box = root.getBoundingClientRect();
    const scale = frame.width / box.width;
    return { x: scale * (event.clientX - box.left), y: scale * (event.clientY - box.top) };
  };
  const draw = () => {
    chart.active = stroke.held;
    change(model, [...stroke.values]);
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || stroke || model.get("truth")) return;
    stage.setPointerCapture(event.pointerId);
    stroke = new Stroke(frame, model.get("values"), event.pointerId, at(event));
    draw();
  });
  const move = (event) => {
    if (event.pointerId !== stroke?.pointer) return;
    stroke.moveTo(at(event));
    draw();
  };
  // A finger here draws and does not scroll (Chromium heeds touch-action on an <svg>, not on the shapes in it).
  stage.addEventListener("touchstart", (event) => model.get("truth") || event.preventDefault(), { passive: false });
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", move);
  stage.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId !== stroke?.pointer) return;
    chart.handles[stroke.held].focus({ preventScroll: true });
    stroke = null;
    model.save_changes();
  });
}

function followKeys(chart, model) {
  const focus = (i) => chart.handles[clamp(i, 0, chart.handles.length - 1)].focus();
  const nudge = (i, step) => {
    const values = [...model.get("values")];
    values[i] = clamp(percent(values[i]) + step, 0, 100) / 100;
    change(model, values);
    model.save_changes();
  };
  chart.handles.forEach((handle, i) => {
    handle.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "ArrowLeft") focus(i - 1);
      else if (event.key === "ArrowRight") focus(i + 1);
      else if (!(event.key in STEPS)) return;
      else if (!model.get("truth")) nudge(i, STEPS[event.key]);
      event.preventDefault();
      event.stopPropagation();
    });
    handle.addEventListener("focus", () => activate(chart, i));
    handle.addEventListener("blur", () => activate(chart, null));
  });
}

function activate(chart, point) {
  chart.active = point;
  chart.drawBubble(chart.model.get("values"));
}

// ---- to hear (tone.js) -----------------------------------------------------------------------------------------------

function heard(model) {
  const [label, reference, truth] = ["label", "reference", "truth"].map((name) => model.get(name));
  const steps = model.get("steps").map((step) => `after ${step}`);
  const yours = model.get("touched") && { name: `you predict for ${label}`, values: model.get("values") };
  const measured = truth && { name: `measured, ${truth.name}`, values: truth.mean };
  return [reference, yours, measured].filter(Boolean).map((curve) => ({ ...curve, steps }));
}

// ---- one view -------------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const described = `tlkit-predict-${Math.random().toString(36).slice(2)}`;
  const card = html(el, "section", { class: "tlkit-predict" });
  const eyebrow = html(card, "p", { class: "eyebrow" });
  html(card, "p", { class: "question" }, model.get("question"));
  const chart = new Chart(model, card, described);
  const words = html(card, "div", { class: "words", id: described, "aria-live": "polite" });
  const [headline, numbers] = ["headline", "numbers"].map((kind) => html(words, "p", { class: kind }));
  const offerSound = hearable(card, () => heard(model));

  const speak = () => {
    eyebrow.textContent = model.get("truth") ? "Predicted, and measured" : "Predict first";
    headline.textContent = model.get("headline");
    numbers.textContent = model.get("numbers");
  };
  const draw = () => {
    chart.draw();
    offerSound();
  };
  const reveal = () => {
    chart.root.classList.remove("fresh");
    chart.root.getBoundingClientRect(); // so that the animation starts anew
    chart.root.classList.add("fresh");
  };
  const listeners = [
    ["change:headline", speak],
    ["change:numbers", speak],
    ["change:truth", speak],
    ["change:values", draw],
    ["change:touched", draw],
    ["change:truth", draw],
    ["change:truth", reveal],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);

  followPointer(chart, model);
  followKeys(chart, model);
  speak();
  offerSound();
  chart.resize(680);
  const observer = new ResizeObserver(([{ contentRect }]) => contentRect.width && chart.resize(contentRect.width));
  observer.observe(card);

  return () => {
    observer.disconnect();
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}

export default { render };
