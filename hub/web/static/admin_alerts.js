// Rules of alerts with what they find now, and a message to see that a target works.
import { html, useState } from "./lib/preact-htm.js";
import { Listing } from "./admin_table.js";
import { number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Worded } from "./refusals.js";
import { explain, useAnswer } from "./ui.js";

export function Alerts() {
  const answer = useAnswer((signal) => ask("/v1/alerts", {}, { signal }), []);
  const { rules, targets, set_up: isSetUp } = answer.value ?? {};
  const columns = [
    ["alert_rule", (row) => row.name],
    ["alert_when", when],
    ["alert_now", now],
    ["alert_targets", (row) => row.targets.join(", ")],
    ["alert_sends", (row) => [row.group_minutes > 0 && t("alert_grouped", { n: number(row.group_minutes) }), t(row.working_hours_only ? "alert_working_hours" : "alert_always")].filter(Boolean).join("; ")],
  ];
  return html`<${Listing} id="alerts-list" title=${t("admin_alerts")} hint=${t("alerts_hint")} answer=${answer} rows=${rules} keyOf=${(row) => row.name} columns=${columns}>
      ${isSetUp === false && html`<p class="warning">${t("alerts_not_set_up")} <code>hub serve --alerts alerts.toml</code></p>`}
    </${Listing}>
    ${targets?.length > 0 && html`<section class="panel admin-list" aria-labelledby="targets-title"><h2 id="targets-title">${t("alert_targets")}</h2>
      <ul class="admin-days">${targets.map((row) => html`<${Target} key=${row.name} row=${row} />`)}</ul></section>`}`;
}

const when = (row) => [t(`alert_${row.when}`, { n: number(row.at_least), hours: number(row.hours) }), row.unit && nameOf("unit", row.unit)].filter(Boolean).join(" – ");

function now({ finds }) {
  if (!finds) return t("alert_when_it_happens");
  if (!finds.total) return html`<span class="tag ok">${t("alert_quiet")}</span>`;
  return html`<span class="tag bad">${t("alert_fires")}</span> ${finds.first.map((line, n) => html`<span class="code" key=${line}><${Worded} message=${line} says=${finds.say?.[n]} /></span>`)}`;
}

function Target({ row }) {
  const [state, setState] = useState({});
  const send = async () => {
    setState({ busy: true });
    try {
      const options = { method: "POST", body: JSON.stringify({ target: row.name }), headers: { "Content-Type": "application/json" } };
      setState({ told: await ask("/v1/alerts/test", {}, options) });
    } catch (error) {
      setState({ said: explain(error) });
    }
  };
  const { told, said } = state;
  return html`<li class="admin-target"><strong>${row.name}</strong> <small>${[row.kind, row.place].filter(Boolean).join(" · ")}</small>
    <button onClick=${send} disabled=${state.busy}>${t("alert_test")}<span class="hidden"> ${row.name}</span></button>
    <span role="status" class="said ${told?.sent ? "ok" : "bad"}">${state.busy ? t("alert_testing") : told ? (told.sent ? t("alert_sent") : html`${t("alert_not_sent")} <${Worded} message=${told.why} says=${told.says} />`) : said}</span></li>`;
}
