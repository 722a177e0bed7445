// The page: who is asking, which view, and whether what it shows is fresh.
import { cameByLink } from "./wall_key.js"; // first: it takes a key out of the address
import { html, render, useEffect, useState } from "./lib/preact-htm.js";
import { Board } from "./board.js";
import { AllTerms } from "./definitions.js";
import { Dossier, DossierPage } from "./dossier.js";
import { Figures } from "./figures.js";
import { clockTime, longDay, now } from "./format.js";
import { Health } from "./health.js";
import { hasKey, logOut, session } from "./http.js";
import { language, t } from "./i18n.js";
import { Announced, Freshness } from "./freshness.js";
import { follow, scopeOf } from "./live.js";
import { HelpButton, Keys } from "./keys.js";
import { Login } from "./login.js";
import { forgetNames, loadNames, useNames } from "./names.js";
import { loadRefusals } from "./refusals.js";
import { Reports } from "./reports.js";
import { loadRights, onlyReads, useRole, useSignals } from "./rights.js";
import { Trust, TrustBadge, useTrust } from "./trust.js";
import { amend, closeDossier, link, mapOf, openedDossier, route } from "./route.js";
import { remembered, useStore } from "./store.js";
import { Toasts, toast } from "./toast.js";
import { Problem, useTick } from "./ui.js";
import { mine } from "./unit_box.js";
import { turnWall } from "./wall.js";

// Administration and entry are loaded when they are first looked at: most readers never do.
const Admin = (props) => html`<${Later} load=${() => import("./admin.js")} ...${props} />`;
const Entry = (props) => html`<${Later} load=${() => import("./entry.js")} ...${props} />`;
const VIEWS = { board: Board, figures: Figures, reports: Reports, entry: Entry, signals: Signals, health: Health, admin: Admin };
const inMenu = (signals) => Object.keys(VIEWS).filter((name) => name !== "signals" || signals);
const List = (props) => html`<${Later} load=${() => import("./list.js")} ...${props} />`;
const paper = (name) => (props) => html`<${Later} load=${() => import("./papers.js").then((module) => ({ View: module[name] }))} ...${props} />`;
const SHEETS = { dossier: DossierPage, list: List, terms: AllTerms, seals: paper("Seals"), letters: paper("Letters") }; // views that the menu does not have
const theme = remembered("hub.theme", "auto");
const THEMES = { auto: "light", light: "dark", dark: "auto" };

function App() {
  const lang = useStore(language);
  const shade = useStore(theme);
  const { state } = useStore(session);
  useEffect(() => {
    document.documentElement.lang = lang;
    document.title = `${t("title")} – Motcua Hub`;
  }, [lang]);
  useEffect(() => {
    document.documentElement.dataset.theme = shade in THEMES ? shade : "auto";
  }, [shade]);
  return html`
    <a class="skip" href="#main" onClick=${toMain}>${t("skip")}</a>
    ${state === "in" ? html`<${Office} />` : html`<${Outside} state=${state} />`}
    <${Toasts} />
  `;
}

// A plain jump to "#main" would change the view's address.
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Outside({ state }) {
  const [error, setError] = useState(null);
  const enter = () => {
    setError(null);
    const ready = () => {
      if (!cameByLink() || onlyReads()) session.set({ state: "in", refused: false });
      else {
        logOut();
        toast(t("wall_key_refused"), "bad");
      }
    };
    Promise.all([loadNames(), loadRights(), loadRefusals()]).then(ready, setError);
  };
  useEffect(() => {
    if (state === "asking") enter();
  }, [state]);
  return html`<${Header} /><main id="main" tabindex="-1">
    ${state === "out" ? html`<${Login} />` : error && error.status !== 401 ? html`<${Problem} error=${error} retry=${enter} />` : html`<p class="empty">${t("loading")}</p>`}
  </main>`;
}

