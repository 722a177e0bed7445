// What narrows the list, and the search for a code.
import { html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { inOrder } from "./format.js";
import { ask, HubError } from "./http.js";
import { t } from "./i18n.js";
import { dossierPath, isFiltered } from "./listing.js";
import { nameOf, names } from "./names.js";
import { amend } from "./route.js";
import { useStore } from "./store.js";
import { Choice } from "./ui.js";

const DAYS = [1, 3, 7, 15, 30];

export function Filters({ filters, onOpen }) {
  const known = useStore(names);
  const choice = (name, label, options) => html`<${Choice}
    id=${`filter-${name}`}
    label=${label}
    value=${filters[name] == null ? "*" : String(filters[name])}
    options=${[["*", label], ...options]}
    onChange=${(value) => amend({ [name]: value === "*" ? null : value })}
  />`;
  return html`<div class="filters">
    <${Search} q=${filters.q} unit=${filters.unit} onOpen=${onOpen} />
    ${choice("field", t("field"), listed(known.field, filters.field, "field"))}
    ${choice("procedure", t("procedure"), listed(known.procedure, filters.procedure, "procedure"))}
    ${filters.list === "overdue" && choice("days", t("days_late"), DAYS.map((n) => [n, t("from_n_days", { n })]))}
    ${choice("waiting", t("waiting_filter"), [["true", t("waiting_yes")], ["false", t("waiting_no")]])}
    ${isFiltered(filters) && html`<button class="quiet clear" onClick=${() => amend({ field: null, procedure: null, days: null, waiting: null, q: null })}>✕ ${t("clear_filters")}</button>`}
  </div>`;
}

// All that have a name, and the chosen one if it has none.
function listed(map, chosen, dimension) {
  const options = [...map].sort((a, b) => inOrder(a[1], b[1]));
  if (chosen && !map.has(chosen)) options.unshift([chosen, nameOf(dimension, chosen)]);
  return options;
}

// Typing narrows the list; Enter opens the dossier with exactly this code, wherever it is.
function Search({ q, unit, onOpen }) {
  const [text, setText] = useState(q);
  const [message, setMessage] = useState("");
  const timer = useRef();
  const sent = useRef(q); // the answer to this is no news: the reader has typed on since, or a space that was cut off
  useEffect(() => {
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []); // or it would narrow another view
  const type = (event) => {
    const { value } = event.target;
    setText(value);
    setMessage("");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = value.trim();
      amend({ q: sent.current });
    }, 300);
  };
  const open = async (event) => {
    event.preventDefault();
    const code = event.currentTarget.elements.search.value.trim(); // of a scanner no key was drawn yet
    if (!code) return;
    const found = await find(code, unit).catch(() => null);
    setMessage(found ? "" : t("code_not_found"));
    if (found) onOpen(found);
  };
  return html`<form class="filter search" role="search" onSubmit=${open}>
    <label for="search"><span>${t("search")}</span></label>
    <input id="search" type="search" value=${text} onInput=${type} placeholder=${t("search_hint")} maxlength="100" autocomplete="off" spellcheck="false" aria-describedby="search-said" />
    <span id="search-said" class="said" role="status">${message}</span>
  </form>`;
}

// A code begins with its unit's code, mostly; else it may be on one of the lists.
async function find(code, chosen) {
  const [told] = code.split("-");
  for (const unit of new Set([chosen, told])) {
    if (!/^[A-Za-z0-9.]{1,35}$/.test(unit)) continue;
    const found = await ask(dossierPath(unit, code)).catch(unlessServed);
    if (found) return { unit, subject: code };
  }
  for (const list of ["/v1/overdue", "/v1/due-soon", "/v1/undated"]) {
    const { items } = await ask(list, { q: code, limit: 1 });
    if (items[0]?.subject === code) return { unit: items[0].unit, subject: code };
  }
  return null;
}

// Not there, or not for this key: look further.
function unlessServed(error) {
  if (error instanceof HubError && [403, 404, 422].includes(error.status)) return null;
  throw error;
}
