// The first steps in Vietnamese: what one sends, what one asks, each ready to copy.
import { html } from "./lib/preact-htm.js";

const HUB = location.origin + location.pathname.replace(/\/docs\/?$/, "");
const KEY = "-H 'Authorization: Bearer KHOA'";

const EXAMPLES = [
  ["Gửi một sự kiện", "Khóa nguồn chỉ gửi được dưới tên nguồn của mình. Có câu trả lời 202 là sự kiện đã ghi bền vững; gửi lại cùng mã không tính hai lần. Không gửi tên, số điện thoại hay địa chỉ của người nộp: thuộc tính lạ bị từ chối.",
    `curl -s ${HUB}/v1/events ${KEY} \\
  -H 'Content-Type: application/cloudevents+json' -d '{
  "specversion": "1.0", "id": "01-000123-r", "source": "/igate/cu-chi",
  "type": "vn.motcua.dossier.received.v1", "subject": "H29.17.01-200115-0042",
  "time": "2020-01-15T08:30:00+07:00",
  "data": {"unit": "H29.17.01", "procedure": "1.004227", "field": "dat-dai",
           "channel": "online", "due_at": "2020-01-30T17:00:00+07:00"}}'`],
  ["Báo hồ sơ có kết quả", "Cùng đơn vị và mã hồ sơ; “id” là mã riêng của sự kiện này trong nguồn.",
    `curl -s ${HUB}/v1/events ${KEY} \\
  -H 'Content-Type: application/cloudevents+json' -d '{
  "specversion": "1.0", "id": "01-000123-k", "source": "/igate/cu-chi",
  "type": "vn.motcua.dossier.resolved.v1", "subject": "H29.17.01-200115-0042",
  "time": "2020-01-29T10:00:00+07:00", "data": {"unit": "H29.17.01"}}'`],
  ["Hỏi số liệu một quý theo lĩnh vực", "calendar=nd09 là kỳ chốt ngày 15; by nhận unit, field, procedure, channel, level, authority, model.",
    `curl -s "${HUB}/v1/figures?unit=H29.17&subtree=true&period=2020-Q1&calendar=nd09&by=field" ${KEY}`],
  ["Tải số liệu dạng CSV", "Thêm as_of để lấy số liệu như đã biết vào một thời điểm; câu trả lời đó không bao giờ đổi.",
    `curl -s "${HUB}/v1/figures?unit=H29.17&subtree=true&period=2020-Q1&as_of=2020-04-01T00:00:00%2B07:00" ${KEY} -H 'Accept: text/csv'`],
  ["Các hồ sơ sau một con số", "Số dòng đúng bằng con số; next là trang sau.",
    `curl -s "${HUB}/v1/dossiers?figure=resolved_late&unit=H29.17.01&period=2020-Q1" ${KEY}`],
  ["Một hồ sơ và các sự kiện của nó", "",
    `curl -s ${HUB}/v1/dossiers/H29.17.01/H29.17.01-200115-0042 ${KEY}`],
  ["Hồ sơ quá hạn, lâu nhất trước", "Theo lĩnh vực: thêm &field=dat-dai. Đến hạn ngày làm việc tới: /v1/due-soon?within=next_working_day.",
    `curl -s "${HUB}/v1/overdue?unit=H29.17&subtree=true&limit=100" ${KEY}`],
  ["Báo cáo theo biểu mẫu, tệp Excel", "",
    `curl -s "${HUB}/v1/reports/vpcp-06a?unit=H29.17&period=2020-Q1&format=xlsx" ${KEY} -o bao-cao.xlsx`],
  ["Theo dõi trực tiếp", "Luồng sự kiện từ máy chủ (SSE); nối lại bằng Last-Event-ID.",
    `curl -sN "${HUB}/v1/live?unit=H29.17&subtree=true" ${KEY}`],
  ["Vì sao một sự kiện bị từ chối", "Gồm mã lỗi và chỗ sai (JSON Pointer), không bao giờ có giá trị sai.",
    `curl -s "${HUB}/v1/dead-letters?limit=20" ${KEY}`],
];

export function FirstSteps() {
  return html`<section lang="vi" aria-labelledby="first-steps"><h2 id="first-steps">Bắt đầu nhanh</h2>
    <p>Thay <code>KHOA</code> bằng khóa truy cập của bạn; trung tâm chạy với <code>--open</code> thì bỏ dòng đó. Mọi giờ ghi kèm múi giờ. Tham số sai bị từ chối (422) và được nêu tên.</p>
    ${EXAMPLES.map(([title, text, command]) => html`<h3>${title}</h3>${text && html`<p>${text}</p>`}<pre tabindex="0">${command}</pre>`)}
  </section>`;
}
