// Rows of units as a tree: a unit that has others below it gets the sum of all of them, and its own
// dossiers a row of their own. Pure.

const isZero = (figures) => Object.values(figures).every((n) => n === 0);

// What a code begins with, the longest first, as far as it tells who is above: a unit that moved is below its parent only.
function shorter(code, known) {
  const found = [];
  for (let one = code; !known.get(one)?.loose && one.includes("."); found.push(one)) one = one.slice(0, one.lastIndexOf("."));
  return found;
}

// The units above one: by the registry, and by codes, as the hub counts what is below a unit.
function above(code, known) {
  const found = new Set();
  const open = [code];
  while (open.length) {
    const one = open.pop();
    for (const parent of [known.get(one)?.parent, ...shorter(one, known).filter((prefix) => known.has(prefix))]) {
      if (!parent || parent === code || found.has(parent)) continue;
      found.add(parent);
      open.push(parent);
    }
  }
  return found;
}

// The nearest unit above that is shown.
function parentOf(code, nodes, known) {
  let parent = known.get(code)?.parent;
  for (const seen = new Set(); parent && !nodes.has(parent) && !seen.has(parent); parent = known.get(parent)?.parent) seen.add(parent);
  if (parent && nodes.has(parent)) return parent;
  return shorter(code, known).find((prefix) => nodes.has(prefix)) ?? null;
}

function plus(sum, figures) {
  if (!sum) return { ...figures };
  for (const name in figures) sum[name] += figures[name];
  return sum;
}

// `rows` of an answer by unit, `known`: registered units by code, `asked`: codes whose subtree was
// asked for (none: all). Units above those asked for, or above those that the key may see, are left out: the answer is
// not all of them.
function nodesOf(rows, known, asked) {
  const nodes = new Map();
  const node = (code) => nodes.get(code) ?? nodes.set(code, { code, own: null, sum: null, children: [] }).get(code);
  for (const { key, figures } of rows) {
    node(key.unit).own = figures;
    for (const code of [key.unit, ...above(key.unit, known)]) {
      const whole = code === key.unit || (known.has(code) && (!asked.length || asked.includes(code) || asked.some((one) => above(code, known).has(one))));
      if (whole) node(code).sum = plus(node(code).sum, figures);
    }
  }
  return nodes;
}

// The units on top, each with its `children`, `own` figures and `sum`, in the order of their codes.
export function treeOf(rows, known, asked) {
  const nodes = nodesOf(rows, known, asked);
  const roots = [];
  for (const code of [...nodes.keys()].sort()) {
    const parent = parentOf(code, nodes, known);
    (parent ? nodes.get(parent).children : roots).push(nodes.get(code));
  }
  return roots;
}

// The lines to show: {code, depth, kind: "unit", "sum" or "own", figures}; `folded`: codes whose
// lines below are not shown; `zeros`: whether lines without any number are. `hidden`: how many are not.
// `order`: puts units of one parent in order, by {code, figures}; else they are as in the tree.
export function linesOf(roots, folded, zeros, order) {
  const ordered = (nodes) => (order ? [...nodes].sort((a, b) => order({ code: a.code, figures: a.sum }, { code: b.code, figures: b.sum })) : nodes);
  const lines = [];
  let hidden = 0;
  const show = ({ code, own, sum, children }, depth) => {
    if (!zeros && isZero(sum)) {
      hidden += 1;
      return;
    }
    lines.push({ code, depth, kind: children.length ? "sum" : "unit", figures: sum });
    if (!children.length || folded.has(code)) return;
    if (own && (zeros || !isZero(own))) lines.push({ code, depth: depth + 1, kind: "own", figures: own });
    for (const child of ordered(children)) show(child, depth + 1);
  };
  for (const root of ordered(roots)) show(root, 0);
  return { lines, hidden };
}
