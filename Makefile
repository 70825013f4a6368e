# Two commands: `make run` starts everything, `make test` runs every test.
.PHONY: help run demo test check bench-pages bench-call bench-signaling lock clean

PORT ?= 8080
export PORT

help:
	@echo "make run    cài đặt và chạy Trạm Xa tại http://127.0.0.1:$(PORT)  (PORT=… để đổi)"
	@echo "make demo   nạp lại dữ liệu mẫu"
	@echo "make test   chạy mọi kiểm thử, kể cả trong trình duyệt"
	@echo "make check  định dạng, lint, kiểu, ranh giới gói, chính tả…"
	@echo "make bench-pages  đo các trang với 10.000 và 1.000.000 dòng, cạnh riêng phần SQL"
	@echo "make bench-call   đo cuộc gọi cạnh WebRTC thường trên bảy đường truyền xấu; LINES=… SECONDS=…"
	@echo "make bench-signaling  đo máy báo hiệu cạnh PeerServer, socket.io, aiohttp trần và picows"
	@echo "make lock   ghim lại thư viện Python"
	@echo "make clean  xoá những gì cài đặt tạo ra; giữ nguyên dữ liệu trong var/"

run:
	@bin/setup
	@exec .venv/bin/tramxa run --demo

demo:
	@bin/setup
	@exec .venv/bin/tramxa demo

test:
	@bin/setup test
	@exec .venv/bin/pytest

check:
	@bin/setup test
	@bin/check

bench-pages:
	@bin/setup test
	@exec .venv/bin/python -m tests.bench.pages

bench-call:
	@bin/setup test
	@exec .venv/bin/python -m tests.bench.line.call

bench-signaling:
	@bin/setup test
	@.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r tests/bench/signaling/requirements.lock
	@cd tests/bench/signaling/node && PATH="$$PATH:$(CURDIR)/.venv/node" npm ci --silent --ignore-scripts --no-audit --no-fund
	@PATH="$$PATH:$(CURDIR)/.venv/node" .venv/bin/python -m tests.bench.signaling.run

lock:
	@bin/setup test
	@bin/lock

clean:
	rm -rf .venv web_client/node_modules web_client/dist *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
