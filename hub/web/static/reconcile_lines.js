// What was found, in words: where it stands, why, and as lines for a spreadsheet.
import { number } from "./format.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";

const WHY = [
  [/^cut, not/, "held_cut"], [/^blank on/, "held_blank"], [/^a count is/, "held_point"],
  [/^may be a part of 1/, "held_share"], [/^a part is/, "held_part"], [/^words in/, "held_words"],
];

export function reason(why) {
  if (!why) return "";
  const known = WHY.find(([pattern]) => pattern.test(why));
  if (known) return t(known[1]);
  const state = /^(\w+) in the hub/.exec(why);
  return state ? t("held_state", { state: t(`state_${state[1]}`) }) : why;
}

export const shown = (value) => (typeof value === "number" ? number(value) : (value ?? "–"));

// The names of a row and a column as the form prints them.
export function placeOf(report, { section, row, column, label }) {
  const part = report.sections.find((one) => one.key === section);
  const line = part?.rows.find((one) => one.key === row);
  const head = part?.columns.find((one) => one.key === column);
  return { row: [line?.code, label || line?.label || row].filter(Boolean).join(" "), column: [head?.under, head?.label || column].filter(Boolean).join(" · ") };
}

export const where = ({ sheet, cell }) => [sheet, cell].filter(Boolean).join("!");

// What a check of the form says, or a sum by its place.
export const sumOf = (one, report) => (one.cell ? placeOf(report, one) : { row: one.says, column: "" });

export function known(item) {
  if (!item.known.length) return t("held_unheard");
  return item.known.map((one) => [nameOf("unit", one.unit), one.status === "dossier" ? t(one.closed_at ? "held_closed" : "held_open") : t(`held_${one.status}`)].join(": ")).join("; ");
}

export function linesOf(found, report) {
  const head = ["held_kind", "held_cell", "cell", "held_as", "held_on_sheet", "held_in_hub", "held_difference", "held_why"].map((name) => t(name));
  const place = (one) => Object.values(placeOf(report, one));
  return [
    head,
    ...found.differences.map((one) => [t("held_kind_cell"), where(one), ...place(one), one.on_sheet, one.in_hub, one.difference, reason(one.why)]),
    ...found.sums.map((one) => [t(one.result === "false" ? "held_kind_sum" : "held_kind_unchecked"), where(one), ...Object.values(sumOf(one, report)), one.left, one.right, typeof one.left === "number" && typeof one.right === "number" ? one.left - one.right : null, reason(one.why) || one.says]),
    ...found.cannot_be_checked.map((one) => [t("held_kind_unchecked"), where(one), ...place(one), one.on_sheet, null, null, reason(one.why)]),
    ...found.dossiers.flatMap((one) => ["missing", "surplus"].flatMap((name) => one[name].map((item) => [t(`held_kind_${name}`), [one.sheet, item.row && `${one.column}${item.row}`].filter(Boolean).join("!"), item.subject, t(`fig_${one.figure}`), null, null, null, known(item)]))),
  ];
}
