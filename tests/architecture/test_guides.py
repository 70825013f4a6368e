"""What the guides for people quote must be on the pages, and what they show must exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GUIDES = sorted((ROOT / "docs/huong-dan").glob("*.md"))
PAGES = [*GUIDES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
# Emphasis that is not a label: keys, warnings, names of things.
EMPHASIS = {
    "Bằng văn bản hoặc điện thoại.", "Bắt đầu.", "Bác sĩ gọi trước",
    "Bệnh viện phải có khoa thì trạm mới gửi ca đến được", "Cấp mới",
    "Cần thêm hoặc đính chính?", "Ctrl + P", "Enter", "Esc", "Gặp ngay",
    "Gọi hình hoặc gọi tiếng.", "Hẹn giờ khác", "Hỏi người bệnh.", "Làm từ trên xuống.",
    "Người bệnh nguy kịch: gọi 115, không chờ trên máy.", "Shift + Tab", "Tab",
    "Tìm người bệnh.", "chỉ hiện một lần", "không thấy hồ sơ người bệnh",
    "không thấy tên người bệnh", "phím cách", "từng câu hỏi", "Điền yêu cầu.", "↓ ↑",
}  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    """Return everything that the sources can show, with placeholders and doubled signs gone."""
    paths = [*ROOT.glob("server/**/*.j2"), *ROOT.glob("server/**/*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    joined = re.sub(r'"\s*\n\s*"', "", text).replace("%%", "%")
    return re.sub(r"%\(\w+\)s|\{\w+\}", "…", joined)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_label_that_a_guide_quotes_is_on_a_page(guide, shown):
    text = re.sub(r"\s*\n\s*", " ", guide.read_text(encoding="utf-8"))
    quoted = set(re.findall(r"\*\*(.+?)\*\*", text)) - EMPHASIS
    wrong = {
        label
        for label in quoted
        if not re.search(rf"[\"'>]{re.escape(label)}[\"'<…:\s]", shown)
    }
    assert wrong == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_stays_short(guide):
    assert len(guide.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    here = [link for link in links if "://" not in link]
    assert [link for link in here if not (page.parent / link).exists()] == []


def test_every_picture_is_small_and_shown_somewhere():
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for picture in (ROOT / "docs/screenshots").glob("*.png"):
        assert picture.stat().st_size <= 150_000, picture.name
        assert f"screenshots/{picture.name})" in texts, picture.name
