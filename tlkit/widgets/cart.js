// An episode of the cart and its pole: plays, stops, steps, and says in words what is seen. The kernel sends the frames.

const STILL = 500; // ms between two pictures for who asked for less motion
const SIDE = 3; // metres to each side of the middle
const RAIL = 2.4;
const LEAN = 12; // degrees

const html = (parent, tag, attributes, text) => add(parent, document.createElement(tag), attributes, text);
const svg = (parent, tag, attributes) =>
  add(parent, document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);

function add(parent, node, attributes = {}, text = "") {
  set(node, attributes);
  node.textContent = text;
  parent.append(node);
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

const towards = (value, digits) => (Number(Math.abs(value).toFixed(digits)) === 0 ? "" : value > 0 ? " right" : " left");

class Cart {
  constructor(card) {
    this.root = svg(card, "svg", { role: "img", class: "stage" });
    svg(this.root, "path", { class: "rail", d: `M${-RAIL},0H${RAIL}M${-RAIL},-.12V.12M${RAIL},-.12V.12` });
    this.cart = svg(this.root, "g", {});
    this.limits = svg(this.cart, "path", { class: "limits" });
    svg(this.cart, "rect", { class: "body", x: -0.25, y: -0.14, width: 0.5, height: 0.22, rx: 0.04 });
    this.pole = svg(this.cart, "path", { class: "pole" });
    svg(this.cart, "circle", { class: "hinge", r: 0.05, cy: -0.1 });
  }

  resize(pole) {
    const high = Math.max(1.2, pole + 0.3);
    set(this.root, { viewBox: `${-SIDE} ${-high} ${2 * SIDE} ${high + 0.3}` });
    set(this.pole, { d: `M0,-.1V${-0.1 - pole}` });
    const limit = (sign) => `M0,-.1L${sign * pole * Math.sin((LEAN * Math.PI) / 180)},${-0.1 - pole * Math.cos((LEAN * Math.PI) / 180)}`;
    set(this.limits, { d: limit(-1) + limit(1) });
  }

  place([x, angle]) {
    const degrees = (angle * 180) / Math.PI;
    set(this.cart, { transform: `translate(${x},0)` });
    set(this.pole, { transform: `rotate(${degrees} 0 -.1)` });
    const side = towards(x, 1);
    const where = side ? `cart ${Math.abs(x).toFixed(1)} m${side} of the middle` : "cart in the middle";
    return `${where}, pole leans ${Math.abs(degrees).toFixed(1)} degrees${towards(degrees, 1)}`;
  }
}

function render({ model, el }) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const card = html(el, "section", { class: "tlkit-cart", "aria-label": "An episode" });
  const cart = new Cart(card);
  const row = html(card, "div", { class: "controls" });
  const button = (text, name) => html(row, "button", { type: "button", "aria-label": name }, text);
  const [back, play, on] = [button("◀", "One step back"), button("Play", "Play"), button("▶", "One step on")];
  const keys = { "data-lm-suppress-shortcuts": "true" }; // else JupyterLab takes the arrow keys
  const range = html(row, "input", { type: "range", min: 0, value: 0, "aria-label": "Moment of the episode", ...keys });
  const words = html(card, "p", { class: "moment" });
  let at = 0;
  let timer = null;

  const frames = () => model.get("frames");
  const draw = () => {
    const spoken = `${(at * model.get("tau")).toFixed(2)} s: ${cart.place(frames()[at])}`;
    words.textContent = `${spoken}. ${at === frames().length - 1 ? model.get("ending") : ""}`;
    set(cart.root, { "aria-label": spoken });
    set(range, { max: frames().length - 1, "aria-valuetext": spoken });
    range.value = at;
  };
  const go = (moment) => {
    at = Math.min(Math.max(moment, 0), frames().length - 1);
    draw();
  };
  const pause = () => {
    clearTimeout(timer);
    timer = null;
    play.textContent = "Play";
    set(play, { "aria-label": "Play" });
  };
  const tick = () => {
    const wait = calm.matches ? STILL : 1000 * model.get("tau");
    go(at + Math.round(wait / (1000 * model.get("tau"))));
    if (at === frames().length - 1) pause();
    else timer = setTimeout(tick, wait);
  };
  const start = () => {
    if (at === frames().length - 1) go(0);
    play.textContent = "Pause";
    set(play, { "aria-label": "Pause" });
    timer = setTimeout(tick, calm.matches ? STILL : 1000 * model.get("tau"));
  };
  const renew = () => {
    pause();
    cart.resize(model.get("pole"));
    go(0);
  };
  const step = (by) => {
    pause();
    go(at + by);
  };

  play.addEventListener("click", () => (timer === null ? start() : pause()));
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  range.addEventListener("input", () => {
    pause();
    go(Number(range.value));
  });
  model.on("change:episode", renew);
  renew();
  return () => {
    pause();
    model.off("change:episode", renew);
  };
}

export default { render };
