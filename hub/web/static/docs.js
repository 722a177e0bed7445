// The HTTP interface, described out of its OpenAPI document; nothing comes from another host.
import { FirstSteps } from "./docs_vi.js";
import { html, render } from "./lib/preact-htm.js";

const REF = "#/components/schemas/";
const LIMITS = ["format", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "default"];

function Type({ of: schema }) {
  if (schema?.$ref) {
    const name = schema.$ref.replace(REF, "");
    return html`<a href=${`#${name}`}>${name}</a>`;
  }
  const choice = schema?.anyOf ?? schema?.oneOf;
  if (choice) return choice.map((one, index) => html`${index ? " or " : ""}<${Type} of=${one} />`);
  if (schema?.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema?.enum) return html`<code>${schema.enum.map((value) => JSON.stringify(value)).join(" | ")}</code>`;
  if (schema?.type === "array") return html`array of <${Type} of=${schema.items} />`;
  const limits = LIMITS.filter((name) => schema?.[name] != null).map((name) => `${name} ${schema[name]}`);
  return html`${[schema?.type ?? "any"].flat().join(" or ")} ${limits.length > 0 && html`<small>${limits.join(", ")}</small>`}`;
}

function Rows({ names, label, rows }) {
  return html`<h3>${label}</h3><div class="scroll" tabindex="0" role="group" aria-label=${label}><table class="grid">
    <thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row"><code>${first}</code></th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const types = (content = {}) =>
  Object.entries(content).map(([media, { schema }], index) => html`${index > 0 && html`<br />`}<code>${media}</code> <${Type} of=${schema} />`);

function Body({ body }) {
  return html`<h3>Body</h3>${Object.entries(body.content).map(
    ([media, { schema, example }]) => html`<p><code>${media}</code> <${Type} of=${schema} /></p>
      ${example && html`<pre tabindex="0">${JSON.stringify(example, null, 2)}</pre>`}`,
  )}`;
}

function Call({ path, verb, call }) {
  const parameters = (call.parameters ?? []).map((one) => [
    one.name, one.in, one.required ? "yes" : "no", html`<${Type} of=${one.schema} />`, one.description,
  ]);
  const answers = Object.entries(call.responses).map(([status, one]) => [status, one.description, types(one.content)]);
  return html`<details><summary><code>${verb.toUpperCase()} ${path}</code><span>${call.summary}</span></summary>
    <p>${call.description}</p>
    ${parameters.length > 0 && html`<${Rows} label="Parameters" names=${["name", "in", "required", "type", "meaning"]} rows=${parameters} />`}
    ${call.requestBody && html`<${Body} body=${call.requestBody} />`}
    <${Rows} label="Answers" names=${["status", "meaning", "content"]} rows=${answers} />
  </details>`;
}

function Schema({ name, schema }) {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([property, one]) => [
    property, required.has(property) ? "yes" : "no", html`<${Type} of=${one} />`, one.description,
  ]);
  return html`<details id=${name}><summary><code>${name}</code></summary><p>${schema.description}</p>
    ${rows.length > 0 ? html`<${Rows} label=${`Members of ${name}`} names=${["name", "required", "type", "meaning"]} rows=${rows} />` : html`<p><${Type} of=${schema} /></p>`}
  </details>`;
}

function Document({ document: { info, tags, paths, components } }) {
  const calls = Object.entries(paths).flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, call]) => ({ path, verb, call })));
  const described = new Map(tags.map((tag) => [tag.name, tag.description]));
  const names = [...new Set([...described.keys(), ...calls.flatMap(({ call }) => call.tags)])];
  return html`<p><a href=".">‹ Một cửa</a></p><h1>${info.title}, version ${info.version}</h1>
    <p>${info.summary}. For programs: <a href="openapi.json">openapi.json</a>. Calls under <code>/v1</code> want the header <code>Authorization: Bearer KEY</code>, unless the hub was started with <code>--open</code>.</p>
    <${FirstSteps} />
    ${names.map((name) => html`<h2>${name}</h2><p class="hint">${described.get(name)}</p>
      ${calls.filter(({ call }) => call.tags.includes(name)).map((one) => html`<${Call} ...${one} />`)}`)}
    <h2>schemas</h2>
    ${Object.entries(components.schemas).map(([name, schema]) => html`<${Schema} name=${name} schema=${schema} />`)}`;
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.tagName !== "DETAILS") return;
  named.open = true;
  named.scrollIntoView();
}

const main = document.getElementById("main");
try {
  const answer = await fetch("openapi.json");
  if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
  render(html`<${Document} document=${await answer.json()} />`, main);
  addEventListener("hashchange", openNamed);
  openNamed();
} catch (error) {
  render(html`<p role="alert" class="problem">The description cannot be read: ${error.message}</p>`, main);
}
