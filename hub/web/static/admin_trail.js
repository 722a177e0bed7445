// Who changed what and when: read page by page, filtered, kept as CSV. Nothing here can be changed.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { instant } from "./format.js";
import { ask } from "./http.js";
import { has, t } from "./i18n.js";
import { amend } from "./route.js";
import { save } from "./saving.js";
import { SheetHead } from "./sheet_head.js";
import { Choice, Empty, Problem, useAnswer } from "./ui.js";

const KINDS = ["unit", "procedure", "source", "key", "calendar", "dead_letter", "indicator", "connector", "form", "seal", "stated", "alias", "alert_rule", "alert_target"];
const MOST_ON_PAPER = 10_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

function asked(query) {
  const text = (name) => query.get(name) || null;
  const chosen = (name) => (DAY.test(query.get(name) ?? "") ? query.get(name) : null);
  return { kind: KINDS.includes(query.get("kind")) ? query.get("kind") : null, key: text("key"), object: text("object"), from: chosen("from"), to: chosen("to") };
}

export function Trail({ query }) {
  const filters = asked(query);
  const keys = useAnswer((signal) => ask("/v1/keys", {}, { signal }), []);
  const { value, error, reload } = useAnswer((signal) => ask("/v1/trail", filters, { signal }), [JSON.stringify(filters)]);
  const [more, setMore] = useState({ items: [], next: null });
  useEffect(() => setMore({ items: [], next: value?.next ?? null }), [value]);
  const further = async () => {
    const page = await ask("/v1/trail", { ...filters, cursor: more.next });
    setMore({ items: [...more.items, ...page.items], next: page.next });
  };
  const whole = async () => {
    let found = more;
    while (found.next && found.items.length < MOST_ON_PAPER) {
      const page = await ask("/v1/trail", { ...filters, cursor: found.next });
      found = { items: [...found.items, ...page.items], next: page.next };
    }
    setMore(found);
    setTimeout(print); // once the last rows are drawn
  };
  const labels = new Map(keys.value?.keys.map((row) => [row.id, row.label]));
  const who = (key) => (typeof key === "number" ? labels.get(key) || t("key_n", { n: key }) : t(`trail_${key}`));
  const known = [["", t("any")], ...(keys.value?.keys.map((row) => [String(row.id), `${row.label || t("key_n", { n: row.id })} (${row.id})`]) ?? []), ["hub", t("trail_hub")], ["open", t("trail_open")]];
  const rows = [...(value?.items ?? []), ...more.items];
  const date = (name) => html`<label class="filter"><span>${t(`trail_${name}`)}</span><input type="date" value=${filters[name] ?? ""} onChange=${(event) => amend({ [name]: event.target.value })} /></label>`;
  const facts = [[t("trail_from"), filters.from], [t("trail_to"), filters.to], [t("trail_kind"), filters.kind && t(`trail_of_${filters.kind}`)], [t("trail_who"), filters.key && (known.find(([id]) => id === filters.key)?.[1] ?? filters.key)], [t("trail_object"), filters.object]];
  return html`<section class="panel admin-list list-sheet" aria-labelledby="trail-title">
    <${SheetHead} title=${t("admin_trail")} facts=${facts} />
    <div class="list-head"><h2 id="trail-title" class="not-on-paper">${t("admin_trail")}</h2>
      <div class="tools"><button data-print disabled=${!value} onClick=${whole}>${t("print")}</button><button onClick=${() => save("/v1/trail", filters, "trail.csv", { headers: { Accept: "text/csv" } })}>CSV</button></div></div>
    <div class="admin-line not-on-paper">
      ${date("from")}${date("to")}
      <${Choice} id="trail-kind" label=${t("trail_kind")} value=${filters.kind ?? ""} onChange=${(kind) => amend({ kind })} options=${[["", t("any")], ...KINDS.map((kind) => [kind, t(`trail_of_${kind}`)])]} />
      <${Choice} id="trail-key" label=${t("trail_who")} value=${filters.key ?? ""} onChange=${(key) => amend({ key })} options=${known} />
      <label class="filter"><span>${t("trail_object")}</span><input value=${filters.object ?? ""} spellcheck="false" autocomplete="off" onChange=${(event) => amend({ object: event.target.value.trim() })} /></label>
    </div>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${value && rows.length === 0 && html`<${Empty}>${t("admin_no_match")}</${Empty}>`}
    ${rows.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-labelledby="trail-title"><table class="grid">
      <thead><tr>${["trail_at", "trail_who", "trail_object", "trail_change"].map((name) => html`<th key=${name} scope="col">${t(name)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.number}><th scope="row">${instant(row.at)}<span class="code">${t("trail_n", { n: row.number })}</span></th>
        <td>${who(row.key)}<span class="code">${[row.call, row.address].filter(Boolean).join(" · ")}</span></td>
        <td>${t(`trail_of_${row.kind}`)}<span class="code">${row.object}</span></td>
        <td class="tall-cell"><${Changed} row=${row} /></td></tr>`)}</tbody>
    </table></div>`}
    ${more.next && html`<button class="more" onClick=${further}>${t("trail_more")}</button>`}
  </section>`;
}

const told = (value) => (value == null || value === "" || (Array.isArray(value) && !value.length) ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value));
const called = (name) => (has(`column_${name}`) ? t(`column_${name}`) : name);

// What differs; of what is new or gone, all that it says.
function Changed({ row }) {
  const { before, after } = row;
  const names = Object.keys({ ...before, ...after }).filter((name) => told(before?.[name]) !== told(after?.[name]));
  const what = before === null ? "trail_new" : after === null ? "trail_removed" : null;
  return html`${what && html`<span class="tag ${before === null ? "ok" : "bad"}">${t(what)}</span> `}${names.map((name) => html`<span key=${name} class="admin-cell"><small>${called(name)}</small> ${before && html`<del>${told(before[name])}</del> `}${after && html`<ins>${told(after[name])}</ins>`}</span> `)}`;
}
