// What a report is asked for: as the address holds it, as the hub wants it, and what is wrong with it.
import { CALENDARS, DATE, PARTS, moment, periodOf, yearOf } from "./asking.js";
import { isoDay, localDay, now } from "./format.js";
import { has, t } from "./i18n.js";
import { names } from "./names.js";
import { whyOf } from "./refusals.js";
import { mapOf } from "./route.js";

const SHORT = {
  "level-unknown": "wrong_unregistered",
  "unit-unknown": "wrong_unregistered",
  "unit-unregistered": "wrong_unregistered",
  "unit-of-level": "wrong_no_unit",
  "from-after-to": "wrong_order",
  "from-to-years": "year_wrong",
  "no-period": "year_wrong",
  "in-future": "wrong_future",
};

// What a refusal of the hub says of each parameter, in the reader's words.
export const inWords = (errors) => Object.fromEntries(errors.map((error) => [error.pointer.slice(1), told(error)]));

function told(error) {
  const { code, values } = error.says ?? {};
  if (code === "other-level") return t("wrong_level", { is: has(`level_${values.level}`) ? t(`level_${values.level}`) : t("none_given") });
  return Object.hasOwn(SHORT, code ?? "") ? t(SHORT[code]) : whyOf(error);
}

// The quarter that runs today: one of nd09 begins on the 15th of the month before.
function quarter(calendar) {
  const [year, month, day] = isoDay(localDay(now())).split("-").map(Number);
  const moved = month + (calendar === "nd09" && day >= 15 ? 1 : 0);
  return moved > 12 ? { year: String(year + 1), part: "Q1" } : { year: String(year), part: `Q${Math.ceil(moved / 3)}` };
}

export function reportAsked(query, summary) {
  const usual = summary?.calendar ?? "civil";
  const calendar = CALENDARS.includes(query.get("calendar")) ? query.get("calendar") : usual;
  const today = isoDay(localDay(now()));
  const present = quarter(calendar);
  const date = (name, fallback) => (DATE.test(query.get(name) ?? "") ? query.get(name) : fallback);
  return {
    unit: query.get("unit") ?? "",
    calendar,
    ...yearOf(query, present.year),
    part: PARTS.includes(query.get("part")) ? query.get("part") : present.part,
    from: date("from", `${today.slice(0, 4)}-01-01`),
    to: date("to", today),
    data_date: date("data_date", ""),
    asOf: query.get("as_of") ?? "",
    map: mapOf(query),
  };
}

export const reportParameters = (form) => ({
  unit: form.unit || null,
  ...periodOf(form),
  data_date: form.data_date || null,
  as_of: moment(form.asOf),
  map: form.map,
});

// Why a form cannot be asked for a unit, before the hub is asked; null where nothing is wrong.
export function unitProblem(summary, unit) {
  const levels = summary.for_levels;
  if (!levels?.length) return null;
  if (!unit) return t("wrong_no_unit");
  const row = names.get().unit.get(unit);
  if (!row) return t("wrong_unregistered");
  return levels.includes(row.level) ? null : t("wrong_level", { is: row.level ? t(`level_${row.level}`) : t("none_given") });
}
