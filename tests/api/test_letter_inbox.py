"""Letters as an inbox: mended, told to who runs the source, foretold before they are tried."""

from typing import Any

from hub.api.context import Hub
from tests.api.inbox import SECRET, admin, held, hub, letters, post, refuse_rows, src
from tests.api.speaking import BATCH, STRUCTURED, Speaker, event
from tests.api.test_letter_groups import groups

OTHER, BATCHES = {"unit": "X"}, {"Content-Type": BATCH}
__all__ = ["admin", "hub", "src"]


class TestMending:
    def test_a_mended_event_takes_the_place_of_the_refused_one(
        self, hub: Hub, admin: Speaker, src: str
    ) -> None:
        admin.one(event(source=src, id="i1", unit=src[1:], subject="d", applicant=SECRET))
        (letter,) = letters(admin, source=src)
        draft = admin.ask(f"/v1/dead-letters/{letter['id']}").json()["draft"]
        assert draft == {
            "specversion": "1.0", "id": "i1", "source": src, "type": "", "subject": "d",
            "time": "", "data": {"unit": src[1:]},
        }  # fmt: skip
        mended = event(source=src, id="i1", unit=src[1:], subject="d")
        answer = post(admin, f"{letter['id']}/replay", mended)
        by = {"unit": src[1:], "subject": "d", "source": src, "id": "i1"}
        assert answer.json() == {"id": letter["id"], "status": "mended", "mended_by": by}
        admin.position = answer.headers["hub-position"]
        assert admin.figures(period="2020", unit=src[1:])["total"]["received_total"] == 1
        assert letters(admin, source=src) == []
        (kept,) = letters(admin, source=src, status="mended")
        same = ("id", "reason", "errors", "times", "first_seen", "event", "values_kept")
        assert {name: kept[name] for name in same} == {name: letter[name] for name in same}
        assert kept["mended_by"] == by
        (told, *_) = hub.registry.trail.page(5, kind="dead_letter")
        assert (told.object, told.after) == (letter["id"], {"status": "mended", "mended_by": by})
        assert told.call == f"POST /v1/dead-letters/{letter['id']}/replay"
        # the vendor sends the wrong one once more: it is counted, and asks nobody for anything
        admin.one(event(source=src, id="i1", unit=src[1:], subject="d", applicant=SECRET))
        assert letters(admin, source=src) == []
        assert letters(admin, source=src, status="mended")[0]["times"] == 2
        for body in (mended, None):
            assert post(admin, f"{letter['id']}/replay", body).status_code == 409

    def test_of_two_who_mend_it_at_once_one_is_told_to_look_again(
        self, hub: Hub, admin: Speaker, src: str
    ) -> None:
        admin.one(event(source=src, id="i1", unit=src[1:], subject="d", applicant=SECRET))
        (letter,) = letters(admin, source=src)
        mine = event(source=src, id="mine", unit=src[1:], subject="d")
        named = {"unit": src[1:], "subject": "d", "source": src, "id": "mine"}
        assert hub.registry.dead_letters.claim(letter["id"], named, hub.now())
        end = hub.log.end()
        answer = post(admin, f"{letter['id']}/replay", mine | {"id": "another"})
        assert (answer.status_code, answer.json()["title"]) == (409, "being mended")
        assert "the event mine " in answer.json()["detail"]
        assert hub.log.end() == end
        assert letters(admin, source=src)[0]["mended_by"] is None  # nothing is known so far
        answer = post(admin, f"{letter['id']}/replay", mine)
        assert answer.json() == {"id": letter["id"], "status": "mended", "mended_by": named}

    def test_of_what_is_refused_again_nothing_is_kept(
        self, hub: Hub, admin: Speaker, src: str
    ) -> None:
        admin.one(event(source=src, id="i1", unit=src[1:], applicant=SECRET))
        (letter,) = letters(admin, source=src)
        before = (letters(admin, source=src), hub.registry.trail.page(99), hub.log.end())
        good = event(source=src, id="i1", unit=src[1:])
        wrong: list[tuple[Any, int, str, str]] = [
            (good | {"applicant": SECRET, "data": good["data"] | {"phone": SECRET}}, 422,
             "unknown-attribute", "/data/phone"),
            (good | {"time": "2100-12-31T00:00:00Z"}, 422, "time-in-future", "/time"),
            (good | {"source": "/b"}, 422, "source-not-allowed", "/source"),
            (good | {"source": "/hub"}, 403, "source-not-allowed", "/source"),
        ]  # fmt: skip
        for body, status, code, pointer in wrong:
            for asked in ({}, {"dry_run": "true"}):
                answer = post(admin, f"{letter['id']}/replay", body, **asked)
                assert answer.status_code == status, answer.text
                error = answer.json()["errors"][0]
                assert (error["code"], error["pointer"]) == (code, pointer)
                assert SECRET not in answer.text
        assert post(admin, f"{letter['id']}/replay", [good]).status_code == 422
        headers = admin.headers | {"Content-Type": STRUCTURED}
        url = f"/v1/dead-letters/{letter['id']}/replay"
        assert admin.client.post(url, content=b"{", headers=headers).status_code == 400
        xml = headers | {"Content-Type": "text/xml"}
        assert admin.client.post(url, content=b"<a/>", headers=xml).status_code == 415
        assert (letters(admin, source=src), hub.registry.trail.page(99), hub.log.end()) == before

    def test_a_conflict_is_mended_under_another_id(
        self, hub: Hub, admin: Speaker, src: str
    ) -> None:
        first = event(source=src, id="i1", unit=src[1:])
        admin.accept(first)
        answer = admin.one(event(source=src, id="i1", unit=src[1:], field="khac"))
        position = answer.headers["hub-position"]
        admin.ask("/v1/dead-letters", min_position=position)
        (letter,) = letters(admin, source=src, reason="conflict")
        draft = admin.ask(f"/v1/dead-letters/{letter['id']}").json()["draft"]
        assert (draft["id"], draft["data"]["field"]) == ("i1.2", "khac")
        same = post(admin, f"{letter['id']}/replay", draft | {"id": "i1"})
        assert (same.status_code, same.json()["errors"][0]["pointer"]) == (422, "/id")
        assert post(admin, f"{letter['id']}/replay", draft).json()["status"] == "mended"

    def test_a_row_is_mended_at_its_source(self, hub: Hub, admin: Speaker, src: str) -> None:
        refuse_rows(hub, src, "a.csv:2")
        (letter,) = letters(admin, source=src)
        assert admin.ask(f"/v1/dead-letters/{letter['id']}").json()["draft"] is None
        answer = post(admin, f"{letter['id']}/replay", event(source=src, id="i", unit=src[1:]))
        assert (answer.status_code, answer.json()["title"]) == (
            409, "the row is mended at its source",
        )  # fmt: skip

    def test_who_may(self, hub: Hub, admin: Speaker, src: str) -> None:
        for source in (src, f"{src}/b"):
            admin.one(event(source=source, id="i1", unit=src[1:], applicant=SECRET))
        mine, others = letters(admin, source=src), letters(admin, source=f"{src}/b")
        create = hub.registry.keys.create
        own = admin.with_key(create("source", source=src, units=[src[1:]])[1])
        reader = admin.with_key(create("reader", units=[src[1:]])[1])
        good = event(source=src, id="i1", unit=src[1:])
        assert post(reader, f"{mine[0]['id']}/replay", good).status_code == 403
        assert post(own, f"{others[0]['id']}/replay", good).status_code == 404
        elsewhere = post(own, f"{mine[0]['id']}/replay", good | {"data": good["data"] | OTHER})
        assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (
            403, "unit-not-allowed",
        )  # fmt: skip
        assert post(own, f"{mine[0]['id']}/replay", good).json()["status"] == "mended"


