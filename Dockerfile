# syntax=docker/dockerfile:1
# Two stages: what builds stays behind. Try it: docker compose up

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
# The dependencies first: they change less often than the code, and Docker keeps the layer.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/savepoint
RUN /opt/savepoint/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
# What builds has an environment of its own, so that nothing of it is left in the image.
RUN python -m venv /opt/build
RUN /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY handlers ./handlers
COPY sandbox ./sandbox
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/wheels .
# pip writes the bytecode now; at run time nothing does, so that the root may be read-only.
RUN /opt/savepoint/bin/pip install --no-index --no-deps --find-links /opt/wheels savepoint-bot
RUN /opt/savepoint/bin/python -m pip uninstall --yes pip

FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin savepoint \
    && install --directory --owner=savepoint --group=savepoint --mode=0700 /data
COPY --from=build /opt/savepoint /opt/savepoint
# 0.0.0.0 inside a container of its own: what is published outside is Docker's to say.
ENV PATH=/opt/savepoint/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SAVEPOINT_CONFIG=/etc/savepoint/savepoint.toml \
    SAVEPOINT_DATA=/data \
    SAVEPOINT_HOST=0.0.0.0 \
    SAVEPOINT_PORT=8080
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['SAVEPOINT_PORT'] + '/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["savepoint"]
CMD ["serve"]
