// What reads the systems of others: how far and how fresh, and what waits for a person.
import { html, useState } from "./lib/preact-htm.js";
import { duration, instant, now, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Worded } from "./refusals.js";
import { useAdmin } from "./rights.js";
import { Problem, explain, useFresh } from "./ui.js";
import { Would } from "./would.js";

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
    ${row.status.problem && html`<p class="said bad"><${Worded} message=${row.status.problem} says=${ofProblem(row.status)} /></p>`}
    ${row.status.warnings?.map((warning, n) => html`<p class="warning">${t("connector_warns")} <${Worded} message=${warning} says=${row.status.warnings_say?.[n]} /></p>`)}
    ${row.waits && html`<${Waiting} name=${row.name} waits=${row.waits} onDone=${onDone} />`}
  </li>`;
}

// What was said of a trouble before is not of the present one.
const ofProblem = ({ problem, problem_says: says }) => (says?.values.told === problem ? says : null);

// What a connector would change, by the figures that a report shows; an administrator may approve it.
function Waiting({ name, waits, onDone }) {
  const [said, setSaid] = useState("");
  const admin = useAdmin();
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
  const { dossiers } = waits.would ?? {};
  return html`<p>${t(dossiers ? "waits_back" : "waits_older", { n: number(dossiers ?? 0) })} <small>${instant(waits.since)}</small></p>
    <p class="from"><${Worded} message=${waits.why} says=${waits.would?.says} /></p>
    <${Would} would=${waits.would} lead="connector_would" />
    ${admin && html`<button onClick=${approve}>${t("approve")}</button>`} <span role="status" class="said bad">${said}</span>`;
}
