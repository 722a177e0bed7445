"""What must hold of every view: contrast, targets, and where to look."""

from typing import Any

CONTRAST = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], [x, y, z]) =>
    [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const c = part / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    if (!one) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(one).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(one.parentElement));
  };
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const text = node.data.trim();
    const one = node.parentElement;
    if (!text || !/[\\p{L}\\d]/u.test(text)) continue;
    if (one.closest("option, .hidden, .skip, noscript, script, :disabled")) continue;
    if (!one.checkVisibility({ checkOpacity: true })) continue;
    const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
    if (dialog && !dialog.contains(one)) continue;
    const back = ground(one);
    const [a, b] = [light(over(parse(getComputedStyle(one).color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const number = /\\d/.test(text) && !/\\p{L}/u.test(text);
    const name = `${one.tagName.toLowerCase()}.${one.className}`;
    if (ratio < (number ? 7 : 4.5)) wrong.add(`${ratio.toFixed(2)} ${name} ${text.slice(0, 30)}`);
  }
  return [...wrong];
}"""
"""Numbers below 7:1 and other text below 4.5:1, by the computed colours."""

TARGETS = """(least) => {
  const kinds = "a[href], button, input, select, textarea, summary";
  const open = [...document.querySelectorAll("dialog[open]")].at(-1);
  const all = [...(open ?? document).querySelectorAll(kinds)]
    .filter((one) => one.checkVisibility() && !one.closest(".skip, .hidden"));
  const inText = (one) => one.matches("a") && getComputedStyle(one).display === "inline"
    && one.parentElement.textContent.trim() !== one.textContent.trim();
  const ticks = "[type=checkbox], [type=radio]";
  const whole = (one) => one.matches(".tile-link") ? one.closest(".tile")
    : one.matches(ticks) ? (one.closest("label, .tick, .check") ?? one) : one;
  const box = (one) => whole(one).getBoundingClientRect();
  const boxes = all.map(box);
  // WCAG 2.2, 2.5.8: a smaller one may be alone in a circle of that size
  const alone = (at) => {
    const { left, top, width, height } = boxes[at];
    const [x, y] = [left + width / 2, top + height / 2];
    return boxes.every((other, i) => {
      if (i === at || all[i].contains(all[at]) || all[at].contains(all[i])) return true;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) >= 12;
    });
  };
  return all.filter((one, at) => {
    const { width, height } = boxes[at];
    if (!width || inText(one)) return false;
    if (least > 24) return height < least - 0.5 || width < 23.5;
    return Math.min(width, height) < 23.5 && !alone(at);
  }).map((one) => {
    const { width, height } = box(one);
    const name = `${one.tagName.toLowerCase()}.${one.className} ${one.textContent.trim()}`;
    return `${Math.round(width)}x${Math.round(height)} ${name.slice(0, 60)}`;
  });
}"""
"""Targets that are too small: 44 px high on a phone, 24 px, or alone, where there is a mouse."""


def views(page: Any) -> list[str]:
    """The addresses of all that the menu has, and of what it has not."""
    menu = page.eval_on_selector_all(".top nav a", "all => all.map(a => a.getAttribute('href'))")
    return [
        *menu, "#/board?list=next", "#/board?list=undated&field=ho-tich",
        "#/figures?by=unit&more=yes", "#/figures?by=unit,field",
        "#/reports?form=vpcp-06a&unit=H29.17", "#/reports?form=cu-chi-2020&unit=H29.17",
        "#/entry?form=vpcp-06a&unit=H29.17", "#/list?list=overdue",
        "#/list?figure=received_total&unit=H29.17&subtree=true&from=2020-01-01&to=2090-01-01",
        "#/terms",
    ]  # fmt: skip
