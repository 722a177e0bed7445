// What refusals are called in English; why, and what to do, the hub says itself.
export const enRefusals = {
  "row": "A row cannot be read",
  "conflict": "Contradicts an accepted event",
  "missing": "Something is missing",
  "invalid": "A value has the wrong form",
  "null": "A value is null",
  "unknown-attribute": "Holds what is not allowed",
  "unknown-kind": "Unknown kind of event",
  "time-in-future": "Time in the future",
  "due-before-received": "Due before it was received",
  "not-json": "Not JSON",
  "source-not-allowed": "Source is not this key's",
  "unit-not-allowed": "Unit is outside this key",
};