function Office() {
  const { view, place, query } = useStore(route);
  const views = { ...VIEWS, ...SHEETS };
  const name = Object.hasOwn(views, view) ? view : "board";
  const part = place[0] ?? "";
  const unit = name === "board" ? query.get("unit") : null;
  const own = useStore(mine);
  useEffect(() => {
    if (!location.hash && own) amend({ unit: own }); // opened by itself: begin with my unit
  }, []);
  useNames();
  useTrust();
  const map = mapOf(query);
  useEffect(() => follow(scopeOf(unit)), [unit, map]);
  useEffect(() => forgetNames, []);
  useEffect(() => {
    if (name === "board" && query.get("wall") === "yes" && !document.body.classList.contains("wall")) turnWall();
  }, []);
  const View = views[name];
  const above = name === "dossier" ? null : openedDossier(query);
  return html`
    <${Header} view=${name} unit=${own} />
    <${Keys} views=${[...inMenu(useSignals()), "terms"]} />
    <${Freshness} banner />
    ${name !== "health" && html`<${Trust} />`}
    <main id="main" tabindex="-1"><${Announced} /><${View} key=${name} part=${part} query=${query} place=${place} /></main>
    ${above && html`<${Dossier} key=${`${above.unit} ${above.subject}`} ...${above} onClose=${closeDossier} />`}
  `;
}

function Later({ load, ...props }) {
  const [{ View, error }, set] = useState({});
  const fetch = () => load().then((module) => set({ View: module.View }), () => set({ error: { status: 0 } }));
  useEffect(() => void fetch(), []);
  if (View) return html`<${View} ...${props} />`;
  return error ? html`<${Problem} error=${error} retry=${() => location.reload()} />` : html`<p class="empty">${t("loading")}</p>`;
}

const OF_NO_UNIT = ["health", "admin"];

// Few hubs tell signals.
function Signals(props) {
  if (useSignals()) return html`<${Later} load=${() => import("./signals.js")} ...${props} />`;
  return html`<h1 class="hidden">${t("view_signals")}</h1><p class="empty">${t("signals_off")}</p>`;
}

function Header({ view, unit }) {
  const signals = useSignals();
  useEffect(() => document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [view]);
  const role = useRole();
  const called = (name) => t(name === "admin" && role !== "admin" ? "view_lists" : `view_${name}`);
  return html`<header class="top">
    <a class="brand" href=${link("board", { unit })}><img src="static/icon.svg" alt="" width="28" height="28" /><span>${t("title")}</span></a>
    ${view &&
    html`<nav aria-label=${t("views")}>
      ${inMenu(signals).map((name) => html`<a href=${link(name, OF_NO_UNIT.includes(name) ? {} : { unit, map: mapOf() })} aria-current=${name === view ? "page" : null}>${called(name)}${name === "health" && html`<${TrustBadge} />`}</a>`)}
    </nav>`}
    ${view && html`<${Freshness} />`}
    <${Clock} />
    <div class="switches">
      ${view && html`<${HelpButton} />`}
      <button class="quiet" onClick=${() => language.set(language.get() === "vi" ? "en" : "vi")} lang=${language.get() === "vi" ? "en" : "vi"} aria-label=${t("other_language")}>
        ${language.get() === "vi" ? "EN" : "VI"}
      </button>
      <button class="quiet" onClick=${() => theme.set(THEMES[theme.get()] ?? "auto")} aria-label=${t("theme", { is: t(`theme_${theme.get()}`) })} title=${t(`theme_${theme.get()}`)}>
        <span aria-hidden="true">${{ auto: "◐", light: "☀", dark: "☾" }[theme.get()]}</span>
      </button>
      ${view === "board" && html`<button class="quiet wall-switch" onClick=${turnWall} aria-label=${t("wall")} title=${t("wall")}><svg class="icon" aria-hidden="true" viewBox="0 0 16 16"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg></button>`}
      ${hasKey() && html`<button class="quiet" onClick=${() => logOut()}>${t("log_out")}</button>`}
    </div>
  </header>`;
}

function Clock() {
  useTick(1000);
  return html`<p class="clock"><time>${clockTime(now())}</time><span>${longDay(now())}</span></p>`;
}

render(html`<${App} />`, document.getElementById("app"));
