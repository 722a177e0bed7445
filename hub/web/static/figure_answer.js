// The answer to a question for figures, made ready for its table: read, set beside another period and put into a tree
// slice by slice, for it may have twelve thousand units.
import { besideEach } from "./figure_columns.js";
import { treeOf } from "./figure_tree.js";
import { isoDay, localDay } from "./format.js";
import { ask, askMany } from "./http.js";
import { names } from "./names.js";
import { inSlices } from "./slices.js";

// The units as they were on a day, by code; those registered, where no day is given.
export async function unitsOn(day, signal) {
  if (!day) return names.get().unit;
  const { units } = await askMany("/v1/units", { on: day }, "code", signal);
  return new Map(units.map((row) => [row.code, row]));
}

// Whether the rows of a question by unit are a tree: all below the asked units are among them.
export const isTree = (form) => form.subtree || !form.units.length;

// Whether the period of an answer has begun by the moment that the answer is of.
const hasBegun = ({ period, as_of }, one = period) => one.from <= isoDay(localDay(Date.parse(as_of)));

// {answer, known, rows: with the other period's figures, early: whether a period has not begun and nothing is
// compared, roots: the tree, or null}.
export async function figuresOf(form, question, signal) {
  const answer = await askMany("/v1/figures", question, "key", signal);
  const { against } = answer;
  const rows = against ? await inSlices(besideEach(answer.rows, against.rows), signal) : answer.rows;
  const early = Boolean(against) && !(hasBegun(answer) && hasBegun(answer, against.period));
  const known = await unitsOn(answer.map, signal);
  const byUnit = form.by.length === 1 && form.by[0] === "unit" && isTree(form);
  const roots = byUnit ? await inSlices(treeOf(early ? answer.rows : rows, known, form.units), signal) : null;
  return { answer, known, rows, early, roots };
}
