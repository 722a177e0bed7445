// The form of the figures: units, period, calendar, dimensions, as known when.
import { html } from "./lib/preact-htm.js";
import { CALENDARS, DIMENSIONS, PARTS } from "./asking.js";
import { clockTime, isoDay, localDay, now } from "./format.js";
import { t } from "./i18n.js";
import { nameOf, names } from "./names.js";
import { BesideChoice, FigureFilters } from "./figure_filters.js";
import { amend } from "./route.js";
import { useStore } from "./store.js";
import { Choice } from "./ui.js";
import { MyUnit, UnitBox } from "./unit_box.js";

export function Question({ form, wrong, other }) {
  return html`<section class="panel question" aria-label=${t("question")}>
    <${Units} form=${form} />
    <${PeriodChoice} form=${form} wrong=${wrong} />
    <${AsOf} form=${form} said=${wrong.as_of} />
    <${MapChoice} chosen=${form.map} />
    <label class="filter check"><input type="checkbox" checked=${form.parts} onChange=${(event) => amend({ parts: event.target.checked ? "yes" : null })} /> ${t("with_parts")}</label>
    <${FigureFilters} form=${form} />
    ${!form.pivot && html`<${BesideChoice} form=${form} other=${other} said=${wrong.against} />`}
    ${!form.pivot && html`<fieldset class="filter dimensions"><legend>${t("by")}</legend>
      ${DIMENSIONS.map((name) => html`<label key=${name}><input type="checkbox" checked=${form.by.includes(name)} onChange=${(event) => turn(form, name, event.target.checked)} /> ${t(name)}</label>`)}
    </fieldset>`}
  </section>`;
}

// A named period of a calendar, or days; `wrong`: what is said beside a field, by its name.
export function PeriodChoice({ form, wrong = {}, calendars = CALENDARS }) {
  const year = form.wrongYear ? t("year_wrong") : wrong.period;
  return html`<${Choice} id="calendar" label=${t("calendar")} value=${form.calendar} onChange=${(calendar) => amend({ calendar })} options=${calendars.map((name) => [name, t(`calendar_${name}`)])} />
    ${form.calendar === "days"
      ? html`<${DayInput} name="from" form=${form} said=${wrong.from} /><${DayInput} name="to" form=${form} said=${wrong.to} />`
      : html`<label class="filter year"><span>${t("year")}</span>
            <input type="number" min="1990" max="2100" value=${form.year} aria-invalid=${year ? "true" : null} onChange=${(event) => amend({ year: event.target.value })} />
            <span class="said bad" role="alert">${year}</span></label>
          <${Choice} id="part" label=${t("part")} value=${form.part} onChange=${(part) => amend({ part })} options=${PARTS.map((name) => [name, partName(name)])} />
          ${!form.wrongYear && html`<button class="quiet" aria-label=${t("period_before")} title=${t("period_before")} onClick=${() => amend(before(form))}>‹</button>`}`}`;
}

// The period before one: of its kind, in the year before where the year begins with it.
function before({ year, part }) {
  const kind = PARTS.filter((name) => name.length === part.length && name[0] === part[0] && name !== "year" && name !== "9M");
  const of = /^\d\d$/.test(part) ? PARTS.slice(-12) : kind;
  const at = of.indexOf(part);
  return at > 0 ? { year, part: of[at - 1] } : { year: String(Number(year) - 1), part: of.at(-1) ?? part };
}

export const partName = (name) => (/^\d\d$/.test(name) ? t("month_n", { n: Number(name) }) : t(`part_${name}`));

const turn = (form, name, on) =>
  // An empty list must stay in the address: without "by" the page asks by unit.
  amend({ by: (on ? [...form.by, name] : form.by.filter((one) => one !== name)).join(",") || "none" });

export function DayInput({ name, form, said }) {
  return html`<label class="filter"><span>${t(name)}</span>
    <input type="date" value=${form[name]} aria-invalid=${said ? "true" : null} onChange=${(event) => amend({ [name]: event.target.value })} />
    <span class="said bad" role="alert">${said}</span></label>`;
}

// Several units may be chosen.
export function Units({ form }) {
  const add = (code) => amend({ unit: [...new Set([...form.units, code])] });
  return html`<div class="filter chosen-units">
    <${UnitBox} id="add-unit" label=${t("units")} placeholder=${form.units.length ? t("add_unit") : t("all_units")} onChoose=${add} />
    ${form.units.map((code) => html`<span class="chip" key=${code}>${nameOf("unit", code)}
      <button class="quiet" aria-label=${t("remove_unit", { unit: nameOf("unit", code) })} onClick=${() => amend({ unit: form.units.filter((one) => one !== code) })}>✕</button></span>`)}
    ${form.units.length === 1 && html`<${MyUnit} unit=${form.units[0]} />`}
    ${form.units.length > 0 && html`<label class="check"><input type="checkbox" checked=${form.subtree} onChange=${(event) => amend({ subtree: event.target.checked ? null : "no" })} /> ${t("with_below")}</label>`}
  </div>`;
}

// Whether units count as they were then or as of today; only where any ever changed.
const VIEWS = ["", "then", "today"];
export function MapChoice({ chosen, views = VIEWS }) {
  const { changed } = useStore(names);
  if (!changed && !chosen) return null;
  return html`<${Choice} id="map" label=${t("map")} value=${chosen ?? ""} onChange=${(map) => amend({ map })} options=${views.map((name) => [name, t(`map_${name || "registered"}`)])} />`;
}

// Figures as they were known at a moment; empty means now.
export function AsOf({ form, said }) {
  const set = (event) => amend({ as_of: event.target.value || null });
  const present = `${isoDay(localDay(now()))}T${clockTime(now())}`;
  return html`<label class="filter as-of-input"><span>${t("as_of")}</span>
    <input type="datetime-local" max=${present} value=${form.asOf} onChange=${set} />
    <span class="said bad" role="alert">${said}</span></label>`;
}
