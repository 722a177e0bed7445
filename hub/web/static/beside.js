// The period beside the asked one: the one before, the same of last year, or another. Pure.

export const AGAINST = ["previous", "last_year", "other"];
const CYCLES = [["Q1", "Q2", "Q3", "Q4"], ["H1", "H2"], Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, "0"))];
const DAY = 86400e3;

// The form as it asks for that period: with another year and part, or with other days. Null where there
// is none, or where its year cannot be.
export function beside(form, query) {
  if (!form.against || form.wrongYear) return null;
  if (form.against === "other") return other(form, query);
  if (form.calendar === "days") return { ...form, ...daysBefore(form) };
  const year = String(Number(form.year) - 1);
  if (form.against === "last_year") return { ...form, year };
  const cycle = CYCLES.find((parts) => parts.includes(form.part));
  if (!cycle) return { ...form, year }; // a year, nine months: those of the year before
  const at = cycle.indexOf(form.part);
  return at ? { ...form, part: cycle[at - 1] } : { ...form, year, part: cycle.at(-1) };
}

function other(form, query) {
  if (form.calendar === "days") {
    const [from, to] = [query.get("against_from"), query.get("against_to")];
    return { ...form, from: isDay(from) ? from : yearBefore(form.from), to: isDay(to) ? to : yearBefore(form.to) };
  }
  const year = query.get("against_year") ?? "";
  const part = query.get("against_part");
  return { ...form, year: /^(19[9]\d|20\d\d|2100)$/.test(year) ? year : String(Number(form.year) - 1), part: part || form.part };
}

const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "");

// As many days, right before them; or the same days of last year.
function daysBefore({ against, from, to }) {
  if (against === "last_year") return { from: yearBefore(from), to: yearBefore(to) };
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const iso = (ms) => new Date(ms).toISOString().slice(0, 10);
  return { from: iso(start - (end - start) - DAY), to: iso(start - DAY) };
}

function yearBefore(day) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year - 1, month, 0)).getUTCDate();
  return `${year - 1}-${String(month).padStart(2, "0")}-${String(Math.min(date, last)).padStart(2, "0")}`;
}

// What a period is called in the head of a column, and as the hub takes it.
export const labelOf = (form) =>
  form.calendar === "days" ? [form.from, form.to].map((day) => day.split("-").reverse().join("/")).join("–") : form.part === "year" ? form.year : /^\d/.test(form.part) && form.part !== "9M" ? `${form.part}/${form.year}` : `${form.part}\u00a0${form.year}`;

export const againstOf = (form) =>
  form.calendar === "days" ? `${form.from}/${form.to}` : form.part === "year" ? form.year : `${form.year}-${form.part}`;
