// What codes are called: units, procedures and fields of the registry.
import { useEffect, useMemo } from "./lib/preact-htm.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { createStore, useStore } from "./store.js";
import { useAnswer } from "./ui.js";

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
}

export function forgetNames() {
  names.set(NONE);
}

// The units as they were on a day, by code, null until they are known; those registered, where no day is given.
export function useUnitsOn(day) {
  const { value } = useAnswer(async (signal) => (day ? { day, units: (await ask("/v1/units", { on: day }, { signal })).units } : null), [day]);
  const known = useStore(names).unit;
  return useMemo(() => (!day ? known : value?.day === day ? new Map(value.units.map((row) => [row.code, row])) : null), [day, value, known]);
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
