// Questions to the hub, with the key of its reader; a key that is refused is forgotten at once.
import { setClock } from "./format.js";
import { reading } from "./reading.js";
import { inSlices } from "./slices.js";
import { createStore } from "./store.js";
import { cameByLink, forgetLink } from "./wall_key.js";

const NAME = "hub.key";

// `state`: "asking" until the first answer, "in", "out"; `refused`: a key was tried and not taken.
export const session = createStore({ state: "asking", refused: false });

export class HubError extends Error {
  // `errors`: each with code, pointer and message; `after`: seconds after which to ask again, where
  // the hub says so.
  constructor(status, title, detail, errors = [], after = null) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.after = after;
  }
}

// Kept in this tab; on this machine where its reader said so.
const key = () => sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
export const headers = () => (key() ? { Authorization: `Bearer ${key()}` } : {});
export const hasKey = () => key() !== null;
export const keyForLink = () => key(); // for a wall link, of a key that can only read

export function logIn(secret, remember = false) {
  (remember ? localStorage : sessionStorage).setItem(NAME, secret);
  session.set({ state: "asking", refused: false });
}

export function logOut(refused = false) {
  const before = session.get();
  sessionStorage.removeItem(NAME);
  if (!cameByLink()) localStorage.removeItem(NAME); // a link's key is not what this machine remembers
  forgetLink();
  // Several questions may be refused at once; the first that sent a key decides what is said.
  session.set({ state: "out", refused: refused || (before.state === "out" && before.refused) });
}

// Values that are null, undefined or false are left out; arrays repeat the parameter.
export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value == null || value === false) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, one);
  }
  const relative = path.slice(1); // so that a proxy may put the hub below a path of its own
  return query.size ? `${relative}?${query}` : relative;
}

// A Response that is ok, or a HubError: status 0 where the hub cannot be reached.
export async function call(path, params, options = {}) {
  // A key has only plain characters; one that has others cannot be sent, and is a wrong one.
  if (hasKey() && !/^[\x21-\x7e]+$/.test(key())) {
    logOut(true);
    throw new HubError(401, "wrong key", "");
  }
  const sent = headers();
  let response;
  try {
    response = await fetch(address(path, params), {
      ...options,
      headers: { ...sent, ...options.headers },
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new HubError(0, "unreachable", "");
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (date) setClock(date);
  if (response.ok) return response;
  if (response.status === 401 && sent.Authorization === headers().Authorization) logOut("Authorization" in sent);
  const problem = await response.json().catch(() => ({}));
  const errors = problem.errors ?? problem.events?.[0]?.errors ?? [];
  throw new HubError(response.status, problem.title ?? "", problem.detail ?? "", errors, Number(response.headers.get("Retry-After")) || null);
}

export async function ask(path, params, options) {
  return (await call(path, params, options)).json();
}

// The same of an answer that may have very many rows, each of which begins with the member `first`.
export async function askMany(path, params, first, signal) {
  const text = await (await call(path, params, { signal })).text();
  return inSlices(reading(text, first), signal);
}
