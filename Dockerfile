# One image for all parts of the hub: `hub api`, `hub worker`, `hub migrate`, `hub serve`, …
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/hub
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY schemas schemas
COPY hub hub
COPY connectors connectors
COPY streams streams
RUN /opt/hub/bin/pip install -c constraints.txt '.[connectors,distributed]'

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/hub --create-home hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/hub
EXPOSE 8000
ENTRYPOINT ["hub"]
CMD ["--help"]
