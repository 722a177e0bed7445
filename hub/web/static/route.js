// Where the reader is: "#/figures?unit=H29&…". What a hand-made address says is only ever shown
// as text or sent as a parameter, which the hub checks.
import { createStore } from "./store.js";

const read = () => {
  const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [view, ...place] = path.split("/").map(decoded);
  return { view, place, query: new URLSearchParams(query ?? "") };
};

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign of a hand-made address
  }
}

export const route = createStore(read());
addEventListener("hashchange", () => route.set(read()));

// An address of a view, or of what lies below it ("dossier/H29/7"); empty values are left out.
export function link(view, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== "" && one != null && one !== false) query.append(name, one);
    }
  }
  return query.size ? `#/${view}?${query}` : `#/${view}`;
}

// By which units is asked: as they were at the end of the period, as of today; null: as registered.
export const mapOf = (query = route.get().query) => (["then", "today"].includes(query.get("map")) ? query.get("map") : null);

// Change some values of the address without a new step in the browser's history.
export function amend(values) {
  history.replaceState(null, "", changed(values));
  route.set(read());
}

// Change some values as a step of its own: the browser's way back undoes it. `depth`: how many such
// steps lie behind the view.
export const depth = () => history.state?.depth ?? 0;
export function step(values) {
  history.pushState({ depth: depth() + 1 }, "", changed(values));
  route.set(read());
}

function changed(values) {
  const { view, place, query } = route.get();
  const old = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  return link([view, ...place.map(encodeURIComponent)].join("/"), { ...old, ...values });
}

// A dossier's own address; and the same dossier opened above the view that lists it.
export const dossierLink = (unit, subject, values) => link(`dossier/${encodeURIComponent(unit)}/${encodeURIComponent(subject)}`, values);
export const openDossier = ({ unit, subject }) => step({ dossier: `${unit}/${subject}` });
export const closeDossier = () => (depth() ? history.back() : amend({ dossier: null }));
export function openedDossier(query) {
  const [unit, subject] = (query.get("dossier") ?? "").split(/\/(.*)/s);
  return unit && subject ? { unit, subject } : null;
}

// The dossiers behind a figure as a view of their own; an empty value means "has none" and stays.
export function listLink(params, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, ...values })) {
    for (const one of [value].flat()) if (one != null && one !== false) query.append(name, one);
  }
  return `#/list?${query}`;
}