class TestFiles:
    def test_letters_of_rows_know_their_file(self, hub: Hub, admin: Speaker, src: str) -> None:
        refuse_rows(hub, src, "a.csv:2", "a.csv:3", "b: c.csv:2", "s.xlsx!Sheet1!x:7", "odd")
        refuse_rows(hub, src, "ho_so id:5", kind="sql", name=f"db{src[1:]}")
        files = {
            letter["origin"].partition(" ")[2]: letter["file"]
            for letter in letters(admin, source=src)
        }
        assert files == {
            "a.csv:2": "a.csv", "a.csv:3": "a.csv", "b: c.csv:2": "b: c.csv",
            "s.xlsx!Sheet1!x:7": "s.xlsx", "odd": None, "ho_so id:5": None,
        }  # fmt: skip
        assert len(letters(admin, source=src, file="a.csv")) == 2
        assert letters(admin, source=src, file="a.cs") == []
        assert groups(admin, source=src, file="a.csv") == [(src, "row", 2, 2)]
        asked = {"source": src, "by_file": "true"}
        told = admin.ask("/v1/dead-letters/groups", **asked).json()["groups"]
        assert {it["file"]: it["letters"] for it in told} == {
            "a.csv": 2, "b: c.csv": 1, "s.xlsx": 1, None: 2,
        }  # fmt: skip
        assert post(admin, "replay", source=src, file="a.csv").json()["waiting"] == 2
        again = held(hub, src)
        assert again.again == ["k-a.csv:2", "k-a.csv:3"]
        assert post(admin, "discard", source=src, file="b: c.csv").json() == {"discarded": 1}
        assert len(letters(admin, source=src, file="")) == 2
        admin.client.post("/v1/events", content=b'[{"data": 1}]', headers=admin.headers | BATCHES)
        assert [it["source"] for it in admin.pages("/v1/dead-letters", source="")] == [None]
        assert post(admin, "discard", source="").json() == {"discarded": 1}
        for wrong in ("\x00", "x" * 501):
            assert admin.ask("/v1/dead-letters", file=wrong).status_code == 422


