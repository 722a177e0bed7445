// The page: who is asking, which view, and whether what it shows is fresh.
import { html, render, useEffect, useState } from "./lib/preact-htm.js";
import { Board } from "./board.js";
import { Figures } from "./figures.js";
import { clockTime, longDay, now } from "./format.js";
import { Health } from "./health.js";
import { hasKey, logOut, session } from "./http.js";
import { language, t } from "./i18n.js";
import { Announced, Freshness } from "./freshness.js";
import { follow, scopeOf } from "./live.js";
import { Login } from "./login.js";
import { forgetNames, loadNames, useNames } from "./names.js";
import { link, route } from "./route.js";
import { remembered, useStore } from "./store.js";
import { Problem, useTick } from "./ui.js";
import { turnWall } from "./wall.js";

const VIEWS = { board: Board, figures: Figures, health: Health };
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
    loadNames().then(() => session.set({ state: "in", refused: false }), setError);
  };
  useEffect(() => {
    if (state === "asking") enter();
  }, [state]);
  return html`<${Header} /><main id="main" tabindex="-1">
    ${state === "out" ? html`<${Login} />` : error && error.status !== 401 ? html`<${Problem} error=${error} retry=${enter} />` : html`<p class="empty">${t("loading")}</p>`}
  </main>`;
}

function Office() {
  const { view, query } = useStore(route);
  const name = Object.hasOwn(VIEWS, view) ? view : "board";
  const unit = name === "board" ? query.get("unit") : null;
  useNames();
  useEffect(() => follow(scopeOf(unit)), [unit]);
  useEffect(() => forgetNames, []);
  const View = VIEWS[name];
  return html`
    <${Header} view=${name} />
    <${Freshness} banner />
    <main id="main" tabindex="-1"><${Announced} /><${View} key=${name} query=${query} /></main>
  `;
}

function Header({ view }) {
  return html`<header class="top">
    <a class="brand" href=${link("board")}><img src="static/icon.svg" alt="" width="28" height="28" /><span>${t("title")}</span></a>
    ${view &&
    html`<nav aria-label=${t("views")}>
      ${Object.keys(VIEWS).map((name) => html`<a href=${link(name)} aria-current=${name === view ? "page" : null}>${t(`view_${name}`)}</a>`)}
    </nav>`}
    ${view && html`<${Freshness} />`}
    <${Clock} />
    <div class="switches">
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
