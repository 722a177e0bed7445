// What stands over a sheet of paper: of what, whose, narrowed how, as known when, which sources
// were silent then. On the screen it is shown where `shown` says so; in print always.
import { html } from "./lib/preact-htm.js";
import { instant, now } from "./format.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { useSilent } from "./trust.js";

// What narrows a list of the board, as [label, text].
export const filterFacts = (filters) => [
  [t("unit"), filters.unit ? nameOf("unit", filters.unit) : t("all_units")],
  ...["field", "procedure"].map((name) => [t(name), filters[name] == null ? null : nameOf(name, filters[name])]),
  [t("days_late"), filters.days && t("from_n_days", { n: filters.days })],
  [t("waiting_filter"), filters.waiting && t(filters.waiting === "true" ? "waiting_yes" : "waiting_no")],
  [t("search"), filters.q],
];

// `facts`: [label, text] each; those without a text are left out. `at`: the moment (ISO text or ms)
// that the sheet tells of, now unless given.
export function SheetHead({ title, facts = [], at, shown = false }) {
  const silent = useSilent();
  const told = [...facts, [t("as_known_at"), instant(at ?? now())], [t("silent_sources"), silent.join("; ")]].filter(([, text]) => text);
  return html`<header class="sheet-head ${shown ? "" : "print-only"}">
    <h1>${title}</h1>
    <dl>${told.map(([label, text]) => html`<div key=${label}><dt>${label}</dt><dd>${text}</dd></div>`)}</dl>
  </header>`;
}
