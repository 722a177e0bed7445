// The body of a long table, of which only those rows are drawn that are in view, and some around.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";

const SHORT = 100; // as many are simply drawn
const AHEAD = 10;
const AS_GUESSED = 57; // px of a row, until one is measured
const fitting = (pixels, height) => Math.ceil(Math.min(pixels, innerHeight) / height) + 2 * AHEAD;

// `draw(line)` gives a row; `all`: draw every one, as on paper. `width`: how many columns there are.
export function Rows({ lines, draw, all, width }) {
  const body = useRef();
  const [height, setHeight] = useState(AS_GUESSED);
  const [first, setFirst] = useState(0);
  const [many, setMany] = useState(() => fitting(innerHeight, AS_GUESSED)); // rows at once: as many as the box is high
  const drawn = useMemo(() => new Map(), [draw]); // a row that is the same is not looked at again
  const whole = all || lines.length <= SHORT;
  useEffect(() => {
    const box = body.current.closest(".scroll");
    if (whole || !box) return undefined;
    let asked = 0;
    const look = () => {
      asked = 0;
      const at = Math.max(0, Math.floor(box.scrollTop / height) - AHEAD);
      setFirst((old) => (Math.abs(at - old) > AHEAD / 2 || at === 0 ? at : old));
      setMany(fitting(box.clientHeight, height));
    };
    const scrolled = () => (asked ||= requestAnimationFrame(look));
    box.addEventListener("scroll", scrolled, { passive: true });
    look();
    return () => {
      box.removeEventListener("scroll", scrolled);
      cancelAnimationFrame(asked);
    };
  }, [whole, lines.length, height]);
  useLayoutEffect(() => {
    const rows = body.current.querySelectorAll("tr:not(.gap)");
    if (whole || !rows.length) return;
    const measured = (rows[rows.length - 1].getBoundingClientRect().bottom - rows[0].getBoundingClientRect().top) / rows.length;
    if (Math.abs(measured - height) > 3) setHeight(measured);
  }, [whole, lines]);
  const from = whole ? 0 : Math.min(first, Math.max(0, lines.length - many));
  const shown = whole ? lines : lines.slice(from, from + many);
  const row = (line) => drawn.get(line) ?? drawn.set(line, draw(line)).get(line);
  const gap = (count, key) => !whole && count > 0 && html`<tr class="gap" key=${key} aria-hidden="true"><td colspan=${width} style=${{ height: `${count * height}px` }}></td></tr>`;
  return html`<tbody ref=${body} class=${whole ? "" : "windowed"}>${gap(from, "above")}${shown.map(row)}${gap(lines.length - from - shown.length, "below")}</tbody>`;
}
