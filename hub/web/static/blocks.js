// The body of a long list that has all its rows, for Ctrl+F and for paper: in blocks of fifty, one drawn in each
// frame, and laid out where they are seen (content-visibility in the style sheets).
import { Component, html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { usePrinting } from "./ui.js";

const BLOCK = 50;

// `draw(row)` gives a `<tr>`; a block is drawn anew where its rows or what `mark` says of one changed, or `version`;
// where `tick` changed only once it is near the view.
export function Blocks({ rows, draw, mark, version, tick }) {
  const blocks = useRef([]);
  const [, again] = useState(0);
  const left = fill(blocks.current, rows, usePrinting());
  useEffect(() => {
    if (left) again((n) => n + 1);
  });
  return blocks.current.map((some, i) => html`<${Block} key=${i} rows=${some} draw=${draw} mark=${mark} version=${version} tick=${tick} />`);
}

const isSame = (some, others) => some?.length === others.length && some.every((row, i) => row === others[i]);

// Puts rows into the first block that has others, or into `all`; whether any other is left as it was. No block has
// more than it should.
function fill(blocks, rows, all) {
  const count = Math.ceil(rows.length / BLOCK);
  blocks.length = Math.min(blocks.length, count);
  let [filled, left] = [false, false];
  for (let i = 0; i < count; i += 1) {
    const some = rows.slice(i * BLOCK, (i + 1) * BLOCK);
    if (isSame(blocks[i], some)) continue;
    if (filled && !all && !(blocks[i]?.length > some.length)) {
      if (!blocks[i]) return true;
      left = true;
      continue;
    }
    blocks[i] = some;
    filled = true;
  }
  return left;
}

class Block extends Component {
  componentDidMount() {
    const look = ([{ isIntersecting }]) => {
      this.near = isIntersecting;
      if (isIntersecting && this.props.tick !== this.told) this.forceUpdate();
    };
    this.watcher = new IntersectionObserver(look, { rootMargin: "100%" });
    this.watcher.observe(this.base);
  }

  componentWillUnmount() {
    this.watcher.disconnect();
  }

  shouldComponentUpdate(next) {
    const { rows, version, tick } = this.props;
    const isMarked = () => next.rows.some((row, i) => Boolean(next.mark?.(row)) !== this.marks[i]);
    return next.rows !== rows || next.version !== version || (this.near && next.tick !== tick) || isMarked();
  }

  render({ rows, draw, mark, tick }) {
    this.told = tick;
    this.marks = rows.map((row) => Boolean(mark?.(row)));
    return html`<tbody role="rowgroup" style=${{ "--rows": rows.length }}>${rows.map(draw)}</tbody>`;
  }
}
