// Rules of alerts with what they find now, and whom they tell: those of the registry are changed here, those of the
// file are shown; a message shows that a target works.
import { html, useState } from "./lib/preact-htm.js";
import { OF_NO_UNIT, pathOf, RuleForm, TargetForm } from "./admin_alert_forms.js";
import { Listing, Sure } from "./admin_table.js";
import { number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Worded } from "./refusals.js";
import { toast } from "./toast.js";
import { Dialog, explain, useAnswer } from "./ui.js";

export function Alerts() {
  const answer = useAnswer((signal) => ask("/v1/alerts", {}, { signal }), []);
  const [open, setOpen] = useState(null);
  const { rules, targets, set_up: hasFile } = answer.value ?? {};
  const close = () => setOpen(null);
  const done = (text) => () => {
    close();
    toast(t(text));
    answer.reload();
  };
  const columns = [
    ["alert_rule", (row) => html`${row.name} <${Origin} row=${row} />`],
    ["alert_when", when],
    ["alert_now", now],
    ["alert_targets", (row) => html`${row.targets.join(", ")}${row.missing?.length > 0 && html` <span class="tag bad">${t("alert_missing", { names: row.missing.join(", ") })}</span>`}`],
    ["alert_sends", (row) => [row.group_minutes > 0 && t("alert_grouped", { n: number(row.group_minutes) }), t(row.working_hours_only ? "alert_working_hours" : "alert_always")].filter(Boolean).join("; ")],
  ];
  const change = (kind, row) => !row.in_file && html`${!row.left_out && html`<button class="quiet" onClick=${() => setOpen({ kind, row })}>${t("alert_change")}<span class="hidden"> ${row.name}</span></button>`}
    <button class="quiet" onClick=${() => setOpen({ kind, row, gone: true })}>${t("alert_remove")}<span class="hidden"> ${row.name}</span></button>`;
  const Form = open?.kind === "rules" ? RuleForm : TargetForm;
  const there = (open?.kind === "rules" ? rules : targets) ?? [];
  return html`<${Listing} id="alerts-list" title=${t("admin_alerts")} hint=${`${t("alerts_hint")} ${hasFile === false ? t("alerts_no_file") : ""}`} answer=${answer} rows=${rules} keyOf=${(row) => `${row.name} ${row.left_out}`} columns=${columns}
      actions=${(row) => change("rules", row)} tools=${html`<button class="primary" disabled=${!targets?.length} onClick=${() => setOpen({ kind: "rules" })}>${t("alert_rule_new")}</button>`}>
      ${targets?.length === 0 && html`<p class="warning">${t("alert_target_first")}</p>`}
    </${Listing}>
    ${targets && html`<section class="panel admin-list" aria-labelledby="targets-title">
      <div class="list-head"><h2 id="targets-title">${t("alert_targets")} <small>${number(targets.length)}</small></h2>
        <div class="tools"><button class="primary" onClick=${() => setOpen({ kind: "targets" })}>${t("alert_target_new")}</button></div></div>
      <ul class="admin-days">${targets.map((row) => html`<${Target} key=${`${row.name} ${row.left_out}`} row=${row} actions=${change("targets", row)} />`)}</ul></section>`}
    ${open && !open.gone && html`<${Form} row=${open.row} taken=${there.map((row) => row.name)} targets=${targets.map((row) => row.name)} onDone=${done("alert_kept")} onClose=${close} />`}
    ${open?.gone && html`<${Remove} ...${open} onDone=${done("alert_removed")} onClose=${close} />`}`;
}

const Origin = ({ row }) => (row.in_file || row.left_out) && html`<span class="tag ${row.left_out ? "bad" : ""}">${t(row.left_out ? "alert_left_out" : "alert_in_file")}</span>`;

const when = (row) => [t(`alert_${row.when}`, { n: number(row.at_least), hours: number(row.hours) }), row.unit && !OF_NO_UNIT.includes(row.when) && nameOf("unit", row.unit)].filter(Boolean).join(" – ");

function now({ finds, left_out: leftOut }) {
  if (leftOut) return "–";
  if (!finds) return t("alert_when_it_happens");
  if (!finds.total) return html`<span class="tag ok">${t("alert_quiet")}</span>`;
  return html`<span class="tag bad">${t("alert_fires")}</span> ${finds.first.map((line, n) => html`<span class="code" key=${line}><${Worded} message=${line} says=${finds.say?.[n]} /></span>`)}`;
}

function Remove({ kind, row, onDone, onClose }) {
  const [said, setSaid] = useState("");
  const remove = () => ask(pathOf(kind, row.name), {}, { method: "DELETE" }).then(onDone, (error) => setSaid(explain(error)));
  return html`<${Dialog} title=${t("alert_remove_title", { name: row.name })} onClose=${onClose}>
    <${Sure} text=${t(kind === "rules" ? "alert_remove_rule" : "alert_remove_target")} verb=${t("alert_remove")} onDo=${remove} onClose=${onClose} said=${said} />
  </${Dialog}>`;
}

function Target({ row, actions }) {
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
  return html`<li class="admin-target"><strong>${row.name}</strong> <${Origin} row=${row} /> <small class="admin-address">${[row.kind, row.place ?? row.url].filter(Boolean).join(" · ")}</small>
    ${!row.left_out && html`<button onClick=${send} disabled=${state.busy}>${t("alert_test")}<span class="hidden"> ${row.name}</span></button>`} ${actions}
    <span role="status" class="said ${told?.sent ? "ok" : "bad"}">${state.busy ? t("alert_testing") : told ? (told.sent ? t("alert_sent") : html`${t("alert_not_sent")} <${Worded} message=${told.why} says=${told.says} />`) : said}</span></li>`;
}
