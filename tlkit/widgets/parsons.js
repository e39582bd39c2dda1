// The lines of a small program, to be put in order. The rules that an order must keep come with it; this file moves
// lines, and says which rule is broken first.

const DIVIDER = -1;

function add(parent, tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  parent.append(node);
  return node;
}

function broken(order, rules) {
  const found = rules.find(([one, other]) => order.indexOf(one) > order.indexOf(other));
  return found ? found[2] : "";
}

class Row {
  constructor(list, number, text) {
    this.number = number;
    this.root = add(list, "li", number === DIVIDER ? { class: "divider" } : {});
    if (number === DIVIDER) {
      add(this.root, "span", {}, text);
      return;
    }
    this.buttons = [-1, 1].map((step) => {
      const label = `Move ${step < 0 ? "up" : "down"}: ${text.trim()}`;
      const arrow = step < 0 ? "↑" : "↓";
      return add(this.root, "button", { type: "button", "aria-label": label, "data-lm-suppress-shortcuts": "true" }, arrow);
    });
    add(this.root, "code", {}, text);
  }
}

function render({ model, el }) {
  const card = add(el, "section", { class: "tlkit-parsons" });
  add(card, "p", { class: "question" }, model.get("text"));
  add(card, "p", { class: "how" }, model.get("how"));
  const list = add(card, "ol", { "aria-label": "Lines, from top to bottom" });
  const rows = new Map(model.get("lines").map((text, number) => [number, new Row(list, number, text)]));
  rows.set(DIVIDER, new Row(list, DIVIDER, "Left out, below here"));
  const ask = add(card, "button", { type: "button", class: "check" }, "Check the order");
  const moved = add(card, "p", { class: "moved", "aria-live": "polite" });
  const verdict = add(card, "p", { class: "verdict", role: "status" });

  const arrange = () => {
    const order = model.get("order");
    const held = document.activeElement; // a node that is moved loses the focus
    for (const number of order) list.append(rows.get(number).root);
    if (list.contains(held)) held.focus();
    for (const [number, row] of rows) {
      row.root.classList.toggle("out", order.indexOf(number) > order.indexOf(DIVIDER));
      row.buttons?.[0].setAttribute("aria-disabled", order[0] === number);
      row.buttons?.[1].setAttribute("aria-disabled", order.at(-1) === number);
    }
  };
  const move = (row, step) => {
    const order = [...model.get("order")];
    const from = order.indexOf(row.number);
    const to = from + step;
    if (to < 0 || to >= order.length) return;
    [order[from], order[to]] = [order[to], order[from]];
    model.set("order", order);
    model.set("verdict", "");
    model.save_changes();
    const divider = order.indexOf(DIVIDER);
    moved.textContent = to > divider ? "Left out." : `Line ${to + 1} of ${divider}.`;
  };
  const check = () => {
    const wrong = broken(model.get("order"), model.get("rules"));
    const said = model.get(wrong ? "not_yet" : "well_done");
    model.set("verdict", said.replace("{}", () => wrong || model.get("right")));
    model.set("checks", model.get("checks") + 1);
    model.save_changes();
  };
  const tell = () => {
    verdict.textContent = model.get("verdict");
  };

  for (const row of rows.values()) {
    row.buttons?.forEach((button, i) => button.addEventListener("click", () => move(row, i ? 1 : -1)));
    row.root.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      move(row, step);
    });
  }
  ask.addEventListener("click", check);
  const listeners = [
    ["change:order", arrange],
    ["change:verdict", tell],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);
  arrange();
  tell();
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}

export default { render };
