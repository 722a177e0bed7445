// What reads the systems of others: how far and how fresh, and what waits for a person.
import { html, useState } from "./lib/preact-htm.js";
import { duration, instant, now, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Problem, explain, useFresh } from "./ui.js";

export function Connectors() {
  const { value, error, reload } = useFresh((signal) => ask("/v1/connectors", {}, { signal }));
  if (!error && !value?.connectors.length) return null;
  return html`<section class="panel letters" aria-labelledby="connectors-title"><h2 id="connectors-title">${t("connectors")}</h2>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    <ul>${value?.connectors.map((row) => html`<${Connector} key=${row.name} row=${row} onDone=${reload} />`)}</ul>
  </section>`;
}

function Connector({ row, onDone }) {
  const kind = row.waits || row.late || !row.running ? "bad" : "ok";
  const state = row.waits ? "connector_waits" : row.late ? "silent" : row.running ? "connector_runs" : "connector_stands";
  const read = row.last_read ? t("connector_read", { long: duration(now() - Date.parse(row.last_read)) }) : t("never");
  return html`<li>
    <p><strong>${row.name}</strong> <span class="tag ${kind}">${t(state)}</span> <small>${read}</small></p>
    <p class="from">${row.source}${row.refused > 0 && html` · ${t("connector_refused", { n: number(row.refused) })}`}</p>
    ${row.waits && html`<${Waiting} name=${row.name} waits=${row.waits} onDone=${onDone} />`}
  </li>`;
}

// What a connector would change, by the figures that a report shows; an administrator may approve it.
function Waiting({ name, waits, onDone }) {
  const [said, setSaid] = useState("");
  const approve = async () => {
    try {
      const body = JSON.stringify({ token: waits.token });
      const headers = { "Content-Type": "application/json" };
      await ask(`/v1/connectors/${encodeURIComponent(name)}/approve`, {}, { method: "POST", body, headers });
      onDone();
    } catch (error) {
      setSaid(explain(error));
    }
  };
  const { dossiers, retracted, figures = [] } = waits.would;
  return html`<p><span lang="en">${waits.why}</span> <small>${instant(waits.since)}</small></p>
    <p>${t("connector_would", { dossiers: number(dossiers ?? 0), retracted: number(retracted ?? 0) })}</p>
    ${figures.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label=${t("connector_figures")}><table class="grid">
      <thead><tr><th scope="col">${t("unit")}</th><th scope="col">${t("period_name")}</th><th scope="col">${t("figure_name")}</th><th scope="col" class="number">${t("before")}</th><th scope="col" class="number">${t("after")}</th></tr></thead>
      <tbody>${figures.map((line) => html`<tr key=${`${line.unit} ${line.period} ${line.figure}`}><th scope="row">${nameOf("unit", line.unit)}</th>
        <td>${line.period}</td><td>${t(`fig_${line.figure}`)}</td><td class="number">${number(line.before)}</td><td class="number">${number(line.after)}</td></tr>`)}</tbody>
    </table></div>`}
    <button onClick=${approve}>${t("approve")}</button> <span role="status" class="said bad">${said}</span>`;
}
