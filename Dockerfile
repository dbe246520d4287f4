# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE hatch_build.py build_assets.mjs package.json package-lock.json .npmrc ./
# The dependencies change less often than the code and keep a layer of their own.
RUN uv sync --frozen --no-dev --no-install-project
COPY src src
COPY templates templates
COPY migrations migrations
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.13-slim-bookworm
# Rare kanji in names, beyond the fonts the package brings.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin events \
 && install --directory --owner=events --mode=0700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 EVENTS_DATA_DIR=/data EVENTS_HOST=0.0.0.0
USER events
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["events"]
CMD ["serve"]
