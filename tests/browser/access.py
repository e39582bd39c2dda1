"""What keeps people out of a page and axe does not look for: at twice the size, without a mouse, without motion."""

from __future__ import annotations

ZOOMED = {"width": 640, "height": 450}  # what a window of 1280 by 900 pixels holds at 200%

# The controls within `ours` that lie over one another, or beyond the box `within` that they stand in.
COVERED = """([ours, within]) => {
  const shown = node => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length;
  const name = node => `${node.tagName} ${(node.getAttribute("aria-label") || node.textContent).trim().slice(0, 60)}`;
  const parts = [];
  for (const node of document.querySelectorAll(ours)) {
    const found = [...node.querySelectorAll("button, a, label, input[type=range], [role=radio], .slider-container")];
    for (const each of found.filter(shown)) {
      const box = each.closest(within)?.getBoundingClientRect();
      for (const rect of each.getClientRects()) parts.push({ each, rect, box });
    }
  }
  const cut = parts.filter(({ rect, box }) => box && (rect.left < box.left - 1 || rect.right > box.right + 1));
  const over = [];
  parts.forEach((one, i) => parts.slice(i + 1).forEach(other => {
    if (one.each.contains(other.each) || other.each.contains(one.each)) return;
    const wide = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
    const high = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
    if (wide > 1 && high > 1) over.push(`${name(one.each)} over ${name(other.each)}`);
  }));
  return [...cut.map(({ each }) => `${name(each)} is cut off`), ...over];
}"""

# The controls within `ours` that look the same with the keyboard's focus as without.
UNSEEN = """ours => {
  const LOOK = ["outlineStyle", "outlineWidth", "boxShadow", "border", "background", "opacity", "stroke", "display"];
  const look = node => [node, node.nextElementSibling, node.parentElement, ...node.querySelectorAll("*")]
    .filter(Boolean).map(each => LOOK.map(kind => getComputedStyle(each)[kind]).join(" ")).join();
  const controls = "button:not([disabled]), a[href], input, [role=slider]";
  const found = [...document.querySelectorAll(ours)].flatMap(node => [...node.querySelectorAll(controls)]);
  const drawn = node => node.getClientRects().length; // Chromium finds shapes visible that are not drawn
  const shown = found.filter(node => drawn(node) && node.checkVisibility({ visibilityProperty: true }));
  return shown.filter(node => {
    document.activeElement?.blur();
    const before = look(node);
    node.focus({ preventScroll: true, focusVisible: true });
    return document.activeElement !== node || look(node) === before;
  }).map(node => node.outerHTML.slice(0, 160));
}"""

# What moves by itself within `ours`, or scrolls smoothly, although the reader asked for less motion.
MOVING = """ours => [
  ...document.getAnimations().filter(each => each.effect.target?.closest(ours))
    .map(each => String(each.animationName ?? each.transitionProperty)),
  ...(getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? ["scrolling"] : []),
]"""
