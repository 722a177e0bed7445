// The door: a key, kept as long as this tab, or on this machine.
import { html, useEffect, useRef } from "./lib/preact-htm.js";
import { logIn, session } from "./http.js";
import { t } from "./i18n.js";
import { useStore } from "./store.js";

export function Login() {
  const { refused } = useStore(session);
  const input = useRef();
  const keep = useRef();
  useEffect(() => input.current.focus(), []);
  const enter = (event) => {
    event.preventDefault();
    const secret = input.current.value.trim();
    if (secret) logIn(secret, keep.current.checked);
  };
  return html`<form class="login" onSubmit=${enter}>
    <img src="static/icon.svg" alt="" width="56" height="56" />
    <h1>${t("login_title")}</h1>
    <p>${t("login_text")}</p>
    ${refused && html`<p class="problem" role="alert">${t("login_refused")}</p>`}
    <label for="key">${t("key")}</label>
    <input id="key" ref=${input} type="password" autocomplete="off" spellcheck="false" required aria-invalid=${refused ? "true" : null} />
    <p class="check"><input id="remember" ref=${keep} type="checkbox" aria-describedby="remember-note" /> <label for="remember">${t("remember")}</label></p>
    <button class="primary">${t("log_in")}</button>
    <p class="hint" id="remember-note">${t("login_hint")}</p>
  </form>`;
}
