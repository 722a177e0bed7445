// The columns of a table of figures: a number, the same of another period with what changed, a rate. Pure.
import { FURTHER, MAIN } from "./asking.js";
import { inOrder, number, percent, share, signed } from "./format.js";
import { t } from "./i18n.js";

const BESIDE = ["received_total", "resolved_total", "resolved_late", "in_progress_overdue"];
// As the forms have them: late of what was resolved, overdue of what is in progress.
const RATES = [
  ["rate_late", "resolved_late", "resolved_total"],
  ["rate_overdue", "in_progress_overdue", "in_progress_total"],
];
const MOST_ON_PAPER = 14;
const PIECE = 250; // rows between which other work may come
export const BEFORE = "before.";

// Groups of columns: {id, label, columns: [{id, label, kind, figure, of}]}; `beside`: the labels of two
// periods where a second one is shown.
export function groupsOf(form, beside) {
  const groups = form.more ? [...MAIN, ...FURTHER] : MAIN;
  if (!beside) {
    const rates = { id: "rates", label: t("group_rates"), columns: RATES.map(([id, figure, whole]) => ({ id, figure, whole, kind: "rate", label: t(id) })) };
    const plain = groups.map(([name, list]) => ({ id: name, label: t(`group_${name}`), columns: list.map((figure) => ({ id: figure, figure, kind: "value", label: t(`fig_${figure}`) })) }));
    return [...plain.slice(0, MAIN.length), rates, ...plain.slice(MAIN.length)];
  }
  const shown = groups.flatMap(([group, list]) => list.filter((figure) => form.more || BESIDE.includes(figure)).map((figure) => [group, figure]));
  return [...shown.map(([group, figure]) => ({ id: figure, label: `${t(`group_${group}`)}: ${t(`fig_${figure}`)}`, columns: pairOf(figure, beside) })), ...RATES.map((rate) => rateOf(rate, beside))];
}

const pairOf = (figure, [now, before]) => [
  { id: figure, figure, kind: "value", label: now },
  { id: BEFORE + figure, figure, kind: "before", label: before },
  { id: `change.${figure}`, figure, kind: "change", label: t("col_change") },
  { id: `percent.${figure}`, figure, kind: "percent", label: "%" },
];

const rateOf = ([id, figure, whole], [now, before]) => ({
  id,
  label: `${t("group_rates")}: ${t(id)}`,
  columns: [
    { id, figure, whole, kind: "rate", label: now },
    { id: BEFORE + id, figure, whole, kind: "rate_before", label: before },
  ],
});

// As many groups together as a page is wide.
export function onPaper(groups) {
  const sheets = [];
  let width = Infinity;
  for (const group of groups) {
    width += group.columns.length;
    if (width > MOST_ON_PAPER) {
      sheets.push([]);
      width = group.columns.length;
    }
    sheets.at(-1).push(group);
  }
  return sheets;
}

// Rows of two periods as one: the second one's figures have names of their own. For `inSlices`.
export function* besideEach(rows, others) {
  const names = Object.keys((rows[0] ?? others[0])?.figures ?? {});
  const pairs = names.map((name) => [name, BEFORE + name]);
  const found = new Map();
  let count = 0;
  for (const { key, figures } of rows) {
    if ((count += 1) % PIECE === 0) yield;
    const both = { ...figures };
    for (const [, before] of pairs) both[before] = 0;
    found.set(JSON.stringify(key), { key, figures: both });
  }
  for (const { key, figures } of others) {
    if ((count += 1) % PIECE === 0) yield;
    const place = JSON.stringify(key);
    if (!found.has(place)) found.set(place, { key, figures: Object.fromEntries(pairs.flat().map((name) => [name, 0])) });
    const both = found.get(place).figures;
    for (const [name, before] of pairs) both[before] = figures[name];
  }
  return [...found.values()];
}

export const renamed = (figures) => Object.fromEntries(Object.entries(figures).map(([name, n]) => [BEFORE + name, n]));

// What a column says of some figures: null where there is nothing to say.
export function valueOf({ kind, figure, whole }, figures) {
  const [now, before] = [figures[figure], figures[BEFORE + figure]];
  if (kind === "value") return now;
  if (kind === "before") return before;
  if (kind === "change") return now - before;
  if (kind === "percent") return before ? (now - before) / before : null;
  const [part, all] = countsOf({ kind, figure, whole }, figures);
  return all ? part / all : null;
}

export function textOf(column, figures) {
  const value = valueOf(column, figures);
  if (value == null) return "–";
  if (column.kind === "change") return signed(value);
  if (column.kind === "percent") return signed(share(figures[column.figure] - figures[BEFORE + column.figure], figures[BEFORE + column.figure]), true);
  return column.kind.startsWith("rate") ? percent(...countsOf(column, figures)) : number(value);
}

// What a rate is made of: how many of how many.
export const countsOf = ({ kind, figure, whole }, figures) =>
  kind === "rate" ? [figures[figure], figures[whole]] : [figures[BEFORE + figure], figures[BEFORE + whole]];

// Puts rows in order by a column: nothing comes last, whichever way it is turned.
export function orderBy(value, down) {
  const compare = ([x], [y]) => {
    if (x == null || y == null) return (x == null) - (y == null);
    const order = typeof x === "string" ? inOrder(x, y) : x - y;
    return down ? -order : order;
  };
  return (rows) => rows.map((row) => [value(row), row]).sort(compare).map(([, row]) => row);
}