class TestNotice:
    def test_who_runs_a_source_is_told_what_where_and_why(
        self, hub: Hub, admin: Speaker, src: str
    ) -> None:
        admin.client.put(
            "/v1/sources", json=[{"source": src, "name": "iGate Củ Chi"}], headers=admin.headers
        )
        admin.batch(
            [event(source=src, id=f"i{n}", unit=src[1:], applicant=SECRET) for n in range(25)]
        )
        admin.one(event(source=src, id="j", unit=src[1:], channel=SECRET))
        told = admin.ask("/v1/dead-letters/notice", source=src).json()
        assert told["letters"] == 26
        lines = told["text"].splitlines()
        assert lines[0] == f"Kính gửi: đơn vị vận hành nguồn iGate Củ Chi ({src})"
        assert lines[3] == (
            "1. Có thông tin không được phép – /data/applicant: không thuộc loại sự kiện này, có "
            "thể là dữ liệu cá nhân; hãy bỏ đi (25 tin)"
        )
        assert lines[4].startswith("2. Giá trị không đúng dạng – /data/channel: phải là direct")
        assert "- và 6 tin nữa (danh sách đầy đủ trong tệp CSV kèm theo)" in lines
        assert lines[-1].startswith("Đề nghị sửa tại phần mềm nguồn rồi gửi lại.")
        events = [line for line in lines if line.startswith("- sự kiện ")]
        assert len(events) == 20
        assert events[0].endswith(f", hồ sơ H29.17.01-200115-0042, đơn vị {src[1:]}")
        refuse_rows(hub, src, "a.csv:2", "a.csv:3")
        rows = admin.ask("/v1/dead-letters/notice", source=src, file="a.csv").json()["text"]
        assert "2 tin trong tệp a.csv" in rows
        assert "- a.csv:2" in rows
        assert "trang_thai: có mã chưa có trong `map`" in rows
        assert SECRET not in told["text"] + rows
        exported = admin.ask("/v1/dead-letters/export", source=src, file="a.csv")
        assert exported.headers["content-type"] == "text/csv; charset=utf-8"
        header, first, _, end = exported.text.split("\r\n")
        assert (header[:4], end) == ("\ufeffid,", "")
        assert first.endswith('hãy thêm vào, hoặc `*` cho các mã còn lại"')
        assert admin.ask("/v1/dead-letters/export").status_code == 422
        nothing = admin.ask("/v1/dead-letters/notice", source="/none").json()
        assert nothing["letters"] == 0
        assert admin.ask("/v1/dead-letters/notice").status_code == 422
        own = admin.with_key(
            hub.registry.keys.create("source", source=f"{src}/b", units=[src[1:]])[1]
        )
        assert own.ask("/v1/dead-letters/notice", source=src).status_code == 403
