# Hotline in one small image: `docker build -t hotline .`; compose.yaml beside it starts everything around it.
# BASE may be any image with Python 3.11 or newer, its venv module and the time zone database.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN ["python3", "-m", "venv", "/opt/hotline"]
WORKDIR /app
COPY requirements.lock ./
RUN ["/opt/hotline/bin/pip", "install", "--require-hashes", "--no-deps", "--requirement", "requirements.lock"]
COPY . .
# setuptools comes from the lock, so nothing without a hash is fetched to build with. What runs needs no installer.
RUN /opt/hotline/bin/pip install --no-deps --no-build-isolation --editable . \
 && /opt/hotline/bin/pip uninstall --yes pip

FROM ${BASE}
LABEL org.opencontainers.image.title="Hotline" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/hotline /opt/hotline
COPY --from=build /app /app
RUN groupadd --gid 10001 hotline \
 && useradd --uid 10001 --gid hotline --home-dir /var/lib/hotline --create-home --shell /usr/sbin/nologin hotline \
 && chmod 0700 /var/lib/hotline
ENV PATH=/opt/hotline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOTLINE_DATA_DIR=/var/lib/hotline
WORKDIR /app
USER 10001:10001
VOLUME /var/lib/hotline
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["hotline", "serve", "--host", "0.0.0.0", "--port", "8000"]
