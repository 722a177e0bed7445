// Server-sent events read from a fetch() response, for EventSource cannot send a key.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

export async function* events(response, onBytes) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = blank();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return; // an event that is not complete is dropped, as the standard says
      onBytes();
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (event.data.length) yield { ...event, data: event.data.join("\n") };
          event = blank();
        } else {
          take(event, line);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the connection may be gone already
  }
}

const blank = () => ({ name: "message", id: null, data: [] });

function take(event, line) {
  const colon = line.indexOf(":");
  if (colon === 0) return; // a comment: only says that the connection lives
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (field === "data") event.data.push(value);
  else if (field === "event") event.name = value;
  else if (field === "id") event.id = value;
}
