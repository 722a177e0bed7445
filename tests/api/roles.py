"""Which calls are for which roles of a key; all others are for readers and administrators."""

ADMIN_ONLY = {
    *(("PUT", f"/v1/{name}") for name in ("units", "procedures", "sources", "indicators")),
    *(("GET", "/v1/keys"), ("POST", "/v1/keys"), ("DELETE", "/v1/keys/{number}")),
    *(("POST", "/v1/keys/{number}/rotate"), ("PUT", "/v1/calendar"), ("GET", "/v1/trail")),
    *((method, path) for method in ("GET", "POST") for path in ("/v1/audit", "/v1/verify")),
    ("POST", "/v1/connectors/{name}/approve"),
}
SENDERS = {
    ("POST", "/v1/events"),
    *(("POST", f"/v1/dead-letters/{{letter_id}}/{verb}") for verb in ("replay", "discard")),
    ("POST", "/v1/dead-letters/discard"),
    ("POST", "/v1/dead-letters/replay"),
    ("POST", "/v1/connectors/known"),
    ("PUT", "/v1/connectors/{name}/lease"),
    *(("POST", f"/v1/connectors/{{name}}/{verb}") for verb in ("kept", "page", "pause", "again")),
}
ALL_KEYS = {
    *(("GET", f"/v1/{name}") for name in ("units", "procedures", "sources", "indicators")),
    ("GET", "/v1/dead-letters"),
    ("GET", "/v1/dead-letters/groups"),
    ("GET", "/v1/dead-letters/{letter_id}"),
    ("GET", "/v1/connectors"),
    ("GET", "/v1/connectors/{name}"),
    ("GET", "/v1/reports"),
    ("GET", "/v1/forms/{form}"),
}
