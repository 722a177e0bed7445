// Which dossiers a list is asked for: the filters, as the address holds them and as the hub wants them.
import { ask } from "./http.js";
import { scopeOf } from "./live.js";
import { mapOf } from "./route.js";

// A small screen scrolls past a short list to the units below it.
export const PAGE = matchMedia("(max-width: 48rem)").matches ? 30 : 200;

export const LISTS = ["overdue", "today", "next", "week", "undated"];

// Those of what is due: how the hub is asked for it.
export const WITHIN = { today: "today", next: "next_working_day", week: "week" };

// Whether what comes after 15:00 counts from the next working day; of advisory due dates only.
export const isLateRule = (query) => query.get("late_rule") === "true";

export function filtersOf(query) {
  const days = query.get("days") ?? "";
  const list = LISTS.includes(query.get("list")) ? query.get("list") : "overdue";
  return {
    unit: query.get("unit") ?? "",
    map: mapOf(query),
    list,
    field: query.get("field"),
    procedure: query.get("procedure"),
    waiting: ["true", "false"].includes(query.get("waiting")) ? query.get("waiting") : null,
    days: /^[1-9][0-9]{0,3}$/.test(days) ? Number(days) : null,
    lateRule: list === "undated" && isLateRule(query),
    q: (query.get("q") ?? "").slice(0, 100),
  };
}

export const keyOf = ({ unit, subject }) => `${unit} ${subject}`;

export const dossierPath = (unit, subject) =>
  `/v1/dossiers/${encodeURIComponent(unit)}/${encodeURIComponent(subject)}`;

export const isFiltered = ({ field, procedure, waiting, days, q }) =>
  field != null || procedure != null || waiting != null || days != null || q !== "";

// The call of a list, and its parameters.
export function callOf({ list, unit, field, procedure, waiting, days, lateRule, q }) {
  const common = { ...scopeOf(unit), field, procedure, waiting, q: q || null };
  if (list === "undated") return ["/v1/undated", { ...common, late_rule: lateRule }];
  return list in WITHIN ? ["/v1/due-soon", { ...common, within: WITHIN[list] }] : ["/v1/overdue", { ...common, min_days: days }];
}

export function fetchPage(filters, cursor, limit) {
  const [path, params] = callOf(filters);
  return ask(path, { ...params, limit, cursor });
}

// Whether a row that news brought belongs to the list; its unit does, by the stream's own filter.
export function matches(row, { field, procedure, waiting, days, q }) {
  return (
    (field == null || (row.field ?? "") === field) &&
    (procedure == null || (row.procedure ?? "") === procedure) &&
    (waiting == null || String(row.waiting) === waiting) &&
    (days == null || row.days_late >= days) &&
    row.subject.startsWith(q)
  );
}

// The longest overdue first, or the soonest due: both by deadline.
const byDeadline = (a, b) => deadlineOf(a) - deadlineOf(b) || compare(a.unit, b.unit) || compare(a.subject, b.subject);
const deadlines = new WeakMap(); // read once: ten thousand rows are compared often
const deadlineOf = (row) => deadlines.get(row) ?? deadlines.set(row, Date.parse(row.deadline)).get(row);
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// The rows of a list in the order they were read in, and what became of them since.
export const NOTHING = { rows: null, total: 0, next: null, gone: new Set(), fresh: new Map(), stale: false };

// Pure: the list after a piece of news; no row changes its place.
export function applied(old, news, filters) {
  if (news.name === "reload") return { ...old, stale: true };
  // News brings only what is overdue. What comes to the other lists changes the numbers of the board.
  const brings = filters.list === "overdue" ? "overdue" : null;
  if (news.name === "due_soon") return old;
  const at = new Map(old.rows.map((row, index) => [keyOf(row), index]));
  const next = { ...old, rows: [...old.rows], gone: new Set(old.gone), fresh: new Map(old.fresh) };
  for (const item of news.items) {
    const key = keyOf(item);
    const listed = (at.has(key) && !next.gone.has(key)) || next.fresh.has(key);
    const belongs = news.name === brings && matches(item, filters);
    next.total += Number(belongs) - Number(listed);
    next.fresh.delete(key);
    if (!at.has(key)) {
      if (belongs) next.fresh.set(key, item);
    } else if (belongs) {
      next.rows[at.get(key)] = item;
      next.gone.delete(key);
    } else {
      next.gone.add(key);
    }
  }
  return next;
}

// Pure: the list put in order: what is gone left out, what is new in its place. Rows that come
// after the last one read are on a page that has not been asked for.
export function settled(old) {
  if (!old.rows || !(old.gone.size || old.fresh.size)) return old;
  const last = old.next && old.rows.at(-1);
  const rows = [...old.rows.filter((row) => !old.gone.has(keyOf(row))), ...old.fresh.values()]
    .filter((row) => !last || byDeadline(row, last) <= 0)
    .sort(byDeadline);
  return { ...old, rows, gone: new Set(), fresh: new Map() };
}

export function extended(old, page) {
  const known = new Set(old.rows.map(keyOf));
  return { ...old, rows: [...old.rows, ...page.items.filter((row) => !known.has(keyOf(row)))], total: page.total, next: page.next };
}
