// What codes are called: units, procedures and fields of the registry.
import { useEffect } from "./lib/preact-htm.js";
import { ordering } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { inSlices } from "./slices.js";
import { createStore, useStore } from "./store.js";

// `changed`: whether any unit was merged, split, moved or renamed.
const NONE = { changed: false, units: [], unit: new Map(), procedure: new Map(), field: new Map() };
export const names = createStore(NONE);

export async function loadNames() {
  const [{ units, changed }, { procedures }] = await Promise.all([ask("/v1/units"), ask("/v1/procedures")]);
  names.set({
    changed,
    units,
    unit: new Map(units.map((row) => [row.code, row])),
    procedure: new Map(procedures.map((row) => [row.code, row.name])),
    field: new Map(procedures.filter((row) => row.field).map((row) => [row.field, row.field_name || row.field])),
  });
  inSlices(ordering([...units, ...procedures].map((row) => row.name))); // nobody waits for it
}

export function forgetNames() {
  names.set(NONE);
}

// Registered names change seldom: read them again now and then.
export function useNames() {
  useEffect(() => {
    const timer = setInterval(() => loadNames().catch(() => undefined), 300e3); // the next time will do
    return () => clearInterval(timer);
  }, []);
  return useStore(names);
}

const DIMENSION = { channel: "channel_", level: "level_" };

// The name of a value of a dimension; null and "" are "none given".
export function nameOf(dimension, code) {
  if (code == null || code === "") return t("none_given");
  const known = names.get();
  if (dimension === "unit") return known.unit.get(code)?.name ?? code;
  if (dimension === "procedure") return known.procedure.get(code) ?? code;
  if (dimension === "field") return known.field.get(code) ?? code;
  if (dimension in DIMENSION) return t(DIMENSION[dimension] + code);
  return code;
}
