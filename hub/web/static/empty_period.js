// What is said of a period in which nothing was received, resolved or in progress: where the dossiers are.
import { html } from "./lib/preact-htm.js";
import { isoDay, localDay, now } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { link, route } from "./route.js";
import { useAnswer } from "./ui.js";

const FIRST_YEAR = 1990;

export function EmptyPeriod({ question }) {
  const scope = { unit: question.unit, subtree: question.subtree, parts: question.parts, as_of: question.as_of };
  const { value } = useAnswer((signal) => months(scope, signal), [JSON.stringify(scope)]);
  return html`<p class="identity empty-period" role="status"><span aria-hidden="true">∅</span> ${t("no_data_in_period")}${" "}
    ${value && (value.none ? t("no_data_at_all") : html`${t("no_data_before", { first: named(value.first), last: named(value.last) })} <a href=${toYear(value.last)}>${t("show_year", { year: yearOf(value.last) })}</a>`)}</p>`;
}

const yearOf = (index) => FIRST_YEAR + Math.floor(index / 12);
const named = (index) => `${String((index % 12) + 1).padStart(2, "0")}/${yearOf(index)}`;
const dayOf = (index, day) => new Date(Date.UTC(FIRST_YEAR, index, day)).toISOString().slice(0, 10);

// The same question of the whole year of a month.
function toYear(index) {
  const { query } = route.get();
  const kept = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  return link("figures", { ...kept, calendar: "civil", part: "year", year: yearOf(index), from: null, to: null });
}

// The months of the oldest dossier and of the newest, counted from the first year, by halves: nine
// questions each for forty years.
async function months(scope, signal) {
  const [year, month] = isoDay(localDay(now())).split("-").map(Number);
  const present = (year - FIRST_YEAR) * 12 + month - 1;
  const total = async (from, to) => (await ask("/v1/figures", { ...scope, from: dayOf(from, 1), to: dayOf(to + 1, 0) }, { signal })).total;
  const until = async (index) => (await total(0, index)).received_total > 0;
  if (!(await until(present))) return { none: true };
  const none = async (index) => {
    const { received_online: online, received_direct: direct } = await total(index + 1, present);
    return online + direct === 0;
  };
  const [first, last] = await Promise.all([least(0, present, until), least(0, present, none)]);
  return { first, last };
}

// The least index from `low` to `high` for which `holds`; it holds for all after it.
async function least(low, high, holds) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
