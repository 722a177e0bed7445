// The due date that working days advise: advice beside what was stated, in no number.
import { html } from "./lib/preact-htm.js";
import { day, duration, instant, number } from "./format.js";
import { t } from "./i18n.js";
import { amend } from "./route.js";

// Of one dossier, day by day: where nobody stated a due date, or where the calendar disagrees.
export function Advised({ dossier, lateRule }) {
  const { advisory, disagreement } = dossier;
  const advice = advisory ?? disagreement?.advice;
  if (!advice && !lateRule) return null;
  return html`
    ${advice && html`<dt>${t("advised")}</dt><dd class="advised"><${Explained} advice=${advice} flag=${disagreement} /></dd>`}
    <dt>${t("late_rule")}</dt><dd><${LateRule} on=${lateRule} /></dd>
  `;
}

function Explained({ advice, flag }) {
  const hourly = advice.basis === "hour";
  const told = hourly ? instant : day;
  const counted = (step) => (hourly ? duration(step.counted * 60e3) : t("n_days", { n: number(step.counted) }));
  return html`${told(advice.due_at)} <small>${t("advised_note")}</small>
    ${flag && html`<p class="flag">${t(`finding_${flag.finding}`, { due: told(flag.due_at) })}</p>`}
    <details><summary>${t("day_by_day")}</summary>
      <ul>${advice.steps.map((step) => html`<li>${day(step.day)}: ${t(`step_${step.why}`, { n: counted(step) })} ${step.note}</li>`)}</ul>
    </details>`;
}

// The switch of the after-15:00 rule; the address keeps it.
export function LateRule({ on }) {
  const turn = (event) => amend({ late_rule: event.target.checked });
  return html`<label class="check"><input type="checkbox" checked=${on} onChange=${turn} /> ${t("late_rule_on")}</label>`;
}
