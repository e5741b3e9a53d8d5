# The service with the shipped atlas. The last stage holds Python, one environment and nothing that
# builds: no compiler, no npm, no pip in the environment. tests/packaging/test_dockerfile.py walks
# these very steps.
ARG PYTHON=python:3.11-slim-bookworm

# The front-end files of others, by exact version.
FROM ${PYTHON} AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY requirements/npm.txt requirements/
COPY tools/fetch_assets.py tools/
COPY service/maps/vendor.toml service/maps/
RUN python tools/fetch_assets.py

# The environment: dependencies first, because they change least. The compiler stays in this stage.
FROM ${PYTHON} AS build
WORKDIR /src
RUN apt-get update --quiet \
    && apt-get install --yes --quiet --no-install-recommends gcc libc6-dev
COPY requirements/serve.txt requirements/build.txt requirements/
RUN python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --quiet --require-hashes --no-deps \
        --only-binary :all: --requirement requirements/build.txt
RUN python -m venv --without-pip /opt/routeshift \
    && /opt/build/bin/python -m pip --python /opt/routeshift/bin/python install --quiet \
        --require-hashes --no-deps --only-binary :all: --requirement requirements/serve.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY geo/ geo/
COPY routes/ routes/
COPY service/ service/
COPY data/ data/
COPY --from=assets /src/service/maps/static/vendor/ service/maps/static/vendor/
RUN /opt/build/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index \
        --wheel-dir dist . \
    && /opt/build/bin/python -m pip --python /opt/routeshift/bin/python install --quiet \
        --no-deps --no-index dist/*.whl \
    && /opt/routeshift/bin/python -c 'import routes.scan' \
    && /opt/routeshift/bin/routeshift validate

FROM ${PYTHON}
LABEL org.opencontainers.image.title="routeshift" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/routeshift/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    ROUTESHIFT_STORE=/data/store \
    ROUTESHIFT_HOST=0.0.0.0 \
    ROUTESHIFT_PORT=8000
COPY --from=build /opt/routeshift/ /opt/routeshift/
# Owned by the user below, so that a new volume mounted here is, too.
RUN mkdir -p /data/store && chown 10001:10001 /data/store
VOLUME /data/store
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['ROUTESHIFT_PORT'] + '/health/ready', timeout=4)"]
# Publishes only what the newest edition in the volume does not say already.
CMD ["sh", "-c", "routeshift publish --if-changed --note 'The shipped atlas' && exec routeshift serve"]
