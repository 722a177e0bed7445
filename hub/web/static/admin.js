// Administration: each part has an address of its own, and is there for those whose key may see it.
import { html } from "./lib/preact-htm.js";
import { Alerts } from "./admin_alerts.js";
import { Calendar } from "./admin_calendar.js";
import { Forms } from "./admin_forms.js";
import { Keys } from "./admin_keys.js";
import { Procedures, Units } from "./admin_lists.js";
import { Trail } from "./admin_trail.js";
import { Connectors } from "./connectors.js";
import { addTexts, t } from "./i18n.js";
import { useRole } from "./rights.js";
import { link } from "./route.js";
import { Sources } from "./sources.js";
import { enAdmin } from "./text_en_admin.js";
import { viAdmin } from "./text_vi_admin.js";
import { Empty } from "./ui.js";

addTexts(viAdmin, enAdmin);

const EVERYBODY = ["admin", "reader", "source"];
const PARTS = {
  keys: [Keys, ["admin"]],
  units: [Units, EVERYBODY],
  procedures: [Procedures, EVERYBODY],
  calendar: [Calendar, ["admin", "reader"]],
  sources: [Feeds, EVERYBODY],
  forms: [Forms, EVERYBODY],
  alerts: [Alerts, ["admin"]],
  trail: [Trail, ["admin"]],
};

// Those of the view that watches them: registered and approved there and here.
function Feeds() {
  return html`<div class="health"><${Sources} /><${Connectors} /></div>`;
}

export function View({ part, query }) {
  const role = useRole();
  const mine = Object.keys(PARTS).filter((name) => PARTS[name][1].includes(role));
  const chosen = part === "" ? mine[0] : part;
  const [Part] = mine.includes(chosen) ? PARTS[chosen] : [null];
  return html`<h1 class="hidden">${t(role === "admin" ? "view_admin" : "view_lists")}</h1>
    <nav class="parts" aria-label=${t("admin_parts")}>
      ${mine.map((name) => html`<a key=${name} href=${link(`admin/${name}`)} aria-current=${name === chosen ? "page" : null}>${t(`admin_${name}`)}</a>`)}
    </nav>
    ${Part ? html`<${Part} key=${chosen} query=${query} />` : html`<section class="panel"><${Empty}>${t("admin_not_yours")}</${Empty}></section>`}`;
}
