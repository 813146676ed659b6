# Whoosh as an image: the program, the shared libraries that it loads, the web client. No shell, no
# package manager, no secrets. For amd64 and arm64: nothing here names a processor.
#
#   make image                                       docker, podman or buildah, whichever is there
#   docker run -p 8000:8000 -p 8080:8080 -v whoosh:/data whoosh      one process for everything
#
# The build takes any Debian or Ubuntu that scripts/packages/ has a list for.
ARG BASE=docker.io/library/debian:12-slim

FROM ${BASE} AS build
WORKDIR /src
# With a compiler cache mounted at /ccache (`buildah build --volume`) a second build is quick.
ENV CCACHE_DIR=/ccache CCACHE_BASEDIR=/src
# Behind a proxy with an authority of its own: its file in the base, for npm.
ARG NODE_EXTRA_CA_CERTS=
COPY scripts/lib.sh scripts/setup.sh scripts/
COPY scripts/packages/ scripts/packages/
RUN scripts/setup.sh run image
COPY scripts/web.sh scripts/
COPY services/web/package.json services/web/package-lock.json services/web/
RUN scripts/web.sh install services/web
COPY . .
RUN scripts/build.sh run whoosh && scripts/web.sh build
RUN infrastructure/docker/collect.sh /out

FROM scratch
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Whoosh" \
      org.opencontainers.image.description="Party games in the browser: api, edge, matchmaker or all in one" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /out/root/ /
# Two folders that volumes are mounted over, which take their owner from here.
COPY --from=build --chown=10001:10001 /out/empty/ /data/
COPY --from=build --chown=10001:10001 /out/empty/ /run/whoosh/
ENV PATH=/usr/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    WHOOSH_WEB=/usr/share/whoosh/web \
    WHOOSH_DATA=/data
WORKDIR /data
USER 10001:10001
EXPOSE 8000 8080
STOPSIGNAL SIGTERM
# The process of this container, whichever role it has: its operators' page says if it is ready.
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["/usr/bin/whoosh", "health"]
ENTRYPOINT ["/usr/bin/whoosh"]
CMD ["solo"]
