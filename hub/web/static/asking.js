// The question for figures: as the address holds it, as the hub wants it.
import { isoDay, localDay, now } from "./format.js";
import { AGAINST } from "./beside.js";
import { mapOf } from "./route.js";

export const DIMENSIONS = ["unit", "field", "procedure", "channel", "level", "authority", "model"];
export const CALENDARS = ["civil", "nd09", "days"];
export const PARTS = ["year", "H1", "H2", "9M", "Q1", "Q2", "Q3", "Q4", ...Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, "0"))];

// What counts what, in the order of the report forms; the second list is shown on demand.
export const MAIN = [
  ["received", ["received_online", "received_direct", "carried_over", "received_total"]],
  ["resolved", ["resolved_early", "resolved_on_time", "resolved_late", "resolved_total"]],
  ["in_progress", ["in_progress_within", "in_progress_overdue", "in_progress_total"]],
];
export const FURTHER = [
  ["waiting_group", ["waiting_within", "waiting_overdue", "supplemented_twice"]],
  ["apologies", ["apologies_letter", "apologies_message"]],
  ["channels", ["received_online_full", "received_online_partial", "received_by_post", "returned_by_post"]],
  ["saturday", ["received_saturday", "resolved_same_saturday"]],
  ["endings", ["refused", "withdrawn"]],
  ["ratings", ["satisfied", "neutral", "dissatisfied"]],
  ["ratings_kiosk", ["satisfied_kiosk", "neutral_kiosk", "dissatisfied_kiosk"]],
  ["ratings_online", ["satisfied_online", "neutral_online", "dissatisfied_online"]],
  ["ratings_survey", ["satisfied_survey", "neutral_survey", "dissatisfied_survey"]],
];

// What narrows the question; "~" stands for "none given" in the address, which drops what is empty.
export const FILTERS = ["field", "procedure", "channel"];
export const NONE = "~";
export const AXES = ["unit", "field", "procedure", "channel", "period"];
export const EACH = ["month", "quarter", "year"];

export const DATE = /^\d{4}-\d{2}-\d{2}$/;

// The state of the form from the address; what does not fit gets its default.
export function asked(query) {
  const year = isoDay(localDay(now())).slice(0, 4);
  const of = (name, allowed, fallback) => (allowed.includes(query.get(name)) ? query.get(name) : fallback);
  const by = query.has("by") ? query.get("by").split(",").filter((name) => DIMENSIONS.includes(name)) : ["unit"];
  return {
    units: query.getAll("unit"),
    subtree: query.get("subtree") !== "no",
    calendar: of("calendar", CALENDARS, "civil"),
    ...yearOf(query, year),
    part: of("part", PARTS, "year"),
    from: DATE.test(query.get("from") ?? "") ? query.get("from") : `${year}-01-01`,
    to: DATE.test(query.get("to") ?? "") ? query.get("to") : isoDay(localDay(now())),
    by: [...new Set(by)],
    parts: query.get("parts") === "yes",
    more: query.get("more") === "yes",
    asOf: query.get("as_of") ?? "",
    ...Object.fromEntries(FILTERS.map((name) => [name, query.getAll(name)])),
    against: of("against", AGAINST, ""),
    sort: sortOf(query),
    pivot: query.get("pivot") === "yes",
    figure: of("figure", [...MAIN, ...FURTHER].flatMap(([, list]) => list), "received_total"),
    rows: of("rows", AXES, "unit"),
    columns: of("columns", AXES, "field"),
    each: of("each", EACH, "quarter"),
    map: mapOf(query),
  };
}

const sortOf = (query) => {
  const text = query.get("sort") ?? "";
  return { by: text.replace(/^-/, ""), down: text.startsWith("-") };
};

// What was typed is kept, so that it can be said to be wrong; nothing else is asked for instead.
export function yearOf(query, present) {
  const year = query.get("year") || present;
  const isYear = /^\d{4}$/.test(year) && year >= "1990" && year <= "2100";
  const wrongYear = !isYear && query.get("calendar") !== "days";
  return { year, wrongYear };
}

// The parameters of a period, for figures and reports.
export function periodOf(form) {
  if (form.calendar === "days") return { from: form.from, to: form.to };
  return { calendar: form.calendar, period: form.part === "year" ? form.year : `${form.year}-${form.part}` };
}

// A moment as an input tells it, as the hub takes it.
export const moment = (asOf) => (asOf ? `${asOf}${asOf.length === 16 ? ":00" : ""}+07:00` : null);

// The parameters of GET /v1/figures and, without `by`, of GET /v1/dossiers.
export function parameters(form) {
  return {
    unit: form.units,
    subtree: form.units.length > 0 && form.subtree && "true",
    ...periodOf(form),
    ...Object.fromEntries(FILTERS.map((name) => [name, form[name].map((code) => (code === NONE ? "" : code))])),
    parts: form.parts && "include",
    as_of: moment(form.asOf),
    map: form.map,
  };
}

// The parameters whose dossiers are exactly those behind a row: its key narrows the question.
export function behind(form, key, asOf) {
  const narrowed = { ...parameters(form), as_of: asOf };
  for (const [name, value] of Object.entries(key)) {
    if (name === "unit") Object.assign(narrowed, { unit: value, subtree: null });
    else narrowed[name] = value ?? "";
  }
  return narrowed;
}

// Tab-separated values, as a spreadsheet pastes them.
export const tsv = (rows) => rows.map((row) => row.map((cell) => String(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
