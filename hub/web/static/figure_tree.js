// Rows of units as a tree: a unit that has others below it gets the sum of all of them, and its own
// dossiers a row of their own. Pure.

const PIECE = 250; // rows between which other work may come
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

// A unit's figures and those below it; its own are shared with its row until others come.
function add(node, figures) {
  if (node.figures && !node.summed) node.figures = { ...node.figures };
  node.summed = node.figures !== null;
  if (!node.summed) node.figures = figures;
  else for (const name in figures) node.figures[name] += figures[name];
}

// `rows` of an answer by unit, `known`: registered units by code, `asked`: codes whose subtree was
// asked for (none: all). Units above those asked for, or above those that the key may see, are left out: the answer is
// not all of them.
function* nodesOf(rows, known, asked) {
  const nodes = new Map();
  const node = (code) => nodes.get(code) ?? nodes.set(code, { code, own: null, figures: null, summed: false, children: [] }).get(code);
  const shown = new Map();
  const isShown = (code) => known.has(code) && (!asked.length || asked.includes(code) || asked.some((one) => above(code, known).has(one)));
  let count = 0;
  for (const { key, figures } of rows) {
    if ((count += 1) % PIECE === 0) yield;
    node(key.unit).own = figures;
    add(node(key.unit), figures);
    for (const code of above(key.unit, known)) {
      if (!shown.has(code)) shown.set(code, isShown(code));
      if (shown.get(code)) add(node(code), figures);
    }
  }
  return nodes;
}

// The units on top, each with its `children`, `own` figures and `figures` with all below, in the order of their
// codes. For `inSlices` (slices.js): it yields after some hundred rows.
export function* treeOf(rows, known, asked) {
  const nodes = yield* nodesOf(rows, known, asked);
  const roots = [];
  let count = 0;
  for (const code of [...nodes.keys()].sort()) {
    if ((count += 1) % PIECE === 0) yield;
    const node = nodes.get(code);
    node.isZero = isZero(node.figures);
    node.ownIsZero = node.own !== null && isZero(node.own);
    const parent = parentOf(code, nodes, known);
    (parent ? nodes.get(parent).children : roots).push(node);
  }
  return roots;
}

// The lines to show: {code, depth, kind: "unit", "sum" or "own", figures}; `folded`: codes whose
// lines below are not shown; `zeros`: whether lines without any number are. `hidden`: how many are not.
// `order`: puts nodes of one parent, {code, figures} each, in order; else they are as in the tree.
export function linesOf(roots, folded, zeros, order = (nodes) => nodes) {
  const lines = [];
  let hidden = 0;
  const show = (node, depth) => {
    const { code, own, figures, children } = node;
    if (!zeros && node.isZero) {
      hidden += 1;
      return;
    }
    lines.push({ code, depth, kind: children.length ? "sum" : "unit", figures });
    if (!children.length || folded.has(code)) return;
    if (own && (zeros || !node.ownIsZero)) lines.push({ code, depth: depth + 1, kind: "own", figures: own });
    for (const child of order(children)) show(child, depth + 1);
  };
  for (const root of order(roots)) show(root, 0);
  return { lines, hidden };
}
