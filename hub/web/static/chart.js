// Small charts as inline SVG; each has a text for those who do not see it.
import { html } from "./lib/preact-htm.js";
import { number } from "./format.js";

// A line of numbers with a dot at the last.
export function Spark({ values, label, width = 120, height = 28 }) {
  if (!values || values.length < 2) return null;
  const most = Math.max(...values, 1);
  const x = (i) => 4 + (i * (width - 8)) / (values.length - 1);
  const y = (v) => height - 3 - (v * (height - 6)) / most;
  const line = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const area = `${x(0)},${height} ${line} ${x(values.length - 1)},${height}`;
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <polygon points=${area} /><polyline points=${line} vector-effect="non-scaling-stroke" />
    <circle cx=${x(values.length - 1)} cy=${y(values.at(-1))} r="2.5" />
  </svg>`;
}

// A bar from 0 to `most`, of one part or several: [{value, kind, label}].
export function Bar({ parts, most }) {
  return html`<span class="bar" aria-hidden="true">
    ${parts.map(
      ({ value, kind, label }) =>
        value > 0 &&
        html`<i class=${kind} title=${label && `${label}: ${number(value)}`} style=${{ width: `${(100 * value) / Math.max(most, 1)}%` }}></i>`,
    )}
  </span>`;
}
