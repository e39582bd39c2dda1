// A slider that has the focus keeps its arrow keys: Notebook 7 takes them for its own shortcuts, before the slider hears
// of them, unless what has the focus says no. All other keys stay the notebook's: Ctrl+S saves it.

const ARROWS = ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"];

function keep({ target, key }) {
  if (!target.matches?.(".tlkit-lab [role=slider]")) return;
  target.toggleAttribute("data-lm-suppress-shortcuts", ARROWS.includes(key));
}

function render() {
  window.addEventListener("keydown", keep, true);
  return () => window.removeEventListener("keydown", keep, true);
}

export default { render };
