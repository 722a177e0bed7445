// Is the hub well: does it keep up, are the sources alive, what was refused.
import { html, useState } from "./lib/preact-htm.js";
import { Connectors } from "./connectors.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Letters } from "./letters.js";
import { useAdmin } from "./rights.js";
import { Sources } from "./sources.js";
import { Problem, explain, useFresh } from "./ui.js";

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
  const admin = useAdmin();
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
  return admin && html`<p class="audit"><button onClick=${run} disabled=${said === t("audit_runs")}>${t("audit_now")}</button> <span role="status" class="said">${said}</span></p>`;
}
