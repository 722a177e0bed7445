"""Which calls are for which roles of a key; all others are for readers and administrators."""

ADMIN_ONLY = {
    *(("PUT", f"/v1/{name}") for name in ("units", "procedures", "sources", "indicators")),
    *(("GET", "/v1/keys"), ("POST", "/v1/keys"), ("DELETE", "/v1/keys/{number}")),
    *(("POST", "/v1/keys/{number}/rotate"), ("PUT", "/v1/calendar"), ("GET", "/v1/trail")),
    *((method, path) for method in ("GET", "POST") for path in ("/v1/audit", "/v1/verify")),
    ("POST", "/v1/connectors/{name}/approve"),
    *(("GET", "/v1/alerts"), ("POST", "/v1/alerts/test")),
    *(
        (verb, f"/v1/alerts/{it}/{{name}}")
        for it in ("rules", "targets")
        for verb in ("PUT", "DELETE")
    ),
    ("PUT", "/v1/forms/{form}"),
    ("PUT", "/v1/forms/{form}/aliases"),  # and a reader whose key may seal
    ("POST", "/v1/reports/{form}/seal"),  # and a reader whose key may seal
}
SENDERS = {
    ("POST", "/v1/events"),
    ("POST", "/v1/indicators/import"),
    ("POST", "/v1/reports/{form}/stated"),
    *(("POST", f"/v1/dead-letters/{{letter_id}}/{verb}") for verb in ("replay", "discard")),
    ("POST", "/v1/dead-letters/discard"),
    ("POST", "/v1/dead-letters/replay"),
    ("POST", "/v1/connectors/known"),
    *(("PUT", f"/v1/connectors/{{name}}/{what}") for what in ("lease", "forecast")),
    *(("POST", f"/v1/connectors/{{name}}/{verb}") for verb in ("kept", "page", "pause", "again")),
}
ALL_KEYS = {
    *(("GET", f"/v1/{name}") for name in ("units", "procedures", "sources", "indicators")),
    ("GET", "/v1/keys/own"),
    ("GET", "/v1/dead-letters"),
    ("GET", "/v1/dead-letters/groups"),
    ("GET", "/v1/dead-letters/notice"),
    ("GET", "/v1/dead-letters/export"),
    ("GET", "/v1/dead-letters/{letter_id}"),
    ("GET", "/v1/connectors"),
    ("GET", "/v1/connectors/{name}"),
    ("GET", "/v1/reports"),
    ("GET", "/v1/sealed/public-key"),
    ("GET", "/v1/forms/{form}"),
    ("GET", "/v1/forms/{form}/aliases"),
    ("GET", "/v1/reports/{form}/template"),
    ("GET", "/v1/reports/{form}/stated/template"),
    ("GET", "/v1/stated"),
    ("GET", "/v1/stated/{stated_id}"),
    ("GET", "/v1/indicators/history"),
}
