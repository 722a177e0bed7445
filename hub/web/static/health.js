// Is the hub well: does it keep up, are the sources alive, what was refused.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { Connectors } from "./connectors.js";
import { duration, instant, now, number } from "./format.js";
import { ask } from "./http.js";
import { has, language, t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Empty, Problem, explain, useFresh } from "./ui.js";

export function Health() {
  return html`<h1 class="hidden">${t("view_health")}</h1>
    <div class="health"><${Readiness} /><${Sources} /><${Connectors} /><${Letters} /></div>`;
}

function Readiness() {
  const { value, error, reload } = useFresh((signal) => ask("/readyz", {}, { signal }));
  const fact = (name, text, kind = "") => html`<div class="fact ${kind}"><dt>${t(name)}</dt><dd>${text}</dd></div>`;
  return html`<section class="panel" aria-labelledby="ready-title"><h2 id="ready-title">${t("health_hub")}</h2>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${value && html`<dl class="fact-row">
      ${fact("ready", t(value.ready ? "yes" : "no"), value.ready ? "ok" : "bad")}
      ${fact("keeps_up", value.catching_up ? t("behind_by", { n: number(value.lag_records) }) : t("up_to_date"), value.catching_up ? "warn" : "ok")}
      ${value.trouble ? fact("trouble", value.trouble, "bad") : fact("trouble", t("no_trouble"), "ok")}
      ${audited(value.last_audit, fact)}
    </dl>
    <${Audit} onDone=${reload} />`}
  </section>`;
}

function audited(last, fact) {
  if (!last) return fact("last_audit", t("no_audit"));
  const found = last.differences_total;
  return fact("last_audit", `${instant(last.at)}: ${found ? t("audit_found", { n: number(found) }) : t("audit_clean")}`, found ? "bad" : "ok");
}

// Everything recomputed from the events and compared; an administrator's key is needed.
function Audit({ onDone }) {
  const [said, setSaid] = useState(null);
  const run = async () => {
    setSaid(t("audit_runs"));
    try {
      await ask("/v1/audit", {}, { method: "POST" });
      setSaid("");
      onDone();
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return html`<p class="audit"><button onClick=${run} disabled=${said === t("audit_runs")}>${t("audit_now")}</button> <span role="status" class="said">${said}</span></p>`;
}

function Sources() {
  const { value, error, reload } = useFresh((signal) => ask("/v1/sources", {}, { signal }));
  return html`<section class="panel" aria-labelledby="sources-title"><h2 id="sources-title">${t("sources")}</h2>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${value?.sources.length === 0 && html`<${Empty}>${t("no_sources")}</${Empty}>`}
    ${value?.sources.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-labelledby="sources-title"><table class="grid">
      <thead><tr><th scope="col">${t("source")}</th><th scope="col">${t("last_seen")}</th><th scope="col">${t("freshness")}</th></tr></thead>
      <tbody>${value.sources.map((row) => html`<${SourceRow} key=${row.source} row=${row} />`)}</tbody>
    </table></div>`}
  </section>`;
}

function SourceRow({ row }) {
  const moments = [row.last_seen, row.last_read].filter(Boolean).map(Date.parse);
  const age = moments.length ? now() - Math.max(...moments) : null;
  const kind = row.backfilling ? "warn" : row.late ? "bad" : "ok";
  const said = row.backfilling ? t("backfilling") : row.late ? t("silent") : row.max_age_expected_s == null ? t("no_expectation") : t("fresh");
  return html`<tr><th scope="row">${row.name}<span class="code">${row.source}</span></th>
    <td>${age === null ? t("never") : t("ago", { long: duration(age) })}</td>
    <td><span class="tag ${kind}">${said}</span></td></tr>`;
}

function Letters() {
  const [state, setState] = useState({ items: null, next: null });
  const [error, setError] = useState(null);
  const read = async (cursor) => {
    try {
      const page = await ask("/v1/dead-letters", { limit: 50, cursor });
      setError(null);
      setState((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next }));
    } catch (problem) {
      setError(problem);
    }
  };
  useEffect(() => {
    read(null);
  }, []);
  const { items, next } = state;
  return html`<section class="panel letters" aria-labelledby="letters-title">
    <div class="list-head"><h2 id="letters-title">${t("dead_letters")}</h2><div class="tools"><button onClick=${() => read(null)}>${t("ask_again")}</button></div></div>
    <p class="hint">${t("dead_letters_text")}</p>
    ${error && html`<${Problem} error=${error} retry=${() => read(null)} />`}
    ${items?.length === 0 && html`<${Empty}>${t("no_letters")}</${Empty}>`}
    <ul>${items?.map((letter) => html`<${Letter} key=${letter.id} letter=${letter} />`)}</ul>
    ${next && html`<button class="more" onClick=${() => read(next)}>${t("show_older")}</button>`}
  </section>`;
}

// In the reader's language where the code says it all; else as the hub put it.
function Why({ error }) {
  const name = `letter_${error.code}`;
  return has(name) && language.get() === "vi" ? t(name) : html`<span lang="en">${error.message}</span>`;
}

function Letter({ letter }) {
  const [said, setSaid] = useState(null);
  const replay = async () => {
    try {
      await ask(`/v1/dead-letters/${encodeURIComponent(letter.id)}/replay`, {}, { method: "POST" });
      setSaid({ kind: "ok", text: t("replayed") });
    } catch (error) {
      setSaid({ kind: "bad", text: error.status === 409 ? t("replay_refused", { why: error.message }) : explain(error) });
    }
  };
  const reason = `reason_${letter.reason}`;
  return html`<li>
    <p><strong>${has(reason) ? t(reason) : letter.reason}</strong>
      ${letter.times > 1 && html` <span class="tag">${t("n_times", { n: number(letter.times) })}</span>`}
      <small>${instant(letter.last_seen)}</small></p>
    <p class="from">${[letter.subject, letter.unit && nameOf("unit", letter.unit), letter.source].filter(Boolean).join(" · ") || t("unreadable")}</p>
    <ul>${letter.errors.map((error, index) => html`<li key=${index}><code>${error.pointer || "/"}</code> <${Why} error=${error} /></li>`)}</ul>
    ${(letter.values_kept ? letter.reason !== "conflict" : letter.reason === "row") && html`<button onClick=${replay} disabled=${said?.kind === "ok"}>${t("replay")}</button>`}
    <span role="status" class="said ${said?.kind ?? ""}">${said?.text}</span>
  </li>`;
}
